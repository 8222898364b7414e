"""The migrations reach the tables of the models, from nothing, on both databases; and again changes nothing."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import sqlalchemy as sa

from models import migrate
from models.database import Database
from models.tables.catalogue import declared
from phases.book import BOOK


@pytest.fixture
def empty(empty_database_url: str) -> Iterator[Database]:
    database = Database(empty_database_url, BOOK)
    yield database
    database.dispose()


def test_an_upgrade_from_nothing_reaches_the_models(empty: Database) -> None:
    assert migrate.prepared(empty) is False
    migrate.upgrade(empty)
    assert migrate.prepared(empty) is True
    assert migrate.differences(empty) == []


def test_a_column_that_only_the_models_have_is_seen(empty: Database) -> None:
    """The control: without it, an empty list would prove nothing."""
    migrate.upgrade(empty)
    with empty.write() as connection:
        connection.execute(sa.text("ALTER TABLE letter DROP COLUMN detail"))
    assert [(what, table, column.name) for what, _, table, column in migrate.differences(empty)] == [
        ("add_column", "letter", "detail")
    ]


def test_upgrading_again_changes_nothing(empty: Database) -> None:
    migrate.upgrade(empty)
    before = sa.inspect(empty.engine).get_table_names()
    migrate.upgrade(empty)
    assert sa.inspect(empty.engine).get_table_names() == before
    assert set(before) == {*declared(BOOK).tables, "alembic_version"}
