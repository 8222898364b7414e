"""The phase and the city of an address, by slug alone: whatever else a command may call them is no address."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dashboard.serving.policy import NotThere

if TYPE_CHECKING:
    from calendars.year import City, Phase, Year


def phase_at(year: Year, slug: str) -> Phase:
    """Give the phase; raise `NotThere`."""
    found = next((phase for phase in year.phases if phase.slug == slug), None)
    if found is None:
        raise NotThere
    return found


def city_at(year: Year, slug: str) -> City:
    """Give the city; raise `NotThere`."""
    found = next((city for city in year.cities if city.slug == slug), None)
    if found is None:
        raise NotThere
    return found
