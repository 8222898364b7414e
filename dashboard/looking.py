"""Which year is looked at, and as of when: now, or any past instant, where nothing can be done."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

from fastapi import Depends, Query, Request

from dashboard.instants import sensible
from models.standing import Opened

if TYPE_CHECKING:
    from dashboard.site import Site


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
    def at(self) -> str:
        """What a link carries on, so that the pages it leads to show the same instant; "" for now."""
        return f"?as_of={self.as_of:%Y-%m-%dT%H:%M}" if self.past else ""


def looking(request: Request, year: int, as_of: Annotated[datetime | None, Query()] = None) -> Looking:
    """Read the year and the instant of an address; one in the future is now. Raise `YearNotOpen`."""
    site: Site = request.app.state.site
    opened = site.year(year)
    now = site.now(opened)
    if as_of is None:
        return Looking(opened, now, now)
    return Looking(opened, now, sensible(as_of, now))


Look = Annotated[Looking, Depends(looking)]
"""The year and the instant of a page under `/{year}`."""
