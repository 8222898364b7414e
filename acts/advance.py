"""Doing all that is owed at an instant and not yet done, and nothing the second time."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from models import standing
from models.outbox import ALL
from post.collector_pause import undisturbed
from season.correspondence import correspond
from season.outcome import Changes, merged
from season.reminding import chase, digest
from season.settle import settle
from season.unit_of_work import NotARehearsal, Season, YearClosed

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from sqlalchemy import Connection

    from models.database import Database
    from models.stamp import Stamp


@dataclass(frozen=True, slots=True)
class Advance:
    """What an advance did, and the cities it could not: slug (`*`: the province's digest) to what went wrong."""

    changes: Changes = field(default_factory=Changes)
    failures: Mapping[str, str] = field(default_factory=dict)


def advance(
    database: Database,
    year: int,
    stamp: Stamp,
    phases: Sequence[str] | None = None,
    cities: Sequence[str] | None = None,
    *,
    dry_run: bool = False,
) -> Advance:
    """Advance these phases of these cities (None: all of them), as of the stamp's instant.

    One pass for all cities. Where it fails, each city is tried by itself: the one that fails is named and left as it
    was, the others are done. The province's digest goes out only where the whole year is looked at.
    """
    passing = _Pass(year, stamp, phases, dry_run=dry_run)
    whole = phases is None and cities is None
    failures: dict[str, str] = {}
    with undisturbed(), database.write(year) as connection:
        try:
            passing.over(connection, cities, whole=whole)
        except NOT_OF_ONE_CITY:
            raise
        except Exception:  # noqa: BLE001 -- whatever one city does must not hold up the others
            for city in standing.city_slugs(connection, year) if cities is None else cities:
                try:
                    passing.over(connection, [city])
                except Exception as error:  # noqa: BLE001
                    failures[city] = _said(error)
            if whole:
                try:
                    passing.savepoint(connection, None, digest)
                except Exception as error:  # noqa: BLE001
                    failures[ALL] = _said(error)
    return Advance(merged(passing.changes), failures)


def _said(error: Exception) -> str:
    return f"{type(error).__name__}: {(str(error).splitlines() or [''])[0]}"


NOT_OF_ONE_CITY = (standing.YearNotOpen, YearClosed, NotARehearsal)
"""What no city is to blame for: the whole advance is refused."""


class _Pass:
    """One pass at an instant; each savepoint of it stands or falls by itself."""

    def __init__(self, year: int, stamp: Stamp, phases: Sequence[str] | None, *, dry_run: bool) -> None:
        self.year, self.stamp, self.phases, self.dry_run = year, stamp, phases, dry_run
        self.changes: list[Changes] = []

    def over(self, connection: Connection, cities: Sequence[str] | None, *, whole: bool = False) -> None:
        def step(season: Season) -> None:
            settle(season, season.cities, self.phases)
            if not season.year.hours.hold(self.stamp.as_of):
                return  # what time alone makes owed is found owed in the morning
            chase(season, self.phases)
            if whole:
                digest(season)

        self.savepoint(connection, cities, step)

    def savepoint(self, connection: Connection, cities: Sequence[str] | None, step: Callable[[Season], None]) -> None:
        with connection.begin_nested() as savepoint:
            season = Season.read(connection, self.year, self.stamp, cities, reading=self.dry_run, by_itself=True)
            step(season)
            season.flush()
            correspond(season)
            season.flush()
            if self.dry_run:
                savepoint.rollback()
        self.changes.append(season.changes)
