"""A database brought to this version, with a copy of it from before: what a migration did wrong can be taken back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deployments.backups import DATED, back_up, dated
from models import migrate, snapshots
from models.database import NotPrepared

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from models.database import Database
    from settings import Settings


def upgrade(database: Database, settings: Settings, folder: Path, at: datetime) -> Path | None:
    """Run the migrations that are missing; give the copy that was made before, None where there was nothing to copy.

    It is a backup where a passphrase is set. Without one it is the file of SQLite as it was, beside it; of PostgreSQL
    there is none then. Raise `Newer` before anything is done, and what `back_up` raises.
    """
    found = _revision(database)
    copy = None
    if found is not None and migrate.known(found) and not migrate.prepared(database):
        copy = _copied(database, settings, folder, at, f"before-upgrade-{found}")
    migrate.upgrade(database)
    return copy


def _revision(database: Database) -> str | None:
    if database.absent:
        return None
    try:
        with database.read() as connection:
            return migrate.revision_of(connection)
    except NotPrepared:
        return None


def _copied(database: Database, settings: Settings, folder: Path, at: datetime, name: str) -> Path | None:
    if settings.backup.passphrase is not None:
        to = dated(settings.backup.folder, name, at)
        back_up(database, settings, folder, to, at)
        return to
    if database.file is None:
        return None
    to = database.file.with_name(f"{database.file.name}.{name}-{at:{DATED}}")
    snapshots.take(database, to)
    return to
