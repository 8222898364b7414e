"""The calendars that people subscribe to: the opened years as they stand, a city's own days in its own."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from calendars.deadlines import start_of
from calendars.ics import DatedPhase, DatedYear, calendar, version
from calendars.year import UnknownCity
from gates.states import State
from models import histories, standing
from models.reports import matrix
from models.revised_calendars import revised

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from sqlalchemy import Connection

    from calendars.ics import Stands
    from calendars.year import City, Year
    from models.reports import Standing

STANDS: Mapping[State, Stands] = {
    State.SUBMITTED: "done",
    State.PASSED: "done",
    State.WITHDRAWN: "gone",
}
"""The states in which a deadline rings no more; in all others it is owed."""


def opened_calendar(connection: Connection, years: Iterable[tuple[int, datetime]], city: str | None) -> bytes | None:
    """Give the iCalendar file of these opened years, each as of an instant, a city's own (by its slug, name or code).

    None where the city is in none of them. Raises `YearNotOpen`.
    """
    found: City | None = None
    dated: list[DatedYear] = []
    for year, as_of in years:
        opened = standing.opened(connection, year, as_of)
        known, called = opened.year, opened.book.seconds_called(opened.year)
        if city is None:
            dated.append(DatedYear(known, {}, *revised(connection, year, as_of), called))
            continue
        try:
            found = known.city(city)
        except UnknownCity:
            continue
        dated.append(_of_city(connection, known, found, called, as_of))
    return calendar(dated, found) if dated else None


def _of_city(connection: Connection, year: Year, city: City, called: Mapping[str, str], as_of: datetime) -> DatedYear:
    """A city's deadlines in one year, under the versions that its letters gave them."""
    revisions, revised_at = revised(connection, year.year, as_of)
    logged = histories.log_ends(connection, histories.Span(year.year, as_of, city=city.slug))
    first = revised_at or start_of(year.phases[0].opens)
    phases, seconds = {}, {}
    for each in matrix(connection, year.year, as_of).cities[city.slug]:
        moves, at = logged.get(each.phase, (0, first))
        stands = STANDS.get(each.state, "owed")
        phases[each.phase] = DatedPhase(each.due, version(moves, revisions), max(at, first), stands)
        if each.second:
            seconds[each.phase] = replace(phases[each.phase], due=each.second, stands=_second(each))
    return DatedYear(year, phases, revisions, revised_at, called, seconds)


def _second(standing: Standing) -> Stands:
    """Say how the second part of a city phase stands: owed until it is whole, whether the rest is filed or not."""
    if standing.state is State.WITHDRAWN:
        return "gone"
    return "done" if standing.second_at or standing.state is State.PASSED else "owed"
