"""Migrated databases of either kind, to be copied for every proof that is to have one of its own."""

from __future__ import annotations

import shutil
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa

from models import migrate
from models.database import Database
from phases.book import BOOK


@dataclass(frozen=True)
class Template:
    """What is copied: a file of SQLite, or a database of that name on a server of PostgreSQL."""

    file: Path
    server: str | None = None

    @property
    def kind(self) -> str:
        return "SQLite" if self.server is None else "PostgreSQL"

    def filled(self, name: str, prepare: Callable[[Database], None]) -> Template:
        """Make another of this one, with what it is to hold."""
        if self.server is None:
            file = Path(shutil.copy(self.file, self.file.with_name(f"{name}.db")))
            prepare(database := Database(f"sqlite:///{file}", BOOK))
            closed(database)
            return Template(file)
        prepare(database := Database(made(self.server, name, f'TEMPLATE "{self.file.stem}"'), BOOK))
        database.dispose()
        return Template(Path(name), self.server)

    @contextmanager
    def copy(self, home: Path) -> Iterator[str]:
        """Give the address of a copy, in this folder or on the server, that is gone afterwards."""
        if self.server is None:
            yield f"sqlite:///{shutil.copy(self.file, home / 'talent.db')}"
            return
        name = f"proof_{uuid.uuid4().hex}"
        yield made(self.server, name, f'TEMPLATE "{self.file.stem}"')
        _told(self.server, f'DROP DATABASE "{name}" WITH (FORCE)')

    @classmethod
    def at(cls, file: Path) -> Template:
        """Make an empty one of SQLite."""
        database = Database(f"sqlite:///{file}", BOOK)
        migrate.upgrade(database)
        closed(database)
        return cls(file)

    @classmethod
    def on(cls, server: str, name: str, prepare: Callable[[Database], None] = lambda _: None) -> Template:
        """Make one on a server, with what it is to hold."""
        database = Database(made(server, name), BOOK)
        migrate.upgrade(database)
        prepare(database)
        database.dispose()
        return cls(Path(name), server)


def closed(database: Database) -> None:
    """Bring everything into the one file that is copied."""
    with database.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    database.dispose()


def made(server: str, name: str, how: str = "") -> str:
    """Make a database on the server; give its address."""
    _told(server, f'CREATE DATABASE "{name}" {how}')
    return sa.make_url(server).set(database=name).render_as_string(hide_password=False)


def _told(server: str, statement: str) -> None:
    engine = sa.create_engine(server, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
    with engine.connect() as connection:
        connection.exec_driver_sql(statement)
