"""Earlier cases of one kind in words: who had it when, how it was decided, and why."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from calendars.deadlines import day_of
from dashboard.views.standings import rule_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date

    from calendars.year import Year
    from models.earlier_cases import Decided, EarlierCase
    from phases.book import Book

SAID: Mapping[Decided, str] = {
    "waived": "豁免“{rule}”",
    "extended": "延至 {until}",
    "taken-back": "延至 {until}，后来更正收回",
    "declined": "申请延至 {until}，没有同意",
    "returned": "退回修改",
}


@dataclass(frozen=True, slots=True)
class LikeCase:
    """One line: the year and the city, the day of the decision, what it was, and its reason; "" where that is gone."""

    year: int
    city: str
    day: date
    said: str
    reason: str


def like_cases(found: Iterable[EarlierCase], year: Year, book: Book) -> tuple[LikeCase, ...]:
    """Say them in their order; a city that this year does not have stands by its key."""
    names = {city.slug: city.name for city in year.cities}
    return tuple(
        LikeCase(
            one.year,
            names.get(one.city, one.city),
            day_of(one.as_of),
            SAID[one.decided].format(rule=rule_name(book, one.rule or ""), until=one.until),
            one.reason or "",
        )
        for one in found
    )
