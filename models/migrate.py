"""Bringing a database to this version's tables, and saying whether it is there."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from calendars.errors import TalentError
from models.database import NotPrepared, patience

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from models.database import Database


class Newer(TalentError):
    """数据库的表结构（{found}）是更新版本的程序建的：本程序比数据库旧，请先升级程序。"""


def _config(connection: Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["connection"] = connection
    return config


def upgrade(database: Database) -> None:
    """Run the migrations that are missing; nothing where there are none. Raise `Newer` where some are not known."""
    database.make()
    with database.engine.connect().execution_options(talent_write=patience()) as connection, connection.begin():
        config = _config(connection)
        found = MigrationContext.configure(connection).get_current_revision()
        if found not in {None, *(one.revision for one in ScriptDirectory.from_config(config).walk_revisions())}:
            raise Newer(found=found)
        command.upgrade(config, "head")


def prepared(database: Database) -> bool:
    """Tell whether the database has this version's tables."""
    head = ScriptDirectory.from_config(_config()).get_current_head()
    try:
        with database.read() as connection:
            return MigrationContext.configure(connection).get_current_revision() == head
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
