"""The acts that may be done to a city phase, a city or a phase: the one that helps first, what takes away apart."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from markupsafe import Markup

from acts.book import ACTS, offered
from acts.nudge import NUDGE
from calendars.deadlines import day_of
from dashboard.serving.rendering import fragment
from gates.states import State
from models import contacts
from models.city_requests import unanswered
from models.written_letters import queued_keys

if TYPE_CHECKING:
    from collections.abc import Iterable

    from acts.act import Act
    from calendars.year import Phase
    from dashboard.panels.place import Place
    from models.reports import Standing, Standings

PRESSING = frozenset({State.SUBMITTED, State.OVERDUE})
"""The states in which a city phase waits for the province's hand, and the first act of the book helps it on."""

UNDER_WAY = PRESSING | {State.OPEN, State.RETURNED}
"""The states in which something may be done to a phase from the page of its city."""


def acts_panel(place: Place) -> Markup | None:
    """Give the acts that apply to a city phase, a city or a phase, for whoever may do them, now.

    On the page of a city those of its phases that are under way stand first, each with its own, before these what waits
    for a hand. One act stands out at most: none where a request of the city waits for an answer, which comes first.
    """
    if not place.reader.admin or place.looking.past or place.looking.opened.closed_as_of is not None:
        return None
    year, city = place.looking.opened.year, place.city
    today = day_of(place.looking.as_of)
    with place.site.database.read() as connection:
        people = contacts.of(connection, city.slug) if city else []
        keys = queued_keys(connection, year.year, [f"{today}"]) if city else set()
        asked = unanswered(connection, year.year, place.looking.as_of) if city else ()
    found = place.standings
    here = {
        slug: [one for one in those if _is_here(place, one.phase)]
        for slug, those in found.cities.items()
        if city is None or slug == city.slug
    }
    counted = Counter(act for those in here.values() for act in _own(place, found, those))
    mine = sorted(here[city.slug], key=lambda one: one.state not in PRESSING) if city else []
    pressing = any(one.state in PRESSING for one in mine)
    waits = any(city is not None and one.city == city.slug and _is_here(place, one.phase) for one in asked)
    rows = [] if place.phase else [_row(found, one) for one in mine if one.state in UNDER_WAY]
    if not counted and not rows:
        return None
    facts = {
        "place": place,
        "year": year,
        "acts": [(act, counted[act]) for act in ACTS.values() if act in counted],
        "rows": rows,
        "primary": pressing and not waits,
        "contact": contacts.in_charge(people, today),
        "nudged": any(key[1] == city.slug and key[4] == NUDGE.slug for key in keys) if city else False,
    }
    return fragment("panels/acts_here.html", place.request, **facts)


def _own(place: Place, found: Standings, standings: Iterable[Standing]) -> set[Act]:
    """Give what applies to the place itself: what asks for no phase is the city's own."""
    every = {act for one in standings for act in _offered(found, one, named=place.city is not None)}
    return {act for act in every if (act.asks("phase") is None) is (place.phase is None)}


def _row(found: Standings, standing: Standing) -> tuple[Phase, State, list[Act]]:
    acts = [act for act in _offered(found, standing, named=True) if act.asks("phase") is not None]
    return found.year.phase(standing.phase), standing.state, acts


def _is_here(place: Place, phase: str) -> bool:
    return place.phase is None or place.phase.slug == phase


def _offered(found: Standings, standing: Standing, *, named: bool) -> tuple[Act, ...]:
    return offered(found.book, found.year.phase(standing.phase), standing, named=named)
