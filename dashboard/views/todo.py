"""What a city has to do now and by when, in one sentence a phase: every page that tells a city says this.

The province reads of the same state what it means for the office; `asked` is by phase what waits for its answer.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Protocol

from calendars.deadlines import day_of
from dashboard.views.matrix import left
from dashboard.views.opening_conditions import DECISIONS, answerless, asked_for, dated, lacking, missed
from gates.pending import Awaited, owes_second, pending
from gates.states import State
from letters.words import DECISIONS as DECISIONS_SO_FAR
from letters.words import OFFICE

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date, datetime

    from calendars.deadlines import Due
    from calendars.year import Phase, Year
    from dashboard.signing_in.reader import Reader
    from gates.pending import Pending
    from models.city_requests import CityRequest
    from season.still_due import StillDue


class Stands(Awaited, Protocol):
    """A city phase as it stands."""

    @property
    def phase(self) -> str:
        """Its slug."""

    @property
    def attempt(self) -> int:
        """Which attempt it is."""

    @property
    def on_paper(self) -> bool:
        """Whether it passed outside."""


LATE, DUE, RUNNING, AWAITED, WAITING, DONE = range(6)
RANKS: Mapping[State, int] = {
    State.OVERDUE: LATE,
    State.OPEN: DUE,
    State.RETURNED: DUE,
    State.SUBMITTED: AWAITED,
    State.WAITING: WAITING,
    State.PASSED: DONE,
    State.WITHDRAWN: DONE,
}
"""How urgent each state is, the most urgent first; what may not be filed yet is only running."""


TURNS = {
    **dict.fromkeys((LATE, DUE, RUNNING), "由该市办理"),
    AWAITED: "等省级管理办公室办理",
}
"""Whose hand a rank waits for; the others wait for nobody's."""


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

    @property
    def turn(self) -> str:
        """Whose hand it waits for; "" where for nobody's."""
        return TURNS.get(self.rank, "")

    @property
    def done(self) -> bool:
        """Whether nothing of it is left to do."""
        return self.rank == DONE


@dataclass(frozen=True, slots=True)
class _Case:
    """A phase of a city with all that its sentence may need; `states` are those of its other phases."""

    year: Year
    phase: Phase
    now: Stands
    states: Mapping[str, State]
    as_of: datetime
    missing: str

    @property
    def name(self) -> str:
        return f"“{self.phase.name}”"

    @property
    def due(self) -> str:
        return dated(self.now.due.day)

    @property
    def pending(self) -> Pending | None:
        return pending(self.year, self.phase, self.now, self.as_of)

    @property
    def left(self) -> str:
        rest = self.year.working_days.left(day_of(self.as_of), self.now.due.day)
        return left(self.now.state, self.now.due, self.as_of, rest, self.pending.late if self.pending else 0)

    @property
    def second(self) -> Due | None:
        """Until when a city that has filed owes the second part; None where it owes none."""
        return self.now.second if owes_second(self.now.state, self.now.second, self.now.second_at) else None

    @property
    def later(self) -> str:
        """Say the same; "" where it owes none."""
        if self.second is None:
            return ""
        if not self.second.met_by(self.as_of):
            late = self.pending.late if self.pending else 0
            return f"后交部分已于 {dated(self.second.day)}截止，逾期 {late} 天，须申请延期后补交"
        rest = self.year.working_days.left(day_of(self.as_of), self.second.day)
        return f"后交部分须在 {dated(self.second.day)}24:00 前补齐（剩 {rest} 个工作日）"

    @property
    def early(self) -> bool:
        """Whether it is open and may not be filed yet."""
        begins = self.phase.files_from
        return self.now.state in {State.OPEN, State.RETURNED} and begins is not None and day_of(self.as_of) < begins


def tasks(
    year: Year,
    city: Sequence[Stands],
    as_of: datetime,
    reader: Reader,
    asked: Mapping[str, CityRequest],
    without: Mapping[str, Sequence[StillDue]] = MappingProxyType({}),
) -> tuple[CityTask, ...]:
    """Give what each phase asks of the city, in the order of the year, in words for this reader.

    `without` are, by phase, those who may be filed yet after their city has filed.
    """
    states = {now.phase: now.state for now in city}
    words = _to_the_province if reader.province else _to_the_city
    found = []
    for now in city:
        those, waits = without.get(now.phase, ()), asked.get(now.phase)
        case = _Case(year, year.phase(now.phase), now, states, as_of, _missing(year, those, as_of))
        said = words(case, waits if waits and waits.attempt == now.attempt else None)
        rank, due = RUNNING if case.early else RANKS[now.state], now.due.day
        if (second := case.second) is not None:
            rank, due = DUE if second.met_by(as_of) else LATE, second.day
        if those:
            rank, due = min(rank, DUE), min(one.until for one in those)
        found.append(CityTask(now.phase, rank, due, f"{said}{case.missing}"))
    return tuple(found)


