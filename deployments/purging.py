"""A purge as its command does it: alone, as the tables' owner, and written down beside the database by years alone."""

from __future__ import annotations

import re
from datetime import datetime
from typing import TYPE_CHECKING

from calendars.errors import TalentError
from deployments.upgrading import owned
from models import purges_done, purging, secret_files, snapshots
from models.open_years import all_years
from models.purges_done import PurgedYear

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping
    from pathlib import Path

    from models.database import Database
    from models.purging import BeyondTerm
    from models.stamp import Stamp
    from settings import Settings

FILE = "purged"
"""In the folder: a line for each term of a real year that a purge was of. A backup knows less, once it is restored."""

BESIDE = {"party_likeness", "stated_address", "second_way"}
"""What goes with a party or a contact, uncounted."""

ANEW = "anew"
"""What ends a line once nothing is left beside the rows either: a purge cut short before that goes on from there."""

LINE = re.compile(rf"([0-9]{{1,4}}) (\S+[+-]\d\d:\d\d) (\S+[+-]\d\d:\d\d)( {ANEW})?", re.ASCII)

AGAIN = "恢复的备份早于这次清除"


class Damaged(TalentError):
    """{path} 第 {line} 行读不懂，什么也没有改动。请换上与备份同放的那一份；没有的，删去这一行再办，再 talent purge。"""


class NotYet(TalentError):
    """正式年度按现在的时间清除，不能写以后的时间：没有到期的，清除了不能恢复。"""


def purge(database: Database, settings: Settings, folder: Path, stamp: Stamp, reason: str) -> list[BeyondTerm]:
    """Take out what is beyond its term, and what the files of the database still hold of it.

    One that was cut short is finished by the next, whether anything more is due. Raise `InUse`, `Damaged`, `NotYet`.
    """
    snapshots.alone(database)
    if stamp.as_of > stamp.at:
        with database.read() as connection:
            if not all(opened.rehearsal for opened in all_years(connection)):
                raise NotYet
    noted = _noted(folder / FILE)
    with owned(database, settings) as own:
        with own.write("every") as connection:
            terms = purging.ended(connection, stamp.as_of)
            found = purging.purge(connection, terms, stamp, reason)
            so_far, tables = purges_done.for_good(connection), purges_done.touched(connection)
        unfinished = not all(noted.get(one) for one in so_far)
        if unfinished:
            _note(folder, noted, dict.fromkeys(so_far, False))
        if found or unfinished:
            snapshots.write_anew(own, tables | BESIDE)
        if unfinished:
            _note(folder, noted, dict.fromkeys(so_far, True))
    return found


def again(database: Database, purged: Iterable[PurgedYear], stamp: Stamp) -> list[BeyondTerm]:
    """Purge a copy, that knows less of it, of what was purged before of its years; it is nobody else's."""
    with database.write("every") as connection:
        terms = purges_done.of_these(connection, purged)
        found = purging.purge(connection, terms, stamp, AGAIN) if terms else []
    if found:
        snapshots.write_anew(database)
    return found


def known(folder: Path, purged: Iterable[PurgedYear] = ()) -> list[PurgedYear]:
    """Give what is written down in a folder as purged, and these, of each year its last. Raise `Damaged`."""
    return sorted(_last([*_noted(folder / FILE), *purged]))


def _last(purged: Iterable[PurgedYear]) -> Collection[PurgedYear]:
    return {(one.year, one.opened): one for one in sorted(purged)}.values()


def _note(folder: Path, before: Mapping[PurgedYear, bool], so_far: Mapping[PurgedYear, bool]) -> None:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    said = {**before, **so_far}
    lines = [
        f"{one.year} {one.opened.isoformat()} {one.until.isoformat()}{f' {ANEW}' * said[one]}" for one in _last(said)
    ]
    secret_files.written(folder / FILE, "\n".join(lines)).replace(folder / FILE)


def _noted(file: Path) -> dict[PurgedYear, bool]:
    """Give what is written down, and whether everything was then written anew. Raise `Damaged`."""
    try:
        lines = file.read_text(encoding="utf-8", errors="replace").splitlines()
    except FileNotFoundError:
        return {}
    found = {}
    for number, line in enumerate(lines, 1):
        match = LINE.fullmatch(line)
        try:
            year, *instants, anew = match.groups() if match else ("", None)
            opened, until = map(datetime.fromisoformat, instants)
            found[PurgedYear(int(year), opened, until)] = anew is not None
        except ValueError as error:
            raise Damaged(path=file, line=number) from error
    return found
