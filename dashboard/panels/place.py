"""Where a panel stands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fastapi import Request

    from calendars.year import City, Phase
    from dashboard.serving.look import Looking
    from dashboard.serving.site import Site
    from dashboard.signing_in.reader import Reader
    from gates.states import State
    from models.reports import Standings


@dataclass(frozen=True, slots=True)
class Place:
    """Where a panel stands: `phase` None on the page of a city's whole year, `city` None on that of a phase.

    `standings` are the year's, as the page has read them.
    """

    request: Request
    reader: Reader
    looking: Looking
    phase: Phase | None
    city: City | None
    standings: Standings

    @property
    def site(self) -> Site:
        """The site that is looked at."""
        site: Site = self.request.app.state.site
        return site

    @property
    def state(self) -> State:
        """How the city phase stands that the page is of."""
        assert self.phase is not None
        assert self.city is not None
        mine = self.standings.cities[self.city.slug]
        return next(one.state for one in mine if one.phase == self.phase.slug)