def _missing(year: Year, without: Sequence[StillDue], as_of: datetime) -> str:
    """Say who is to be filed yet, and until when; "" where nobody is."""
    today = day_of(as_of)
    each = (
        f"{one.whom} 须在 {dated(one.until)}24:00 前（剩 {year.working_days.left(today, one.until)} 个工作日）"
        for one in without
    )
    return f"个人延期的还要补报：{'，'.join(each)}。" if without else ""


def first(found: tuple[CityTask, ...]) -> CityTask:
    """Give the most urgent, then the one due first."""
    return min(found, key=lambda task: (task.rank, task.due))


def others(found: tuple[CityTask, ...]) -> tuple[CityTask, ...]:
    """Give what else is for the city to do now, besides the first."""
    most = first(found)
    return tuple(task for task in found if task.pressing and task is not most)


def summary(year: Year, found: tuple[CityTask, ...], city: Sequence[Stands], reader: Reader) -> str:
    """Say what to do now and by when, in one sentence."""
    who, states = "该市" if reader.province else "本市", {now.state for now in city}
    if states <= {State.PASSED, State.WITHDRAWN} and not first(found).pressing:
        gone = State.WITHDRAWN in states
        return (
            f"{who}已退出 {year.year} 年度，没有要办的事。"
            if gone
            else f"{year.year} 年度各阶段均已通过，没有要办的事。"
        )
    most = first(found)
    return most.said if most.rank < WAITING else f"{who if reader.province else ''}现在没有要办的事。{most.said}"


def _to_the_city(case: _Case, asked: CityRequest | None) -> str:
    waits = f"{answerless(asked)}。" if asked else ""
    match case.now.state:
        case State.OVERDUE:
            return f"{case.name}已于 {case.due}截止，{case.left}，现在不能报送：{missed(asked)}。"
        case State.RETURNED:
            by = f"在 {case.due}24:00 前重新报送（{case.left}）"
            return f"{case.name}被退回：请按核验结果逐条修改，{by}。{waits}"
        case State.OPEN if case.early:
            return f"{_begun(case, '请随时记录培养情况；')}{waits}"
        case State.OPEN:
            return f"请在 {case.due}24:00 前报送{case.name}（{case.left}）。{waits}"
        case State.SUBMITTED:
            idle = "" if case.later or case.missing else "，目前无需办理"
            return f"{'；'.join(filter(None, (_awaited(case), case.later)))}{idle}。"
        case _:
            return f"{_settled(case, '本市')}{waits}"


def _to_the_province(case: _Case, asked: CityRequest | None) -> str:
    waits = f"该市已于 {asked_for(asked)}，待省级管理办公室答复。" if asked else ""
    match case.now.state:
        case State.OVERDUE:
            then = waits or "该市尚未申请延期；由省级管理办公室重新开放之后方可报送。"
            return f"{case.name}已于 {case.due}截止，{case.left}：{then}"
        case State.RETURNED:
            return f"{case.name}已退回该市修改，须在 {case.due}24:00 前重新报送（{case.left}）。{waits}"
        case State.OPEN if case.early:
            return f"{_begun(case, '')}{waits}"
        case State.OPEN:
            return f"该市须在 {case.due}24:00 前报送{case.name}（{case.left}）。{waits}"
        case State.SUBMITTED:
            return f"{'；'.join(filter(None, (_awaited(case), case.later)))}。"
        case _:
            return f"{_settled(case, '该市')}{waits}"


def _begun(case: _Case, meanwhile: str) -> str:
    begins = dated(case.phase.files_from) if case.phase.files_from else ""
    return f"{case.name}正在进行：{meanwhile}{begins}起可以报送，{case.due}24:00 截止。"


def _settled(case: _Case, who: str) -> str:
    match case.now.state:
        case State.WAITING:
            wanted = lacking(case.year, case.phase, case.states, case.as_of)
            return f"{case.name}尚未开放：须{'，且'.join(wanted)}，方可开放。"
        case State.WITHDRAWN:
            return f"{case.name}不再办理：{who}本年度已退出。"
        case _ if case.now.on_paper:
            return f"{case.name}已在线下办结，报送表可以补录。"
        case _:
            return f"{case.name}已经通过。"


def _awaited(case: _Case) -> str:
    if case.pending is None:
        return f"{case.name}已经报送，正等待系统核验"
    if not case.pending.province:
        return f"{case.name}已经报送"
    ending = case.phase.province or "approve"
    decision = f"{OFFICE}{DECISIONS_SO_FAR[ending]}" if case.pending.unfinished else DECISIONS[ending]
    return f"{case.name}已经报送，正等待{decision}（期限 {dated(case.pending.due.day)}）"
