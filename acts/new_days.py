"""The one check of a day that an act is given, whoever gives it: page, program, command line or play."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from acts.act import Bench, Do, Field, Filled
from calendars.checked_days import checked_day, with_weekday
from calendars.deadlines import REACH, day_of, known
from season.outcome import Outcome
from season.refusing import BY_ITSELF

if TYPE_CHECKING:
    from datetime import date

    from calendars.checked_days import CheckedDay
    from calendars.year import Phase, Year
    from models.stamp import Stamp
    from models.writing import Move

NewDay = tuple["Phase", "date"]
"""The phase that a day is of, as the calendar has it, and the day that is given."""

Days = Callable[[Bench, Filled], Sequence[NewDay]]

CONFIRM = Field(
    "confirm", "再写一遍截止日", "again", needed=False, hint="新的截止日比年度日历的晚超过 60 天时须写，其余不写。"
)
REMINDER = "提醒："
"""What begins a line of an answer that stands in nothing's way, and is to be looked at all the same."""

TYPE_AGAIN = f"请在“{CONFIRM.label}”里写"
"""How a day that is too far is refused: with what takes it all the same."""


def given(_: Bench, filled: Filled) -> Sequence[NewDay]:
    """Give the day that was filled in for a phase, if there is one."""
    if filled.phase is None or filled.until is None:
        return ()
    return ((filled.phase, filled.until),)


def checked(do: Do, days: Days = given) -> Do:
    """Do it only where each day is near, or was typed again.

    It says of each its weekday, whether it comes too soon, and which phases after it have to be done before it.
    """

    def run(bench: Bench, filled: Filled) -> Outcome:
        asked = days(bench, filled)
        nowhere = next((day for _, day in asked if not known(day)), None)
        if nowhere is not None:
            return Outcome("refused", f"没有办理：{nowhere} 不在年度日程的范围内，可能写错了年份；请写 {REACH}的日期。")
        found = [look(bench.year, bench.stamp, phase.due, day) for phase, day in asked]
        far = max((one for one in found if one.far), key=lambda one: one.day, default=None)
        if far is not None and filled.words.get("confirm") != f"{far.day}":
            return Outcome("refused", _too_far(far))
        outcome = do(bench, filled)
        if not (outcome.done or any(_by_hand(move) for move in outcome.changes.transitions)):
            return outcome
        lines = [line for one in found for line in said(one)]
        lines += [line for phase, day in asked for line in _overtaken(filled.calendar or bench.year, phase, day)]
        return replace(outcome, message="\n".join([outcome.message, *lines]))

    return run


def _by_hand(move: Move) -> bool:
    return not move.refused and move.event not in BY_ITSELF


def look(year: Year, stamp: Stamp, base: date, day: date) -> CheckedDay:
    """Check a day as of the instant of an act."""
    return checked_day(day, base, day_of(stamp.as_of), year.figures.grace, year.working_days)


def said(found: CheckedDay) -> list[str]:
    """Say what everybody who gives a day is to see: its weekday always, and what is better where it comes too soon."""
    why = "" if found.why == "工作日" or (found.why.startswith("周") and not found.works) else f"（{found.why}）"
    lines = [f"{found.named}是工作日{why}。" if found.works else f"{REMINDER}{found.named}不是工作日{why}。"]
    if found.better is not None:
        better = with_weekday(found.better)
        lines.append(f"{REMINDER}到 {found.day} 只有 {found.left} 个工作日，办理时间偏紧；最近的合适日子是 {better}。")
    return lines


def _overtaken(year: Year, phase: Phase, day: date) -> Iterator[str]:
    """Say which phases that require this one are due before the day that it is given: grace will move them."""
    later = [one for one in map(year.phase, year.after(phase.slug)) if one.due < day]
    if later:
        dues = "、".join(f"{one.name}的截止日 {one.due}" for one in later)
        yield f"{REMINDER}{day} 晚于年度日历上{dues}；届时仍须办理的，按规定顺延。"


def _too_far(far: CheckedDay) -> str:
    return (
        f"没有办理：{far.named}比年度日历的截止日 {far.base} 晚 {far.late} 天，可能写错了年月；"
        f"确实如此的，{TYPE_AGAIN} {far.day}。"
    )
