"""A kind of letter costs four files: row, genre, template, the way in which it is owed; a phase says who gets it."""

from __future__ import annotations

import ast
import inspect
from pathlib import Path
from typing import get_args

import pytest

from letters.titles import title
from phases.letter_kinds import LETTER_KINDS, Kind
from season import owing
from tests.test_house import ROOMS

ROOT = Path(__file__).parents[2]
ROW, GENRE, OWED = "phases/letter_kinds.py", "letters/genres.py", "season/owing.py"
MORE = {
    "opened": "a phase opens, lapses unseen, is told to latecomers: the states of a city phase are about it",
    "moved": "a function of the templates is called so",
    "corrected": "its own word in its subject; an answer may be a corrected one",
    "appointment": "a paper is called so, which follows it",
    "request": "its subject is the city's question, as of when it was asked; much else is a request",
    "answered": "its facts say what was filed before it",
    "digest": "it is announced, and about no city",
    "escalation": "it is announced",
    "nudge": "it is a person's act, and announced",
    "question": "a request is of that kind, and the log says so; its subject",
    "noted": "an answer takes it back",
    "overdue": "its own key says which day it tells",
    "passed": "a phase may be quiet",
    "returned": "said anew when a day moves",
    "rerun": "said anew when a day moves; an act and a flow are called so",
    "withdrawn": "a state is called so",
    "rejoined": "what an opening says of a day it says too; of all phases it is written once",
    "result": "it goes out where others say passed",
    "amended": "that no result changed is why there is none",
    "reminder": "the province has one of its own",
    "visits-short": "once a month",
    "letter": "a person writes it, and its words say whether a day is told; a field of acts is called so",
}
"""What a kind does beyond its row, and so in more files; one without a line here is named in these alone."""


def naming(kind: str) -> set[str]:
    """Give the production modules that name a kind, those of phases, which say who gets it, left out."""
    found = set()
    for path in (path for room in ROOMS for path in (ROOT / room).rglob("*.py")):
        name = str(path.relative_to(ROOT))
        if "migrations" in name or (name.startswith("phases/") and name != ROW):
            continue
        words = [node.value for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.Constant)]
        if kind in words:
            found.add(name)
    return found


def test_every_kind_has_its_row_its_template_and_its_way_of_being_owed() -> None:
    assert set(LETTER_KINDS) == set(get_args(Kind))
    assert {path.stem for path in (ROOT / "letters/templates").glob("*.jinja")} == set(LETTER_KINDS)
    ways = {name for name, _ in inspect.getmembers(owing, inspect.isfunction) if not name.startswith("_")}
    assert {kind.replace("-", "_") for kind in LETTER_KINDS} <= ways


@pytest.mark.parametrize("kind", sorted(set(LETTER_KINDS) - set(MORE)))
def test_a_kind_without_peculiarities_is_named_in_its_row_and_where_it_is_owed(kind: str) -> None:
    assert naming(kind) - {"season/settle.py"} == {
        ROW,
        GENRE,
        OWED,
    }  # settle owes it where the phase names a party for it


def test_what_a_kind_says_of_itself_is_told_apart() -> None:
    tags = [row.tag for row in LETTER_KINDS.values()]
    assert len(set(tags)) == len(tags)
    assert {row.urgency for row in LETTER_KINDS.values()} == set(range(6))
    assert title.__module__ == "letters.titles"
