"""Which tests of the window send something: those run on both databases, what only looks on SQLite alone."""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import CodeType, FunctionType

HERE = Path(__file__).parents[1]
SENDS = frozenset({"submit", "request", "post", "put", "patch", "delete", "build_request"})
"""What a browser's unsafe requests are called."""


def sends(test: object, fixtures: Iterable[object]) -> bool:
    """Whether a test has a word of `SENDS` in it, in one of its module's fixtures, or in a helper that these use."""
    seen: set[object] = set()
    todo = [getattr(getattr(test, "hypothesis", None), "inner_test", test), *fixtures]
    while todo:
        one = inspect.unwrap(todo.pop())  # type: ignore[arg-type]
        if isinstance(one, type):
            todo += vars(one).values()
        if not isinstance(one, FunctionType) or one in seen or not _helps(one):
            continue
        seen.add(one)
        named = set(_names(one.__code__))
        if named & SENDS:
            return True
        todo += [one.__globals__[name] for name in named & one.__globals__.keys()]
    return False


def _helps(function: FunctionType) -> bool:
    """Whether it stands in a module of the tests, and in none that all of them have."""
    path = Path(function.__code__.co_filename)
    return path.is_relative_to(HERE) and path.name != "conftest.py"


def _names(code: CodeType) -> Iterator[str]:
    """The names a function speaks of, those within it too."""
    yield from code.co_names
    for inner in code.co_consts:
        if isinstance(inner, CodeType):
            yield from _names(inner)
