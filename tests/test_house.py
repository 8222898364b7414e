"""What holds of all rooms at once: who imports whom, and names that stand once."""

from __future__ import annotations

import ast
import re
from collections import Counter
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


def classes(sources: Mapping[str, str]) -> dict[str, set[str]]:
    """Give the public classes that stand in more than one module, and where."""
    found: dict[str, set[str]] = {}
    for module, source in sources.items():
        for one in ast.parse(source).body:
            if isinstance(one, ast.ClassDef) and not one.name.startswith("_"):
                found.setdefault(one.name, set()).add(module)
    return {name: modules for name, modules in found.items() if len(modules) > 1}


def borrowed(sources: Mapping[str, str]) -> set[tuple[str, str]]:
    """Give who imports a name that another room keeps to itself."""
    return {
        (module, f"{one.module}.{alias.name}")
        for module, source in sources.items()
        for one in ast.walk(ast.parse(source))
        if isinstance(one, ast.ImportFrom) and one.module and one.module.split(".")[0] != module.split(".")[0]
        for alias in one.names
        if alias.name.startswith("_")
        or (any(part.startswith("_") for part in one.module.split(".")) and one.module != "__future__")
    }


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


def test_a_class_name_stands_once(modules: dict[str, Path]) -> None:
    assert classes({name: path.read_text("utf-8") for name, path in modules.items()}) == {}


def test_a_class_that_stands_twice_would_be_seen() -> None:
    assert classes({"a": "class One: ...", "b": "class One: ...\nclass _Two: ...", "c": "class _Two: ..."}) == {
        "One": {"a", "b"}
    }


def test_no_room_takes_what_another_keeps_to_itself(modules: dict[str, Path]) -> None:
    assert borrowed({name: path.read_text("utf-8") for name, path in modules.items()}) == set()


def test_a_borrowed_name_would_be_seen() -> None:
    assert borrowed({"acts.a": "from models.b import _c, d", "models.e": "from models.b import _c"}) == {
        ("acts.a", "models.b._c")
    }


SEEN_FROM_SEVERAL_ROOMS = frozenset(
    {
        "accounts", "act", "arrangements", "audit", "awards", "book", "calendar", "calendar_drafts",
        "case_notes", "channels",
        "city_requests", "consents",
        "contact_evidence", "contact_receipts", "contacts", "countersigning", "couriers", "data_handling", "database",
        "days_told", "deeds", "expected_letters", "exports", "feeds", "filed_rows", "forecast", "fork",
        "fund_transfers",
        "guardian_consents", "handover",
        "letter_marks", "letterbox", "letters", "likely_children",
        "masking", "matrix", "notice", "offices", "open_years", "own_letter", "parties", "personal_changes",
        "pool", "prepared_acts", "purging", "receipts",
        "readiness", "record_chain", "rerun", "restorations", "revised_calendars", "season", "second_ways",
        "short_messages",
        "signs_of_life", "suppression", "year",
    }
)  # fmt: skip
"""Module names that stand twice: the same thing in a phase, a table, a query, an act, a command, a page, in doctor."""


def test_a_module_name_stands_once_but_for_one_thing_seen_from_several_rooms(modules: dict[str, Path]) -> None:
    counted = Counter(path.stem for path in modules.values() if path.stem not in {"__init__", "__main__"})
    assert {name for name, times in counted.items() if times > 1} == SEEN_FROM_SEVERAL_ROOMS


def test_no_test_imports_another_rooms_tests() -> None:
    found = {
        (str(path.relative_to(ROOT)), name)
        for path in (ROOT / "tests").rglob("*.py")
        for name in re.findall(r"^ *from tests\.(\w+)", path.read_text("utf-8"), re.MULTILINE)
        if name not in {"support", path.relative_to(ROOT / "tests").parts[0]} and (ROOT / "tests" / name).is_dir()
    }
    assert found == set()


BUILDERS = frozenset({"select", "update", "insert", "delete", "exists", "func", "text", "case", "table_of"})
"""What a query is made of."""

ASKED_BY_TEXT = frozenset({"commands/examining/database.py"})
"""The doctor looks whether the database answers at all, whatever stands in it."""


def queries(source: str) -> set[str]:
    """Give what a module takes to make queries of, from SQLAlchemy or from the columns of our tables."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        room = (node.module or "") if isinstance(node, ast.ImportFrom) else ""
        if isinstance(node, ast.ImportFrom) and (
            room == "models.columns" or room.startswith(("sqlalchemy", "sqlmodel"))
        ):
            found |= BUILDERS.intersection(alias.name for alias in node.names)
    return found


def test_sql_stands_in_models_and_post_only(modules: dict[str, Path]) -> None:
    found = {
        str(path.relative_to(ROOT)): queries(path.read_text("utf-8"))
        for name, path in modules.items()
        if name.split(".")[0] not in {"models", "post", "tests", "benchmarks"}
    }
    assert {name: used for name, used in found.items() if used and name not in ASKED_BY_TEXT} == {}


def test_a_query_in_another_room_is_found() -> None:
    assert queries("from sqlalchemy import func, select") == {"func", "select"}
    assert queries("def f() -> None:\n    from models.columns import table_of") == {"table_of"}
    assert queries("from sqlalchemy import Connection, Row") == set()


def test_every_decision_has_a_number_of_its_own_and_says_it() -> None:
    headed = {
        path.name: path.read_text("utf-8").split(".", 1)[0] for path in (ROOT / "docs" / "decisions").glob("0*.md")
    }
    assert headed == {name: f"# {int(name[:4])}" for name in headed}
    assert len({name[:4] for name in headed}) == len(headed)
