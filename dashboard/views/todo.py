"""What a city has to do now and by when, in one sentence: the first thing that its home says.

The province reads of the same state what it means for the office; `asked` is by phase what waits for its answer.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from calendars.deadlines import day_of
from calendars.rungs import province_due
from dashboard.views.opening_conditions import DECISIONS, answerless, asked_for, dated, lacking, missed
from gates.states import State

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from calendars.year import Year
    from dashboard.signing_in.reader import Reader
    from dashboard.views.opening_conditions import OpenRequest
    from dashboard.views.standings import StandingRow
    from models.reports import Matrix

LATE, DUE, RUNNING, AWAITED, WAITING, DONE = range(6)


@dataclass(frozen=True, slots=True)
class CityTask:
    """What one phase asks of the city: `said` in one sentence, `rank` how urgent, `due` by when."""

    phase: str
    rank: int
    due: date
    said: str

    @property
    def pressing(self) -> bool:
        """Whether it is for the city to do now."""
        return self.rank <= DUE


def tasks(
    matrix: Matrix, rows: tuple[StandingRow, ...], reader: Reader, asked: Mapping[str, OpenRequest]
) -> tuple[CityTask, ...]:
    """Give what each phase asks of the city, in the order of the year, in words for this reader."""
    states = {row.phase.slug: row.cell.state for row in rows}
    words = _to_the_province if reader.province else _to_the_city
    found = []
    for row in rows:
        open_one = asked.get(row.phase.slug)
        waits = open_one if open_one and open_one.attempt == row.attempt else None
        found.append(CityTask(row.phase.slug, _rank(matrix, row), row.due, words(matrix, row, states, waits)))
    return tuple(found)


def first(found: tuple[CityTask, ...]) -> CityTask:
    """Give the most urgent, then the one due first."""
    return min(found, key=lambda task: (task.rank, task.due))


def others(found: tuple[CityTask, ...]) -> tuple[CityTask, ...]:
    """Give what else is for the city to do now, besides the first."""
    most = first(found)
    return tuple(task for task in found if task.pressing and task is not most)


def summary(year: Year, found: tuple[CityTask, ...], rows: tuple[StandingRow, ...], reader: Reader) -> str:
    """Say what to do now and by when, in one sentence."""
    who = "该市" if reader.province else "本市"
    if all(row.cell.state in {State.PASSED, State.WITHDRAWN} for row in rows):
        gone = any(row.cell.state is State.WITHDRAWN for row in rows)
        return (
            f"{who}已退出 {year.year} 年度，没有要办的事。"
            if gone
            else f"{year.year} 年度各阶段均已通过，没有要办的事。"
        )
    most = first(found)
    return most.said if most.rank < WAITING else f"{who if reader.province else ''}现在没有要办的事。{most.said}"


def _rank(matrix: Matrix, row: StandingRow) -> int:
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


def _not_yet(matrix: Matrix, row: StandingRow) -> bool:
    return row.phase.files_from is not None and day_of(matrix.as_of) < row.phase.files_from


def _to_the_city(matrix: Matrix, row: StandingRow, states: Mapping[str, State], asked: OpenRequest | None) -> str:
    name, waits = f"“{row.phase.name}”", f"{answerless(asked)}。" if asked else ""
    match row.cell.state:
        case State.OVERDUE:
            return f"{name}已于 {dated(row.due)}截止，{row.cell.left}，现在不能报送：{missed(asked)}。"
        case State.RETURNED:
            by = f"在 {dated(row.due)}24:00 前重新报送（{row.cell.left}）"
            return f"{name}被退回：请按报告单逐条修改，{by}。{waits}"
        case State.OPEN if _not_yet(matrix, row):
            return f"{_begun(name, row, '请随时记录培养情况；')}{waits}"
        case State.OPEN:
            return f"请在 {dated(row.due)}24:00 前报送{name}（{row.cell.left}）。{waits}"
        case State.SUBMITTED:
            return f"{_awaited(matrix, row, name)}，目前无需办理。"
        case _:
            return f"{_settled(matrix, row, states, name, '本市')}{waits}"


def _to_the_province(matrix: Matrix, row: StandingRow, states: Mapping[str, State], asked: OpenRequest | None) -> str:
    name, waits = f"“{row.phase.name}”", f"该市已于 {asked_for(asked)}，待省级管理办公室答复。" if asked else ""
    match row.cell.state:
        case State.OVERDUE:
            then = waits or "该市尚未申请延期；由省级管理办公室重启之后方可报送。"
            return f"{name}已于 {dated(row.due)}截止，{row.cell.left}：{then}"
        case State.RETURNED:
            return f"{name}已退回该市修改，须在 {dated(row.due)}24:00 前重新报送（{row.cell.left}）。{waits}"
        case State.OPEN if _not_yet(matrix, row):
            return f"{_begun(name, row, '')}{waits}"
        case State.OPEN:
            return f"该市须在 {dated(row.due)}24:00 前报送{name}（{row.cell.left}）。{waits}"
        case State.SUBMITTED:
            return f"{_awaited(matrix, row, name)}。"
        case _:
            return f"{_settled(matrix, row, states, name, '该市')}{waits}"


def _begun(name: str, row: StandingRow, meanwhile: str) -> str:
    begins = dated(row.phase.files_from) if row.phase.files_from else ""
    return f"{name}正在进行：{meanwhile}{begins}起可以报送，{dated(row.due)}24:00 截止。"


def _settled(matrix: Matrix, row: StandingRow, states: Mapping[str, State], name: str, who: str) -> str:
    match row.cell.state:
        case State.WAITING:
            return f"{name}还没有开放，在等：{'；'.join(lacking(matrix.year, row.phase, states, matrix.as_of))}。"
        case State.WITHDRAWN:
            return f"{name}不再办理：{who}本年度已退出。"
        case _ if row.on_paper:
            return f"{name}已在线下办结，工作簿可以补录。"
        case _:
            return f"{name}已经通过。"


def _awaited(matrix: Matrix, row: StandingRow, name: str) -> str:
    if row.phase.province is None or row.filed_at is None:
        return f"{name}已经报送，正等待关口判定"
    days, figures = matrix.year.working_days, matrix.year.figures
    until = province_due(row.filed_at, figures, days, row.phase.province_due)
    return f"{name}已经报送，正等待{DECISIONS[row.phase.province]}（期限 {dated(until.day)}）"
