"""What a rerun of one city's phase holds: the later phases that stand on it, by requirement or by their facts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from gates.states import State

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from calendars.year import Year

Uses = Mapping[str, frozenset[str]]
"""By phase, those of whose filings its facts are made, beyond the order of the year: the calendar knows only that."""

_GONE = frozenset({State.WAITING, State.WITHDRAWN})
_JUDGED = frozenset({State.SUBMITTED, State.PASSED})


def later(year: Year, uses: Uses, phase: str) -> tuple[str, ...]:
    """Give the phases that stand on `phase`, directly or through others, in the order of the year."""
    return _grown(year, phase, lambda slug, grown: bool(grown & (_required(year, slug) | _used(uses, slug))))


def held(year: Year, uses: Uses, phase: str, states: Mapping[str, State]) -> tuple[str, ...]:
    """Give the phases of one city that a rerun of `phase` puts back to waiting, in the order of the year.

    `states` are the city's, by slug, before the rerun. Only the rerun of a passed phase holds others. One that requires
    a held phase is held wherever it stands; one that only used its facts is held where it was judged by them, and goes
    on where it is still being filled in.
    """
    if states[phase] is not State.PASSED:
        return ()

    def stands(slug: str, grown: frozenset[str]) -> bool:
        by_order = states[slug] not in _GONE and bool(grown & _required(year, slug))
        return by_order or (states[slug] in _JUDGED and bool(grown & _used(uses, slug)))

    return _grown(year, phase, stands)


def users(year: Year, uses: Uses, phase: str) -> tuple[str, ...]:
    """Give the phases that are judged by what was filed for `phase`, directly or through others, in order."""
    return _grown(year, phase, lambda slug, grown: bool(grown & _used(uses, slug)))


def bound(year: Year, uses: Uses, phase: str, states: Mapping[str, State], papers: Collection[str]) -> tuple[str, ...]:
    """Give those of its `users` that a gate judged and that stand.

    `states` are the city's, by slug; `papers` are its phases that passed on paper, which no gate judged.
    """
    return tuple(slug for slug in users(year, uses, phase) if states[slug] in _JUDGED and slug not in papers)


def resumable(year: Year, uses: Uses, phase: str, states: Mapping[str, State], attempts: Mapping[str, int]) -> bool:
    """Tell whether a held phase may be judged again by what it had filed.

    All it requires has passed, and no phase whose facts it uses waits itself, or is in a rerun that has not passed.
    """

    def settled(slug: str) -> bool:
        return states[slug] is not State.WAITING and (states[slug] is State.PASSED or attempts[slug] == 1)

    required = all(states[slug] is State.PASSED for slug in _required(year, phase))
    used = _used(uses, phase) & states.keys()
    return states[phase] is State.WAITING and required and all(map(settled, used))


def _grown(year: Year, phase: str, joins: Callable[[str, frozenset[str]], bool]) -> tuple[str, ...]:
    """Let `phase` grow by every phase that joins those reached so far, until none does."""
    reached: frozenset[str] = frozenset()
    grown = frozenset({phase})
    while grown != reached:
        reached = grown
        grown = reached | {slug for slug in _slugs(year) if slug in reached or joins(slug, reached)}
    return tuple(slug for slug in _slugs(year) if slug in grown and slug != phase)


def _slugs(year: Year) -> tuple[str, ...]:
    return tuple(phase.slug for phase in year.phases)


def _required(year: Year, slug: str) -> frozenset[str]:
    return frozenset(year.phase(slug).requires)


def _used(uses: Uses, slug: str) -> frozenset[str]:
    return uses.get(slug, frozenset())
