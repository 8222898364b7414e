"""A city takes its filing back while nobody has decided, and files again."""

from __future__ import annotations

import pytest

from acts.recall import recall
from gates.states import State
from models import standing
from models.standing import Cell
from post import claims
from season.outcome import Outcome
from tests.support import ledger
from tests.support.scenes import NANJING, YEAR, Scene, instant, stamp

ROLL = "mentor-recommendation"
PAST = "南京 导师推荐 已过截止日 2022-01-15，撤回后不能再报送；"
PAST += "如需修改，请联系省级管理办公室退回修改并另定截止日。"
FILED, LATER = "2022-01-10T10:00", "2022-01-12T10:00"


def filed(scene: Scene, phase: str = ROLL) -> Scene:
    scene.load(phase, NANJING, scene.sheets(phase, NANJING), FILED)
    scene.submit(phase, NANJING, FILED)
    return scene


def taken_back(scene: Scene, at: str = LATER, phase: str = ROLL, *, dry_run: bool = False) -> Outcome:
    return recall(scene.database, YEAR, phase, NANJING, stamp(at), reason="漏了一名导师", dry_run=dry_run)


def cell(scene: Scene, phase: str = ROLL) -> Cell:
    with scene.database.read() as connection:
        return standing.cells(connection, YEAR, [NANJING])[phase, NANJING]


def test_it_is_open_again_holds_no_place_and_is_filed_once_more(scene: Scene) -> None:
    said = taken_back(filed(scene))
    assert (said.outcome, said.message) == (
        "done",
        "南京 导师推荐：已撤回报送，请在 2022-01-15 24:00 前修改并重新报送。",
    )
    now = cell(scene)
    assert (now.state, now.filed_at, now.tally, now.attempt) == (State.OPEN, None, None, 1)
    assert scene.submit(ROLL, NANJING, "2022-01-13T10:00").done
    assert (cell(scene).state, cell(scene).filings) == (State.SUBMITTED, 2)


def test_the_province_is_not_asked_for_what_was_taken_back(scene: Scene) -> None:
    asked = ledger.letters(filed(scene).database, kind="approval-needed")
    taken_back(scene)
    refused = scene.approve(ROLL, NANJING, LATER)
    assert (len(asked), refused.outcome) == (1, "refused")
    at = instant("2022-01-13T09:00")
    assert "approval-needed" not in {one.kind for one in claims.claim(scene.database, "aa", at, at)}


def test_a_preview_changes_nothing(scene: Scene) -> None:
    before = cell(filed(scene))
    assert taken_back(scene, dry_run=True).done
    assert cell(scene) == before


@pytest.mark.parametrize(
    ("at", "why"),
    [
        ("2022-01-15T23:59", ""),
        (
            "2022-01-16T00:00",
            PAST,
        ),
    ],
)
def test_only_while_it_can_be_filed_again(scene: Scene, at: str, why: str) -> None:
    said = taken_back(filed(scene), at)
    assert (said.done, "" if said.done else said.message) == (not why, why)


def test_what_is_decided_stays(scene: Scene) -> None:
    filed(scene)
    assert scene.approve(ROLL, NANJING, "2022-01-11T10:00").done
    said = taken_back(scene)
    assert (said.outcome, cell(scene).state) == ("refused", State.PASSED)
    assert said.message.startswith("南京 导师推荐：处于“已通过”的阶段不能撤回报送；")
