"""The results that an act would publish or save, as its preview shows them: ranked over the whole province."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, cast

from calendars.deadlines import day_of
from dashboard.views.scoring import board, of_cities
from forms.kinds import SCORE
from gates.states import Event
from models import evaluations
from phases.year_end import DIMENSIONS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Connection

    from acts.act import Act, Filled
    from calendars.year import Year
    from dashboard.serving.look import Looking
    from dashboard.views.scoring import SubjectBoard
    from models.evaluations import TrainedStudent


def results(connection: Connection, look: Looking, act: Act, filled: Filled) -> tuple[SubjectBoard, ...]:
    """Give them by subject, of the cities that it is about; nothing where the act neither publishes nor saves any."""
    publishes = act.event is Event.APPROVE and filled.phase is not None and filled.phase.province == "results"
    if not publishes and not filled.rows:
        return ()
    year = look.opened.year
    cities = [city.slug for city in year.cities]
    students = evaluations.everybody(connection, year, cities, day_of(look.as_of))
    if filled.rows:
        typed = {row["number"]: row for row in filled.rows}
        students = tuple(
            _as_typed(one, year, typed.get(one.number, {})) if one.city in filled.cities else one for one in students
        )
    return of_cities(board(students, year.subjects, year.figures), filled.cities)


def _as_typed(one: TrainedStudent, year: Year, row: Mapping[str, str]) -> TrainedStudent:
    """Give a student with what was typed of him in the place of what is kept; a row left empty has nothing."""
    scores = tuple(cast("Decimal", SCORE.parse(text)) for name in DIMENSIONS.fields(year) if (text := row.get(name)))
    return replace(one, scores=scores, grade=row.get("grade", ""), reasoned=bool(row.get("reason", "").strip()))
