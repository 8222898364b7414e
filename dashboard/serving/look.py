"""Which year is looked at, and as of when: now, or any past instant, where nothing can be done."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Annotated
from urllib.parse import urlencode

from fastapi import Depends, Query, Request
from pydantic import BeforeValidator

from calendars.deadlines import TZ, day_of, start_of
from calendars.errors import TalentError
from dashboard.serving.instants import sensible
from models.standing import Opened

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date

    from dashboard.serving.site import Site

DAY = timedelta(days=1)


class NotNow(TalentError):
    """过去的情形只能查看；请回到现在再办理。"""


@dataclass(frozen=True, slots=True)
class Looking:
    """A year as it is looked at: `now` is the programme's present, `as_of` what is shown of it."""

    opened: Opened
    now: datetime
    as_of: datetime

    @property
    def past(self) -> bool:
        """Whether it is a past instant: shown as it stood, read-only."""
        return self.as_of < self.now

    @property
    def mark(self) -> str:
        """What stands in the name of a file that is of a trial, and counts for nothing."""
        return "（试运行，不作数）" if self.opened.trial is not None else ""

    @property
    def at(self) -> str:
        """What a link carries on, so that the pages it leads to show the same instant; "" for now."""
        return f"?as_of={minute(self.as_of)}" if self.past else ""

    @property
    def also(self) -> str:
        """The same for a link that has a query already."""
        return self.at.replace("?", "&", 1)

    @property
    def first(self) -> date:
        """The first day that can be looked at: the year's first opening."""
        return min(phase.opens for phase in self.opened.year.phases)

    @property
    def last(self) -> date:
        """The last day that can be looked at: today."""
        return max(self.first, day_of(self.now))

    @property
    def days(self) -> int:
        """How many days lie between the first and the last."""
        return (self.last - self.first).days

    @property
    def day(self) -> int:
        """Which of them is looked at; the first is 0."""
        return min(max((day_of(self.as_of) - self.first).days, 0), self.days)

    @property
    def day_before(self) -> str | None:
        """The same time a day earlier, as an address has it; None on the first day."""
        return minute(max(self.as_of - DAY, start_of(self.first))) if day_of(self.as_of) > self.first else None

    @property
    def day_after(self) -> str | None:
        """The same time a day later; "" where that is now, None where it is now already."""
        if not self.past:
            return None
        return minute(self.as_of + DAY) if self.as_of + DAY < self.now else ""


def minute(at: datetime) -> str:
    """Write an instant as an address and a field have it: Shanghai's time, to the minute."""
    return f"{at.astimezone(TZ):%Y-%m-%dT%H:%M}"


def moved(path: str, query: Iterable[tuple[str, str]], as_of: str) -> str:
    """Give the address of the same page at another instant, "" for now."""
    kept = [(name, value) for name, value in query if name != "as_of"]
    said = urlencode([*kept, *([("as_of", as_of)] if as_of else [])], safe=":")
    return f"{path}?{said}" if said else path


def _unless_empty(value: object) -> object:
    return value or None


Instant = Annotated[datetime | None, BeforeValidator(_unless_empty), Query()]
"""An instant of an address; an empty field is none."""


def looking(request: Request, year: int, as_of: Instant = None) -> Looking:
    """Read the year and the instant of an address; the present minute and the future are now. Raise `YearNotOpen`."""
    site: Site = request.app.state.site
    opened = site.year(year)
    now = site.now(opened)
    if as_of is None:
        return Looking(opened, now, now)
    at = sensible(as_of, now)
    if at >= now.replace(second=0, microsecond=0):
        return Looking(opened, now, now)
    return Looking(site.year(year, at), now, at)


Look = Annotated[Looking, Depends(looking)]
"""The year and the instant of a page under `/{year}`."""


def present(look: Look) -> Looking:
    """Refuse an address that names a past instant; raise `NotNow`."""
    if look.past:
        raise NotNow
    return look


Present = Annotated[Looking, Depends(present)]
"""The year of a page that is only of now: what is done there, and what has no past."""


def query_of(look: Looking, filters: Mapping[str, str | None]) -> dict[str, str]:
    """Give what an address carries: the filters that are set, and the past instant that is looked at."""
    past = {"as_of": f"{look.as_of:%Y-%m-%dT%H:%M}"} if look.past else {}
    return {**past, **{name: value for name, value in filters.items() if value}}
