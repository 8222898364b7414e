"""Who is known only now, by what was filled in afterwards, is told of the phases that are open already."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gates.reruns import users
from gates.states import State
from models.parties import Reach
from models.written_letters import opened_to
from season import owing
from season.judging import scope_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from models.standing import Cell
    from season.unit_of_work import Season

UNDER_WAY = frozenset({State.OPEN, State.RETURNED})


def tell_latecomers(season: Season, cell: Cell) -> dict[str, int]:
    """Owe `opened`, with the present due day, to each party without one of what is under way and judged by `cell`.

    The rows are loaded; what was gathered is written first, for who is concerned is read from all of it. Give, by
    phase, how many are told.
    """
    return tell_of(season, cell.city, users(season.year, season.book.uses, cell.phase))


def tell_of(season: Season, city: str, phases: Iterable[str]) -> dict[str, int]:
    """Owe the same of those of these phases that are under way in a city."""
    under_way = [one for slug in phases if (one := season.cells[slug, city]).state in UNDER_WAY]
    under_way = [one for one in under_way if not season.waits_for_arrangement(one)]
    if not under_way:
        return {}
    season.flush()
    there = opened_to(season.connection, season.year.year, [one.phase for one in under_way], city)
    reach = Reach(scope_of(season, under_way[0].phase, [city]))
    found = {}
    for one in under_way:
        to = opened_for(season, reach, one) - there.get(one.phase, frozenset())
        if to:
            owing.opened(season, one, to)
            found[one.phase] = len(to)
    return found


def opened_for(season: Season, reach: Reach, cell: Cell) -> frozenset[str]:
    """Give the parties, as in a letter's key, that a city phase's `opened` is for."""
    of = season.dealings(cell.phase)
    found = ((who, reach.find(mailing.whom, who)) for who in of.parties if (mailing := of.mailing("opened", who)))
    return frozenset(f"{who}:{party}" for who, concerned in found for party in concerned.get(cell.city, {}))
