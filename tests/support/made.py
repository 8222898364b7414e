"""Matrices made by hand, for what only words them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from calendars import files
from calendars.deadlines import TZ, Extension, resolve
from calendars.year import Year
from gates.states import State
from models.alarms import Alarms
from models.reports import Matrix, Standing
from phases.book import BOOK

YANCHENG = "yancheng"


def instant(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=TZ)


def calendar() -> Year:
    return files.load(2022)


def matrix(
    as_of: str, states: Mapping[str, State], *, filed: str | None = None, until: Mapping[str, date] | None = None
) -> Matrix:
    """Yancheng alone, its phases in these states (waiting where none is named), due later where `until` says so."""
    year = calendar()
    standings = []
    for phase in year.phases:
        state = states.get(phase.slug, State.WAITING)
        given = [Extension(day, "extension") for slug, day in (until or {}).items() if slug == phase.slug]
        at = instant(filed) if filed and state is State.SUBMITTED else None
        standings.append(Standing(phase.slug, state, 1, resolve(phase.due, given), at, None, None, (), (), ()))
    return Matrix(year, BOOK, instant(as_of), {YANCHENG: tuple(standings)}, {}, Alarms((), {}))
