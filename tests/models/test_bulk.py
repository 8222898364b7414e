"""Many rows in one step: the same as one at a time, on either database."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, select, update

from models.columns import table_of
from models.database import Database
from models.shortcuts.bulk import among, at_once, listed, rows_given, rows_of
from models.tables.season import Letter
from phases.book import BOOK
from tests.support.outbox import fill
from tests.support.scenes import instant

NOW = instant("2022-01-14T09:00")
LETTER = table_of(Letter)
KINDS = {name: LETTER.c[name].type for name in ("id", "detail", "sent_at")}


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    opened = Database(database_url, BOOK)
    fill(opened, 5, at=NOW)
    yield opened
    opened.dispose()


def put(connection: Connection, rows: list[tuple[int, str | None, datetime | None]]) -> None:
    new = rows_of(connection.dialect.name, KINDS)
    changed = update(LETTER).where(LETTER.c.id == new.c.id).values(detail=new.c.detail, sent_at=new.c.sent_at)
    connection.execute(changed, rows_given(connection, KINDS, rows))


def details(connection: Connection) -> list[Any]:
    query = select(LETTER.c.id, LETTER.c.detail, LETTER.c.sent_at).order_by(LETTER.c.id)
    return [tuple(row) for row in connection.execute(query)]


def test_rows_joined_with_change_each_their_own_and_no_other(database: Database) -> None:
    later = NOW + timedelta(microseconds=1)
    rows = [(2, "满", NOW), (4, None, later), (5, 'a "b"\\', None), (77, "nobody's", NOW)]
    with database.write() as connection:
        put(connection, rows)
        assert details(connection) == [(1, None, None), rows[0], (3, None, None), rows[1], rows[2]]


def test_a_value_that_all_rows_share_is_every_row_s(database: Database) -> None:
    with database.write() as connection:
        put(connection, [(key, "好", NOW) for key in range(1, 6)])
        assert details(connection) == [(key, "好", NOW) for key in range(1, 6)]


def test_all_rows_at_once_are_those_of_the_query_in_their_order(database: Database) -> None:
    with database.write() as connection:
        put(connection, [(1, "x", NOW), (3, "y", NOW), (4, None, NOW + timedelta(hours=1))])
        query = select(*(LETTER.c[name] for name in (*KINDS, "moot", "subject", "due_at"))).order_by(LETTER.c.id.desc())
        whole = at_once(connection, query, {})
        assert whole == [tuple(row) for row in connection.execute(query)]
        assert (len(whole), whole[0][3]) == (5, False)
        chosen = query.where(among(connection.dialect.name, LETTER.c.id, "ids"))
        assert at_once(connection, chosen, {"ids": listed(connection, {4, 1, 99})}) == [whole[1], whole[4]]
        assert at_once(connection, chosen, {"ids": listed(connection, ())}) == []
