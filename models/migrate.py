"""Bringing a database to this version's tables, and saying whether it is there."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy.exc import ProgrammingError

from calendars.errors import TalentError
from models.database import NotPrepared, patience
from models.matching_keys import match_what_is_unmatched
from models.revisions import newest, refuse_newer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection

    from models.database import Database


FORBIDDEN = "42501"
"""PostgreSQL's word for what a role may not do."""


class NotOwner(TalentError):
    """数据库尚未升级到本版本，而运行的账户无权改表；请先运行 talent db upgrade（用 TALENT_DATABASE__OWNER_URL）。"""


def _config(connection: Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["connection"] = connection
    return config


def upgrade(database: Database, to: str = "head") -> None:
    """Run the migrations that are missing, up to one; nothing where there are none.

    Raise `Newer`, `NoMatchingKey`, NotOwner.
    """
    database.make()
    with upgrading(database, to) as connection:
        if to == "head":
            match_what_is_unmatched(connection)


@contextmanager
def upgrading(database: Database, to: str = "head") -> Iterator[Connection]:
    """Give a connection on which the missing migrations were run, to do more in their transaction.

    Raise `Newer` where the database has some that are not known here, NotOwner where its role may make no table.
    """
    with database.engine.connect().execution_options(talent_write=patience()) as connection, connection.begin():
        refuse_newer(connection)
        try:
            command.upgrade(_config(connection), to)
        except ProgrammingError as error:
            if getattr(error.orig, "sqlstate", None) == FORBIDDEN:
                raise NotOwner from error
            raise
        yield connection


def revision_of(connection: Connection) -> str | None:
    """Give the newest migration of a database, None where it has no tables."""
    return MigrationContext.configure(connection).get_current_revision()


def prepared(database: Database) -> bool:
    """Tell whether the database has this version's tables."""
    try:
        with database.read() as connection:
            return revision_of(connection) == newest()
    except NotPrepared:
        return False


def differences(database: Database) -> list[Any]:
    """Give what a new migration would have to do to reach the models: nothing, where they agree."""
    from models.tables.catalogue import declared

    with database.read() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        return list(compare_metadata(context, declared(database.book)))


def revision(database: Database, message: str) -> None:
    """Write the next migration from what the models have and the database has not."""
    with database.engine.connect() as connection:
        command.revision(_config(connection), message, autogenerate=True)
