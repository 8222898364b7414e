"""What a city need not type: whoever has to stand on a sheet, and the mentors of the year before on the next roll."""

from __future__ import annotations

from acts.read_back import begun, missing, written
from models.rolling import roll
from phases.book import BOOK
from tests.support import sheets
from tests.support.scenes import NANJING, YEAR, Scene

ROLL = "mentor-recommendation"


def test_the_next_roll_begins_with_the_mentors_whom_the_city_took_as_it_had_them(scene: Scene) -> None:
    city, following = scene.city(NANJING), scene.year.model_copy(update={"year": YEAR + 1})
    taken, refused = sheets.mentor(city, places=3, research="激光"), sheets.mentor(city, 2, taken=False)
    scene.through(ROLL, NANJING, **{ROLL: sheets.roll(taken, refused)})
    form = BOOK.form(ROLL, following)
    with scene.database.write() as connection:
        roll(connection, scene.year)
        found = begun(connection, following, ROLL, form, NANJING)["mentors"]
    sheet = next(one for one in form.sheets if one.key == "mentors")
    (line,) = written(sheet, found).values()
    assert (line["name"], line["institution"], line["research"], line["places"]) == (
        taken.name,
        "南京大学",
        "激光",
        "3",
    )
    assert (line["returning_mentor"], line["taken"]) == ("是", ""), "whether the city takes him is decided anew"
    assert missing(found, sheet, {}) == list(found.values())
    assert missing(found, sheet, found) == [], "who stands there already is not offered again"


def test_a_first_year_has_no_mentors_to_begin_with(scene: Scene) -> None:
    with scene.database.read() as connection:
        found = begun(connection, scene.year, ROLL, BOOK.form(ROLL, scene.year), NANJING)
    assert found == {"mentors": {}}
