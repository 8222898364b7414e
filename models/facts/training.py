"""Facts of the year's end, and the days on campus."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, or_, select

from forms.folding import fold
from models.days_of_persons import due_later
from models.draft_rows import values
from models.excuses import excused
from models.facts.scope import Scope, earliest, in_training
from models.tables.city_drafts import draft_table
from phases.application import STUDENTS
from phases.cultivation import LOGS, TALKS, VISITS, visits_from
from phases.year_end import (
    DIMENSIONS,
    EVALUATIONS,
    FUNDS,
    LEFT_OVER,
    MATERIALS,
    SUMMARIES,
    SUMMED_UP,
    TARGETS,
    Evaluation,
    EvaluationFacts,
    Materials,
    YearEndFacts,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy import Row

    from calendars.year import SummaryKind
    from phases.stored_sheet import StoredSheet


def year_ends(scope: Scope) -> dict[str, YearEndFacts]:
    """`year-end`, the city's part."""
    kinds = ("project_report", "training_report", "growth_log", "mentor_evaluation")
    materials = scope.grouped(scope.of(MATERIALS, "number", *kinds))
    accounts = spent_and_left(scope)
    targets = scope.grouped(scope.of(TARGETS, "target"))
    logs, misdated_logs = _stages(scope, LOGS, "submitted_on")
    records, misdated_records = _stages(scope, TALKS, "talked_on")
    owing, training, later = summaries_owing(scope), in_training(scope), due_later(scope, "year-end")
    return {
        city: YearEndFacts(
            tuple(number for number in training[city] if number not in later[city]),
            tuple(Materials(*row[1:]) for row in materials.get(city, ())),
            logs[city],
            records[city],
            {
                kind: tuple(label for one in whose if (label := _label(*one)) not in later[city])
                for kind, whose in owing[city].items()
            },
            *accounts[city],
            len(targets.get(city, ())),
            misdated_logs[city],
            misdated_records[city],
        )
        for city in scope.cities
    }


def _label(name: str, place: str) -> str:
    """Give how facts name whoever owes a summary."""
    return f"{name}（{place}）" if place else name


def spent_and_left(scope: Scope) -> dict[str, tuple[Decimal | None, Decimal | None]]:
    """Give what each city's account says was spent and is left over, filed or not, in yuan."""
    rows = scope.grouped(scope.of(FUNDS, "item", "amount"))
    return {city: _account(rows.get(city, ())) for city in scope.cities}


def _account(rows: Sequence[Row[Any]]) -> tuple[Decimal | None, Decimal | None]:
    """Give what an account says was spent (None: it has no row), and what is left over, where it says so."""
    parts: dict[bool, list[Decimal]] = {False: [], True: []}
    for row in rows:
        parts[fold(row.item) == LEFT_OVER].append(row.amount)
    spent, left = (sum(parts[which], Decimal(0)) for which in (False, True))
    return spent if rows else None, left if parts[True] else None


def summaries_owing(scope: Scope, *, all_of_them: bool = False) -> dict[str, dict[SummaryKind, list[tuple[str, str]]]]:
    """Give whose annual summaries, of the kinds that the year asks for, are not in the draft: name and place, by kind.

    Whom the province excused owes none. `all_of_them`: whether they are in the draft or not.

    The city itself has no name; mentors, schools and institutions are those of students in training. A summary's names
    took the roll's spelling, which need not be a student's: they are compared as they look.
    """
    training = in_training(scope)
    owed: dict[str, dict[tuple[str, str, str], tuple[str, str]]] = {
        city: {("市级", "", ""): ("", "")} for city in scope.cities
    }
    for city, number, mentor, institution, school in scope.connection.execute(
        scope.of(STUDENTS, "number", "mentor", "institution", "school").where(
            draft_table(STUDENTS).c.number.in_(sorted(n for numbers in training.values() for n in numbers))
        )
    ):
        if number in training[city]:
            whose = (("导师", mentor, institution), ("中学", school, ""), ("高校", institution, ""))
            owed[city] |= {(kind, fold(name), fold(place)): (name, place) for kind, name, place in whose}
    drafted = scope.of(SUMMARIES, "type", "unit", "mentor")
    for city, kind, unit, mentor in () if all_of_them else scope.connection.execute(drafted):
        name, place = {"市级": ("", ""), "导师": (mentor or "", unit)}.get(kind, (unit, ""))
        owed[city].pop((kind, fold(name), fold(place)), None)
    for city, parties in excused(scope.connection, scope.year.year, scope.cities).items():
        for party, name, place in parties:
            kind = next(kind for kind, one in SUMMED_UP.items() if one.actor == party)
            owed[city].pop((kind, fold(name), fold(place) if party == "mentor" else ""), None)
    return {
        city: {
            kind: sorted(whose for (other, *_), whose in rows.items() if other == kind)
            for kind in scope.year.figures.summaries_asked
        }
        for city, rows in owed.items()
    }


_Stages = dict[str, dict[str, frozenset[int]]]
"""By city and student: training stages."""


def _stages(scope: Scope, sheet: StoredSheet, day: str) -> tuple[_Stages, _Stages]:
    """Give the stages that rows are about, and those of rows of a day before there was training, or one to come."""
    begun = earliest(scope, "cultivation")
    found: dict[bool, dict[str, dict[str, set[int]]]] = {
        counts: {city: defaultdict(set) for city in scope.cities} for counts in (True, False)
    }
    for city, number, stage, on in scope.connection.execute(scope.of(sheet, "number", "stage", day)):
        found[begun <= on <= scope.filed_on[city]][city][number].add(stage)
    counted, misdated = (
        {
            city: {number: frozenset(stages) for number, stages in theirs.items()}
            for city, theirs in found[counts].items()
        }
        for counts in (True, False)
    )
    return counted, misdated


def evaluations(scope: Scope) -> dict[str, EvaluationFacts]:
    """`evaluation`, the province's part of the year's end."""
    rows = scope.grouped(scope.of(EVALUATIONS, "line", "number", "grade", "reason"))
    given, scores = values(scope.connection, scope.year.year, EVALUATIONS, scope.cities), DIMENSIONS.fields(scope.year)
    training = in_training(scope)
    visited = visits(scope, {city: day + timedelta(days=1) for city, day in scope.filed_on.items()})
    return {
        city: EvaluationFacts(
            training[city],
            tuple(
                Evaluation(
                    row.number, tuple(has[one] for one in scores if one in has), row.grade, bool(row.reason.strip())
                )
                for row in rows.get(city, ())
                for has in (given.get((city, row.line), {}),)
            ),
            visited[city],
        )
        for city in scope.cities
    }


def visits(scope: Scope, before: Mapping[str, date] | None = None) -> dict[str, dict[str, int]]:
    """Give each student's days on campus within the months of cultivation and since there was training.

    Of each city those before its day, if given.
    """
    table = draft_table(VISITS)
    _, after = scope.year.days_of(scope.year.figures.cultivation_months)
    day = table.c.visited_on
    bounds = [day >= visits_from(scope.year, earliest(scope, "cultivation")), day < after]
    if before:
        alike: dict[date, list[str]] = defaultdict(list)
        for city, bound in before.items():
            alike[bound].append(city)
        bounds.append(or_(*((table.c.city.in_(cities)) & (day < bound) for bound, cities in alike.items())))
    query = select(table.c.city, table.c.number, func.count(day.distinct())).where(*scope.mine(table), *bounds)
    found: dict[str, dict[str, int]] = {city: {} for city in scope.cities}
    for city, number, days in scope.connection.execute(query.group_by(table.c.city, table.c.number)):
        found[city][number] = days
    return found
