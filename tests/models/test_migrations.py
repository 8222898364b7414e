"""The migrations reach the tables of the models, from nothing, on both databases; and again changes nothing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

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


def test_migrations_are_numbered_in_one_line() -> None:
    """Two that take the same number leave every database without a way to the newest tables."""
    numbers = sorted(
        path.name[:4] for path in (Path(migrate.__file__).parent / "migrations/versions").glob("[0-9]*.py")
    )
    assert numbers == [f"{number:04}" for number in range(1, len(numbers) + 1)]
