"""Every state of a letter against every event, as the database tells it; and nobody else writes a letter's state."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from sqlalchemy import insert, literal, select, update

from letters.words import STATES
from models.columns import table_of
from models.database import Database
from models.letter_states import BORN, TRANSITIONS, LetterEvent, LetterState, any_of, may, moved, sources, target
from models.tables.season import Letter, LetterBody
from post.marks import ANSWERS
from post.unknown_letters import RESOLVED
from tests.support.scenes import instant

ROOT = Path(__file__).parents[2]
AT = instant("2022-01-05T10:00")
ROOMS = ("acts", "commands", "dashboard", "models", "post", "rehearsal", "season", "tasks")
TABLE = "models/letter_states.py"


@pytest.fixture
def letters(database: Database) -> Database:
    """One letter in each state."""
    key = {"year": 2022, "phase": "*", "city": "*", "attempt": "*", "recipient": "city:nanjing", "kind": "digest"}
    rest = {"concerns": "*", "address": "a@b.example", "subject": "s", "body": "d", "message_id": "m", "moot": False}
    times = dict.fromkeys(("queued_at", "queued_as_of", "due_at"), AT)
    with database.write() as connection:
        connection.execute(insert(table_of(LetterBody)).values(digest="d", text="t", html="h"))
        rows = [{**key, **rest, **times, "tries": 0, "slot": one.value, "state": one.value} for one in LetterState]
        connection.execute(insert(table_of(Letter)), rows)
    return database


def states(database: Database) -> dict[str, str]:
    """By the state that each began in, the one that it is in."""
    letter = table_of(Letter)
    with database.read() as connection:
        return dict(connection.execute(select(letter.c.slot, letter.c.state)).tuples().all())


@pytest.mark.parametrize("event", LetterEvent)
def test_the_whole_product_of_states_and_events(letters: Database, event: LetterEvent) -> None:
    letter = table_of(Letter)
    with letters.write() as connection:
        connection.execute(update(letter).where(may(letter, event)).values(**moved(event)))
    assert states(letters) == {state: TRANSITIONS.get((state, event), state) for state in LetterState}


def test_an_answer_moves_only_what_it_may(letters: Database) -> None:
    letter = table_of(Letter)
    for event in ANSWERS.values():
        with letters.read() as connection:
            of = any_of(letter, ANSWERS.values(), literal(target(event).value))
            found = set(connection.execute(select(letter.c.state).where(of)).scalars())
        assert found == set(sources(event)), event


def test_the_table() -> None:
    assert {event for _, event in TRANSITIONS} == set(LetterEvent)
    assert {state for state, _ in TRANSITIONS} == set(LetterState)
    assert {*TRANSITIONS.values(), *BORN} == set(LetterState)
    revived = {event for state, event in TRANSITIONS if state is LetterState.CANCELLED}
    assert revived == {LetterEvent.OWE, LetterEvent.OWE_UNREACHABLE, LetterEvent.OWE_AWAITING, LetterEvent.DELIVER}
    assert {*STATES} == set(LetterState)
    found = {LetterEvent.FIND_ACCEPTED, LetterEvent.FIND_REFUSED, LetterEvent.FIND_NOTHING}
    assert {event for event, _ in RESOLVED.values()} == found


def writes(source: str) -> list[int]:
    """Give the lines that write a letter's state in a word of their own, not the table's."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            given = node.keywords if node.func.attr in {"values", "_replace"} else []
            found += [each.value.lineno for each in given if each.arg == "state" and _is_a_word(each.value)]
        if isinstance(node, ast.Dict):
            pairs = [(key, value) for key, value in zip(node.keys, node.values, strict=True) if key]
            said = [value for key, value in pairs if isinstance(key, ast.Constant) and key.value == "state"]
            found += [value.lineno for value in said if _is_a_word(value)]
    return found


def _is_a_word(value: ast.expr) -> bool:
    words = {state.value for state in LetterState}
    return any(isinstance(node, ast.Constant) and node.value in words for node in ast.walk(value))


def test_every_state_that_is_written_comes_from_the_table() -> None:
    found = {}
    for path in sorted(path for room in ROOMS for path in (ROOT / room).rglob("*.py")):
        name = str(path.relative_to(ROOT))
        if "migrations" not in name and name != TABLE and (lines := writes(path.read_text("utf-8"))):
            found[name] = lines
    assert found == {}


def test_a_state_written_past_the_table_is_found() -> None:
    assert writes("update(letter).where(x).values(state='queued', detail=None)") == [1]
    assert writes("again = {'state': case((moot, 'cancelled'), else_=old)}") == [1]
    assert writes("update(letter).values(**moved(LetterEvent.HOLD), detail=None)") == []
