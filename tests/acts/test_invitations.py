"""The deadline in the recipient's own calendar: put there when a phase opens, moved by a rerun, gone with the city."""

from __future__ import annotations

from datetime import date, datetime

from icalendar import Calendar

from acts.offices import set_office
from tests import ledger
from tests.scenes import NANJING, Scene, instant

ROLL, APPLICATION = "mentor-recommendation", "application"
UID = "2022-{}-due-nanjing@talent-calendar"


def files(scene: Scene, kind: str, recipient: str = "city:nanjing") -> list[str]:
    """The calendars that went with the letters of a kind, oldest first."""
    with scene.database.read() as connection:
        rows = [row for row in ledger.words(connection) if (row.kind, row.recipient) == (kind, recipient)]
    return [row.ics for row in rows]


def events(content: str) -> list[tuple[str, str, int, str, datetime]]:
    """Method, UID, sequence, status and end of each event."""
    parsed = Calendar.from_ical(content)
    return [
        (str(parsed["METHOD"]), str(one["UID"]), one.decoded("SEQUENCE"), str(one["STATUS"]), one.decoded("DTEND"))
        for one in parsed.walk("VEVENT")
    ]


def published(phase: str, sequence: int, end: str) -> list[tuple[str, str, int, str, datetime]]:
    return [("PUBLISH", UID.format(phase), sequence, "CONFIRMED", instant(end))]


def test_a_rerun_moves_the_event_that_the_opening_made(scene: Scene) -> None:
    scene.advance("2021-12-31T00:00")
    scene.advance("2022-01-17T09:00")
    scene.rerun(ROLL, NANJING, "2022-01-17T10:00", date(2022, 1, 20))
    scene.advance("2022-01-21T09:00")
    scene.rerun(ROLL, NANJING, "2022-01-21T10:00", date(2022, 1, 25))
    assert [events(each) for each in files(scene, "opened")] == [published(ROLL, 0, "2022-01-16T00:00")]
    assert [events(each) for each in files(scene, "rerun")] == [
        published(ROLL, 2, "2022-01-21T00:00"),
        published(ROLL, 4, "2022-01-26T00:00"),
    ]


def test_a_rerun_until_the_day_that_holds_already_makes_a_new_version_all_the_same(scene: Scene) -> None:
    scene.file(ROLL, NANJING, scene.sheets(ROLL, NANJING), "2022-01-05T10:00")
    for at in ("2022-01-06T10:00", "2022-01-08T10:00"):
        scene.rerun(ROLL, NANJING, at, date(2022, 1, 12))
        scene.submit(ROLL, NANJING, at.replace("T10", "T11"))
        scene.approve(ROLL, NANJING, at.replace("T10", "T12"))
    assert [events(each)[0][2] for each in files(scene, "rerun")] == [2, 3]


def test_a_withdrawal_cancels_what_was_told_and_nothing_else(scene: Scene) -> None:
    scene.file(ROLL, NANJING, scene.sheets(ROLL, NANJING), "2022-01-05T10:00")
    scene.extend(APPLICATION, [NANJING], "2022-01-06T10:00", date(2022, 1, 24))
    scene.withdraw(NANJING, "2022-01-07T10:00")
    (content,) = files(scene, "withdrawn")
    assert events(content) == [("CANCEL", UID.format(APPLICATION), 2, "CANCELLED", instant("2022-01-25T00:00"))]


def test_whoever_is_told_of_the_deadline_gets_the_same_file_from_the_same_organizer(scene: Scene) -> None:
    set_office(scene.database, "province", "省级管理办公室", email="office@province.example")
    scene.file(ROLL, NANJING, scene.sheets(ROLL, NANJING), "2022-01-05T10:00")
    with scene.database.read() as connection:
        rows = [row for row in ledger.words(connection) if (row.kind, row.phase) == ("opened", APPLICATION)]
    sent = {row.recipient.partition(":")[0]: row.ics for row in rows}
    assert sorted(sent) == ["city", "mentor"]
    assert sent["city"] == sent["mentor"]
    (event,) = Calendar.from_ical(sent["city"]).walk("VEVENT")
    assert event["ORGANIZER"] == "mailto:office@province.example"


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
