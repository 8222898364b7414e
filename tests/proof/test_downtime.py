"""The witness of R8 sees of each kind that the cities' doings cause whether it is true; without taking back none is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date

import pytest

from acts.answer import answer
from acts.ask import ask
from acts.correct_result import correct_result
from acts.nudge import nudge
from models.addresses import put
from models.database import Database
from season.outcome import Outcome
from tests.proof.downtime import Mailbox, without_taking_back
from tests.support import sheets
from tests.support.kinds import ON_SQLITE
from tests.support.scenes import NANJING, YEAR, Scene, calendar, instant, stamp

ROLL, YEAR_END = "mentor-recommendation", "year-end"
Done = Callable[[Scene], Outcome]


def asked(scene: Scene) -> Outcome:
    scene.advance("2022-01-04T09:00")
    by = stamp("2022-01-05T10:00", "南京 某")
    return ask(scene.database, YEAR, ROLL, NANJING, by, until=date(2022, 1, 25), reason="暴雪")


def answered(scene: Scene, *, grant: bool = True) -> Outcome:
    until = date(2022, 1, 25) if grant else None
    return answer(scene.database, YEAR, 1, stamp("2022-01-05T10:30"), grant=grant, until=until, reason="情况属实")


def granted(scene: Scene) -> Outcome:
    asked(scene)
    return answered(scene)


def urged(scene: Scene) -> Outcome:
    scene.advance("2022-01-17T09:00")
    return nudge(scene.database, YEAR, ROLL, NANJING, stamp("2022-01-17T10:00"))


def short_of_visits(scene: Scene) -> Outcome:
    scene.through("meeting", NANJING).advance("2022-03-01T09:00")
    few = sheets.cultivation(sheets.students(scene.city(NANJING))[:2], visits=0)
    done = scene.load("cultivation", NANJING, few, "2022-03-20T10:00")
    scene.advance("2022-04-01T09:00")
    return done


def corrected(scene: Scene) -> Outcome:
    number = sheets.students(scene.city(NANJING))[1].number
    given = (scene.through(YEAR_END, NANJING).database, YEAR, YEAR_END, NANJING, (number, "不合格"))
    return correct_result(*given, stamp("2022-11-28T10:00"), reason="评分录入有误")


CASES: Mapping[str, tuple[Done, Done, str]] = {
    "request": (asked, lambda scene: answered(scene, grant=False), "2022-01-05T11:00"),
    "answered": (
        granted, lambda scene: scene.extend(ROLL, [NANJING], "2022-01-05T10:50", date(2022, 1, 28)), "2022-01-05T11:00",
    ),
    "nudge": (
        urged, lambda scene: scene.rerun(ROLL, NANJING, "2022-01-17T10:30", date(2022, 1, 25)), "2022-01-17T11:00",
    ),
    "visits-short": (short_of_visits, lambda scene: scene.withdraw(NANJING, "2022-04-01T09:30"), "2022-04-01T10:00"),
    "amended": (
        corrected, lambda scene: scene.rerun(YEAR_END, NANJING, "2022-11-28T10:30", date(2022, 12, 9)),
        "2022-11-28T11:00",
    ),
}  # fmt: skip
"""By kind: what makes such a letter, what makes it untrue before it has left, and when the post runs."""


def begun(database: Database) -> Scene:
    """A real year of one city, whose offices have mailboxes."""
    scene = Scene.begin(database, calendar(1), rehearsal=False, at="2021-12-31T00:00")
    with database.write() as connection:
        for office in ("province", NANJING):
            put(connection, office, {"email": f"{office}@proof.example", "head": f"head.{office}@proof.example"})
    return scene


@ON_SQLITE
@pytest.mark.parametrize("kind_of_letter", CASES)
def test_what_comes_of_a_citys_doings_is_true(database: Database, kind_of_letter: str) -> None:
    makes, _, at = CASES[kind_of_letter]
    scene = begun(database)
    box = Mailbox(scene, instant(at))
    assert makes(scene).done
    box.wake()
    assert (box.untrue, box.kinds[kind_of_letter] > 0) == ([], True)


@ON_SQLITE
@pytest.mark.parametrize("kind_of_letter", CASES)
def test_without_taking_back_the_witness_sees_that_it_is_true_no_more(database: Database, kind_of_letter: str) -> None:
    """The broken control."""
    makes, spoils, at = CASES[kind_of_letter]
    scene = begun(database)
    box = Mailbox(scene, instant(at))
    assert makes(scene).done
    with without_taking_back():
        assert spoils(scene).done
        box.wake()
    assert [one for one in box.untrue if f" {kind_of_letter} " in one] != []
