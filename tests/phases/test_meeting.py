from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from gates.judge import judge
from gates.verdict import Verdict
from phases.book import BOOK
from phases.meeting import Attendance, Meeting, MeetingFacts
from tests.support.cards import FIGURES, broken, met

DUE = date(2022, 2, 28)
A, B = "3201-2022-0001", "3201-2022-0002"
MEETING = Meeting(date(2022, 2, 26), "江海大学", "见面、签约")
HERE = Attendance(A, "到会", "到会", "到会", "每周一次线上交流")
EXCUSED = Attendance(B, "请假", "到会", "请假", "每月到校")
SOUND = MeetingFacts(
    (MEETING,), (HERE, EXCUSED), (A, B), due_day=DUE, filed_on=date(2022, 2, 27), admitted_on=date(2022, 2, 17)
)

NEEDED = "2022-02-28 前（含）召开，登记 2/2"
UNSIGNED = f"1 名入选学生（{B}）的到会、请假情况或联系方式约定未填全；请按签到记录补填"


def good(found: str = "见面会 1 次，登记 2/2", needed: str = NEEDED) -> Verdict:
    return Verdict("meeting", (met("meeting.held", found, needed),))


def bad(found: str, mend: str, *numbers: str) -> Verdict:
    return Verdict("meeting", (broken("meeting.held", found, NEEDED, mend, *numbers),))


def held(*days: date) -> MeetingFacts:
    return replace(SOUND, meetings=tuple(replace(MEETING, held_on=day) for day in days), filed_on=DUE)


CASES: dict[str, tuple[MeetingFacts, Verdict]] = {
    "held, all named": (SOUND, good()),
    "held on the day of filing, which is the due day": (held(DUE), good()),
    "one side excused": (replace(SOUND, attendance=(replace(HERE, guardian="请假"), EXCUSED)), good()),
    "held in two rounds": (held(date(2022, 2, 25), DUE), good("见面会 2 次，登记 2/2")),
    "rows of others are let be": (
        replace(SOUND, attendance=(HERE, EXCUSED, replace(HERE, number="3201-2022-0009"))),
        good(),
    ),
    "nobody was admitted": (
        replace(SOUND, meetings=(), attendance=(), admitted=()),
        good("见面会 0 次，登记 0/0", "2022-02-28 前（含）召开，登记 0/0"),
    ),
    "no record": (
        replace(SOUND, meetings=()),
        bad("见面会 0 次，登记 2/2", "没有见面会记录；请于 2022-02-28 前（含）召开并登记"),
    ),
    "a meeting to come is not held": (
        replace(SOUND, meetings=(replace(MEETING, held_on=DUE),)),
        bad("见面会 1 次，登记 2/2", "2022-02-28 的见面会尚未召开；请召开后再报送"),
    ),
    "a day after the due day": (
        held(date(2022, 3, 1)),
        bad(
            "见面会 1 次，登记 2/2",
            "2022-03-01 的见面会晚于截止日 2022-02-28；请按会议记录核对日期，确在截止日后召开的，请申请延期",
        ),
    ),
    "a meeting before the last of the admitted was interviewed": (
        held(date(2022, 2, 16), DUE),
        bad("见面会 2 次，登记 2/2", "2022-02-16 的见面会早于最后一场面试（2022-02-17）；请按会议记录核对日期"),
    ),
    "on the day of the last interview": (held(date(2022, 2, 17)), good()),
    "nobody of one student's three sides came": (
        replace(SOUND, attendance=(HERE, replace(EXCUSED, teacher="请假"))),
        bad(
            "见面会 1 次，登记 2/2",
            f"1 名入选学生（{B}）的导师、指导老师和家长都请假；请按签到记录核对，确实无人到会的，补开见面会后登记",
            B,
        ),
    ),
    "a record without place": (
        replace(SOUND, meetings=(replace(MEETING, place=" "),)),
        bad("见面会 1 次，登记 2/2", "2022-02-26 的见面会缺地点或议程；请按会议记录补全"),
    ),
    "a student without a row": (replace(SOUND, attendance=(HERE,)), bad("见面会 1 次，登记 1/2", UNSIGNED, B)),
    "a guardian neither present nor excused": (
        replace(SOUND, attendance=(HERE, replace(EXCUSED, guardian=""))),
        bad("见面会 1 次，登记 1/2", UNSIGNED, B),
    ),
    "no contact arrangement": (
        replace(SOUND, attendance=(HERE, replace(EXCUSED, contact=" "))),
        bad("见面会 1 次，登记 1/2", UNSIGNED, B),
    ),
    "all at once": (
        replace(SOUND, meetings=(), attendance=(HERE,)),
        bad("见面会 0 次，登记 1/2", f"没有见面会记录；请于 2022-02-28 前（含）召开并登记；{UNSIGNED}", B),
    ),
}


@pytest.mark.parametrize(("facts", "expected"), CASES.values(), ids=CASES)
def test_a_meeting_is_judged(facts: MeetingFacts, expected: Verdict) -> None:
    assert judge(BOOK.gates["meeting"], facts, FIGURES) == expected
