"""会议安排: mentors and schools hear of the meeting with its time and place, at the latest on their own day without."""

from __future__ import annotations

from datetime import date

import pytest

from acts.arrange import arrange
from acts.load import load
from acts.read_back import draft
from forms import template
from models.arrangements import arrangements
from phases.book import BOOK
from season.outcome import Outcome
from season.unit_of_work import Season
from tests.support import ledger
from tests.support.scenes import NANJING, YEAR, Scene, calendar, stamp

MEETING, HALL, LINK = "meeting", "南京市第一中学报告厅", "https://meet.example/1"
OPENED, LAST = "2022-02-21T09:00", "2022-02-23T09:00"
Told = list[tuple[str, str, str]]


def arranged(
    scene: Scene, at: str, day: str = "2022-02-25", begins: str = "14:30", place: str = HALL, phase: str = MEETING
) -> Outcome:
    held = date.fromisoformat(day)
    return arrange(scene.database, YEAR, phase, NANJING, stamp(at), day=held, begins=begins, place=place)


def told(scene: Scene, *, city: bool = False) -> Told:
    """Whom Nanjing's letters about the meeting went to, of which kind, and when each was written."""
    with scene.database.read() as connection:
        rows = [row for row in ledger.words(connection) if (row.phase, row.concerns) == (MEETING, NANJING)]
    rows = [row for row in rows if row.state != "cancelled" and row.recipient.startswith("city:") is city]
    return [(row.recipient.partition(":")[0], row.kind, f"{row.queued_as_of:%m-%dT%H:%M}") for row in rows]


def texts(said: Outcome) -> list[str]:
    return [one.text for one in said.changes.letters]


def leave(scene: Scene) -> None:
    """What tells that the meeting is open goes out."""
    with scene.database.write(YEAR) as connection:
        connection.exec_driver_sql("UPDATE letter SET state = 'sent' WHERE phase = 'meeting' AND kind = 'opened'")


def event(said: Outcome) -> dict[str, str]:
    """The properties of the event that goes with the first of these letters, without their parameters."""
    unfolded = (said.changes.letters[0].ics or "").replace("\r\n ", "")
    inside = unfolded.partition("BEGIN:VEVENT")[2].partition("END:VEVENT")[0]
    return {line.partition(":")[0].partition(";")[0]: line.partition(":")[2] for line in inside.splitlines()}


@pytest.fixture
def admitted(scene: Scene) -> Scene:
    return scene.through("interview", NANJING)


@pytest.fixture
def waiting(admitted: Scene) -> Scene:
    admitted.advance(OPENED)
    return admitted


def test_the_city_hears_at_once_and_whoever_takes_part_once_time_and_place_are_known(waiting: Scene) -> None:
    assert told(waiting, city=True) == [("city", "opened", "02-21T09:00")]
    waiting.advance("2022-02-22T09:00")
    assert told(waiting) == []
    said = arranged(waiting, "2022-02-22T10:00")
    assert said.message == f"南京 师生见面会 定于 2022-02-25 14:30，{HALL}。"
    assert told(waiting) == [("mentor", "opened", "02-22T10:00"), ("school", "opened", "02-22T10:00")]
    for text in texts(said):
        assert f"会议时间：2022年2月25日（星期五）14:30\n　　地点或链接：{HALL}\n" in text
        assert "另行通知" not in text
    waiting.advance(LAST)
    waiting.advance("2022-02-24T09:00")
    assert len(told(waiting)) == 2, "once"


def test_at_the_latest_it_is_told_without_and_says_that_the_office_will_tell(waiting: Scene) -> None:
    waiting.advance("2022-02-23T08:59")
    assert told(waiting) == []
    said = waiting.advance(LAST)
    assert [who for who, kind, _ in told(waiting) if kind == "opened"] == ["mentor", "school"]
    letters = [one for one in said.changes.letters if one.phase == MEETING and one.kind == "opened"]
    assert all("时间、地点由南京市管理办公室另行通知" in one.text and one.ics is None for one in letters)
    leave(waiting)
    late = arranged(waiting, "2022-02-23T10:00")
    assert [(one.kind, one.slot) for one in late.changes.letters] == [("moved", "place#1")] * 2
    assert all("时间、地点已经确定" in text for text in texts(late))


