"""师生见面会 (八(五)): the kick-off meeting of mentors, students, school teachers and guardians."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Annotated

from calendars.phase_terms import PhaseTerms
from forms.definitions import Form, SheetRow
from forms.kinds import DAY, HOUR, PROSE, UNIT, Ask, one_of
from gates.found import Found, named
from gates.judge import Gate
from gates.rule import Rule
from phases.definition import PhaseDefinition
from phases.made_of import CityRows, MadeOf
from phases.parties import PASSED, Called, Mailing, Rows, Stakeholder
from phases.shared_columns import ApplicationNumber, StudentName
from phases.stored_sheet import StoredSheet

if TYPE_CHECKING:
    from calendars.year import Figures

_ANSWERS = frozenset({"到会", "请假"})


Present = one_of("到会", "请假")


class MeetingRow(SheetRow):
    """见面会: the record of one kick-off meeting."""

    held_on: Annotated[date, Ask("日期", DAY, personal="no")]
    place: Annotated[str, Ask("地点", UNIT, personal="no")]
    agenda: Annotated[str, Ask("议程", PROSE, personal="no")]


class ArrangementRow(SheetRow):
    """会议安排: when and where a meeting to come is, told to whoever takes part."""

    day: Annotated[date, Ask("日期", DAY, personal="no")]
    begins: Annotated[str, Ask("时间", HOUR)]
    place: Annotated[str, Ask("地点或链接", PROSE, personal="no")]


class AttendanceRow(SheetRow):
    """到会: for one admitted student, who came or was excused, and how they will keep in touch."""

    number: ApplicationNumber
    name: StudentName
    mentor: Annotated[str, Ask("导师", Present)]
    teacher: Annotated[str, Ask("指导老师", Present)]
    guardian: Annotated[str, Ask("家长", Present)]
    contact: Annotated[str, Ask("联系方式约定", PROSE, personal="yes")]


@dataclass(frozen=True, slots=True)
class Attendance:
    """One admitted student's row of the meeting: each of the three 到会 or 请假."""

    number: str
    mentor: str
    teacher: str
    guardian: str
    contact: str


@dataclass(frozen=True, slots=True)
class Meeting:
    """The record of a kick-off meeting (师生见面会)."""

    held_on: date
    place: str
    agenda: str


@dataclass(frozen=True, slots=True)
class MeetingFacts:
    """`meeting`: `due_day` is the effective due day, `filed_on` the day of filing (a meeting to come is not held).

    `admitted_on` is the last day on which one of the admitted was interviewed: a meeting brings together who was.
    """

    meetings: tuple[Meeting, ...]
    attendance: tuple[Attendance, ...]
    admitted: tuple[str, ...]
    due_day: date
    filed_on: date
    admitted_on: date


def held(facts: MeetingFacts, _: Figures) -> Found:
    """Held after the admission and by the due day, with a record; each admitted student has three sides named.

    Not all three are excused, and there is a contact arrangement.

    Where a city keeps several meetings, each on record has been held; one to come is not. A city that admitted nobody
    has nobody to bring together: the rule holds.
    """
    registered = {row.number for row in facts.attendance if _complete(row)}
    missing = [number for number in facts.admitted if number not in registered]
    total = len(facts.admitted)
    parts = _meeting_faults(facts) if total else []
    if missing:
        who = f"{len(missing)} 名入选学生{named(missing)}"
        parts.append(f"{who}的到会、请假情况或联系方式约定未填全；请按签到记录补填")
    if excused := [row.number for row in facts.attendance if row.number in facts.admitted and _nobody_came(row)]:
        who = f"{len(excused)} 名入选学生{named(excused)}"
        parts.append(f"{who}的导师、指导老师和家长都请假；请按签到记录核对，确实无人到会的，补开见面会后登记")
    return Found(
        f"见面会 {len(facts.meetings)} 次，登记 {total - len(missing)}/{total}",
        f"{facts.due_day} 前（含）召开，登记 {total}/{total}",
        "；".join(parts),
        (*missing, *excused),
    )


def _nobody_came(row: Attendance) -> bool:
    return {row.mentor, row.teacher, row.guardian} == {"请假"}


def _complete(row: Attendance) -> bool:
    return {row.mentor, row.teacher, row.guardian} <= _ANSWERS and bool(row.contact.strip())


