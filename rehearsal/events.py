"""The events of the season, in time order: what every city does, and what goes otherwise in some of them.

Days are counted from the due day of a phase, so that another year's calendar moves them along.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from types import MappingProxyType
from typing import TYPE_CHECKING

from calendars.deadlines import TZ
from rehearsal.people import institution

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping
    from datetime import date

    from calendars.year import City, Year

Cell = tuple[str, str]
"""A phase (or the evaluation) and a city, by slug."""

ROLL, APPLICATION, SHORTLIST, INTERVIEW = "mentor-recommendation", "application", "shortlist", "interview"
MEETING, CULTIVATION, MIDTERM, YEAR_END, EVALUATION = "meeting", "cultivation", "midterm", "year-end", "evaluation"


@dataclass(frozen=True, slots=True)
class PlannedEvent:
    """One event: at `at` o'clock of the day so many `days` after the due day of `phase`; `more` are its other keys."""

    phase: str
    days: int
    at: str
    city: str
    do: str
    more: Mapping[str, str | int] = field(default_factory=dict)


def load(phase: str, days: int, at: str, city: str, again: str = "", **more: str) -> PlannedEvent:
    """Load a city's workbook of a form; `again` tells one try's file from another's."""
    return PlannedEvent(phase, days, at, city, "load", {"file": f"{city}/{stem(phase, again)}.xlsx", **more})


def stem(phase: str, again: str) -> str:
    """Name the workbook of a form: that of a first try carries what it is called by."""
    return f"{phase}-{again}" if again else phase


OWN: tuple[PlannedEvent, ...] = (
    # A mentor without standing: returned, waived, filed again; nothing may be loaded once it is filed.
    PlannedEvent(ROLL, -2, "15:00", "xuzhou", "waive", {"rule": "mentors.standing", "reason": "青年骨干，省办同意"}),
    PlannedEvent(ROLL, -2, "15:10", "xuzhou", "submit"),
    load(ROLL, -2, "15:30", "xuzhou", expect="refused"),
    # A city that files late, is refused, and is given a rerun.
    load(ROLL, 1, "10:00", "yangzhou"),
    PlannedEvent(ROLL, 1, "10:05", "yangzhou", "submit", {"expect": "refused"}),
    PlannedEvent(ROLL, 2, "09:30", "yangzhou", "rerun", {"until": 3, "reason": "系统迁移，延期两日"}),
    PlannedEvent(ROLL, 2, "15:00", "yangzhou", "submit"),
    PlannedEvent(ROLL, 3, "10:00", "yangzhou", "approve"),
    # Applications that the gate returns, and a workbook that cannot be read.
    load(APPLICATION, -1, "11:00", "changzhou", "first"),
    PlannedEvent(APPLICATION, -1, "11:05", "changzhou", "submit", {"expect": "returned", "rule": "applications.rank"}),
    load(APPLICATION, -1, "12:00", "suzhou", "first"),
    PlannedEvent(APPLICATION, -1, "12:05", "suzhou", "submit", {"expect": "returned", "rule": "applications.grade"}),
    load(APPLICATION, -1, "13:00", "taizhou", "broken", expect="form-errors"),
    # A city that could not test in time, and one that withdraws.
    PlannedEvent(SHORTLIST, 8, "09:30", "yancheng", "rerun", {"until": 11, "reason": "测试场地疫情封控"}),
    load(SHORTLIST, 9, "10:00", "yancheng"),
    PlannedEvent(SHORTLIST, 9, "10:05", "yancheng", "submit"),
    PlannedEvent(INTERVIEW, -10, "10:00", "suqian", "withdraw", {"reason": "本年度不再组织"}),
    # Too few came to the interviews: waived; one funded too many: mended.
    PlannedEvent(
        INTERVIEW, -3, "15:00", "nantong", "waive", {"rule": "interviews.ratio", "reason": "两名考生因病缺席"}
    ),
    PlannedEvent(INTERVIEW, -3, "15:30", "nantong", "submit"),
    load(INTERVIEW, -2, "10:00", "huaian"),
    PlannedEvent(INTERVIEW, -2, "10:05", "huaian", "submit"),
)
"""What is done beside the rounds."""

APART: frozenset[Cell] = frozenset({(ROLL, "yangzhou"), (SHORTLIST, "yancheng")})
"""Who has no part in the round of a phase: all of it stands in `OWN`."""

LEFT: Mapping[str, str] = MappingProxyType({"suqian": SHORTLIST})
"""Who withdraws, and its last phase."""

FIRST: Mapping[Cell, str] = MappingProxyType({(INTERVIEW, "huaian"): "first"})
"""Where the round takes another file than the last one."""

MARKS: Mapping[Cell, Mapping[str, str]] = MappingProxyType(
    {
        (ROLL, "xuzhou"): {"expect": "returned", "rule": "mentors.standing"},
        (INTERVIEW, "nantong"): {"expect": "returned", "rule": "interviews.ratio"},
        (INTERVIEW, "huaian"): {"expect": "returned", "rule": "funding.city-cap"},
    }
)
"""How the filing of a round ends where it is refused."""

