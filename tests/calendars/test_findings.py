"""Warnings of the calendar check: collisions with holidays and make-up days, and what is not settled yet."""

from __future__ import annotations

from datetime import date

from calendars.files import load
from calendars.findings import Warning_, check
from calendars.year import Year

YEAR = load(2022)
LOST = "它早于开放，离开放不足一个工作日，或与更近的一次提醒落在同一个工作日；可改天数"


def with_phase(slug: str, **changes: object) -> Year:
    phases = tuple(phase.model_copy(update=changes) if phase.slug == slug else phase for phase in YEAR.phases)
    return YEAR.model_copy(update={"phases": phases})


def new(year: Year) -> list[Warning_]:
    known = check(YEAR)
    return [warning for warning in check(year) if warning not in known]


def test_the_warnings_of_2022() -> None:
    def weekend(key: str, day: str, why: str, last: str) -> Warning_:
        mend = f"最后一个工作日是 {last}；如要顺延请改日期"
        return Warning_(f"phases.{key}", f"{day} 是{why}，截止日不因放假顺延", mend)

    assert check(YEAR) == (
        weekend("mentor-recommendation.due", "2022-01-15", "周六", "2022-01-14"),
        Warning_("phases.shortlist.due", "2022-01-30 是周日，调休上班，按工作日计", "请确认各市知道当天上班"),
        Warning_("phases.shortlist.rungs", "前 7 天的提醒不会发出", LOST),
        weekend("interview.due", "2022-02-20", "周日", "2022-02-18"),
        Warning_("phases.interview.rungs", "前 14 天的提醒不会发出", LOST),
        Warning_("phases.meeting.rungs", "前 7 天、前 3 天的提醒不会发出", LOST),
        weekend("cultivation.due", "2022-12-31", "周六", "2022-12-30"),
        weekend("year-end.province_due", "2022-12-31", "周六", "2022-12-30"),
        Warning_("phases.year-end.rungs", "前 30 天的提醒不会发出", LOST),
        Warning_("contact", "联系人、电话、邮箱是示例，函件里会照样写", "改为真实的，或删去这一节、在“联系人”页登记"),
    )


def test_a_due_day_within_the_festival() -> None:
    due = Warning_(
        "phases.interview.due", "2022-02-02 是春节，截止日不因放假顺延", "最后一个工作日是 2022-01-30；如要顺延请改日期"
    )
    short = Warning_("phases.interview.due", "从开放到截止只有 0 个工作日", "可提前开放或推后截止")
    assert new(with_phase("interview", due=date(2022, 2, 2), rungs=())) == [due, short]


def test_a_phase_that_opens_before_the_one_it_requires() -> None:
    reason = "开放日 2022-02-01 早于所要求的师生见面会的开放日 2022-02-21"
    mend = "这段时间没有城市能够开始，可推后开放日"
    found = new(with_phase("cultivation", opens=date(2022, 2, 1)))
    assert found == [Warning_("phases.cultivation.opens", reason, mend)]


def test_an_override_that_changes_nothing() -> None:
    year = YEAR.model_copy(update={"days": {date(2022, 1, 30): "working", date(2022, 3, 1): "holiday"}})
    assert [warning for warning in new(year) if warning.key.startswith("days")] == [
        Warning_("days.2022-01-30", "这一天本来就是周日，调休上班", "可删去这一行")
    ]


def test_a_provisional_year_says_what_is_not_settled() -> None:
    found = [
        (warning.key, warning.reason) for warning in check(load(2027)) if not warning.key.endswith(("due", "rungs"))
    ]
    assert found == [
        ("phases.interview", "导师面试期间有春节（2027-02-06），放假安排尚未公布"),
        ("draft", "本年度通知尚未印发，全部日期暂定"),
        ("year", "2027 年放假安排尚未公布，工作日和提醒时刻暂定"),
        ("year", "年末之后的函件落在 2028 年，该年放假安排尚未公布"),
    ]


def test_the_letters_after_2026_wait_for_the_notice_of_2027() -> None:
    assert check(load(2026))[-1].reason == "年末之后的函件落在 2027 年，该年放假安排尚未公布"