def _meeting_faults(facts: MeetingFacts) -> list[str]:
    if not facts.meetings:
        return [f"没有见面会记录；请于 {facts.due_day} 前（含）召开并登记"]
    parts = []
    if late := [str(meeting.held_on) for meeting in facts.meetings if meeting.held_on > facts.due_day]:
        parts.append(
            f"{'、'.join(late)} 的见面会晚于截止日 {facts.due_day}；"
            f"请按会议记录核对日期，确在截止日后召开的，请申请延期"
        )
    if early := [str(meeting.held_on) for meeting in facts.meetings if meeting.held_on < facts.admitted_on]:
        parts.append(f"{'、'.join(early)} 的见面会早于最后一场面试（{facts.admitted_on}）；请按会议记录核对日期")
    if coming := [
        str(meeting.held_on) for meeting in facts.meetings if facts.filed_on < meeting.held_on <= facts.due_day
    ]:
        parts.append(f"{'、'.join(coming)} 的见面会尚未召开；请召开后再报送")
    if bare := [str(m.held_on) for m in facts.meetings if not (m.place.strip() and m.agenda.strip())]:
        parts.append(f"{'、'.join(bare)} 的见面会缺地点或议程；请按会议记录补全")
    return parts


MEETINGS = StoredSheet("见面会", "meetings", MeetingRow, table="meeting")
ATTENDANCE = StoredSheet("到会", "attendance", AttendanceRow, ("number",), table="attendance")


def _facts(city: CityRows) -> MeetingFacts:
    return MeetingFacts(
        tuple(Meeting(*row[1:]) for row in city.rows["meetings"]),
        tuple(Attendance(*row[1:]) for row in city.rows["attendance"]),
        city.students,
        city.due_day,
        city.filed_on,
        max((row.held_on for row in city.rows["interviews"] if row.admitted), default=date.min),
    )


ARRANGEMENT = StoredSheet("会议安排", "arrangement", ArrangementRow)
FORM = Form("meeting", "师生见面会记录", 1, (MEETINGS, ATTENDANCE), beside=(ARRANGEMENT,))
ADMITTED = "贵校入选学生报名号：{numbers}。学生姓名由{city}管理办公室另行告知。"

PHASE = PhaseDefinition(
    slug="meeting",
    name="师生见面会",
    called=Called("师生见面会组织工作", "师生见面会记录", "见面会记录"),
    terms=PhaseTerms("interview", left_out=()),
    form=FORM,
    gate=Gate(
        "meeting",
        MeetingFacts,
        (Rule("meeting.held", "八(五)", "must", "师生见面会", "city", held),),
        apart=frozenset({"filed_on", "due_day"}),
    ),
    made_of=MadeOf(
        {
            "meetings": ("held_on", "place", "agenda"),
            "interviews": ("held_on", "admitted"),
            "attendance": ("number", "mentor", "teacher", "guardian", "contact"),
        },
        _facts,
        students="admitted",
    ),
    uses=frozenset({"interview"}),
    parties=(
        Stakeholder(
            "city",
            todo=(
                "确定师生见面会的时间、地点，在工作管理系统登记，系统据此告知导师和中学。",
                "组织导师、学生、中学指导老师和家长参加师生见面会，记录时间、地点、议程和各方到会、请假情况。",
                "明确每名学生的联系方式，在工作管理系统报送记录。",
            ),
            passed=(PASSED, ""),
            ahead="请组织师生见面会，并通过中学将结果告知学生和家长。",
            quiet=True,
        ),
        Stakeholder(
            "mentor",
            todo=(
                "参加师生见面会{arranged}；时间有冲突的，请提前告知{city}管理办公室。",
                "与学生、中学指导老师约定联系方式。",
            ),
            ahead="请您参加师生见面会，并为学生制定培养方案。",
            hands_in="",
            mailings={"opened": Mailing(Rows("interviews", where=("admitted",)), arranged=True)},
        ),
        Stakeholder(
            "school",
            todo=(
                "安排中学指导老师参加师生见面会{arranged}。",
                "通知入选学生和家长到会；不能到会的，提前告知{city}管理办公室。",
            ),
            hands_in="",
            mailings={"opened": Mailing(Rows("interviews", where=("admitted",)), listed=ADMITTED, arranged=True)},
        ),
    ),
)
