"""A city's request reaches the province at once, and its answer the city, each worded as what it is."""

from __future__ import annotations

import re
from collections.abc import Mapping

import pytest

from acts.answer import answer
from tests import ledger
from tests.acts.test_moved import AT, LATE, ROLL, answered, asked, begun, sent
from tests.scenes import NANJING, YEAR, Scene, stamp


def test_a_request_reaches_the_province_at_once_and_goes_stale_with_its_answer(scene: Scene) -> None:
    sent(begun(scene).through(ROLL, NANJING))
    number = asked(scene, AT)
    with scene.database.read() as connection:
        (row,) = (row for row in ledger.words(connection) if row.kind == "request")
    assert (row.recipient, row.state, row.slot) == ("province", "queued", f"{number}")
    assert row.subject == "【省后备人才】待答复：南京市申请学生申报延期至1月27日（周四）24时"
    assert "申请人：南京 某" in row.text
    assert "申请理由：场地封控" in row.text
    answer(scene.database, YEAR, number, stamp(AT), grant=False, until=None, reason="请按时报送")
    with scene.database.read() as connection:
        (again,) = (row for row in ledger.words(connection) if row.kind == "request")
    assert again.state == "cancelled"


ANSWERS: Mapping[str, tuple[str, bool, str]] = {
    "in time": (
        AT,
        True,
        "截止时间由2022年1月20日（星期四）24:00延至2022年1月27日（星期四）24:00，请据此安排工作",
    ),
    "late": (LATE, True, "同意贵办补报2022年度学生申报材料，请于2022年1月27日（星期四）24:00 前"),
    "no": (AT, False, "本次未予同意。截止时间仍为2022年1月20日（星期四）24:00，请合理安排，按时报送"),
    "no, late": (LATE, False, "本次未予同意。请与省级管理办公室联系，商定后续办理方式"),
}


@pytest.mark.parametrize(("at", "grant", "said"), ANSWERS.values(), ids=ANSWERS)
def test_an_answer_is_worded_as_one_and_keeps_the_citys_reason_apart(
    scene: Scene, at: str, grant: bool, said: str
) -> None:
    sent(begun(scene).through(ROLL, NANJING))
    letters = answered(scene, at, grant=grant).changes.letters
    (city,) = [row for row in letters if row.kind == "answered"]
    assert city.recipient == "city:nanjing"
    assert said in city.text
    assert re.findall("(申请理由|答复意见)：(.*)", city.text) == [("申请理由", "场地封控"), ("答复意见", "情况属实")]
    assert (city.ics is not None) is grant
    others = "".join(row.text for row in letters if row is not city)
    assert ("情况属实" in others, "场地封控" in others) == (False, False)
