"""Deadlines as iCalendar: one event each, its reminders as alarms, UIDs that never change.

A year's or a city's whole calendar; and what goes with a letter, to be put into the recipient's own or taken out of it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, date, timedelta
from functools import lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal
from urllib.parse import quote

from calendars.deadlines import TZ, Due, resolve, start_of
from calendars.rungs import ladder, party_ladder, province_ladder

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

    from icalendar import Alarm, Event, Timezone

    from calendars.rungs import Rung
    from calendars.year import City, Phase, Year

Stands = Literal["owed", "done", "gone"]
_SHOWN = timedelta(hours=1)  # a deadline is drawn as the last hour before it
_OBJECT = re.compile(r"(?ms)^BEGIN:VCALENDAR\r\n.*?^END:VCALENDAR\r\n")
_FOLD = re.compile(r".{1,74}")
_BEGIN = re.compile(r"(?m)^BEGIN:VEVENT\r\n")
NOTHING_CALLED: Mapping[str, str] = MappingProxyType({})
IN_MAILTO = "@!$'*+"
"""What of an address may stand in a mailto URI as it is, besides letters, digits and -._~ (RFC 6068)."""


@dataclass(frozen=True, slots=True)
class DatedPhase:
    """A deadline as it stands: its due day, which version of it this is, and since when.

    It is `owed`, `done` (filed or passed: nothing rings any more) or `gone` (the city left the year).
    """

    due: Due
    sequence: int
    changed: datetime
    stands: Stands = "owed"


@dataclass(frozen=True, slots=True)
class DatedYear:
    """A year with its deadlines by phase slug: a city's, or the province's own; by the year file where there is none.

    `sequence` and `changed` are those of the calendar itself, which its revisions make. `called` is what the second
    part of a phase is called, by slug, and `seconds` is that one's deadline; one that is not called anything is left
    out.
    """

    year: Year
    phases: Mapping[str, DatedPhase] = field(default_factory=dict)
    sequence: int = 0
    changed: datetime | None = None
    called: Mapping[str, str] = field(default_factory=dict)
    seconds: Mapping[str, DatedPhase] = field(default_factory=dict)


def calendar(years: Sequence[DatedYear], city: City | None = None) -> bytes:
    """Give the iCalendar file of these years, or of one city in them; a higher SEQUENCE replaces a lower one."""
    from icalendar import Calendar

    titles = " ".join(each.year.title for each in years)
    name = f"{city.name}市 {titles}" if city else titles
    uid = "-".join([*(str(each.year.year) for each in years), *([city.slug] if city else [])])
    made = Calendar.new(prodid="-//talent-calendar//ZH", name=name, language="zh-CN", uid=f"{uid}@talent-calendar")
    first, last = min(each.year.phases[0].opens for each in years), max(each.year.phases[-1].due for each in years)
    made.add_component(_timezone(first.year, last.year))
    for dated in years:
        for event in _events(dated, city):
            made.add_component(event)
    return bytes(made.to_ical())


def _events(dated: DatedYear, city: City | None) -> Iterator[Event]:
    year, changed = dated.year, dated.changed or start_of(dated.year.phases[0].opens)
    for phase in year.phases:
        usual = DatedPhase(resolve(phase.due), dated.sequence, changed)
        yield _standing(year, phase, dated.phases.get(phase.slug, usual), city)
        if phase.second_due and (called := dated.called.get(phase.slug)):
            usual = DatedPhase(resolve(phase.second_due), dated.sequence, changed)
            yield _standing(year, phase, dated.seconds.get(phase.slug, usual), city, called)
        if phase.province_due and city is None:
            yield _province(year, phase, DatedPhase(resolve(phase.province_due), dated.sequence, changed))


def version(moves: int, revisions: int) -> int:
    """Give the SEQUENCE of a city phase's deadline.

    It grows with whatever is on record of the city phase (`moves`: later days, reruns, filings, the city's leaving) and
    with each revision of the year's calendar: never with less than what makes an event look another way.
    """
    return moves + revisions


def invitation(
    year: Year,
    phase: Phase,
    due: Due,
    city: City,
    *,
    sequence: int,
    at: datetime,
    party: bool = False,
    called: str = "",
) -> str:
    """Give one deadline to go with a letter of the instant `at`; sent again with a higher sequence it takes its place.

    That of a `party` is the day by which it hands in, with alarms of its own; that of a second part, which is `called`
    something, is an event of its own.
    Alarms that lie before `at` fall away. The organizer is whoever sends it: see `objects`.
    """
    days = year.working_days
    rungs = party_ladder(due, year.figures, days, at) if party else ladder(phase, due, days, at, second=bool(called))
    return _sent("PUBLISH", _deadline(year, phase, DatedPhase(due, sequence, at), city, rungs, called), due.day)


def cancellation(
    year: Year,
    dues: Mapping[str, Due],
    city: City,
    *,
    sequences: Mapping[str, int],
    at: datetime,
    called: Mapping[str, str] = NOTHING_CALLED,
) -> str:
    """Give what takes these deadlines of a city, by phase slug, out of the calendars that they were put into.

    Those of the second parts where these are `called` something. It is an object for each: all that one CANCEL names
    must share a UID (RFC 5546, 3.2.5).
    """
    made = []
    for slug, due in dues.items():
        gone = DatedPhase(due, sequences[slug], at, "gone")
        event = _deadline(year, year.phase(slug), gone, city, (), called.get(slug, ""))
        made.append(_sent("CANCEL", event, due.day))
    return "".join(made)


def gathering(
    year: Year,
    phase: Phase,
    city: City,
    meets: tuple[datetime, str],
    *,
    sequence: int,
    at: datetime,
    gone: bool = False,
) -> str:
    """Give when and where a city brings the parties of a phase together, to go with a letter of the instant `at`.

    Sent again with a higher sequence it takes its place; `gone` takes it out.
    """
    from icalendar import Event

    (start, place), changed = meets, at.astimezone(UTC)
    uid = f"{year.year}-{phase.slug}-{city.slug}-gathering@talent-calendar"
    event = Event.new(
        uid=uid, stamp=changed, last_modified=changed, sequence=sequence, start=start, end=start + _SHOWN,
        summary=f"{city.name}市{phase.name}", description=year.notice, location=place,
    )  # fmt: skip
    event.add("status", "CANCELLED" if gone else "CONFIRMED")
    return _sent("CANCEL" if gone else "PUBLISH", event, start.date())


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
    made.add_component(_timezone(last.year, last.year))
    made.add_component(event)
    return str(made.to_ical(), "utf-8")


def _standing(year: Year, phase: Phase, dated: DatedPhase, city: City | None, called: str = "") -> Event:
    asked = (phase, dated.due, year.working_days, start_of(phase.opens))
    rungs = ladder(*asked, second=bool(called)) if dated.stands == "owed" else ()
    return _deadline(year, phase, dated, city, rungs, called)


def known_by(year: int, phase: str, city: str = "", *, second: bool = False) -> str:
    """Give the UID of a deadline, the province's or a city's own; that of a phase's second part is another."""
    whose = f"-{city}" if city else ""
    return f"{year}-{phase}{'-second' if second else ''}-due{whose}@talent-calendar"


def _deadline(
    year: Year, phase: Phase, dated: DatedPhase, city: City | None, rungs: tuple[Rung, ...], called: str = ""
) -> Event:
    uid = known_by(year.year, phase.slug, city.slug if city else "", second=bool(called))
    text = f"截止日 {dated.due.day} 当天有效（依据：{dated.due.why}）。{year.notice}"
    return _event(year, dated, uid, f"{phase.name}{called and '：'}{called}截止", text, rungs)


def _province(year: Year, phase: Phase, dated: DatedPhase) -> Event:
    rungs = province_ladder(dated.due, year.figures, year.working_days, start_of(phase.opens))
    uid = f"{year.year}-{phase.slug}-province-due@talent-calendar"
    text = f"省办期限 {dated.due.day} 当天有效。{year.notice}"
    return _event(year, dated, uid, f"{phase.name}省办期限", text, rungs)


def _event(year: Year, dated: DatedPhase, uid: str, summary: str, text: str, rungs: tuple[Rung, ...]) -> Event:
    from icalendar import Event

    due, changed = dated.due, dated.changed.astimezone(UTC)
    event = Event.new(
        uid=uid,
        stamp=changed,
        last_modified=changed,
        sequence=dated.sequence,
        start=due.instant - _SHOWN,
        end=due.instant,
        summary=f"{summary}（暂定）" if year.provisional else summary,
        description=text,
    )
    status = "TENTATIVE" if year.provisional else "CONFIRMED"
    event.add("status", "CANCELLED" if dated.stands == "gone" else status)
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
def _timezone(first: int, last: int) -> Timezone:
    """Give it from the year before to two years after: of whole years, for it costs as much as ten events."""
    from icalendar import Timezone

    return Timezone.from_tzinfo(TZ, first_date=date(first - 1, 1, 1), last_date=date(last + 3, 1, 1))
