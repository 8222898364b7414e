"""The year as a chart: where each bar, band and line stands. Pure geometry, in pixels; the template draws it."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby
from typing import TYPE_CHECKING

from calendars.deadlines import Extension, resolve
from dashboard.views.dates import short_day

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from calendars.year import Phase, Year
    from models.histories import PastGrant

DAY = 3
"""The width of a day."""

TOP, LANE, BAR, OWN = 64, 34, 20, 14
MARGIN = timedelta(days=10)
INSIDE = 170
"""A bar of this width holds its own label; a narrower one has it beside."""

YEAR_AND_MONTH = 80
"""The width that the name of a month with its year wants."""

LETTERS = 12
"""The width that a label's character is reckoned with, to keep the last labels on the chart."""

TODAY = 100
"""The width that the label of the day's line wants."""

_DAY = timedelta(days=1)
SATURDAY = 5


@dataclass(frozen=True, slots=True)
class GanttBar:
    """A span of days with its label; `kind` is `phase` or `own` (a city's own later days)."""

    kind: str
    x: int
    y: int
    width: int
    height: int
    label: str
    label_x: int
    anchor: str
    title: str

    @property
    def inside(self) -> bool:
        """Whether the label stands on the bar."""
        return self.x < self.label_x < self.x + self.width


@dataclass(frozen=True, slots=True)
class Band:
    """Days off together (`holiday`), or one made up for (`make-up`)."""

    kind: str
    x: int
    width: int
    label: str
    first: date
    last: date


@dataclass(frozen=True, slots=True)
class Month:
    """Where a month begins."""

    x: int
    label: str


@dataclass(frozen=True, slots=True)
class Chart:
    """The whole picture."""

    width: int
    height: int
    months: tuple[Month, ...]
    bands: tuple[Band, ...]
    bars: tuple[GanttBar, ...]
    today: int | None
    top: int = TOP

    @property
    def edge(self) -> bool:
        """Whether the label of the day's line stands left of it, for right of it the chart ends."""
        return self.today is not None and self.today + TODAY > self.width


@dataclass(frozen=True, slots=True)
class Own:
    """A city's own later due day for a phase; `why` in words, `grants` what it rests on."""

    phase: Phase
    city: str
    until: date
    why: str
    grants: tuple[PastGrant, ...]


def own_days(year: Year, grants: Iterable[PastGrant]) -> tuple[Own, ...]:
    """Give the later due days that hold, by phase, then in the cities' order; one that moved nothing falls away."""
    given: dict[tuple[str, str], list[PastGrant]] = defaultdict(list)
    for grant in grants:
        given[grant.phase, grant.city].append(grant)
    found = (
        _own(phase, city.name, given[phase.slug, city.slug])
        for phase in year.phases
        for city in year.cities
        if (phase.slug, city.slug) in given
    )
    return tuple(own for own in found if own is not None)


def _own(phase: Phase, city: str, grants: Sequence[PastGrant]) -> Own | None:
    due = resolve(phase.due, [Extension(grant.until, grant.cause, grant.corrections) for grant in grants])  # type: ignore[arg-type]
    return Own(phase, city, due.day, due.moved, tuple(grants)) if due.day > phase.due else None


def chart(year: Year, today: date, own: Sequence[Own]) -> Chart:
    """Draw the year: a bar a phase, under it the cities' own later days."""
    first, last = _ends(year, own)
    width = ((last - first).days + 1) * DAY
    scale = _Scale(first, width)
    bars = tuple(_bars(year, own, scale))
    height = max(bar.y + bar.height for bar in bars) + BAR
    shown = scale.x(today) if first <= today <= last else None
    return Chart(width, height, tuple(_months(first, last, scale)), bands(year, first, last, scale), bars, shown)


