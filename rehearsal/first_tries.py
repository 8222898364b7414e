"""First tries that go wrong: workbooks that a city mends and files again, and what the mended one has otherwise."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from rehearsal.events import APPLICATION, INTERVIEW
from rehearsal.values import FUNDED

if TYPE_CHECKING:
    from calendars.year import Year

Row = Mapping[str, Any]
"""A row's values by field."""


def _as_it_is(row: Row, _: Year) -> Row:
    return row


@dataclass(frozen=True, slots=True)
class FirstTry:
    """A city's first workbook of a form, called `again`: rows of one sheet `changed`, columns `without` left out."""

    city: str
    form: str
    again: str
    sheet: str
    changed: Callable[[Row, Year], Row] = _as_it_is
    without: frozenset[str] = frozenset()


def _is(row: Row, place: int) -> bool:
    return str(row["number"]).endswith(f"-{place:04}")


def _low_ranks(row: Row, year: Year) -> Row:
    """The second student ranks too low in both ways."""
    low = {"subject_rank": year.figures.subject_rank + 2, "overall_rank": year.figures.overall_rank + 3}
    return {**row, **low} if _is(row, 2) else row


def _too_young(row: Row, year: Year) -> Row:
    """The first student is of a junior grade, in a subject that is not open to it."""
    return {**row, "grade": ("初三", *year.figures.junior_grades)[-1]} if _is(row, 1) else row


def _all_funded(row: Row, _: Year) -> Row:
    """Everybody who is admitted is to be funded."""
    return {**row, "funding": FUNDED} if row["admitted"] else row


FIRST_TRIES: tuple[FirstTry, ...] = (
    FirstTry("changzhou", APPLICATION, "first", "students", _low_ranks),
    FirstTry("suzhou", APPLICATION, "first", "students", _too_young),
    FirstTry("taizhou", APPLICATION, "broken", "students", without=frozenset({"mentor"})),
    FirstTry("huaian", INTERVIEW, "first", "interviews", _all_funded),
)
