"""The deadline in the recipient's own calendar: put there when a phase opens, moved by a rerun, gone with the city."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING

from icalendar import Calendar
from sqlalchemy import select, update

from acts.calendars import opened_calendar
from acts.rejoin import rejoin
from models.columns import table_of
from models.revised_calendars import replace_calendar
from models.tables.season import Letter, LetterBody
from tests.support import ledger
from tests.support.scenes import NANJING, YEAR, Scene, instant, stamp

if TYPE_CHECKING:
    from acts.advance import Advance
    from season.outcome import Outcome

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


def of_year_end(said: Outcome | Advance, kind: str) -> dict[str, list[tuple[str, int, str, datetime, int]]]:
    """By audience what such a letter puts into its calendar: which part, version, status, end and alarms of each."""
    letters = (one for one in said.changes.letters if (one.kind, one.concerns) == (kind, NANJING))
    return {
        one.recipient.partition(":")[0]: [
            (*event[1:], len(part.walk("VALARM")))
            for part in Calendar.from_ical(one.ics or "", multiple=True)
            for event in events(part.to_ical().decode())
            if "year-end" in event[1]
        ]
        for one in letters
    }


FIRST, SECOND = UID.format("year-end"), UID.format("year-end-second")


def test_the_second_part_has_an_event_of_its_own_for_whoever_owes_something_in_it(scene: Scene) -> None:
    scene.through("midterm", NANJING)
    scene.load("cultivation", NANJING, scene.sheets("cultivation", NANJING), "2022-10-20T09:00")
    first, last = instant("2022-12-01T00:00"), instant("2023-01-01T00:00")
    theirs, summary = instant("2022-11-26T00:00"), instant("2022-12-29T00:00")
    alone = [(SECOND, 1, "CONFIRMED", summary, 2)]
    said = scene.advance("2022-11-01T09:00")
    assert of_year_end(said, "opened") == {
        "city": [(FIRST, 1, "CONFIRMED", first, 4), (SECOND, 1, "CONFIRMED", last, 5)],
        "mentor": [(FIRST, 1, "CONFIRMED", theirs, 2), *alone],
        "school": alone,
        "institution": alone,
    }
    texts = {one.recipient.partition(":")[0]: one.text for one in said.changes.letters if one.kind == "opened"}
    assert {whom: text.count("附件为年度工作总结截止时间的日历文件") for whom, text in texts.items()} == {
        "city": 0, "mentor": 0, "school": 1, "institution": 1,
    }  # fmt: skip
    left = scene.withdraw(NANJING, "2022-11-05T10:00")
    with scene.database.write(YEAR) as connection:
        connection.execute(update(table_of(Letter)).values(state="sent"))
    gone = {
        whom: [(uid, status, end) for uid, _, status, end, _ in found]
        for whom, found in of_year_end(left, "withdrawn").items()
    }
    assert gone == {
        "city": [(FIRST, "CANCELLED", first), (SECOND, "CANCELLED", last)],
        "mentor": [(FIRST, "CANCELLED", theirs), (SECOND, "CANCELLED", summary)],
        "school": [(SECOND, "CANCELLED", summary)],
        "institution": [(SECOND, "CANCELLED", summary)],
    }
    back = rejoin(scene.database, YEAR, NANJING, stamp("2022-11-07T10:00"), reason="已落实")
    assert {whom: [uid for uid, *_ in found] for whom, found in of_year_end(back, "rejoined").items()} == {
        "city": [FIRST, SECOND], "mentor": [FIRST, SECOND], "school": [SECOND], "institution": [SECOND],
    }  # fmt: skip


def test_the_second_part_rings_until_it_is_whole_and_is_gone_with_the_city(scene: Scene) -> None:
    scene.through("midterm", NANJING)
    scene.load("cultivation", NANJING, scene.sheets("cultivation", NANJING), "2022-10-20T09:00")
    whole = scene.sheets("year-end", NANJING)
    scene.load(
        "year-end", NANJING, {**whole, **dict.fromkeys(("summaries", "funds", "targets"), ())}, "2022-11-20T10:00"
    )
    assert scene.submit("year-end", NANJING, "2022-11-20T11:00").done
    scene.extend("year-end", [NANJING], "2022-12-02T10:00", date(2023, 1, 10))
    assert scene.load("year-end", NANJING, whole, "2022-12-05T10:00").done
    scene.withdraw(NANJING, "2022-12-06T10:00")
    seen = {
        at: [subscribed(scene, at)[part][:3] for part in ("year-end", "year-end-second")]
        for at in ("2022-11-20T10:00", "2022-11-20T11:00", "2022-12-02T10:00", "2022-12-05T10:00", "2022-12-06T10:00")
    }
    assert [[(status, rings) for _, status, rings in found] for found in seen.values()] == [
        [("CONFIRMED", 4), ("CONFIRMED", 5)],
        [("CONFIRMED", 0), ("CONFIRMED", 5)],
        [("CONFIRMED", 0), ("CONFIRMED", 5)],
        [("CONFIRMED", 0), ("CONFIRMED", 0)],
        [("CANCELLED", 0), ("CANCELLED", 0)],
    ]
    versions = [found[1][0] for found in seen.values()]
    assert versions == sorted(set(versions))


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
