"""A season in which every city is about to file more students to fund than the province has places."""

from __future__ import annotations

from models.database import Database
from tests.support import sheets
from tests.support.scenes import Scene

INTERVIEW = "interview"


def six_each(database: Database) -> None:
    """13 cities, each with six students to fund and both in-principle rules in the way waived."""
    scene = Scene.begin(database)
    applied = {city.slug: sheets.students(city) for city in scene.year.cities}
    for city, students in applied.items():
        scene.through("shortlist", city)
        scene.load(INTERVIEW, city, sheets.interview(students, 6, 6), "2022-02-09T10:00")
        for rule in ("interviews.ratio", "funding.city-cap"):
            scene.waive(rule, INTERVIEW, city, "2022-02-09T10:00")
