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
    """What waits in one phase, the oldest first, with the acts that may be done for several of them at once."""

    phase: Phase
    acts: tuple[Act, ...]
    waiting: tuple[Waiting, ...]


def groups(matrix: Matrix, *, province: bool) -> tuple[Group, ...]:
    """Give the filings that wait for the province, or the late cities; leaving the whole year is no act of a phase."""
    found = []
    for phase, waits in groupby(waiting(matrix, province=province), lambda one: one.phase):
        mine = tuple(sorted(waits, key=lambda one: one.pending.since))
        acts = tuple(act for act in offered(matrix.book, phase, mine[0].standing) if act.asks("phase"))
        found.append(Group(phase, acts, mine))
    return tuple(found)
