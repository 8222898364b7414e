"""Facts by query are those of the rows: what SQL says of a rank, a consent, a profile is what the gate would say."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from secrets import token_hex
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st

from models import guardian_consents
from models.append_only import lifted
from models.columns import table_of
from models.facts import training
from models.facts.applications import applications, rank_within
from models.facts.scope import Scope
from models.tables.city_drafts import draft_table
from models.tables.guardian_consents import GuardianConsent
from phases import application as gate
from phases.application import STUDENTS, ApplicationProfile
from phases.year_end import SUMMARIES
from tests.support import sheets
from tests.support.scenes import NANJING, Scene, calendar, stamp

RANKS = st.none() | st.decimals(0, 100, places=2) | st.sampled_from([Decimal("10.00"), Decimal("10.01"), Decimal(15)])
FILED = date(2022, 1, 10)


@pytest.fixture(scope="module")
def memory() -> Iterator[sa.Connection]:
    engine = sa.create_engine("sqlite://")
    with engine.connect() as connection:
        yield connection
    engine.dispose()


@given(subject=RANKS, overall=RANKS)
def test_sql_ranks_as_the_gate_does(memory: sa.Connection, subject: Decimal | None, overall: Decimal | None) -> None:
    figures = calendar().figures
    student = draft_table(STUDENTS)
    cast = {"subject_rank": subject, "overall_rank": overall}
    row = sa.select(*(sa.literal(value, student.c[name].type).label(name) for name, value in cast.items())).subquery()
    said = memory.execute(sa.select(rank_within(row, figures))).scalar()  # type: ignore[arg-type]
    assert bool(said) is gate.rank_within(subject, overall, figures)


APPLICANTS = st.lists(
    st.fixed_dictionaries({
        "grade": st.sampled_from(["初三", "高一", "高二", "高三"]),
        "subject": st.sampled_from(["物理", "计算机"]),
        "subject_rank": st.sampled_from([Decimal(8), Decimal("10.00"), Decimal("10.01"), Decimal(40)]),
        "overall_rank": st.sampled_from([None, Decimal("15.00"), Decimal("15.01")]),
        "born": st.sampled_from([date(2006, 2, 3), date(2008, 1, 10), date(2008, 1, 11)]),
        "guardian_consent": st.booleans(),
        "recorded": st.lists(st.booleans(), max_size=2),
        "recommended": st.booleans(),
        "taken": st.booleans(),
        "name": st.sampled_from(["李明", "王芳", "张伟"]),
    }),
    max_size=8,
)  # fmt: skip


def profiles(rows: list[dict[str, Any]]) -> Counter[ApplicationProfile]:
    """What the facts should be, student by student."""
    figures = calendar().figures
    taken = [row for row in rows if row["taken"]]
    persons = Counter((row["name"], row["born"]) for row in taken)
    return Counter(
        ApplicationProfile(
            grade=row["grade"],
            subject=row["subject"],
            rank_within=gate.rank_within(row["subject_rank"], row["overall_rank"], figures),
            mentor_on_roll=True,
            other_subject=row["subject"] != "物理",
            recommended=row["recommended"],
            consent_missing=not [row["guardian_consent"], *row["recorded"]][-1] and row["born"] > date(2008, 1, 10),
            repeated=persons[row["name"], row["born"]] > 1,
        )
        for row in taken
    )


def record(scene: Scene, recorded: Mapping[str, tuple[date, list[bool]]]) -> None:
    """Have an office record these consents and withdrawals of each student, born so, and nothing else."""
    table = table_of(GuardianConsent)
    with scene.database.write() as connection, lifted(connection, {table.name}):
        connection.execute(table.delete())
        each = ((number, born, one) for number, (born, several) in recorded.items() for one in several)
        for number, born, given in each:
            new = guardian_consents.NewConsent(number, given, FILED, "mother", "paper", "own", born=born)
            signed = stamp("2022-01-10T09:00")
            guardian_consents.add(connection, token_hex(), scene.year.year, NANJING, new, signed, NANJING)


@pytest.mark.slow
def test_applications_are_counted_as_they_would_be_one_by_one(scene: Scene) -> None:
    scene.file("mentor-recommendation", NANJING)
    where, loads = scene.city(NANJING), iter(range(10_000))

    @settings(max_examples=40, deadline=None)
    @given(rows=APPLICANTS)
    def holds(rows: list[dict[str, Any]]) -> None:
        said = [{name: value for name, value in row.items() if name != "recorded"} for row in rows]
        loaded = sheets.application([sheets.student(where, place, **row) for place, row in enumerate(said, 1)])
        each = enumerate(rows, 1)
        record(scene, {f"{where.code}-2022-{place:04d}": (row["born"], row["recorded"]) for place, row in each})
        scene.load("application", NANJING, loaded, f"2022-01-10T10:00:00.{next(loads):06d}")
        with scene.database.read() as connection:
            scope = Scope(connection, scene.year, {NANJING: FILED}, {NANJING: date(2022, 1, 20)})
            found = applications(scope)[NANJING]
        expected = profiles(rows)
        assert found.profiles == expected
        assert found.rejected == sum(not row["taken"] for row in rows)
        breaking = {rule for profile in expected for rule in gate.breached(profile, scene.year.figures)}
        assert set(found.offenders) == breaking
        for rule, numbers in found.offenders.items():
            broken = sum(count for one, count in expected.items() if rule in gate.breached(one, scene.year.figures))
            assert len(numbers) == broken

    holds()


def test_a_summary_under_the_rolls_spelling_is_that_of_a_students_mentor(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The roll may be loaded anew in another spelling; rows that name a mentor take that, the students' keep theirs."""
    scene.through("application", NANJING)
    student, summary = draft_table(STUDENTS), draft_table(SUMMARIES)
    with scene.database.write(scene.year.year) as connection:
        scope = Scope(connection, scene.year, {NANJING: FILED}, {NANJING: FILED})
        name, place, school = scope.grouped(scope.of(STUDENTS, "mentor", "institution", "school"))[NANJING][0][1:]
        number = connection.execute(sa.select(sa.func.min(student.c.number)).where(*scope.mine(student))).scalar_one()
        monkeypatch.setattr(training, "in_training", lambda _: {NANJING: (number,)})
        filed = {"year": scene.year.year, "city": NANJING, "submitted_on": FILED}
        rows = [
            {"line": 2, "type": "导师", "unit": f"{place}\u200b", "mentor": f"{name[0]} {name[1:]}"},
            {"line": 3, "type": "中学", "unit": f"{school} ", "mentor": None},
        ]
        owing = training.summaries_owing(scope)[NANJING]
        assert (owing["导师"], owing["中学"]) == ([(name, place)], [(school, "")])
        connection.execute(sa.insert(summary), [filed | row for row in rows])
        owing = training.summaries_owing(scope)[NANJING]
    assert (owing["导师"], owing["中学"]) == ([], [])
