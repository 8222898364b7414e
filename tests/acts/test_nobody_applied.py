"""今年没有申报: one word of a city without applicants, and what becomes of everything after it."""

from __future__ import annotations

from datetime import date

import pytest

from acts.consistency import contradictions
from acts.nobody_applied import nobody_applied
from models import reports
from season.outcome import Outcome
from tests.support import ledger, sheets
from tests.support.scenes import FILED, NANJING, YEAR, Scene, instant, stamp

APPLICATION = "application"
PASSED = ("application", "shortlist", "interview", "meeting", "cultivation", "midterm")
AT = FILED[APPLICATION]
DONE = "南京 今年没有申报：学生申报、面试名单、导师面试、师生见面会、学生培养、中期评价一并通过，无须再报送。"
DONE += "年度评价阶段仍须报送工作经费和绩效。"


def said(scene: Scene, at: str = AT, *, dry_run: bool = False) -> Outcome:
    return nobody_applied(scene.database, YEAR, NANJING, stamp(at), dry_run=dry_run)


@pytest.fixture
def begun(scene: Scene) -> Scene:
    return scene.through("mentor-recommendation", NANJING)


def test_it_passes_at_once_whatever_is_about_students_and_owes_the_account(begun: Scene) -> None:
    found = said(begun)
    assert (found.outcome, found.message) == ("done", DONE)
    states = {"mentor-recommendation": "passed", **dict.fromkeys(PASSED, "passed"), "year-end": "waiting"}
    assert begun.states(NANJING) == states
    card = begun.why("interview", NANJING, AT)
    assert [(one.rule, one.found) for verdict in card.verdicts for one in verdict.findings] == [
        ("applications.nobody", "没有申报")
    ]
    assert contradictions(begun.database) == []
    with begun.database.read() as connection:
        stands = reports.matrix(connection, YEAR, instant("2022-09-01T10:00")).cities[NANJING]
    assert {one.phase: one.timeliness for one in stands if one.timeliness} == {
        "mentor-recommendation": "on-time", APPLICATION: "on-time",
    }, "what was never filed was not in time either"  # fmt: skip
    year_end = sheets.year_end(begun.city(NANJING), ())
    assert begun.submit("year-end", NANJING, FILED["year-end"]).done
    assert begun.approve("year-end", NANJING, FILED["year-end"]).outcome == "refused"
    begun.load("year-end", NANJING, year_end, FILED["year-end"])
    assert begun.approve("year-end", NANJING, FILED["year-end"]).done
    assert contradictions(begun.database) == []


def test_said_again_it_changes_nothing(begun: Scene) -> None:
    said(begun)
    before = ledger.everything(begun.database)
    again = said(begun, "2022-01-20T12:00")
    assert (again.outcome, again.message) == ("done", "南京 今年没有申报已经登记，未作改动。")
    assert ledger.everything(begun.database) == before


def test_the_city_hears_once_and_nobody_is_asked_anything(begun: Scene) -> None:
    before = ledger.letters(begun.database)
    said(begun)
    begun.advance("2022-03-01T09:00")
    new = [one for one in ledger.letters(begun.database) if one not in before]
    told = sorted((kind, to.partition(":")[0]) for _, city, to, kind, _ in new if city == NANJING)
    assert told == [("passed", "city"), ("passed", "mentor")]


def test_a_rerun_of_the_application_takes_it_back(begun: Scene) -> None:
    said(begun)
    refused = begun.rerun("interview", NANJING, "2022-02-10T10:00", date(2022, 2, 20))
    assert refused.message == "南京 导师面试：该市今年没有申报，本阶段随之通过；如需更正，请重新开放“学生申报”。"
    assert begun.rerun(APPLICATION, NANJING, "2022-02-10T10:00", date(2022, 2, 20)).done
    assert begun.states(NANJING) == {
        "mentor-recommendation": "passed", APPLICATION: "open", **dict.fromkeys(PASSED[1:], "waiting"),
        "year-end": "waiting",
    }  # fmt: skip
    assert begun.file(APPLICATION, NANJING, at="2022-02-11T10:00").done
    assert begun.states(NANJING)["shortlist"] == "open", "what passed for nobody is not judged by what was not filed"
    assert contradictions(begun.database) == []


def test_a_rerun_of_the_roll_leaves_it_as_it_is(begun: Scene) -> None:
    said(begun)
    again = begun.rerun("mentor-recommendation", NANJING, "2022-02-10T10:00", date(2022, 2, 20))
    assert again.message.endswith("暂缓的后续阶段：无；其他城市不受影响。")
    assert begun.states(NANJING) == {
        "mentor-recommendation": "open", **dict.fromkeys(PASSED, "passed"), "year-end": "waiting"
    }  # fmt: skip
    assert begun.file("mentor-recommendation", NANJING, at="2022-02-11T10:00").done
    assert contradictions(begun.database) == []


def test_what_later_phases_hold_of_students_who_are_gone_goes_with_them(scene: Scene) -> None:
    scene.through("interview", NANJING)
    scene.rerun(APPLICATION, NANJING, "2022-02-21T10:00", date(2022, 3, 20))
    assert "6 名审核通过的学生" in said(scene, "2022-02-22T10:00").message
    scene.load(APPLICATION, NANJING, {"schools": (), "students": ()}, "2022-02-22T10:00")
    found = said(scene, "2022-02-22T11:00")
    assert "后面各阶段的草稿（13 行）随之清除。" in found.message
    assert found.done
    assert contradictions(scene.database) == []
    cell = scene.cell("interview", NANJING)
    assert (cell.state, cell.tally) == ("passed", {"admitted": 0, "funded": 0})
    scene.rerun(APPLICATION, NANJING, "2022-02-22T12:00", date(2022, 3, 20))
    scene.file(APPLICATION, NANJING, at="2022-02-22T13:00")
    assert "尚未导入" in scene.submit("shortlist", NANJING, "2022-02-22T14:00").message


def test_it_is_too_late_after_the_due_instant(begun: Scene) -> None:
    begun.advance("2022-01-21T00:00")
    assert "已于 2022-01-20 24:00 截止" in said(begun, "2022-01-21T00:00").message
    assert said(begun, "2022-01-20T23:59", dry_run=True).done, "a look at an instant before"


def test_a_preview_leaves_nothing(begun: Scene) -> None:
    before = ledger.everything(begun.database)
    assert said(begun, dry_run=True).done
    assert ledger.everything(begun.database) == before
