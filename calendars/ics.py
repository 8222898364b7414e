"""Deadlines as iCalendar: one event each, its reminders as alarms, UIDs that never change.

A year's or a city's whole calendar; and what goes with a letter, to be put into the recipient's own or taken out of it.
"""

from __future__ import annotations

import re
from datetime import UTC, timedelta
from functools import lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING
from urllib.parse import quote

from calendars.deadlines import BECAUSE, TZ, Due, resolve, start_of
from calendars.rungs import ladder, province_ladder

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime

    from icalendar import Alarm, Event, Timezone

    from calendars.rungs import Rung
    from calendars.year import City, Phase, Year

_NONE: Mapping[str, int] = MappingProxyType({})
_SHOWN = timedelta(hours=1)  # a deadline is drawn as the last hour before it
_OBJECT = re.compile(r"(?ms)^BEGIN:VCALENDAR\r\n.*?^END:VCALENDAR\r\n")
_FOLD = re.compile(r".{1,74}")
_BEGIN = re.compile(r"(?m)^BEGIN:VEVENT\r\n")
IN_MAILTO = "@!$'*+"
"""What of an address may stand in a mailto URI as it is, besides letters, digits and -._~ (RFC 6068)."""


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
        sequence, opens = sequences.get(phase.slug, 0), start_of(phase.opens)
        made.add_component(_deadline(year, phase, due, city, sequence, since=opens, stamp=_first(year)))
        if phase.province_due and city is None:
            made.add_component(_province(year, phase, resolve(phase.province_due)))
    return bytes(made.to_ical())


def version(later_days: int, attempt: int, revisions: int = 0) -> int:
    """Give the SEQUENCE of a city phase's deadline.

    It grows with each later day given, with each rerun and with each revision of the year's calendar.
    """
    return later_days + attempt - 1 + revisions


def invitation(year: Year, phase: Phase, due: Due, city: City, *, sequence: int, at: datetime) -> str:
    """Give one deadline to go with a letter of the instant `at`; sent again with a higher sequence it takes its place.

    Alarms that lie before `at` fall away. The organizer is whoever sends it: see `objects`.
    """
    return _sent("PUBLISH", _deadline(year, phase, due, city, sequence, since=at, stamp=at), due.day)


def cancellation(year: Year, dues: Mapping[str, Due], city: City, *, sequences: Mapping[str, int], at: datetime) -> str:
    """Give what takes these deadlines of a city, by phase slug, out of the calendars that they were put into.

    It is an object for each: all that one CANCEL names must share a UID (RFC 5546, 3.2.5).
    """
    made = []
    for slug, due in dues.items():
        event = _deadline(year, year.phase(slug), due, city, sequences[slug], since=due.instant, stamp=at)
        event.pop("status")
        event.add("status", "CANCELLED")
        made.append(_sent("CANCEL", event, due.day))
    return "".join(made)


def objects(content: str, organizer: str) -> list[str]:
    """Give the calendar objects of a text, each to travel by itself, with their organizer's address in every event.

    A recipient's calendar may refuse an event that names none (RFC 5546, 3.2.1).
    """
    named = "\r\n ".join(_FOLD.findall(f"ORGANIZER:mailto:{quote(organizer, safe=IN_MAILTO)}"))
    return [_BEGIN.sub(lambda begin: f"{begin[0]}{named}\r\n", each) for each in _OBJECT.findall(content)]


def _sent(method: str, event: Event, last: date) -> str:
    from icalendar import Calendar

    made = Calendar()
    for name, value in (("prodid", "-//talent-calendar//ZH"), ("version", "2.0"), ("method", method)):
        made.add(name, value)
    made.add_component(_timezone(last, last))
    made.add_component(event)
    return str(made.to_ical(), "utf-8")


def _deadline(
    year: Year, phase: Phase, due: Due, city: City | None, sequence: int, *, since: datetime, stamp: datetime
) -> Event:
    because = "、".join(BECAUSE[cause] for cause in due.because)
    return _event(
        year,
        due,
        uid=f"{year.year}-{phase.slug}-due{f'-{city.slug}' if city else ''}@talent-calendar",
        summary=f"{phase.name}截止",
        text=f"截止日 {due.day} 当天有效（依据：{because}）。{year.notice}",
        rungs=ladder(phase, due, year.working_days, since),
        sequence=sequence,
        stamp=stamp,
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
        stamp=_first(year),
    )


def _first(year: Year) -> datetime:
    """What dates a year's calendar: the same input gives the same bytes."""
    return start_of(year.phases[0].opens)


def _event(
    year: Year,
    due: Due,
    *,
    uid: str,
    summary: str,
    text: str,
    rungs: tuple[Rung, ...],
    sequence: int,
    stamp: datetime,
) -> Event:
    from icalendar import Event

    event = Event.new(
        uid=uid,
        stamp=stamp.astimezone(UTC),
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
