"""Reminder rungs (提醒档) and the other slots of the post: every one 09:00 of a working day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from calendars.deadlines import Due, at_nine, day_of, end_of, resolve

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from calendars.working_days import WorkingDays
    from calendars.year import Figures, Phase, Year


@dataclass(frozen=True, slots=True)
class Rung:
    """A reminder `days` before the due day: the nominal day, the instant it goes out, and why then (Chinese)."""

    days: int
    nominal: date
    instant: datetime
    reason: str


def ladder(phase: Phase, due: Due, days: WorkingDays, since: datetime, *, second: bool = False) -> tuple[Rung, ...]:
    """Give the reminders of a phase before that due day, earliest first; those of its `second` part.

    One that would fall before `since`, when the phase opened for the city, falls away; of two on one day the one
    nearer to the due day stays.
    """
    nominal = ((ahead, due.day - timedelta(days=ahead)) for ahead in (phase.second_rungs if second else phase.rungs))
    return _kept((_rung(ahead, day, days) for ahead, day in nominal), since)


def reminders(year: Year, phase: Phase, due: Due, since: datetime) -> tuple[Rung, ...]:
    """Give those of its ladder that are sent: none within a working day of the letter that says it is open."""
    return ladder(phase, due, year.working_days, year.hours.a_day_after(since))


def province_due(filed_at: datetime, figures: Figures, days: WorkingDays, fixed: date | None) -> Due:
    """Give the province's own due day: the calendar's fixed one, else so many working days after the filing."""
    if fixed is not None:
        return resolve(fixed)
    day = days.after(day_of(filed_at), figures.province_days)
    return Due(day, end_of(day), ("filed",))


def province_ladder(due: Due, figures: Figures, days: WorkingDays, since: datetime) -> tuple[Rung, ...]:
    """Give the province's reminders, counted back in working days from its due day, none before `since`."""
    nominal = ((ahead, days.before(due.day, ahead)) for ahead in figures.province_rungs)
    return _kept((_rung(ahead, day, days) for ahead, day in nominal), since)


def party_ladder(due: Due, figures: Figures, days: WorkingDays, since: datetime) -> tuple[Rung, ...]:
    """Give the reminders of mentors, institutions and schools before a due day of their own, none before `since`."""
    nominal = ((ahead, due.day - timedelta(days=ahead)) for ahead in figures.party_rungs)
    return _kept((_rung(ahead, day, days) for ahead, day in nominal), since)


def latest(rungs: Iterable[Rung], as_of: datetime) -> Rung | None:
    """Give the newest rung that has come at `as_of`: after downtime only this one is owed, never the backlog."""
    return max((rung for rung in rungs if rung.instant <= as_of), key=lambda rung: rung.instant, default=None)


def monthly(phase: Phase, days: WorkingDays) -> tuple[datetime, ...]:
    """Give 09:00 of the first working day of each month, from that of `monthly_from` up to the due day."""
    if phase.monthly_from is None:
        return ()
    first, last = _month(phase.monthly_from), _month(phase.due)
    starts = (date(month // 12, month % 12 + 1, 1) for month in range(first, last + 1))
    found = (days.on_or_after(start) for start in starts)
    return tuple(at_nine(day) for day in found if day <= phase.due)


def of_quarter(watches: Sequence[datetime]) -> Sequence[datetime]:
    """Give of monthly watches, the first of all foremost, those of the quarter of the last one: up to three."""
    return watches[(len(watches) - 1) // 3 * 3 :]


def overdue_letter_at(due: Due, days: WorkingDays) -> datetime:
    """Give 09:00 of the first working day after the due day."""
    return escalation_at(due, days, 1)


def escalation_at(due: Due, days: WorkingDays, n: int) -> datetime:
    """Give 09:00 of the n-th working day after the due day."""
    return at_nine(days.after(due.day, n))


def week_begun(as_of: datetime, days: WorkingDays) -> datetime:
    """Give 09:00 of the first working day of a week, of the newest such week at `as_of`."""
    monday = day_of(as_of) - timedelta(days=day_of(as_of).weekday())
    while (first := at_nine(days.on_or_after(monday))) > as_of:
        monday -= timedelta(days=7)
    return first


def daily_until(since: datetime, digest_days: int, days: WorkingDays) -> datetime:
    """Give the last of so many working mornings from 09:00 on which what began at `since` stands in a daily digest."""
    day = day_of(since)
    first = days.on_or_after(day if since <= at_nine(day) else day + timedelta(days=1))
    return at_nine(days.after(first, digest_days - 1))


def digest_slot(as_of: datetime, days: WorkingDays) -> datetime | None:
    """Give today's 09:00 where today is a working day and 09:00 has come."""
    slot = at_nine(day_of(as_of))
    return slot if slot <= as_of and days.is_working(slot.date()) else None


def _rung(ahead: int, nominal: date, days: WorkingDays) -> Rung:
    day = days.on_or_before(nominal)
    reason = days.why(nominal)
    if day != nominal:
        reason = f"{nominal.isoformat()} 为{reason}，提前到 {day.isoformat()}"
    return Rung(ahead, nominal, at_nine(day), reason)


def _kept(rungs: Iterable[Rung], since: datetime) -> tuple[Rung, ...]:
    by_instant: dict[datetime, Rung] = {}
    for rung in sorted(rungs, key=lambda rung: -rung.days):
        if rung.instant >= since:
            by_instant[rung.instant] = rung
    return tuple(by_instant.values())


def _month(day: date) -> int:
    return day.year * 12 + day.month - 1
