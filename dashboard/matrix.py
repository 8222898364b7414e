"""The matrix in words and shapes: what one cell of it says, and what needs the province's hand."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from calendars.deadlines import BECAUSE, day_of
from gates.states import State

if TYPE_CHECKING:
    from collections.abc import Mapping

    from calendars.working_days import WorkingDays
    from calendars.year import City, Phase
    from models.reports import Matrix, Standing

SHAPES: Mapping[State, str] = {
    State.WAITING: "·",
    State.OPEN: "○",
    State.SUBMITTED: "◐",
    State.PASSED: "✓",
    State.RETURNED: "↩",
    State.OVERDUE: "!",
    State.WITHDRAWN: "—",
}
"""Told apart without colour."""

HANDS = frozenset({State.SUBMITTED, State.OVERDUE})
"""Where the province is waited for: to decide, or to do something about a late city."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One city in one phase, as it is shown. `left` is how long it has, or for how long it is late; "" where neither.

    `notes` are what is told apart beside the state: 准时, 延期内, 豁免, 第 2 次.
    """

    phase: str
    state: State
    shape: str
    word: str
    left: str
    notes: tuple[str, ...]
    hand: bool


@dataclass(frozen=True, slots=True)
class Line:
    """A city's line of the matrix."""

    city: City
    cells: tuple[Cell, ...]

    @property
    def hand(self) -> bool:
        """Whether anything in it needs the province."""
        return any(cell.hand for cell in self.cells)


def lines(matrix: Matrix) -> tuple[Line, ...]:
    """Give the matrix line by line, in the customary order."""
    days, phases = matrix.year.working_days, matrix.year.phases
    return tuple(
        Line(
            matrix.year.city(slug),
            tuple(_cell(matrix, phase, each, days) for phase, each in zip(phases, standings, strict=True)),
        )
        for slug, standings in matrix.cities.items()
    )


def _cell(matrix: Matrix, phase: Phase, standing: Standing, days: WorkingDays) -> Cell:
    decides = standing.state is State.SUBMITTED and phase.province is not None
    return Cell(
        standing.phase,
        standing.state,
        SHAPES[standing.state],
        standing.state.chinese,
        left(matrix, standing, days),
        notes(standing),
        decides or standing.state is State.OVERDUE,
    )


def left(matrix: Matrix, standing: Standing, days: WorkingDays) -> str:
    """Say how many working days are left, or how many calendar days it is late."""
    today = day_of(matrix.as_of)
    if standing.state in {State.OPEN, State.RETURNED}:
        if standing.due.day == today:
            return "今天截止"
        return f"剩 {days.left(today, standing.due.day)} 个工作日"
    if standing.state is State.OVERDUE:
        return f"逾期 {(matrix.as_of - standing.due.instant).days + 1} 天"
    return ""


def notes(standing: Standing) -> tuple[str, ...]:
    """Say what is told apart beside the state."""
    on_time = {"on-time": "准时", "extended": "延期内"}
    moved = [BECAUSE[cause] for cause in standing.due.because if cause in {"extension", "grace"}]
    found = (
        on_time.get(standing.timeliness or ""),
        "已延期" if moved and standing.state in {State.WAITING, State.OPEN, State.RETURNED} else None,
        f"第 {standing.attempt} 次（重启）" if standing.attempt > 1 else None,
        "有豁免" if standing.waived else None,
    )
    return tuple(note for note in found if note)