ROUNDS: tuple[tuple[str, int, str, str], ...] = (
    (APPLICATION, 0, "10:00", "load"),
    (APPLICATION, 0, "10:05", "submit"),
    (SHORTLIST, -2, "10:00", "load"),
    (SHORTLIST, -2, "10:05", "submit"),
    (INTERVIEW, -3, "10:00", "load"),
    (INTERVIEW, -3, "10:05", "submit"),
    (INTERVIEW, -2, "16:00", "approve"),
    (MEETING, -6, "09:30", "arrange"),
    (MEETING, -1, "10:00", "load"),
    (MEETING, -1, "10:05", "submit"),
    (MIDTERM, -7, "10:00", "load"),
    (MIDTERM, -7, "10:05", "submit"),
    (CULTIVATION, -53, "10:00", "load"),
    (CULTIVATION, -11, "09:00", "submit"),
    (YEAR_END, -1, "10:00", "load"),
    (YEAR_END, -1, "10:05", "submit"),
    (EVALUATION, 15, "10:00", "load"),
    (YEAR_END, 16, "10:00", "approve"),
)
"""What all cities do on one day: phase, days from its due day, time, what is done."""

_ROLL_DAYS = 4
"""The rolls come in over so many days."""


def events(year: Year, cities: Collection[City]) -> list[Mapping[str, str | int]]:
    """Give the keys of every event of `pack.toml`, in time order, of those phases that the year has."""
    slugs = [city.slug for city in cities]
    found = [event for event in (*_rounds(slugs), *OWN) if event.city in slugs and event.phase in forms_of(year)]
    found = [event for event in found if event.do != "approve" or year.phase(event.phase).province]
    found.extend(_more_approvals(year, found))
    found.sort(key=lambda event: (day_of(year, event.phase, event.days), event.at))
    return [_keys(year, event) for event in found]


def forms_of(year: Year) -> frozenset[str]:
    """Give the forms that a year has: one a phase, and the evaluation where the province ends that phase."""
    return frozenset(phase.slug for phase in year.phases) | frozenset(
        EVALUATION for phase in year.phases if phase.slug == YEAR_END and phase.province
    )


def _more_approvals(year: Year, planned: Iterable[PlannedEvent]) -> Iterator[PlannedEvent]:
    """Approve on the day of filing what only this year leaves to the province."""
    planned = list(planned)
    of_their_own = {event.phase for event in planned if event.do == "approve"}
    for event in planned:
        files = event.do == "submit" and "expect" not in event.more
        if files and event.phase not in of_their_own and year.phase(event.phase).province:
            yield PlannedEvent(event.phase, event.days, "16:00", event.city, "approve")


def owner(form: str) -> str:
    """Give the phase that a form belongs to."""
    return YEAR_END if form == EVALUATION else form


def day_of(year: Year, phase: str, days: int) -> date:
    """Give the day so many days after a phase's due day."""
    return year.phase(owner(phase)).due + timedelta(days)


def loaded_on(year: Year, phase: str) -> date:
    """Give the day on which the cities load the workbooks of a round."""
    return day_of(year, phase, next(days for slug, days, _, do in ROUNDS if (slug, do) == (phase, "load")))


def meets_on(year: Year) -> date:
    """Give the day on which every city brings students, mentors, teachers and parents together."""
    return loaded_on(year, MEETING) - timedelta(3)


def files(slug: str) -> list[str]:
    """Give the forms of which a city files a workbook, in the order of the year."""
    forms = [ROLL, *(phase for phase, _, _, do in ROUNDS if do == "load")]
    return forms[: forms.index(LEFT[slug]) + 1] if slug in LEFT else forms


def _rounds(slugs: Iterable[str]) -> Iterator[PlannedEvent]:
    slugs = list(slugs)
    for place, slug in enumerate(slugs):
        if (ROLL, slug) not in APART:
            yield from _roll(slug, place % _ROLL_DAYS - _ROLL_DAYS)
    for phase, days, at, do in ROUNDS:
        for slug in slugs:
            if owner(phase) in {owner(form) for form in files(slug)} and (phase, slug) not in APART:
                yield _in_round(phase, days, at, slug, do)


def _roll(slug: str, days: int) -> Iterator[PlannedEvent]:
    yield load(ROLL, days, "10:00", slug)
    yield PlannedEvent(ROLL, days, "10:05", slug, "submit", MARKS.get((ROLL, slug), {}))
    yield PlannedEvent(ROLL, days, "16:00", slug, "approve")


def _in_round(phase: str, days: int, at: str, slug: str, do: str) -> PlannedEvent:
    if do == "load":
        return load(phase, days, at, slug, FIRST.get((phase, slug), ""))
    return PlannedEvent(phase, days, at, slug, do, MARKS.get((phase, slug), {}) if do == "submit" else {})


def _keys(year: Year, event: PlannedEvent) -> Mapping[str, str | int]:
    at = datetime.combine(day_of(year, event.phase, event.days), time.fromisoformat(event.at), TZ)
    keys = {"at": f"{at:%Y-%m-%dT%H:%M}", "city": event.city, "do": event.do, "phase": event.phase, **event.more}
    if event.do == "withdraw":
        del keys["phase"]
    if event.do == "arrange":  # as the workbook says afterwards that it was
        keys |= {"day": meets_on(year).isoformat(), "begins": "14:30", "place": institution(year.city(event.city), 0)}
    if "until" in keys:
        keys["until"] = day_of(year, event.phase, int(keys["until"])).isoformat()
    return keys
