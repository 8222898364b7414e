"""更正评分: a single published score is put right; the grade stands, or it is said what goes first."""

from __future__ import annotations

from decimal import Decimal

import pytest

from acts.correct_score import NewScore, correct_score
from models import draft_rows
from models.histories import Span, moves
from phases.year_end import EVALUATIONS
from season.outcome import Outcome
from season.outdated_results import outdated_results_at
from tests.support.scenes import NANJING, YEAR, Scene, instant, stamp

FIRST = "3201-2022-0001"


@pytest.fixture
def published(scene: Scene) -> Scene:
    return scene.through("year-end", NANJING)


def corrected(scene: Scene, column: str, score: str, number: str = FIRST, at: str = "2022-11-25T10:00") -> Outcome:
    new = NewScore(number, column, score)
    return correct_score(scene.database, YEAR, "year-end", NANJING, new, stamp(at), reason="录入有误")


def scores(scene: Scene) -> list[list[Decimal]]:
    with scene.database.read() as connection:
        rows = draft_rows.rows(connection, YEAR, NANJING, EVALUATIONS.key)
    return [[row[f"score_{place}"] for place in range(1, 6)] for row in rows]


def test_one_score_is_another_and_nothing_else_is(published: Scene) -> None:
    before = published.cell("year-end", NANJING)
    said = corrected(published, " 科学兴趣 ", "90.5")
    assert said.message == (
        f"南京 年度评价：{FIRST} 的“科学兴趣”由 85 更正为 90.5；总分由 85 变为 86.1，等级“合格”不变。"
    )
    assert said.changes.letters == ()
    assert scores(published) == [[Decimal("90.5"), *[Decimal(85)] * 4], [Decimal(85)] * 5]
    after = published.cell("year-end", NANJING)
    assert (after.state, after.filed_at, after.tally) == (before.state, before.filed_at, before.tally)
    with published.database.read() as connection:
        newest, *_ = moves(connection, Span(YEAR, None, "year-end", NANJING))
        outdated = outdated_results_at(connection, YEAR, instant("2022-11-25T12:00"))
    assert (newest.reason, outdated) == (f"{FIRST}：科学兴趣由 85 更正为 90.5：录入有误", ())
    assert "未作改动" in corrected(published, "科学兴趣", "90.5", at="2022-11-25T11:00").message


@pytest.mark.parametrize(
    ("column", "score", "number", "said"),
    [
        ("评委2·科学兴趣", "90", FIRST, "没有“评委2·科学兴趣”这一项评分；可以写：科学兴趣、学科基础知识、"),
        ("科学兴趣", "101", FIRST, "不在 0–100 之间"),
        ("科学兴趣", "84.996", FIRST, "小数超过两位"),
        ("科学兴趣", "90", "3201-2022-0009", "没有公布过 3201-2022-0009 的这一项评分；请核对报名号。"),
    ],
)
def test_what_is_no_score_is_refused(published: Scene, column: str, score: str, number: str, said: str) -> None:
    refused = corrected(published, column, score, number)
    assert (refused.outcome, said in refused.message) == ("refused", True)
    assert scores(published) == [[Decimal(85)] * 5] * 2


def test_a_grade_that_the_total_no_longer_reaches_is_corrected_first(published: Scene) -> None:
    for column in ("科学兴趣", "综合能力"):
        said = corrected(published, column, "0")
    assert (said.outcome, said.message.endswith("等级也要更正的，请先更正评价结果。")) == ("refused", True)
    assert scores(published)[0].count(Decimal(0)) == 1


def test_before_anything_is_published_there_is_nothing_to_put_right(scene: Scene) -> None:
    refused = corrected(scene.through("midterm", NANJING), "科学兴趣", "90")
    assert (refused.outcome, "没有在系统里公布过结果" in refused.message) == ("refused", True)