def test_whoever_heard_of_the_meeting_hears_once_that_it_is_open_though_its_day_moves(waiting: Scene) -> None:
    arranged(waiting, "2022-02-22T10:00")
    leave(waiting)
    waiting.extend(MEETING, [NANJING], "2022-02-22T12:00", date(2022, 3, 4))
    said = waiting.advance("2022-03-01T09:00")
    assert [one.recipient for one in said.changes.letters if (one.kind, one.phase) == ("opened", MEETING)] == []


def test_where_nothing_waits_parties_hear_with_the_city(admitted: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """The broken control: without the guard everybody hears on the first morning, of no time and no place."""
    monkeypatch.setattr(Season, "waits_for_arrangement", lambda *_: False)
    admitted.advance(OPENED)
    assert {who for who, _, _ in told(admitted)} == {"mentor", "school"}


def test_what_is_arranged_before_the_phase_opens_is_told_as_it_opens(admitted: Scene) -> None:
    assert arranged(admitted, "2022-02-15T10:00").changes.letters == ()
    admitted.advance(OPENED)
    assert told(admitted) == [("mentor", "opened", "02-21T09:00"), ("school", "opened", "02-21T09:00")]


def test_a_change_is_moved_to_whoever_was_told_and_its_calendar_file_takes_the_place_of_the_old(waiting: Scene) -> None:
    first = arranged(waiting, "2022-02-22T10:00")
    leave(waiting)
    second = arranged(waiting, "2022-02-22T11:00", begins="9时00分", place=LINK)
    moved_to = [
        (one.recipient.partition(":")[0], one.kind, one.slot, one.valid_until) for one in second.changes.letters
    ]
    assert moved_to == [("mentor", "moved", "place#2", None), ("school", "moved", "place#2", None)]
    subject = "【省后备人才培养计划】改于2月25日（周五）09:00：南京市师生见面会"
    assert {one.subject for one in second.changes.letters} == {subject}
    assert all("有所调整，以本函为准" in text and LINK in text for text in texts(second))
    old, new = (event(said) for said in (first, second))
    assert (old["UID"], old["DTSTART"], old["LOCATION"]) == (new["UID"], "20220225T143000", HALL)
    assert (new["DTSTART"], new["LOCATION"]) == ("20220225T090000", LINK)
    assert int(new["SEQUENCE"]) > int(old["SEQUENCE"])
    moved = waiting.extend(MEETING, [NANJING], "2022-02-22T12:00", date(2022, 3, 4)).changes.letters
    assert [(one.kind, one.recipient) for one in moved] == [("moved", "city:nanjing")], "they were told no due day"
    with waiting.database.read() as connection:
        assert {row.state for row in ledger.words(connection) if row.slot == "place#2"} == {"queued"}


def test_what_has_not_left_is_written_anew_with_what_holds(waiting: Scene) -> None:
    arranged(waiting, "2022-02-22T10:00")
    again = arranged(waiting, "2022-02-22T10:05", place=LINK)
    assert [one.kind for one in again.changes.letters] == ["opened", "opened"]
    assert all(LINK in text and HALL not in text for text in texts(again))


def test_of_a_change_speaks_what_goes_to_those_alone_who_heard_of_another_time_or_place(waiting: Scene) -> None:
    waiting.advance(LAST)  # without a time, without a place
    leave(waiting)
    arranged(waiting, "2022-02-23T10:00")  # has not left when it changes
    again = arranged(waiting, "2022-02-23T10:05", place=LINK)
    assert [(one.kind, one.slot) for one in again.changes.letters] == [("moved", "place#2")] * 2
    assert all("定于" in one.subject and "有所调整" not in one.text for one in again.changes.letters)
    assert all("时间、地点已经确定" in text for text in texts(again))
    with waiting.database.write(YEAR) as connection:
        connection.exec_driver_sql(
            "UPDATE letter SET state = 'sent' WHERE slot = 'place#2' AND recipient LIKE 'mentor%%'"
        )
    third = arranged(waiting, "2022-02-23T10:10", place=HALL)
    heard = {one.recipient.partition(":")[0]: "有所调整，以本函为准" in one.text for one in third.changes.letters}
    assert heard == {"mentor": True, "school": False}


def test_the_same_again_changes_nothing(waiting: Scene) -> None:
    arranged(waiting, "2022-02-22T10:00")
    again = arranged(waiting, "2022-02-22T10:05")
    assert (again.message, again.changes.letters) == ("南京 师生见面会 的会议安排与已登记的相同，未作改动。", ())


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"begins": "下午"}, "时间应为几时几分，如 14:30"),
        ({"day": "2022-02-21"}, "已经过去"),
        ({"day": "2022-02-22", "begins": "09:00"}, "2022-02-22 09:00 已经过去，请核对时间。"),
        ({"begins": "2:30"}, "时间应在 06:00 至 22:00 之间"),
        ({"day": "2022-04-30"}, "比本阶段的截止日晚太多"),
        ({"place": " "}, "请写明地点或链接"),
        ({"place": "长" * 201}, "长 201 字，超过 200 字"),
        ({"phase": "midterm"}, "不召集各方"),
    ],
)
def test_what_cannot_be_is_refused_and_on_record(waiting: Scene, given: dict[str, str], why: str) -> None:
    said = arranged(waiting, "2022-02-22T10:00", **given)
    assert (said.outcome, said.changes.letters) == ("refused", ())
    assert why in said.message
    assert [move.refused for move in said.changes.transitions] == [True]


