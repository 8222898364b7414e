"""Doing all that is owed at an instant and not yet done, and nothing the second time."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from calendars.deadlines import at_nine, day_of, start_of
from models import standing
from models.letter_states import LetterState
from models.outbox import ALL, LetterRow
from post.collector_pause import undisturbed
from season.correspondence import correspond
from season.outcome import Changes, merged
from season.reminding import chase, digest
from season.settle import settle
from season.transaction import written
from season.unit_of_work import NotARehearsal, Season, YearClosed

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from sqlalchemy import Connection

    from calendars.year import Year
    from models.database import Database
    from models.stamp import Stamp


@dataclass(frozen=True, slots=True)
class Advance:
    """What an advance did, and the cities it could not: slug (`*`: the province's digest) to what went wrong."""

    changes: Changes = field(default_factory=Changes)
    failures: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Forecast:
    """The letters that will be owed by an instant if nobody acts, in their order; failures as an advance has them."""

    until: datetime
    letters: tuple[LetterRow, ...] = ()
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
    passing = _Pass(year, stamp, phases, looking=dry_run)
    with undisturbed(), written(database, year, dry_run=dry_run) as connection:
        failures = passing.through(connection, cities)
    return Advance(merged(passing.changes), failures)


def forecast(database: Database, year: int, stamp: Stamp) -> Forecast:
    """Give the letters that time will make owed up to the end of the next working day; nothing of it stays.

    The year is played on from the stamp's instant to each at which a clock can make something owed, in a transaction
    that is taken back. Raises `Busy` where somebody else writes.
    """
    with database.read() as connection:
        opened = standing.opened(connection, year)
    until = opened.year.hours.closing(opened.year.working_days.after(day_of(stamp.as_of), 1))
    letters: list[LetterRow] = []
    failures: dict[str, str] = {}
    if opened.closed_as_of is not None:
        return Forecast(until)
    with undisturbed(), written(database, year, dry_run=True, patient=False) as connection:
        for at in _instants(opened.year, stamp.as_of, until):
            passing = _Pass(year, replace(stamp, as_of=at), None, looking=True)
            failures |= passing.through(connection, None)
            letters += (row for one in passing.changes for row in one.letters if row.state is not LetterState.CANCELLED)
    return Forecast(until, tuple(letters), failures)


def _instants(year: Year, now: datetime, until: datetime) -> list[datetime]:
    """Give the instants from now on at which days begin, and working hours: nothing else makes anything owed."""
    days = [day_of(now) + timedelta(days=ahead) for ahead in range((day_of(until) - day_of(now)).days + 1)]
    ahead = {at for day in days for at in (start_of(day), at_nine(day), year.hours.on_or_after(start_of(day)))}
    return [now, *sorted(at for at in ahead if now < at < until), until]


def _said(error: Exception) -> str:
    return f"{type(error).__name__}: {(str(error).splitlines() or [''])[0]}"


NOT_OF_ONE_CITY = (standing.YearNotOpen, YearClosed, NotARehearsal)
"""What no city is to blame for: the whole advance is refused."""


class _Pass:
    """One pass at an instant; each savepoint of it stands or falls by itself."""

    def __init__(self, year: int, stamp: Stamp, phases: Sequence[str] | None, *, looking: bool) -> None:
        self.year, self.stamp, self.phases, self.looking = year, stamp, phases, looking
        self.changes: list[Changes] = []

    def through(self, connection: Connection, cities: Sequence[str] | None) -> dict[str, str]:
        """Advance all at once, else each city by itself and then the digest; give what could not be, and why."""
        whole, failures = self.phases is None and cities is None, dict[str, str]()
        try:
            self.over(connection, cities, whole=whole)
        except NOT_OF_ONE_CITY:
            raise
        except Exception:  # noqa: BLE001 -- whatever one city does must not hold up the others
            for city in standing.city_slugs(connection, self.year) if cities is None else cities:
                try:
                    self.over(connection, [city])
                except Exception as error:  # noqa: BLE001
                    failures[city] = _said(error)
            if whole:
                try:
                    self.savepoint(connection, None, digest)
                except Exception as error:  # noqa: BLE001
                    failures[ALL] = _said(error)
        return failures

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
        with connection.begin_nested():
            season = Season.read(connection, self.year, self.stamp, cities, reading=self.looking, by_itself=True)
            step(season)
            season.flush()
            correspond(season)
            season.flush()
        self.changes.append(season.changes)
