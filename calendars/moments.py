"""The moments of a year at which something may be owed to any city: what the schedules are made of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from calendars.deadlines import handed_in, resolve, start_of
from calendars.rungs import escalation_at, ladder, monthly, overdue_letter_at, party_ladder, province_ladder, reminders

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from calendars.deadlines import Due
    from calendars.year import Phase, Year

MomentKind = Literal["opening", "rung", "deadline", "next-day", "third-day", "monthly", "province-due", "second"]


@dataclass(frozen=True, slots=True)
class Moment:
    """One instant of the calendar, the slug of its phase, what it is, and its Chinese label."""

    instant: datetime
    phase: str
    kind: MomentKind
    label: str


def moments(year: Year) -> tuple[Moment, ...]:
    """Give every moment of the year, in order of time, then of the phases."""
    found = [moment for phase in year.phases for moment in moments_of(year, phase, *of_calendar(phase))]
    return tuple(sorted(found, key=lambda moment: moment.instant))


def of_calendar(phase: Phase) -> tuple[Due, Due | None]:
    """Give by when a phase is due, and its second part, where a city has no later day of its own."""
    return resolve(phase.due), resolve(phase.second_due) if phase.second_due is not None else None


def party_moments(year: Year, phase: Phase, due: Due) -> Iterator[Moment]:
    """Give the reminders of a phase's parties before a day of their own, which are no moments of the schedules."""
    theirs = handed_in(due, year.figures.party_days, year.working_days)
    soonest = year.hours.a_day_after(start_of(phase.opens))
    for rung in party_ladder(theirs, year.figures, year.working_days, soonest):
        label = f"{phase.name}：交材料日前 {rung.days} 天提醒"
        yield Moment(rung.instant, phase.slug, "rung", label)


def moments_of(year: Year, phase: Phase, due: Due, second: Due | None) -> Iterator[Moment]:
    """Give the moments of a phase for whoever files it, and its second part, by these days."""
    days, figures, opening = year.working_days, year.figures, start_of(phase.opens)

    def at(instant: datetime, kind: MomentKind, what: str) -> Moment:
        return Moment(instant, phase.slug, kind, f"{phase.name}：{what}")

    yield at(opening, "opening", "开放")
    for rung in reminders(year, phase, due, opening):
        yield at(rung.instant, "rung", f"截止前 {rung.days} 天提醒")
    for instant in monthly(phase, days):
        yield at(instant, "monthly", f"{instant.month} 月提醒")
    yield at(due.instant, "deadline", "截止")
    yield at(overdue_letter_at(due, days), "next-day", "逾期通知")
    yield at(escalation_at(due, days, figures.escalation_days), "third-day", "督办")
    if second is not None:
        for rung in ladder(phase, second, days, due.instant, second=True):
            yield at(rung.instant, "second", f"后交部分截止前 {rung.days} 天提醒")
        yield at(second.instant, "second", "后交部分截止")
        yield at(overdue_letter_at(second, days), "second", "后交部分逾期通知")
        yield at(escalation_at(second, days, figures.escalation_days), "second", "后交部分督办")
    if phase.province_due is not None:
        own = resolve(phase.province_due)
        for rung in province_ladder(own, figures, days, opening):
            yield at(rung.instant, "province-due", f"省办期限前 {rung.days} 个工作日提醒")
        yield at(own.instant, "province-due", "省办期限")
        yield at(overdue_letter_at(own, days), "province-due", "省办逾期汇总")
