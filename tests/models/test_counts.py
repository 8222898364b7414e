"""What was done once says so, and what was there already says that: on SQLite and with psycopg alike."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection, select

from models import accounts, contacts, deeds, feeds, receipts, sign_ins, suppression
from models.columns import table_of
from models.contacts import MAIN
from models.shortcuts.bulk import insert_new
from models.tables.season import Letter, Suppressed
from tests.support.scenes import NANJING, Scene, instant, stamp

AT = "2022-01-05T10:00"
NOW = instant(AT)
HOUSE = Path(__file__).parents[2]
OWN = f"{NANJING}@city.example"
ROOMS = (
    "calendars", "gates", "forms", "phases", "models", "letters", "season", "post", "acts", "rehearsal", "tasks",
    "flows", "dashboard", "commands",
)  # fmt: skip


@pytest.fixture
def connection(scene: Scene) -> Iterator[Connection]:
    """A season with letters in the queue, in a transaction that is kept."""
    scene.advance(AT)
    with scene.database.write() as connection:
        yield connection


@pytest.fixture
def account(connection: Connection) -> int:
    row = {"name": "admin", "shown": "管理员", "role": "admin", "made_by": "测试", "made_at": NOW}
    return accounts.add(connection, row)


def queued(connection: Connection) -> int:
    """How many letters wait for Nanjing's office."""
    letter = table_of(Letter)
    theirs = select(letter.c.id).where(letter.c.recipient == f"city:{NANJING}", letter.c.state == "queued")
    return len(connection.execute(theirs).all())


def test_of_rows_only_those_are_counted_that_were_not_there(connection: Connection) -> None:
    table = table_of(Suppressed)
    rows = [{"address": f"{name}@city.example", "since": NOW, "why": "", "by": "省办"} for name in "abc"]
    assert [insert_new(connection, table, given) for given in ([], rows[:1], rows[:1], rows, rows)] == [0, 1, 0, 2, 0]


def test_a_forms_token_is_taken_once_and_again_after_it_was_given_back(connection: Connection, account: int) -> None:
    def take(act: str = "报送") -> bool:
        return deeds.take(connection, "a token", account, act, NOW, "/")

    assert [take(), take(), take("另一件事")] == [True, False, False]
    deeds.forget(connection, "a token")
    assert [take(), take()] == [True, False]


def test_a_letter_is_acknowledged_once(connection: Connection) -> None:
    letters = connection.execute(select(table_of(Letter).c.id).limit(3)).scalars().all()
    counted = [
        receipts.acknowledge(connection, given, "省办", stamp(AT)) for given in ([], letters[:1], letters, letters)
    ]
    assert counted == [0, 1, 2, 0]


def test_a_code_of_an_authenticator_is_taken_once_and_no_older_one_after_it(
    connection: Connection, account: int
) -> None:
    taken = [accounts.take_step(connection, account, step) for step in (5, 5, 4, 6)]
    assert taken == [True, False, False, True]
    assert not accounts.take_step(connection, account + 1, 7)


def test_a_link_is_used_once_and_not_too_late(connection: Connection, account: int) -> None:
    sign_ins.offer(connection, "a link", account, NOW + timedelta(hours=1))
    late, there = NOW + timedelta(hours=1), NOW + timedelta(minutes=59)
    assert [sign_ins.use(connection, "a link", when) for when in (late, there, there)] == [False, True, False]


def test_a_feed_is_revoked_once_and_by_its_owner(connection: Connection, account: int) -> None:
    feeds.make(connection, "a feed", account, None, NOW)
    key = feeds.digest("a feed")
    revoked = [feeds.revoke(connection, key, whose, NOW) for whose in (account + 1, account, account, None)]
    assert revoked == [False, True, False, False]


def test_a_contacts_part_ends_once(connection: Connection) -> None:
    given = {"office": NANJING, "part": MAIN, "name": "某人", "email": "new@city.example"}
    number = contacts.add(connection, stamp(AT), given)
    assert [contacts.end(connection, stamp(AT), number, date(2022, 2, day)) for day in (1, 2)] == [True, False]


def test_queued_letters_are_addressed_anew_once(connection: Connection) -> None:
    waiting = queued(connection)
    assert waiting > 0
    counted = [contacts.redirect(connection, f"city:{NANJING}", "new@city.example") for _ in range(2)]
    assert counted == [waiting, 0]


def test_held_letters_are_freed_once(connection: Connection) -> None:
    waiting = queued(connection)
    suppression.suppress(connection, {OWN: "退信"}, NOW, "省办")
    assert queued(connection) == 0
    assert [suppression.unsuppress(connection, OWN) for _ in range(2)] == [waiting, None]


def test_held_letters_are_addressed_anew_once(connection: Connection) -> None:
    waiting = queued(connection)
    suppression.suppress(connection, {OWN: "退信"}, NOW, "省办")
    anew = {f"city:{NANJING}": "new@city.example"}
    assert [suppression.readdress(connection, anew) for _ in range(2)] == [waiting, 0]


def test_a_message_comes_back_once(connection: Connection) -> None:
    letter = table_of(Letter)
    connection.execute(letter.update().where(letter.c.recipient == f"city:{NANJING}").values(state="sent"))
    theirs = select(letter.c.message_id).where(letter.c.recipient == f"city:{NANJING}").limit(1)
    (lead,) = suppression.leads(connection, [connection.execute(theirs).scalar_one()]).values()
    assert [suppression.came_back(connection, lead, "查无此人") for _ in range(2)] == [1, 0]


def test_nowhere_is_an_insert_counted_by_the_driver() -> None:
    """Psycopg's answer to that is -1, which is true; `insert_new` counts what was inserted."""
    counted = [
        f"{path.relative_to(HOUSE)}:{function.lineno} {function.name}"
        for room in ROOMS
        for path in sorted((HOUSE / room).rglob("*.py"))
        for function in ast.walk(ast.parse(path.read_text()))
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef) and {"insert", "rowcount"} <= words(function)
    ]
    assert counted == []


def words(function: ast.AST) -> set[str]:
    """The names that stand in a function, one that begins with `insert` as that."""
    found = {node.attr for node in ast.walk(function) if isinstance(node, ast.Attribute)}
    found |= {node.id for node in ast.walk(function) if isinstance(node, ast.Name)}
    return {"insert" if name.startswith("insert") else name for name in found}
