"""A database brought to this version, with a copy of it from before: what a migration did wrong can be taken back."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from deployments.backups import back_up
from models import migrate, owner, snapshots
from models.backup_files import DATED, dated
from models.database import Database, NotPrepared
from models.revisions import known
from models.rewriting import FILED, SINCE, of_book

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from pathlib import Path

    from settings import Settings


OWED = "encrypting"
"""In the folder, from before contacts are encrypted until nothing is left of them as they were: what was cut short
before that goes on from there."""


def upgrade(database: Database, settings: Settings, folder: Path, at: datetime) -> Path | None:
    """Run the migrations that are missing; give the copy that was made before, None where there was nothing to copy.

    Where tables belong to another role they are run as that one, and the database's own is let work on them. The copy
    is a backup where a passphrase is set. Without one it is the file of SQLite as it was, beside it; of PostgreSQL
    there is none then. Raise `Newer`, OthersTables, `InUse` where anybody else has it open, who would go on by the old
    program, before anything is done; NotOwner, and what `back_up` raises.
    """
    found = _revision(database)
    copy = None
    if found is not None and known(found) and not migrate.prepared(database):
        snapshots.alone(database)
        copy = copied(database, settings, folder, at, f"before-upgrade-{found}")
    owed = folder / OWED
    if found is not None and found < SINCE:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        owed.touch(mode=0o600)
    with owned(database, settings) as own:
        migrate.upgrade(own)
        if owed.exists():
            snapshots.write_anew(own, [FILED, *(one.name for one in of_book(database.book))])
            owed.unlink()
    return copy


def bring_up(copy: Database) -> None:
    """Run what migrations a copy is missing, which nobody else has; what they encrypt is left nowhere in its file."""
    found = _revision(copy)
    migrate.upgrade(copy)
    if found is not None and found < SINCE:
        snapshots.write_anew(copy)


def apart(database: Database, settings: Settings) -> str | None:
    """Give the role that it is opened as, where its tables are made as another; None where that is one and the same."""
    url = settings.database.owner_url
    if not url or database.embedded:
        return None
    own = Database(url, database.book)
    try:
        with database.read() as here, own.read() as there:
            role = owner.role_of(here)
            return role if role != owner.role_of(there) and owner.same(here, there) else None
    finally:
        own.dispose()


@contextmanager
def owned(database: Database, settings: Settings) -> Iterator[Database]:
    """Give a database as its owner's, who at the end lets its own role work on it; the same where they are one.

    Raise OthersTables before anything is done.
    """
    role = apart(database, settings)
    if role is None:
        yield database
        return
    own = Database(settings.database.owner_url, database.book, database.keys, database.contact_keys)
    try:
        database.dispose()  # whoever puts another in its place wants nobody to have it open
        with own.read() as connection:
            owner.check(connection, role)
        yield own
        with own.write() as connection:
            owner.permit(connection, role)
    finally:
        own.dispose()


def _revision(database: Database) -> str | None:
    if database.absent:
        return None
    try:
        with database.read() as connection:
            return migrate.revision_of(connection)
    except NotPrepared:
        return None


def copied(database: Database, settings: Settings, folder: Path, at: datetime, name: str) -> Path | None:
    """Make a copy of a database before it is changed, and give it: sealed where a passphrase is set, see `upgrade`."""
    if settings.backup.passphrase is not None:
        to = dated(settings.backup.folder, name, at)
        back_up(database, settings, folder, to, at)
        return to
    if database.file is None:
        return None
    to = database.file.with_name(f"{database.file.name}.{name}-{at:{DATED}}")
    snapshots.take(database, to)
    return to
