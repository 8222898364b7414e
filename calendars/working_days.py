"""Working days of the People's Republic: weekends, statutory holidays, make-up days (调休), single-day overrides."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import lru_cache
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from holidays import HolidayBase

_DAY = timedelta(days=1)
WEEKDAYS = "一二三四五六日"
_SATURDAY = 5


class _Notice(NamedTuple):
    """The State Council's arrangement of one calendar year, as far as it is known."""

    holidays: Mapping[date, str]
    make_up_days: frozenset[date]


@lru_cache(maxsize=1)
def _china() -> Callable[..., HolidayBase]:
    """Load China from its own file: through their package the library loads two hundred countries, at every start."""
    import holidays

    place = Path(holidays.__file__).parent / "countries" / "china.py"
    spec = spec_from_file_location("holidays_of_china", place)
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    found: Callable[..., HolidayBase] = module.China
    return found


@lru_cache(maxsize=128)
def _notice(year: int) -> _Notice:
    china = _china()(years=year, language="zh_CN")
    return _Notice(
        {day: name for day, name in china.items() if day.year == year},
        frozenset(day for day in china.weekend_workdays if day.year == year),
    )


def published(year: int) -> bool:
    """Tell whether the holiday notice of a calendar year is known: each one so far has make-up days."""
    return bool(_notice(year).make_up_days)


def spring_festival(year: int) -> date:
    """Give the first day of the first lunar month (春节) of that calendar year, notice or none."""
    return min(day for day, name in _notice(year).holidays.items() if name == "春节")


@dataclass(frozen=True, slots=True)
class WorkingDays:
    """Which days are worked. `overrides` maps single days to `working` or `holiday` and wins over everything.

    A year without a published notice has weekends and the statutory holidays by rule, but no make-up days.
    """

    overrides: Mapping[date, str] = field(default_factory=dict)

    def is_working(self, day: date) -> bool:
        """Tell whether offices work on that day."""
        override = self.overrides.get(day)
        if override is not None:
            return override == "working"
        notice = _notice(day.year)
        if day.weekday() >= _SATURDAY:
            return day in notice.make_up_days
        return day not in notice.holidays

    def on_or_before(self, day: date) -> date:
        """Give the day itself where it is worked, else the nearest earlier working day."""
        while not self.is_working(day):
            day -= _DAY
        return day

    def on_or_after(self, day: date) -> date:
        """Give the day itself where it is worked, else the nearest later working day."""
        while not self.is_working(day):
            day += _DAY
        return day

    def after(self, day: date, n: int) -> date:
        """Give the n-th working day strictly after that day; for n = 0 the day itself."""
        for _ in range(n):
            day = self.on_or_after(day + _DAY)
        return day

    def before(self, day: date, n: int) -> date:
        """Give the n-th working day strictly before that day; for n = 0 the day itself."""
        for _ in range(n):
            day = self.on_or_before(day - _DAY)
        return day

    def left(self, today: date, due: date) -> int:
        """Count the working days from tomorrow up to the due day, that day included; never negative."""
        return sum(self.is_working(today + _DAY * ahead) for ahead in range(1, (due - today).days + 1))

    def why(self, day: date) -> str:
        """Say in Chinese why that day is worked or not: 工作日, 调休上班, 周六, 春节, 调休放假 and so on."""
        override = self.overrides.get(day)
        if override is not None:
            return "日历指定上班" if override == "working" else "日历指定放假"
        notice = _notice(day.year)
        weekday = f"周{WEEKDAYS[day.weekday()]}"
        if day.weekday() >= _SATURDAY:
            return f"{weekday}，调休上班" if day in notice.make_up_days else notice.holidays.get(day, weekday)
        holiday = notice.holidays.get(day)
        if holiday is None:
            return "工作日"
        return "调休放假" if holiday.startswith("休息日") else holiday
