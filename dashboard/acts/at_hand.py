"""What waits for the province's hand, with the acts that are at hand for it."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

from acts.book import offered
from models.waiting import waiting

if TYPE_CHECKING:
    from acts.act import Act
    from calendars.year import Phase
    from models.reports import Matrix
    from models.waiting import Waiting


@dataclass(frozen=True, slots=True)
class Group:
    """What waits in one phase and offers the same acts, the oldest first: they may be done for several at once."""

    phase: Phase
    acts: tuple[Act, ...]
    waiting: tuple[Waiting, ...]


def groups(matrix: Matrix, *, province: bool) -> tuple[Group, ...]:
    """Give the filings that wait for the province, or the late cities; leaving the whole year is no act of a phase."""
    found = []
    for phase, waits in groupby(waiting(matrix, province=province), lambda one: one.phase):
        mine = tuple(sorted(waits, key=lambda one: one.pending.since))
        alike: dict[tuple[Act, ...], list[Waiting]] = {}
        for one in mine:
            acts = tuple(act for act in offered(matrix.book, phase, one.standing) if act.asks("phase"))
            alike.setdefault(acts, []).append(one)
        found += [Group(phase, acts, tuple(some)) for acts, some in alike.items()]
    return tuple(found)
