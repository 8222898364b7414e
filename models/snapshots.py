"""All that a database holds as one SQLite file: taken while others write, looked at, and put in the database's place.

It is a file of SQLite whatever the database is: so a copy of PostgreSQL needs no program of the server's release, is
brought to this version by the same migrations, and can be put back into a database of the other kind.
"""

from __future__ import annotations

import shutil
import sqlite3
import time
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import JSON, Integer, MetaData, func, insert, select, text

from calendars.errors import TalentError
from models import migrate
from models.append_only import lifted
from models.database import Database
from models.on_disk import flush

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sqlalchemy import Connection, Table

    from models.contact_keys import ContactKeys
    from models.key_file import MatchingKeys
    from phases.book import Book

AT_ONCE = 1000
"""Rows that are carried over together."""

LEAVING_SECONDS = 2.0
"""How long whoever is just leaving a database is waited for."""

BESIDE = ("", "-wal", "-shm")
"""What a file of SQLite consists of while it is open."""

_TYPES = text(
    "SELECT quote_ident(attname), format_type(atttypid, atttypmod) FROM pg_attribute "
    "WHERE attrelid = CAST(:whose AS regclass) AND attnum > 0 AND NOT attisdropped"
)


class NotWhole(TalentError):
    """{path} 不是完好的数据库文件：{why}。"""


class InUse(TalentError):
    """还有程序开着这个数据库（talent up、页面或别的命令）；请先全部停下再办。"""


def take(database: Database, path: Path) -> None:
    """Copy all of it, as of one instant, into a new file of its owner's alone. Raise `NotPrepared`, `NotWhole`."""
    with opened(path, database.book, database.keys, database.contact_keys) as copy:
        copy.make()
        if database.embedded:
            with closing(database.engine.raw_connection()) as own:
                own.cursor().execute("VACUUM INTO ?", [str(path)])
        else:
            with database.read() as source:
                migrate.upgrade(copy, migrate.revision_of(source) or "base")
                with copy.write() as target:
                    _pour(source, _tables(source), target)
    check(path)


def check(path: Path) -> None:
    """Raise `NotWhole` where a file is no database of SQLite, or a damaged one."""
    try:
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as own:
            found = [row[0] for row in own.execute("PRAGMA integrity_check(1)")]
    except sqlite3.DatabaseError as error:
        raise NotWhole(path=path, why=error) from error
    if found != ["ok"]:
        raise NotWhole(path=path, why=found[0])


@contextmanager
def opened(
    path: Path, book: Book, keys: MatchingKeys | None = None, contact_keys: ContactKeys | None = None
) -> Iterator[Database]:
    """Give a file as a database, closed at the end."""
    copy = Database(f"sqlite:///{path}", book, keys, contact_keys)
    try:
        yield copy
    finally:
        copy.dispose()


def counts(database: Database) -> dict[str, int]:
    """Give how many rows each table has."""
    with database.read() as connection:
        return {table.name: _count(connection, table) for table in _tables(connection).sorted_tables}


def alone(database: Database) -> None:
    """Raise `InUse` where anybody else has a database open."""
    database.dispose()
    if database.file is None:
        with database.read() as connection:
            _alone(connection)
        database.dispose()
    elif database.file.exists() and _is_open(database.file):
        raise InUse


def write_anew(database: Database, tables: Iterable[str] = ()) -> None:
    """Write a file of SQLite anew, of PostgreSQL these tables: what was deleted still stands in them until then.

    So do samples of it in what PostgreSQL knows of their columns for its plans, even once a table is empty.
    """
    if database.embedded:
        with closing(database.engine.raw_connection()) as own:
            cursor = own.cursor()
            cursor.execute("VACUUM")
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        for table in tables:
            connection.execute(text(f'ALTER TABLE "{table}" {_as_they_are(connection, table)}'))
            connection.execute(text(f'VACUUM (FULL) "{table}"'))


def _as_they_are(connection: Connection, table: str) -> str:
    """Give each column of a table of PostgreSQL the type that it has, which makes it forget the samples."""
    columns = connection.execute(_TYPES, {"whose": f'"{table}"'})
    return ", ".join(f"ALTER COLUMN {name} TYPE {kind}" for name, kind in columns)


def put(path: Path, database: Database, aside: str) -> Path | None:
    """Put a copy of this version's tables in a database's place; give the file of what was there, where it is a file.

    A file of SQLite is moved, with `aside` after its name; what PostgreSQL holds is replaced in one transaction. Raise
    `InUse` where anybody has it open, `Newer` where its tables are of a newer program.
    """
    database.dispose()
    if database.file is not None:
        return _swap(path, database.file, aside)
    with opened(path, database.book) as copy, copy.read() as source, migrate.upgrading(database) as target:
        _alone(target)
        held = _tables(source)
        _empty(target, held.tables)
        _go_on_counting(target, _pour(source, held, target))
    return None


