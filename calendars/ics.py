"""The year as iCalendar: one event a deadline, its reminders as alarms, UIDs that never change."""

from __future__ import annotations

from datetime import UTC, timedelta
from functools import lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING

from calendars.deadlines import BECAUSE, TZ, Due, resolve, start_of
from calendars.rungs import ladder, province_ladder

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from icalendar import Alarm, Event, Timezone

    from calendars.rungs import Rung
    from calendars.year import City, Phase, Year

_NONE: Mapping[str, int] = MappingProxyType({})
_SHOWN = timedelta(hours=1)  # a deadline is drawn as the last hour before it


def calendar(
    year: Year,
    dues: Mapping[str, Due] | None = None,
    city: City | None = None,
    sequences: Mapping[str, int] = _NONE,
) -> bytes:
    """Give the iCalendar file of a year, or of one city in it.

    `dues` are the city's effective due days by phase slug (the calendar's own where one is absent), `sequences` how
    often each has been changed: a client replaces an event when that number has grown.
    """
    from icalendar import Calendar

    name = f"{city.name}市 {year.title}" if city else year.title
    uid = f"{year.year}{f'-{city.slug}' if city else ''}@talent-calendar"
    made = Calendar.new(prodid="-//talent-calendar//ZH", name=name, language="zh-CN", uid=uid)
    made.add_component(_timezone(year.phases[0].opens, year.phases[-1].due))
    for phase in year.phases:
        due = (dues or {}).get(phase.slug) or resolve(phase.due)
        made.add_component(_deadline(year, phase, due, city, sequences.get(phase.slug, 0)))
        if phase.province_due and city is None:
            made.add_component(_province(year, phase, resolve(phase.province_due)))
    return bytes(made.to_ical())


def _deadline(year: Year, phase: Phase, due: Due, city: City | None, sequence: int) -> Event:
    because = "、".join(BECAUSE[cause] for cause in due.because)
    return _event(
        year,
        due,
        uid=f"{year.year}-{phase.slug}-due{f'-{city.slug}' if city else ''}@talent-calendar",
        summary=f"{phase.name}截止",
        text=f"截止日 {due.day} 当天有效（依据：{because}）。{year.notice}",
        rungs=ladder(phase, due, year.working_days, start_of(phase.opens)),
        sequence=sequence,
    )


def _province(year: Year, phase: Phase, due: Due) -> Event:
    return _event(
        year,
        due,
        uid=f"{year.year}-{phase.slug}-province-due@talent-calendar",
        summary=f"{phase.name}省办期限",
        text=f"省办期限 {due.day} 当天有效。{year.notice}",
        rungs=province_ladder(due, year.figures, year.working_days, start_of(phase.opens)),
        sequence=0,
    )


def _event(year: Year, due: Due, *, uid: str, summary: str, text: str, rungs: tuple[Rung, ...], sequence: int) -> Event:
    from icalendar import Event

    event = Event.new(
        uid=uid,
        stamp=start_of(year.phases[0].opens).astimezone(UTC),  # the same input gives the same bytes
        sequence=sequence,
        start=due.instant - _SHOWN,
        end=due.instant,
        summary=f"{summary}（暂定）" if year.provisional else summary,
        description=text,
    )
    event.add("status", "TENTATIVE" if year.provisional else "CONFIRMED")
    event.add("transp", "TRANSPARENT")
    for rung in rungs:
        event.add_component(_alarm(f"{summary}：{due.day} 当天有效", rung))
    return event


def _alarm(text: str, rung: Rung) -> Alarm:
    from icalendar import Alarm

    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", text)
    alarm.add("trigger", rung.instant.astimezone(UTC), parameters={"VALUE": "DATE-TIME"})
    return alarm


@lru_cache(maxsize=8)
def _timezone(first: date, last: date) -> Timezone:
    from icalendar import Timezone

    return Timezone.from_tzinfo(TZ, first_date=first - timedelta(days=366), last_date=last + timedelta(days=732))
