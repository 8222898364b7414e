"""What stands on the page of a city phase or a city beside its history: each panel one area's own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from markupsafe import Markup

from dashboard.pages import filing
from dashboard.pages.tasks import acts_panel, asked_panel

if TYPE_CHECKING:
    from fastapi import Request

    from calendars.year import City, Phase
    from dashboard.serving.look import Looking
    from dashboard.serving.site import Site
    from dashboard.signing_in.reader import Reader


@dataclass(frozen=True, slots=True)
class Place:
    """Where a panel stands: `phase` None on the page of a city's whole year, `city` None on that of a phase."""

    request: Request
    reader: Reader
    looking: Looking
    phase: Phase | None
    city: City | None

    @property
    def site(self) -> Site:
        """The site that is looked at."""
        site: Site = self.request.app.state.site
        return site


Panel = Callable[[Place], Markup | None]
"""Gives its part of the page, None where it has nothing to say there."""

PANELS: tuple[Panel, ...] = (asked_panel, filing.panel, acts_panel)
"""In the order in which they stand."""


def panels(place: Place) -> tuple[Markup, ...]:
    """Give what stands at a place."""
    return tuple(found for found in (panel(place) for panel in PANELS) if found)