def _empty(target: Connection, tables: Iterable[str]) -> None:
    """Empty tables of PostgreSQL, for which what keeps some of them for ever steps aside: whoever owns them may."""
    with lifted(target, [*tables]):
        names = ", ".join(f'"{name}"' for name in tables)
        target.execute(text(f"TRUNCATE {names} CASCADE"))


def _swap(path: Path, place: Path, aside: str) -> Path | None:
    """Put a file in its place, at no instant of which there is none: of none a new, empty season would be made."""
    there = place.exists()
    if there and _is_open(place):
        raise InUse
    former = place.with_name(place.name + aside)
    place.parent.mkdir(parents=True, exist_ok=True)
    flush(path)
    if there:
        _also_as(place, former)
    for end in filter(None, BESIDE):
        with suppress(FileNotFoundError):
            place.with_name(place.name + end).rename(former.with_name(former.name + end))
    path.replace(place)
    flush(place.parent)
    return former if there else None


def _also_as(place: Path, former: Path) -> None:
    """Give a file a second name; where the disk knows no links, a copy."""
    try:
        former.hardlink_to(place)
    except OSError:
        shutil.copy2(place, former)
        flush(former)
    flush(former.parent)


def _is_open(place: Path) -> bool:
    """Tell whether anybody else has a file of SQLite open; of one that is no database any more nobody can tell."""
    with closing(sqlite3.connect(place, LEAVING_SECONDS, isolation_level=None)) as own:
        try:
            own.execute("PRAGMA locking_mode=EXCLUSIVE")
            own.execute("BEGIN EXCLUSIVE")
        except sqlite3.DatabaseError as error:
            return "locked" in str(error)
    return False


def _alone(connection: Connection) -> None:
    """Raise `InUse` where anybody else speaks to this database of PostgreSQL; whoever just left is given a moment."""
    others = text(
        "SELECT count(*), pg_stat_clear_snapshot() FROM pg_stat_activity "
        "WHERE datname = current_database() AND pid <> pg_backend_pid() "
        # what another role's session is only a superuser hears; what the server does by itself has no role
        "AND usename IS NOT NULL AND coalesce(backend_type, 'client backend') = 'client backend'"
    )
    until = time.monotonic() + LEAVING_SECONDS
    while connection.execute(others).scalar():
        if time.monotonic() > until:
            raise InUse
        time.sleep(0.1)


def _tables(connection: Connection) -> MetaData:
    """Give the tables that are there, whatever version they are of; not the one that says which."""
    found = MetaData()
    found.reflect(connection, only=lambda name, _: name != "alembic_version")
    for table in found.tables.values():
        for column in table.c:
            if isinstance(column.type, JSON):
                column.type = JSON(none_as_null=bool(column.nullable))
    return found


def _pour(source: Connection, held: MetaData, target: Connection) -> MetaData:
    """Carry every row over and give the target's tables, the same as those held there, but empty.

    Raise `NotWhole` where a row was lost.
    """
    tables = _tables(target)
    for table in tables.sorted_tables:
        own = held.tables[table.name]
        rows = source.execute(select(own).execution_options(yield_per=AT_ONCE)).mappings()
        for some in rows.partitions():
            target.execute(insert(table), [{name: _kept(value) for name, value in row.items()} for row in some])
        there, came = _count(source, own), _count(target, table)
        if there != came:
            raise NotWhole(path=table.name, why=f"应有 {there} 行，只有 {came} 行")
    return tables


def _count(connection: Connection, table: Table) -> int:
    return connection.execute(select(func.count()).select_from(table)).scalar_one()


def _kept(value: Any) -> Any:  # noqa: ANN401 -- whatever stands in a column
    """Give a value as the other kind of database has it: SQLite keeps instants in UTC without saying so."""
    if not isinstance(value, datetime):
        return value
    return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC).replace(tzinfo=None)


def _go_on_counting(connection: Connection, tables: MetaData) -> None:
    """Let PostgreSQL number what comes next after what came over."""
    for table in tables.tables.values():
        for column in table.primary_key:
            if not isinstance(column.type, Integer):
                continue
            sequence = connection.scalar(select(func.pg_get_serial_sequence(table.name, column.name)))
            newest = connection.scalar(select(func.max(column)))
            if sequence is not None and newest is not None:
                connection.execute(select(func.setval(sequence, newest)))
