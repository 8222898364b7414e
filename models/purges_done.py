"""What was purged so far: by the table of purges, by the record's own words, and in a database that knew less of it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import func, select

from models.columns import table_of
from models.record_chain import COMMON
from models.tables.purges import Purge
from models.tables.season import ProgrammeYear

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from sqlalchemy import Connection

PURGING, OF = "清除到期的个人信息", "purge/"
"""How the record tells of a purge: the years follow, and 0@ the instant before which what belongs to none went."""

OF_NONE = COMMON
"""The year of what belongs to none."""

WRITTEN = "%Y-%m-%dT%H:%M:%S.%fZ"
"""How an instant is written there."""


class Ended(NamedTuple):
    """A term that is over: of a `year`, or (0) of what belongs to none and was there before `until`."""

    year: int
    until: datetime


class PurgedYear(NamedTuple):
    """What was purged up to when of a year that was `opened` for real then; of year 0, when the first such year was.

    By that it is known again in a backup: another database's year of the same number was opened at another instant.
    """

    year: int
    opened: datetime
    until: datetime


def subject(terms: Collection[Ended]) -> str:
    """Give what the record says of these terms, on its chain."""
    up_to = {term.year: f"@{term.until.astimezone(UTC):{WRITTEN}}" for term in terms if term.year == OF_NONE}
    return OF + "+".join(f"{term.year}{up_to.get(term.year, '')}" for term in sorted(terms))


def told_of(subject: str, at: datetime) -> Iterator[Ended]:
    """Give the terms that a purge on record was of: of a year what stood when it was recorded (`at`)."""
    for said in subject.removeprefix(OF).split("+"):
        year, _, until = said.partition("@")
        if until:
            yield Ended(int(year), datetime.strptime(until, WRITTEN).replace(tzinfo=UTC))
        elif int(year) != OF_NONE:
            yield Ended(int(year), at)


def done(connection: Connection) -> list[Ended]:
    """Give what was purged so far, each year once, and up to when what belongs to none."""
    table = table_of(Purge)
    return [
        Ended(*row) for row in connection.execute(select(table.c.year, func.max(table.c.until)).group_by(table.c.year))
    ]


def purged_years(connection: Connection) -> frozenset[int]:
    """Give the years whose rows are gone."""
    table = table_of(Purge)
    return frozenset(connection.execute(select(table.c.year).where(table.c.year != OF_NONE)).scalars())


def for_good(connection: Connection) -> list[PurgedYear]:
    """Give what was purged so far and does not come back with a backup: a rehearsal is played again from one."""
    opened = _opened(connection)
    return [PurgedYear(year, opened[year], until) for year, until in sorted(done(connection)) if year in opened]


def of_these(connection: Connection, purged: Iterable[PurgedYear]) -> list[Ended]:
    """Give the terms of those that were of this database, whatever it knows of them."""
    opened = _opened(connection)
    return [Ended(one.year, one.until) for one in purged if opened.get(one.year) == one.opened]


def _opened(connection: Connection) -> dict[int, datetime]:
    years = table_of(ProgrammeYear)
    query = select(years.c.year, years.c.opened_at).where(years.c.rehearsal.is_(False))
    found = dict(connection.execute(query).tuples().all())
    return {OF_NONE: min(found.values()), **found} if found else {}


def touched(connection: Connection) -> set[str]:
    """Give the tables that anything was ever taken out of."""
    return set[str]().union(*connection.execute(select(table_of(Purge).c.rows)).scalars())
