"""All that is written in a year to a mentor who does his part at the first word, and whose students come too seldom."""

from __future__ import annotations

from sqlalchemy import func, select

from models.columns import table_of
from models.tables.season import Letter
from season.expected_letters import CityPhaseLetters, ExpectedLetter, read_city
from tests.support import sheets
from tests.support.kinds import ON_SQLITE
from tests.support.scenes import FILED, NANJING, YEAR, Scene, stamp

MORNINGS = (
    "01-31", "02-09", "02-15", "02-23", "03-01", "04-01", "05-05", "06-01", "07-01", "08-01", "08-19", "08-25",
    "09-01", "10-08", "11-01", "11-18", "11-24", "12-01", "12-21", "12-27",
)  # fmt: skip
"""On which something opens, is reminded of, or watched."""

LATER = {"midterm": "2022-08-22T10:00"}
"""Filed after mentors were reminded for the first time, and before the second."""

WRITTEN = {
    ("appointment", "mentor-recommendation"): 1, ("passed", "application"): 1, ("passed", "shortlist"): 1,
    ("opened", "interview"): 1, ("reminder", "interview"): 1, ("passed", "interview"): 1, ("opened", "meeting"): 1,
    ("opened", "cultivation"): 1, ("visits-short", "cultivation"): 3, ("opened", "midterm"): 1,
    ("reminder", "midterm"): 1, ("opened", "year-end"): 1, ("reminder", "year-end"): 2, ("result", "year-end"): 1,
}  # fmt: skip
MOST = 17


def expected(scene: Scene, at: str) -> tuple[ExpectedLetter, ...]:
    """What became of the mentor's letters about visits, by the command."""
    with scene.database.read() as connection:
        season = read_city(connection, YEAR, stamp(at), NANJING)
        found = CityPhaseLetters(season, "cultivation", NANJING)
        (mentor,) = (key for key in found.parties() if key.startswith("mentor:"))
        return found.expected(mentor, "visits-short")


@ON_SQLITE
def test_a_mentor_whose_students_come_too_seldom_hears_of_it_each_quarter_and_seventeen_times_in_all(
    scene: Scene,
) -> None:
    trained = sheets.students(scene.city(NANJING))[:2]
    filed = {f"{at:.10}": phase for phase, at in {**FILED, **LATER}.items()}
    whole = scene.sheets("year-end", NANJING)
    for day in sorted({*filed, *(f"2022-{morning}" for morning in MORNINGS)}):
        scene.advance(f"{day}T09:00", cities=[NANJING])
        if day == "2022-03-01":
            assert scene.load("cultivation", NANJING, sheets.cultivation(trained, visits=1), f"{day}T10:00").done
        if day == "2022-06-01":
            heard = ["waits-for-worker", "this-quarter", "this-quarter", "to-come"]
            assert [one.why for one in expected(scene, f"{day}T10:00")] == heard
        if filed.get(day) == "year-end":
            scene.file("year-end", NANJING, {**whole, "summaries": (), "funds": (), "targets": ()}, f"{day}T10:00")
        elif day in filed:
            assert scene.file(filed[day], NANJING, at=f"{day}T10:00").done
        if day == "2022-12-21":
            assert scene.load("year-end", NANJING, whole, f"{day}T10:00").done
            assert scene.approve("year-end", NANJING, f"{day}T11:00").done
    letter = table_of(Letter)
    asked = select(letter.c.kind, letter.c.phase, func.count()).group_by(letter.c.kind, letter.c.phase)
    with scene.database.read() as connection:
        rows = connection.execute(asked.where(letter.c.recipient.startswith("mentor:"))).all()
    assert {(kind, phase): count for kind, phase, count in rows} == WRITTEN
    assert sum(WRITTEN.values()) == MOST
