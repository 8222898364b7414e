"""What holds of all rooms at once: who imports whom, and names that stand once."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
ROOMS = (
    "calendars", "gates", "forms", "phases", "models", "letters", "season", "post", "acts", "rehearsal", "tasks",
    "flows", "dashboard", "deployments", "commands",
)  # fmt: skip


def _modules() -> dict[str, Path]:
    """Every module that ships, by its dotted name; migrations are alembic's."""
    found = [path for room in ROOMS for path in (ROOT / room).rglob("*.py") if "migrations" not in path.parts]
    names = (".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__") for path in found)
    return {**dict(zip(names, found, strict=True)), "cli": ROOT / "cli.py", "settings": ROOT / "settings.py"}


def _statements(tree: ast.Module) -> Iterator[ast.AST]:
    """All that is run: imports in functions too, but not those for types alone."""
    todo: list[ast.AST] = [tree]
    while todo:
        one = todo.pop()
        if isinstance(one, ast.If) and isinstance(one.test, ast.Name) and one.test.id == "TYPE_CHECKING":
            continue
        yield one
        todo += ast.iter_child_nodes(one)


def _imports(path: Path, modules: Mapping[str, Path]) -> set[str]:
    found = set()
    for one in _statements(ast.parse(path.read_text("utf-8"))):
        if isinstance(one, ast.Import):
            found |= {alias.name for alias in one.names}
        elif isinstance(one, ast.ImportFrom) and one.module:
            full = {f"{one.module}.{alias.name}" for alias in one.names}
            found |= {name if name in modules else one.module for name in full}
    return found & modules.keys()


def circles(graph: Mapping[str, set[str]]) -> set[str]:
    """Give the modules that reach themselves."""

    def reached(start: str) -> set[str]:
        seen: set[str] = set()
        todo = [start]
        while todo:
            new = graph.get(todo.pop(), set()) - seen
            seen |= new
            todo += new
        return seen

    return {name for name in graph if name in reached(name)}


PAGES = ("README.md", "docs/architecture.md", "docs/carrying-on.md", "docs/glossary.md", "docs/programme.md")


@pytest.fixture(scope="module")
def modules() -> dict[str, Path]:
    return _modules()


def test_no_module_reaches_itself(modules: dict[str, Path]) -> None:
    assert circles({name: _imports(path, modules) for name, path in modules.items()}) == set()


def test_a_circle_would_be_seen() -> None:
    assert circles({"a": {"b"}, "b": {"c"}, "c": {"a"}, "d": {"a"}}) == {"a", "b", "c"}


@pytest.mark.parametrize("page", PAGES)
def test_a_page_names_files_that_are_there(page: str) -> None:
    named = set(re.findall(r"`((?:[a-z_]+/)+[a-z_0-9.-]*)`", (ROOT / page).read_text("utf-8")))
    assert {path for path in named if not (ROOT / path).exists() and not path.startswith("var/")} == set()