def test_later_on_the_same_day_is_no_past(waiting: Scene) -> None:
    assert arranged(waiting, "2022-02-22T10:00", day="2022-02-22", begins="下午2点半").message.startswith(
        "南京 师生见面会 定于 2022-02-22 14:30，"
    )


def test_a_day_past_the_due_day_is_taken_and_said(waiting: Scene) -> None:
    said = arranged(waiting, "2022-02-22T10:00", day="2022-03-02")
    assert said.done
    assert "这一天晚于本阶段截止日 2022-02-28，请同时申请延期。" in said.message


def test_what_is_filed_is_arranged_no_more(waiting: Scene) -> None:
    waiting.file(MEETING, NANJING)
    said = arranged(waiting, "2022-02-24T11:00")
    assert (said.outcome, said.changes.letters) == ("refused", ())


def test_whoever_leaves_takes_the_meeting_out_of_the_calendars(waiting: Scene) -> None:
    arranged(waiting, "2022-02-22T10:00")
    left = waiting.withdraw(NANJING, "2022-02-22T11:00").changes.letters
    mentor = next(one for one in left if one.recipient.startswith("mentor:"))
    assert "UID:2022-meeting-nanjing-gathering@talent-calendar" in (mentor.ics or "")


def sheet(*rows: tuple[object, object, object]) -> bytes:
    """The workbook of the meeting, nothing filled in yet but 会议安排."""
    form = BOOK.form(MEETING, calendar())
    named = [dict(zip(("day", "begins", "place"), row, strict=True)) for row in rows]
    return template.render(form, calendar(), {"arrangement": dict(enumerate(named, 2))})


def loaded(scene: Scene, at: str, *rows: tuple[object, object, object]) -> Outcome:
    return load(scene.database, YEAR, MEETING, NANJING, sheet(*rows), stamp(at))


def test_the_workbook_may_say_it_and_says_nothing_by_leaving_it_out(waiting: Scene) -> None:
    said = loaded(waiting, "2022-02-22T10:00", (date(2022, 2, 25), "14:30", HALL))
    assert said.message.endswith(f"南京 师生见面会 定于 2022-02-25 14:30，{HALL}。")
    assert told(waiting) == [("mentor", "opened", "02-22T10:00"), ("school", "opened", "02-22T10:00")]
    both = (date(2022, 2, 25), "9时00分", LINK), (date(2022, 2, 26), "10:00", LINK)
    twice = loaded(waiting, "2022-02-22T11:00", *both)
    assert twice.message.endswith("会议安排没有登记：只填一次会议")
    past = loaded(waiting, "2022-02-22T12:00", (date(2022, 2, 21), "14:30", LINK))
    assert past.done
    assert past.message.endswith("会议安排没有登记：南京 师生见面会：2022-02-21 已经过去，请核对日期。")
    wrong = loaded(waiting, "2022-02-22T13:00", (date(2022, 2, 25), "下午", HALL))
    assert [(one.sheet, one.column, one.code) for one in wrong.errors] == [("会议安排", "时间", "cell.time")]
    held = loaded(waiting, "2022-02-26T10:00", (date(2022, 2, 25), "14:30", HALL))
    assert (held.done, "会议安排" in held.message) == (True, False), "it stands there still when the meeting was held"
    waiting.file(MEETING, NANJING, at="2022-02-26T14:00")
    with waiting.database.read() as connection:
        [standing] = arrangements(connection, YEAR).values()
        assert (standing.number, standing.begins) == (1, "14:30")
        filled = draft(connection, YEAR, BOOK.form(MEETING, calendar()), NANJING)
    assert filled["arrangement"] == {2: {"day": date(2022, 2, 25), "begins": "14:30", "place": HALL}}
