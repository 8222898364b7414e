from __future__ import annotations

from dashboard.views.history import Filed, GateCard, Ruled, Step, filings, step
from gates.states import Event, State
from gates.verdict import Finding, Verdict, Waived
from models.histories import PastJudgement, PastMove
from phases.book import BOOK
from tests.support.made import YANCHENG, instant

AT = instant("2022-02-17T10:05")
RATIO = Finding(
    "interviews.ratio", "三(二)", "in-principle", "12:5", "3:1", ok=False, actor="city", mend="需再面试 3 人"
)
CAP = Finding("funding.city-cap", "三(二)", "in-principle", "5", "≤5", ok=True, actor="city", mend="")
MEND = "市级管理办公室：需再面试 3 人"


def judged(number: int, attempt: int, part: str, *findings: Finding) -> PastJudgement:
    return PastJudgement(Verdict("interview", findings), "interview", YANCHENG, number, part, attempt, "盐城市办", AT)


def move(event: Event, before: State, after: State, reason: str | None = None, *, refused: bool = False) -> PastMove:
    return PastMove("interview", YANCHENG, event, before, after, refused, 1, "某人", AT, AT, reason, 1)


def test_what_refuses_stands_first_with_what_mends_it() -> None:
    assert filings(BOOK, [judged(1, 1, "city", CAP, RATIO)]) == (
        Filed(
            1,
            1,
            (
                GateCard(
                    "市办报送的系统核验",
                    False,
                    "盐城市办",
                    AT,
                    (
                        Ruled("面试与入选比例", "三(二)", "原则上", "!", "不符", "12:5", "3:1", MEND, ""),
                        Ruled("本市资助名额", "三(二)", "原则上", "✓", "符合", "5", "≤5", "", ""),
                    ),
                ),
            ),
        ),
    )


def test_a_waived_rule_tells_who_and_why_and_refuses_no_more() -> None:
    waived = Finding(**{**{f: getattr(RATIO, f) for f in RATIO.__slots__}, "waived": Waived("省办", "疫情")})
    (filed,) = filings(BOOK, [judged(2, 1, "city", waived)])
    assert filed.passed
    assert filed.cards[0].rules == (
        Ruled("面试与入选比例", "三(二)", "原则上", "○", "豁免", "12:5", "3:1", "", "省办：疫情"),
    )


def test_filings_of_two_attempts_stay_apart_and_both_parts_of_one_together() -> None:
    found = filings(BOOK, [judged(2, 2, "city", CAP), judged(2, 2, "province", CAP), judged(1, 1, "city", RATIO)])
    assert [(filed.number, filed.attempt, [card.title for card in filed.cards], filed.passed) for filed in found] == [
        (2, 2, ["市办报送的系统核验", "省办办理的系统核验"], True),
        (1, 1, ["市办报送的系统核验"], False),
    ]


def test_a_rule_that_a_later_version_took_away_is_named_by_its_id() -> None:
    gone = Finding("interviews.gone", "三", "must", "1", "0", ok=True, actor="city", mend="")
    assert filings(BOOK, [judged(1, 1, "city", gone)])[0].cards[0].rules[0].name == "interviews.gone"


def test_a_move_is_told_by_what_it_changed_and_a_refused_try_by_what_it_was() -> None:
    assert [
        step(BOOK, move(Event.SUBMIT, State.OPEN, State.SUBMITTED)),
        step(BOOK, move(Event.SUBMIT, State.OVERDUE, State.OVERDUE, "已经截止", refused=True)),
        step(BOOK, move(Event.WAIVE, State.RETURNED, State.RETURNED, "interviews.ratio：疫情：封控")),
    ] == [
        Step(AT, "报送", "进行中 → 已报送", "某人", "", refused=False, attempt=1),
        Step(AT, "报送（未获准）", "", "某人", "已经截止", refused=True, attempt=1),
        Step(AT, "豁免", "", "某人", "“面试与入选比例”：疫情：封控", refused=False, attempt=1),
    ]
