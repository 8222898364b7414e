"""The step of the migrations that moves letters' words into a table of their own, there and back."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from alembic import command

from models import migrate
from models.database import Database, patience
from phases.book import BOOK

LETTER = (
    "INSERT INTO letter (id, year, phase, city, attempt, recipient, kind, slot, concerns, state, tries, address,"
    " subject, message_id, queued_at, queued_as_of, due_at, moot, text, html, ics)"
    " VALUES (:id, 2022, 'p', 'c', '1', 'r', 'opened', :id_text, 'c', 'queued', 0, 'a@b.example', 's', '<m@b>',"
    " :at, :at, :at, :moot, :text, :html, :ics)"
)
WORDS = [("一", "<p>一</p>", None), ("二", "<p>二</p>", "BEGIN:VCALENDAR"), ("一", "<p>一</p>", None)]
PLACE = "addressee-7f1d3c5e90b84a62a4d6f0385b2c9e17"


@pytest.fixture
def before(empty_database_url: str) -> Iterator[Database]:
    """A database of the version before, with letters in it."""
    database = Database(empty_database_url, BOOK)
    database.make()
    _to(database, "0002")
    with database.write() as connection:
        for number, (text, html, ics) in enumerate(WORDS, 1):
            words = {"text": text, "html": html, "ics": ics}
            more = {"id": number, "id_text": str(number), "at": "2022-01-14 01:00:00", "moot": False}
            connection.execute(sa.text(LETTER), words | more)
    yield database
    database.dispose()


def _to(database: Database, revision: str) -> None:
    with database.engine.connect().execution_options(talent_write=patience()) as connection, connection.begin():
        go = command.downgrade if revision == "0002" and _has_bodies(connection) else command.upgrade
        go(migrate._config(connection), revision)


def _has_bodies(connection: sa.Connection) -> bool:
    return sa.inspect(connection).has_table("letter_body")


def _rows(database: Database, query: str) -> list[tuple[object, ...]]:
    with database.read() as connection:
        return [tuple(row) for row in connection.execute(sa.text(query))]


def test_letters_keep_their_words_there_and_back(before: Database) -> None:
    migrate.upgrade(before)
    assert migrate.differences(before) == []
    joined = "SELECT b.text, b.html, b.ics FROM letter l JOIN letter_body b ON b.digest = l.body ORDER BY l.id"
    assert _rows(before, joined) == WORDS
    assert _rows(before, "SELECT count(*) FROM letter_body") == [(2,)]
    with before.write() as connection:
        connection.execute(sa.text(f"UPDATE letter_body SET text = '{PLACE}：', html = '{PLACE}：' WHERE ics IS NULL"))
        connection.execute(sa.text("UPDATE letter SET addressee = '<王>' WHERE id = 3"))
    _to(before, "0002")
    assert _rows(before, "SELECT text, html, ics FROM letter ORDER BY id") == [
        (f"{PLACE}：", f"{PLACE}：", None), WORDS[1], ("<王>：", "&lt;王&gt;：", None)
    ]  # fmt: skip
