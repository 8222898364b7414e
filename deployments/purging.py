"""A purge as its command does it: alone, as the tables' owner, and written down beside the database by years alone."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from calendars.errors import TalentError
from deployments.upgrading import owned
from models import purging, secret_files, snapshots
from models.open_years import all_years
from models.purging import Ended

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from pathlib import Path

    from models.database import Database
    from models.purging import BeyondTerm
    from models.stamp import Stamp
    from settings import Settings

FILE = "purged"
"""In the folder: a line for each term that a purge was of. A backup knows less, once it is restored."""

BESIDE = {"party_likeness", "stated_address", "second_way"}
"""What goes with a party or a contact, uncounted."""

AGAIN = "恢复的备份早于这次清除"


class NotYet(TalentError):
    """正式年度按现在的时间清除，不能写以后的时间：没有到期的，清除了不能恢复。"""


def purge(database: Database, settings: Settings, folder: Path, stamp: Stamp, reason: str) -> list[BeyondTerm]:
    """Take out what is beyond its term, and what the files of the database still hold of it. Raise `InUse`, NotYet."""
    snapshots.alone(database)
    if stamp.as_of > stamp.at:
        with database.read() as connection:
            if not all(opened.rehearsal for opened in all_years(connection)):
                raise NotYet
    with owned(database, settings) as own:
        with own.write("every") as connection:
            terms = purging.ended(connection, stamp.as_of)
            found = purging.purge(connection, terms, stamp, reason)
            so_far = purging.done(connection)
        if found:
            snapshots.write_anew(own, {one.table for one in found} | BESIDE)
            _note(folder, so_far)
    return found


def again(database: Database, terms: Collection[Ended], stamp: Stamp) -> list[BeyondTerm]:
    """Purge a copy, that knows less of it, of what was purged before; it is nobody else's."""
    if not terms:
        return []
    with database.write("every") as connection:
        found = purging.purge(connection, terms, stamp, AGAIN)
    if found:
        snapshots.write_anew(database)
    return found


def known(folder: Path, terms: Iterable[Ended] = ()) -> list[Ended]:
    """Give the terms of the purges that were written down in a folder, and of these, each year once."""
    newest: dict[int, datetime] = {}
    for year, until in (*_noted(folder / FILE), *terms):
        newest[year] = max(until, newest.get(year, until))
    return [Ended(*one) for one in sorted(newest.items())]


def _note(folder: Path, terms: Iterable[Ended]) -> None:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    lines = "\n".join(f"{year} {until.isoformat()}" for year, until in known(folder, terms))
    secret_files.written(folder / FILE, lines).replace(folder / FILE)


def _noted(file: Path) -> list[Ended]:
    try:
        lines = [line.split() for line in file.read_text(encoding="utf-8").splitlines()]
    except FileNotFoundError:
        return []
    return [Ended(int(line[0]), datetime.fromisoformat(line[1])) for line in lines if len(line) == 2]  # noqa: PLR2004
