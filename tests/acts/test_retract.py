"""A city takes its request back, as long as nobody has answered it."""

from __future__ import annotations

import pytest

from acts.answer import answer
from acts.retract import retract
from models.city_requests import Answer, requests
from season.outcome import Outcome
from season.unit_of_work import Backdated
from tests.acts.test_moved import APPLICATION, AT, ROLL, UNTIL, asked, begun, sent, written
from tests.support import ledger
from tests.support.scenes import NANJING, WUXI, YEAR, Scene, instant, stamp

LATER = "2022-01-18T11:00"


def taken_back(scene: Scene, at: str = LATER, *, reason: str = "", dry_run: bool = False) -> Outcome:
    signed = stamp(at, "南京 某")
    return retract(scene.database, YEAR, APPLICATION, NANJING, signed, reason=reason, dry_run=dry_run)


def letters(scene: Scene) -> list[tuple[str, str]]:
    with scene.database.read() as connection:
        return [(row.state, row.detail) for row in ledger.words(connection) if row.kind == "request"]


def digest(scene: Scene, at: str) -> str:
    found = [row.text for row in scene.advance(at).changes.letters if row.kind == "digest"]
    return "".join(found)


def test_a_request_taken_back_waits_for_nobody_and_stays_on_record(scene: Scene) -> None:
    sent(begun(scene).through(ROLL, NANJING))
    number = asked(scene, AT)
    said = taken_back(scene, reason="场地已恢复")
    title = "南京 学生申报：已撤回延期至 2022-01-27 的申请；截止日仍为 2022-01-20 24:00。"
    assert (said.outcome, said.message, said.changes.letters) == ("done", title, ())
    assert letters(scene) == [("cancelled", "该申请已有结果")] * 2
    with scene.database.read() as connection:
        (found,) = requests(connection, YEAR)
    assert found.answer == Answer("retracted", "场地已恢复", None, "南京 某", instant(LATER))
    late = answer(scene.database, YEAR, number, stamp("2022-01-18T12:00"), grant=True, until=None, reason="可")
    ended = "已由 南京 某 于 2022-01-18 11:00:00 撤回"
    assert (late.outcome, late.message) == ("refused", f"{number} 号申请{ended}，未作改动。")
    assert taken_back(scene).message == f"南京 学生申报：没有在等答复的申请（最近一次{ended}），未作改动。"


def test_it_stands_in_the_digest_until_then(scene: Scene) -> None:
    sent(begun(scene).through(ROLL, NANJING))
    asked(scene, AT)
    assert "申请延期" in digest(scene, "2022-01-19T09:00")
    taken_back(scene, "2022-01-19T10:00")
    assert "申请延期" not in digest(scene, "2022-01-20T09:00")


def test_nothing_waits_nothing_is_taken_back_and_one_may_ask_again(scene: Scene) -> None:
    sent(begun(scene).through(ROLL, NANJING))
    assert taken_back(scene).message == "南京 学生申报：没有在等答复的申请，未作改动。"
    asked(scene, AT)
    assert taken_back(scene, dry_run=True).done
    assert taken_back(scene).done
    assert taken_back(scene).outcome == "refused"
    asked(scene, "2022-01-18T12:00", UNTIL)
    assert retract(scene.database, YEAR, APPLICATION, WUXI, stamp("2022-01-18T13:00")).outcome == "refused"
    granted = scene.extend(APPLICATION, [NANJING], "2022-01-18T14:00", UNTIL)
    assert written(granted.changes.letters)["city"] == "moved"


def test_neither_is_done_before_what_stands_already(scene: Scene) -> None:
    sent(begun(scene).through(ROLL, NANJING))
    with pytest.raises(Backdated, match="南京 学生申报"):
        asked(scene, "2022-01-01T10:00")
    asked(scene, LATER)
    with pytest.raises(Backdated, match="在 2022-01-18 11:00 已有记录"):
        taken_back(scene, AT)
    with scene.database.read() as connection:
        assert [one.last for one in requests(connection, YEAR)] == [None]
