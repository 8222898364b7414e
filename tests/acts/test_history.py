"""What the office sees of any instant, past or to come, is what stood or would stand then."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest

from acts.why import report_card
from models import reports
from models.reports import Matrix
from tests.support import ledger, sheets
from tests.support.scenes import NANJING, WUXI, YEAR, Scene, instant, stamp
from tests.support.shelf import BEFORE_YANCHENG, BEFORE_YANGZHOU, END

Played = Callable[[str], Scene]

ROLL, INTERVIEW = "mentor-recommendation", "interview"


def seen(scene: Scene, at: str) -> Matrix:
    with scene.database.read() as connection:
        return reports.matrix(connection, YEAR, instant(at))


@pytest.mark.slow
@pytest.mark.parametrize("mark", [BEFORE_YANGZHOU, BEFORE_YANCHENG])
def test_the_past_is_seen_as_it_stood(played: Played, mark: str) -> None:
    assert seen(played(END), mark) == seen(played(mark), mark)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("mark", "later"),
    [
        (BEFORE_YANGZHOU, "2022-01-20T23:59:59.999999"),
        (BEFORE_YANGZHOU, "2022-01-21T00:00"),
        (BEFORE_YANCHENG, "2022-03-31T09:00"),
    ],
)
def test_the_future_is_seen_as_it_will_stand_where_nobody_acts(played: Played, mark: str, later: str) -> None:
    scene = played(mark)
    shown = {city: [one.state for one in phases] for city, phases in seen(scene, later).cities.items()}
    assert scene.advance(later).failures == {}
    assert shown == {city: list(scene.states(city).values()) for city in shown}


def test_a_withdrawal_takes_its_students_out_of_the_totals(scene: Scene) -> None:
    for city in (NANJING, WUXI):
        scene.through(INTERVIEW, city)
    assert {name: seen(scene, "2022-02-11T10:00").totals[name] for name in ("admitted", "funded")} == {
        "admitted": 4,
        "funded": 4,
    }
    scene.withdraw(NANJING, "2022-02-12T10:00")
    assert {name: seen(scene, "2022-02-12T10:00").totals[name] for name in ("admitted", "funded")} == {
        "admitted": 2,
        "funded": 2,
    }


def test_on_time_under_extension_waived_and_rerun_are_told_apart(scene: Scene) -> None:
    scene.file(ROLL, NANJING)
    scene.load(ROLL, WUXI, sheets.roll(sheets.mentor(scene.city(WUXI), honours=())), "2022-01-17T10:00")
    scene.rerun(ROLL, WUXI, "2022-01-17T10:00", date(2022, 1, 20))
    scene.waive("mentors.standing", ROLL, WUXI, "2022-01-17T11:00")
    scene.submit(ROLL, WUXI, "2022-01-17T12:00")
    scene.approve(ROLL, WUXI, "2022-01-17T13:00")
    scene.advance("2022-01-17T13:00")
    found = seen(scene, "2022-01-17T13:00").cities
    told = {city: found[city][0].as_json() for city in (NANJING, WUXI, "xuzhou")}
    shown = ("state", "timeliness", "attempt", "reruns", "waived", "due_because")
    assert {city: [one[name] for name in shown] for city, one in told.items()} == {
        NANJING: ["passed", "on-time", 1, 0, [], ["calendar"]],
        WUXI: ["passed", "extended", 2, 1, ["mentors.standing"], ["calendar", "rerun"]],
        "xuzhou": ["overdue", None, 1, 0, [], ["calendar"]],
    }


def test_what_refused_is_shown_while_it_is_to_be_mended(scene: Scene) -> None:
    scene.file(ROLL, NANJING, sheets.roll(sheets.mentor(scene.city(NANJING), honours=())))
    returned = seen(scene, "2022-01-06T10:00").cities[NANJING][0]
    assert (returned.state, returned.refusals) == ("returned", ("mentors.standing",))
    scene.file(ROLL, NANJING, at="2022-01-07T10:00")
    assert seen(scene, "2022-01-07T10:00").cities[NANJING][0].refusals == ()
    assert seen(scene, "2022-01-06T10:00").cities[NANJING][0] == returned


def test_a_trial_judges_the_draft_and_writes_nothing(scene: Scene) -> None:
    scene.load(ROLL, NANJING, sheets.roll(sheets.mentor(scene.city(NANJING), honours=())), "2022-01-05T10:00")
    before = ledger.fingerprint(scene.database)
    card = report_card(scene.database, YEAR, ROLL, NANJING, stamp("2022-01-05T11:00"), trial=True)
    assert (card.trial, card.passed) == (True, False)
    assert [one.rule for one in card.verdicts[0].refusals] == ["mentors.standing"]
    assert ledger.fingerprint(scene.database) == before


def test_a_report_card_is_the_one_that_was_given(scene: Scene) -> None:
    said = scene.file(ROLL, NANJING, sheets.roll(sheets.mentor(scene.city(NANJING), honours=())))
    scene.file(ROLL, NANJING, at="2022-01-07T10:00")
    then = report_card(scene.database, YEAR, ROLL, NANJING, stamp("2022-01-06T10:00"))
    now = report_card(scene.database, YEAR, ROLL, NANJING, stamp("2022-01-08T10:00"))
    assert (then.verdicts, then.trial) == ((said.verdict,), False)
    assert (then.passed, now.passed) == (False, True)
