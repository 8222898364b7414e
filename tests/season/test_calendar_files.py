"""The deadline in the recipient's own calendar: put there when a phase opens, moved by a rerun, gone with the city."""

from __future__ import annotations

from datetime import date, datetime

from icalendar import Calendar
from sqlalchemy import select, update

from acts.calendars import opened_calendar
from models.columns import table_of
from models.revised_calendars import replace_calendar
from models.tables.season import Letter, LetterBody
from tests.support import ledger
from tests.support.scenes import NANJING, YEAR, Scene, instant, stamp

ROLL, APPLICATION = "mentor-recommendation", "application"
UID = "2022-{}-due-nanjing@talent-calendar"


def files(scene: Scene, kind: str, audience: str = "city") -> list[str]:
    """The calendars that went with the letters of a kind to whoever is of that audience, oldest first."""
    with scene.database.read() as connection:
        rows = [row for row in ledger.words(connection) if (row.kind, row.recipient.split(":")[0]) == (kind, audience)]
    return [row.ics for row in rows if row.concerns == NANJING]


def events(content: str) -> list[tuple[str, str, int, str, datetime]]:
    """Method, UID, sequence, status and end of each event, an object of its own for each."""
    return [
        (str(parsed["METHOD"]), str(one["UID"]), one.decoded("SEQUENCE"), str(one["STATUS"]), one.decoded("DTEND"))
        for parsed in Calendar.from_ical(content, multiple=True)
        for (one,) in [parsed.walk("VEVENT")]
    ]


def published(phase: str, sequence: int, end: str) -> list[tuple[str, str, int, str, datetime]]:
    return [("PUBLISH", UID.format(phase), sequence, "CONFIRMED", instant(end))]


def test_a_rerun_moves_the_event_that_the_opening_made(scene: Scene) -> None:
    scene.advance("2021-12-31T00:00")
    scene.advance("2022-01-17T09:00")
    scene.rerun(ROLL, NANJING, "2022-01-17T10:00", date(2022, 1, 20))
    scene.advance("2022-01-21T09:00")
    scene.rerun(ROLL, NANJING, "2022-01-21T10:00", date(2022, 1, 25))
    assert [events(each) for each in files(scene, "opened")] == [published(ROLL, 1, "2022-01-16T00:00")]
    assert [events(each) for each in files(scene, "rerun")] == [
        published(ROLL, 3, "2022-01-21T00:00"),
        published(ROLL, 5, "2022-01-26T00:00"),
    ]


def test_a_rerun_until_the_day_that_holds_already_makes_a_new_version_all_the_same(scene: Scene) -> None:
    scene.file(ROLL, NANJING, scene.sheets(ROLL, NANJING), "2022-01-05T10:00")
    for at in ("2022-01-06T10:00", "2022-01-08T10:00"):
        scene.rerun(ROLL, NANJING, at, date(2022, 1, 12))
        scene.submit(ROLL, NANJING, at.replace("T10", "T11"))
        scene.approve(ROLL, NANJING, at.replace("T10", "T12"))
    assert [events(each)[0][2] for each in files(scene, "rerun")] == [5, 8]


def test_a_withdrawal_cancels_what_was_told_and_nothing_else(scene: Scene) -> None:
    scene.file(ROLL, NANJING, scene.sheets(ROLL, NANJING), "2022-01-05T10:00")
    scene.extend(APPLICATION, [NANJING], "2022-01-06T10:00", date(2022, 1, 24))
    scene.withdraw(NANJING, "2022-01-07T10:00")
    (content,) = files(scene, "withdrawn")
    assert events(content) == [("CANCEL", UID.format(APPLICATION), 3, "CANCELLED", instant("2022-01-25T00:00"))]


def cancelled(phase: str, sequence: int, end: str) -> tuple[str, str, int, str, datetime]:
    return ("CANCEL", UID.format(phase), sequence, "CANCELLED", instant(end))


def test_a_withdrawal_cancels_each_deadline_in_an_object_of_its_own(scene: Scene) -> None:
    scene.through("meeting", NANJING).advance("2022-07-01T09:00")
    scene.withdraw(NANJING, "2022-07-04T10:00")
    ended = [cancelled("cultivation", 2, "2023-01-01T00:00"), cancelled("midterm", 2, "2022-09-01T00:00")]
    assert [events(each) for each in files(scene, "withdrawn")] == [ended]
    theirs = [cancelled("cultivation", 2, "2022-12-29T00:00"), cancelled("midterm", 2, "2022-08-27T00:00")]
    assert [events(each) for each in files(scene, "withdrawn", "mentor")] == [theirs]


def test_a_mentor_of_a_later_phase_hears_of_a_withdrawal_from_an_earlier_one_and_of_no_deadline_that_is_not_his(
    scene: Scene,
) -> None:
    scene.through("shortlist", NANJING).advance("2022-01-31T09:00")
    scene.rerun("shortlist", NANJING, "2022-02-07T10:00", date(2022, 2, 10))
    scene.withdraw(NANJING, "2022-02-08T10:00")
    interview = cancelled("interview", 3, "2022-02-21T00:00")
    assert [events(each) for each in files(scene, "withdrawn")] == [
        [cancelled("shortlist", 6, "2022-02-11T00:00"), interview]
    ]
    assert [events(each) for each in files(scene, "withdrawn", "mentor")] == [
        [cancelled("interview", 3, "2022-02-17T00:00")]
    ]