@dataclass(frozen=True, slots=True)
class _Scale:
    first: date
    width: int

    def x(self, day: date) -> int:
        return (day - self.first).days * DAY

    def bar(self, kind: str, days: tuple[date, date], y: int, height: int, label: str, title: str) -> GanttBar:
        """Place a bar over both days and its label in it, right of it, or left where the chart ends."""
        x, width = self.x(days[0]), self.x(days[1] + _DAY) - self.x(days[0])
        if width >= INSIDE and height == BAR:
            return GanttBar(kind, x, y, width, height, label, x + 6, "start", title)
        if x + width + 6 + len(label) * LETTERS > self.width:
            return GanttBar(kind, x, y, width, height, label, x - 6, "end", title)
        return GanttBar(kind, x, y, width, height, label, x + width + 6, "start", title)


def _ends(year: Year, own: Sequence[Own]) -> tuple[date, date]:
    dues = [day for phase in year.phases for day in (phase.due, phase.second_due, phase.province_due) if day]
    return min(phase.opens for phase in year.phases) - MARGIN, max([*dues, *(each.until for each in own)]) + MARGIN


def _months(first: date, last: date, scale: _Scale) -> Iterator[Month]:
    day = (first.replace(day=1) + timedelta(days=32)).replace(day=1)
    while day <= last:
        roomy = (last - day).days * DAY > YEAR_AND_MONTH
        yield Month(scale.x(day), f"{day.year} 年 1 月" if day.month == 1 and roomy else f"{day.month} 月")
        day = (day + timedelta(days=32)).replace(day=1)


def _bars(year: Year, own: Sequence[Own], scale: _Scale) -> Iterator[GanttBar]:
    y, mark = TOP + 12, "（暂定）" if year.provisional else ""
    for phase in year.phases:
        days = f"{short_day(phase.opens, year.year)} 至 {short_day(phase.due, year.year)}"
        title = f"{phase.name}：{phase.opens} 开放，{phase.due} 截止{mark}"
        yield scale.bar("phase", (phase.opens, phase.due), y, BAR, f"{phase.name} {days}{mark}", title)
        y += LANE
        theirs = [each for each in own if each.phase == phase]
        if theirs:
            yield _folded(phase, theirs, y - LANE + BAR + 4, scale, year)
            y += OWN


def _folded(phase: Phase, own: Sequence[Own], y: int, scale: _Scale, year: Year) -> GanttBar:
    """All cities' own later days of a phase as one bar, up to the latest; one city's by its name."""
    latest = max(each.until for each in own)
    few = "、".join(each.city for each in own) if len(own) <= 2 else f"{len(own)} 市"  # noqa: PLR2004 - two names fit
    why = "、".join(dict.fromkeys(word for each in own for word in each.why.split("、")))
    title = f"{phase.name}：" + "；".join(f"{each.city}至 {each.until}（{each.why}）" for each in own)
    return scale.bar(
        "own", (phase.due + _DAY, latest), y, OWN - 4, f"{few}至 {short_day(latest, year.year)}（{why}）", title
    )


def bands(year: Year, first: date, last: date, scale: _Scale) -> tuple[Band, ...]:
    """Give the days off that the notice grants, each with the weekends they run into, and the days made up for."""
    days = year.working_days
    all_days = [first + _DAY * ahead for ahead in range((last - first).days + 1)]
    found = []
    for working, run in groupby(all_days, key=days.is_working):
        stretch = list(run)
        if working:
            found += [_band("make-up", [day], "调休上班", scale) for day in stretch if day.weekday() >= SATURDAY]
        elif name := _holiday(year, stretch):
            found.append(_band("holiday", stretch, name, scale))
    return tuple(found)


def _holiday(year: Year, stretch: Sequence[date]) -> str:
    """Name a stretch of days off; "" for a weekend like any other."""
    reasons = dict.fromkeys(year.working_days.why(day).partition("（")[0] for day in stretch)
    names = [reason for reason in reasons if reason not in {"周六", "周日", "调休放假"}]
    return "、".join(names) or ("调休放假" if "调休放假" in reasons else "")


def _band(kind: str, stretch: Sequence[date], label: str, scale: _Scale) -> Band:
    return Band(kind, scale.x(stretch[0]), len(stretch) * DAY, label, stretch[0], stretch[-1])
