"""An advance asks the database the same number of questions, however many cities and students there are."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import event, insert, update

from acts.advance import Advance
from models.columns import table_of
from models.database import Database
from models.tables.city_drafts import draft_table
from models.tables.pool import Party
from models.tables.season import CityPhase
from phases.application import SCHOOLS, STUDENTS
from phases.interview import INTERVIEWS
from phases.mentor_recommendation import MENTORS
from phases.midterm import RESULTS
from phases.shortlist import SCORES
from tests.support.kinds import EACH_ON_BOTH, MANY_CITIES
from tests.support.scenes import YEAR, Scene, calendar, instant

pytestmark = [pytest.mark.slow, EACH_ON_BOTH]

PHASES = ("mentor-recommendation", "application", "shortlist", "interview", "meeting", "midterm")


@contextmanager
def counted(database: Database) -> Iterator[list[str]]:
    statements: list[str] = []

    def seen(_c: Any, _cursor: Any, statement: str, *_: Any) -> None:  # noqa: ANN401 - the event's arguments
        statements.append(" ".join(statement.split()[:4]).partition("busy_timeout=")[0])  # how long is left differs

    event.listen(database.engine, "before_cursor_execute", seen)
    try:
        yield statements
    finally:
        event.remove(database.engine, "before_cursor_execute", seen)


def filled(scene: Scene, students: int) -> Scene:
    """Each city with one mentor, one school and its share of the students, all of whom are admitted."""
    drafts: dict[Any, list[dict[str, Any]]] = {}
    parties: list[dict[str, Any]] = []
    share = students // len(scene.year.cities)
    for place, city in enumerate(scene.year.cities):
        own = {"year": YEAR, "city": city.slug}
        mentor, school = 2 * place + 1, 2 * place + 2
        parties += [
            {"id": mentor, "kind": "mentor", "name": city.name, "place": "大学", "email": "m@unit.example"},
            {"id": school, "kind": "school", "name": city.name, "place": city.name, "email": "s@unit.example"},
        ]
        taught = {"name": city.name, "institution": "大学", "subject": "物理", "title": "教授", "degree": "博士"}
        free = {"elite_programme": True, "research": "光学", "places": 9, "email": "m@unit.example", "honours": []}
        drafts.setdefault(MENTORS, []).append(
            {**own, **taught, **free, "line": 2, "returning_mentor": False, "taken": True, "party": mentor}
        )
        contact = {"head": "甲", "contact": "乙", "email": "s@unit.example"}
        drafts.setdefault(SCHOOLS, []).append({**own, **contact, "line": 2, "name": city.name, "party": school})
        for line in range(share):
            number = f"{city.code}-2022-{line:05d}"
            known = {**own, "line": line, "number": number, "name": "丙"}
            drafts.setdefault(STUDENTS, []).append({
                **known, "gender": "女", "born": date(2006, 2, 3), "school": city.name, "grade": "高一",
                "subject": "物理", "mentor": city.name, "institution": "大学", "subject_rank": Decimal(8),
                "overall_rank": None, "guardian_consent": True, "alumnus": False, "recommended": True, "taken": True,
                "person": number, "likeness": number, "consent_from": date(2020, 2, 3), "mentor_party": mentor,
                "school_party": school, "priority": False,
            })  # fmt: skip
            score = {"subject": "物理", "score": Decimal(80)}
            drafts.setdefault(SCORES, []).append({**known, **score, "shortlisted": True})
            met = {"held_on": date(2022, 2, 9), "came": True, "admitted": True, "funding": "自筹"}
            drafts.setdefault(INTERVIEWS, []).append({**known, **score, **met})
            if line:
                told = {"subject": "物理", "reported_on": date(2022, 7, 9), "qualified": True, "opinion": "好"}
                drafts.setdefault(RESULTS, []).append({**known, **told})
    with scene.database.write(YEAR) as connection:
        connection.execute(insert(table_of(Party)).inline(), parties)
        for sheet, rows in drafts.items():
            connection.execute(insert(draft_table(sheet)).inline(), rows)
    return scene


def stand(scene: Scene, at: str, **states: str) -> None:
    """Put every city's phases in these states, as of that instant."""
    table = table_of(CityPhase)
    with scene.database.write(YEAR) as connection:
        for phase, state in states.items():
            row: dict[str, str | datetime] = {"state": state, "since": instant(at), "filed_at": instant(at)}
            row |= {"passed_at": instant(at), "as_of": instant(at)}
            slug = phase.replace("_", "-")
            connection.execute(update(table).where(table.c.phase == slug).values(row))


MOMENTS: tuple[tuple[str, dict[str, str]], ...] = (
    ("2021-12-31T00:00", {}),
    ("2022-01-07T09:00", {}),
    ("2022-01-11T10:00", {"mentor_recommendation": "passed", "application": "submitted"}),
    ("2022-07-01T09:00", {"shortlist": "passed", "interview": "passed", "meeting": "passed"}),
    ("2022-08-01T09:00", {}),
    ("2022-09-01T09:00", {}),
    ("2022-11-01T09:00", {"midterm": "passed"}),
    ("2022-11-16T09:00", {}),
)
"""When to advance, and where phases stand just before: openings, reminders, what was stranded, what is late."""


def through_the_year(scene: Scene, moments: int = len(MOMENTS)) -> list[list[str]]:
    """The statements of an advance at each of the first so many moments."""
    found = []
    for at, states in MOMENTS[:moments]:
        stand(scene, at, **states)
        with counted(scene.database) as statements:
            done = scene.advance(at)
        assert done.failures == {}
        assert done != Advance()
        found.append(statements)
    return found


def test_as_many_statements_for_many_cities_as_for_13(database: Database, second_database: Database, kind: str) -> None:
    few = through_the_year(filled(Scene.begin(database, calendar(13)), 13 * 3))
    cities = MANY_CITIES[kind]
    many = through_the_year(filled(Scene.begin(second_database, calendar(cities)), cities * 3))
    assert [len(statements) for statements in many] == [len(statements) for statements in few]
    assert many == few


MANY_STUDENTS = {"sqlite": 50_000, "postgresql": 5_000}


def test_as_many_statements_for_many_students_as_for_500(
    database: Database, second_database: Database, kind: str
) -> None:
    few = through_the_year(filled(Scene.begin(database), 500), moments=4)
    many = through_the_year(filled(Scene.begin(second_database), MANY_STUDENTS[kind]), moments=4)
    assert many == few


def test_a_question_a_city_would_be_counted(database: Database, second_database: Database) -> None:
    """The control: each city advanced by itself asks more often where there are more of them."""

    def one_by_one(scene: Scene) -> int:
        with counted(scene.database) as statements:
            for city in scene.year.cities:
                scene.advance("2021-12-31T00:00", cities=[city.slug])
        return len(statements)

    few, many = Scene.begin(database, calendar(13)), Scene.begin(second_database, calendar(14))
    assert one_by_one(many) > one_by_one(few)