def test_whoever_hands_in_gets_the_deadline_and_who_only_comes_is_told_none(scene: Scene) -> None:
    scene.through("interview", NANJING).advance("2022-02-23T09:00")
    scene.withdraw(NANJING, "2022-02-23T10:00")
    with scene.database.read() as connection:
        rows = [row for row in ledger.words(connection) if (row.phase, row.concerns) == ("meeting", NANJING)]
    put, taken = (
        {row.recipient.split(":")[0]: row for row in rows if row.kind == kind} for kind in ("opened", "withdrawn")
    )
    assert {audience: (bool(row.ics), "日历文件" in row.text) for audience, row in put.items()} == {
        "city": (True, True),
        "mentor": (False, False),  # who comes to a meeting hands nothing in
        "school": (False, False),
    }
    ends = {who: events(row.ics)[0][-1] for who, row in put.items() if row.ics}
    assert ends == {"city": instant("2022-03-01T00:00")}
    assert ["截止" in put[who].text for who in ("mentor", "school")] == [False, False]
    assert {audience for audience, row in taken.items() if row.ics} == {"city"}


def test_what_an_earlier_release_put_into_a_mentors_calendar_is_cancelled_with_the_city(scene: Scene) -> None:
    """Then mentors had the day of the meeting; it is told them no more, and would stay there."""
    scene.through("interview", NANJING).advance("2022-02-23T09:00")
    letter, body = table_of(Letter), table_of(LetterBody)
    with scene.database.write(YEAR) as connection:
        meeting = (letter.c.phase == "meeting") & letter.c.recipient.startswith("mentor:") & (letter.c.kind == "opened")
        theirs = select(letter.c.body).where(meeting)
        assert connection.execute(update(body).where(body.c.digest.in_(theirs)).values(ics="BEGIN:VCALENDAR")).rowcount
    scene.withdraw(NANJING, "2022-02-23T10:00")
    taken = files(scene, "withdrawn", "mentor")
    assert [[(event[1], event[3]) for event in events(each)] for each in taken] == [
        [(UID.format("meeting"), "CANCELLED")]
    ]
    assert files(scene, "withdrawn", "school") == [None]


def test_letters_of_other_kinds_carry_no_calendar(scene: Scene) -> None:
    scene.advance("2022-01-14T09:00")
    scene.advance("2022-01-19T09:00")
    with scene.database.read() as connection:
        rows = {(row.kind, row.ics is not None) for row in ledger.words(connection)}
    assert sorted(rows) == [
        ("digest", False),
        ("escalation", False),
        ("opened", True),
        ("overdue", False),
        ("reminder", False),
    ]


def subscribed(scene: Scene, at: str) -> dict[str, tuple[int, str, int, datetime]]:
    """The city's own calendar as of an instant: sequence, status, alarms and last change by phase."""
    with scene.database.read() as connection:
        content = opened_calendar(connection, [(YEAR, instant(at))], NANJING)
    return {
        str(one["UID"]).removeprefix("2022-").partition("-due")[0]: (
            one.decoded("SEQUENCE"), str(one["STATUS"]), len(one.walk("VALARM")), one.decoded("LAST-MODIFIED")
        )
        for one in Calendar.from_ical(content or b"").walk("VEVENT")
    }  # fmt: skip


def test_the_calendar_one_subscribes_to_and_the_letters_tell_of_the_same_versions(scene: Scene) -> None:
    scene.advance("2022-01-17T09:00")
    scene.rerun(ROLL, NANJING, "2022-01-17T10:00", date(2022, 1, 20))
    (sent,) = events(files(scene, "rerun")[0])
    assert subscribed(scene, "2022-01-17T10:00")[ROLL][:2] == (sent[2], "CONFIRMED")


def test_what_is_filed_rings_no_more_and_a_city_that_left_has_its_deadlines_cancelled(scene: Scene) -> None:
    scene.file(ROLL, NANJING, scene.sheets(ROLL, NANJING), "2022-01-05T10:00")
    scene.withdraw(NANJING, "2022-01-07T10:00")
    before, after = (subscribed(scene, at) for at in ("2022-01-06T10:00", "2022-01-07T10:00"))
    assert {
        phase: (status, rings > 0) for phase, (_, status, rings, _) in before.items() if phase in (ROLL, APPLICATION)
    } == {
        ROLL: ("CONFIRMED", False),
        APPLICATION: ("CONFIRMED", True),
    }
    assert {status for phase, (_, status, _, _) in after.items() if phase != ROLL} == {"CANCELLED"}
    assert after[ROLL] == before[ROLL]


def test_every_change_makes_all_three_numbers_grow_and_the_past_keeps_its_own(scene: Scene) -> None:
    scene.advance("2021-12-31T00:00")
    instants = ["2022-01-03T10:00", "2022-01-05T10:00", "2022-01-10T10:00", "2022-01-11T10:00", "2022-01-17T10:00"]
    seen = [subscribed(scene, instants[0])[ROLL]]
    scene.extend(ROLL, [NANJING], instants[1], date(2022, 1, 17))
    seen.append(subscribed(scene, instants[1])[ROLL])
    scene.file(ROLL, NANJING, scene.sheets(ROLL, NANJING), instants[2])
    seen.append(subscribed(scene, instants[2])[ROLL])
    scene.rerun(ROLL, NANJING, instants[3], date(2022, 1, 20))
    seen.append(subscribed(scene, instants[3])[ROLL])
    with scene.database.write(YEAR) as connection:
        replace_calendar(connection, YEAR, scene.year.source_text, "更正", stamp(instants[4]))
    seen.append(subscribed(scene, instants[4])[ROLL])
    assert [sequence for sequence, *_ in seen] == sorted({sequence for sequence, *_ in seen})
    assert [changed for *_, changed in seen[1:]] == [instant(at) for at in instants[1:]]
    assert [subscribed(scene, at)[ROLL] for at in instants] == seen
