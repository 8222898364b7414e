"""What a city has to do now and by when, in one sentence: the first thing that its home says."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from calendars.deadlines import day_of
from calendars.rungs import province_due
from dashboard.waiting import DECISIONS, dated, lacking
from gates.states import State

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from calendars.year import Year
    from dashboard.standings import Row
    from models.reports import Matrix

LATE, DUE, RUNNING, AWAITED, WAITING, DONE = range(6)


@dataclass(frozen=True, slots=True)
class Task:
    """What one phase asks of the city: `said` in one sentence, `rank` how urgent, `due` by when."""

    phase: str
    rank: int
    due: date
    said: str

    @property
    def pressing(self) -> bool:
        """Whether it is for the city to do now."""
        return self.rank <= DUE


def tasks(matrix: Matrix, rows: tuple[Row, ...]) -> tuple[Task, ...]:
    """Give what each phase asks of the city, in the order of the year."""
    states = {row.phase.slug: row.cell.state for row in rows}
    return tuple(Task(row.phase.slug, _rank(matrix, row), row.due, _said(matrix, row, states)) for row in rows)


def first(found: tuple[Task, ...]) -> Task:
    """Give the most urgent, then the one due first."""
    return min(found, key=lambda task: (task.rank, task.due))


def others(found: tuple[Task, ...]) -> tuple[Task, ...]:
    """Give what else is for the city to do now, besides the first."""
    most = first(found)
    return tuple(task for task in found if task.pressing and task is not most)


def summary(year: Year, found: tuple[Task, ...], rows: tuple[Row, ...]) -> str:
    """Say what to do now and by when, in one sentence."""
    if all(row.cell.state in {State.PASSED, State.WITHDRAWN} for row in rows):
        gone = any(row.cell.state is State.WITHDRAWN for row in rows)
        return (
            f"本市已退出 {year.year} 年度，没有要办的事。"
            if gone
            else f"{year.year} 年度各阶段均已通过，没有要办的事。"
        )
    most = first(found)
    return most.said if most.rank < WAITING else f"现在没有要办的事。{most.said}"


def _rank(matrix: Matrix, row: Row) -> int:
    match row.cell.state:
        case State.OVERDUE:
            return LATE
        case State.OPEN | State.RETURNED:
            return RUNNING if _not_yet(matrix, row) else DUE
        case State.SUBMITTED:
            return AWAITED
        case State.WAITING:
            return WAITING
        case _:
            return DONE


def _not_yet(matrix: Matrix, row: Row) -> bool:
    return row.phase.files_from is not None and day_of(matrix.as_of) < row.phase.files_from


def _said(matrix: Matrix, row: Row, states: Mapping[str, State]) -> str:  # noqa: PLR0911 - one sentence a state
    name = f"“{row.phase.name}”"
    match row.cell.state:
        case State.OVERDUE:
            return (
                f"{name}已于 {dated(row.due)}截止，{row.cell.left}：请备齐材料，并向省级管理办公室说明原因、申请重启。"
            )
        case State.RETURNED:
            return f"{name}被退回：请按报告单逐条修改，在 {dated(row.due)}24:00 前重新报送（{row.cell.left}）。"
        case State.OPEN if _not_yet(matrix, row):
            begins = dated(row.phase.files_from) if row.phase.files_from else ""
            return f"{name}正在进行：请随时记录培养情况；{begins}起可以报送，{dated(row.due)}24:00 截止。"
        case State.OPEN:
            return f"请在 {dated(row.due)}24:00 前报送{name}（{row.cell.left}）。"
        case State.SUBMITTED:
            return _awaited(matrix, row, name)
        case State.WAITING:
            return f"{name}还没有开放，在等：{'；'.join(lacking(matrix.year, row.phase, states, matrix.as_of))}。"
        case State.WITHDRAWN:
            return f"{name}不再办理：本市本年度已退出。"
        case _:
            return f"{name}已经通过。"


def _awaited(matrix: Matrix, row: Row, name: str) -> str:
    if row.phase.province is None or row.filed_at is None:
        return f"{name}已经报送，正等待关口判定，目前无需办理。"
    days, figures = matrix.year.working_days, matrix.year.figures
    until = province_due(row.filed_at, figures, days, row.phase.province_due)
    return f"{name}已经报送，正等待{DECISIONS[row.phase.province]}（期限 {dated(until.day)}），目前无需办理。"
