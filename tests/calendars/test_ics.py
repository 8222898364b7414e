"""iCalendar: stable UIDs, sequence numbers, alarms at the rungs, a time zone."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import cast

import pytest
from icalendar import Calendar

from calendars.deadlines import TZ, Extension, at_nine, resolve
from calendars.files import load
from calendars.ics import DatedPhase, DatedYear, Stands, calendar, cancellation, invitation, objects, version

YEAR = load(2022)
YANCHENG = YEAR.city("yancheng")
RERUN = resolve(date(2022, 1, 30), [Extension(date(2022, 2, 10), "rerun")])


def rerun_to(sequence: int, stands: Stands = "owed") -> DatedYear:
    """The year with the shortlist at another day, since the day on which that was decided."""
    return DatedYear(YEAR, {"shortlist": DatedPhase(RERUN, sequence, at_nine(date(2022, 2, 7)), stands)})


def events(content: bytes) -> dict[str, dict[str, object]]:
    parsed = Calendar.from_ical(content)
    return {
        str(event["UID"]): {
            "from": event.decoded("DTSTART"),
            "to": event.decoded("DTEND"),
            "sequence": event.decoded("SEQUENCE"),
            "summary": str(event["SUMMARY"]),
            "status": str(event["STATUS"]),
            "alarms": [alarm.decoded("TRIGGER") for alarm in event.walk("VALARM")],
        }
        for event in parsed.walk("VEVENT")
    }


def test_the_province_s_calendar_has_a_deadline_a_phase_and_its_own_day() -> None:
    found = events(calendar([DatedYear(YEAR)]))
    assert list(found) == [
        *(f"2022-{phase.slug}-due@talent-calendar" for phase in YEAR.phases),
        "2022-year-end-province-due@talent-calendar",
    ]
    assert found["2022-mentor-recommendation-due@talent-calendar"] == {
        "from": datetime(2022, 1, 15, 23, tzinfo=TZ),
        "to": datetime(2022, 1, 16, tzinfo=TZ),
        "sequence": 0,
        "summary": "导师推荐截止",
        "status": "CONFIRMED",
        "alarms": [datetime(2022, 1, day, 1, tzinfo=UTC) for day in (7, 12, 14)],
    }
    assert found["2022-year-end-province-due@talent-calendar"]["to"] == datetime(2023, 1, 1, tzinfo=TZ)


def test_a_city_s_calendar_leaves_out_the_province_s_own_day() -> None:
    uids = [f"2022-{phase.slug}-due-yancheng@talent-calendar" for phase in YEAR.phases]
    assert list(events(calendar([DatedYear(YEAR)], YANCHENG))) == uids


def test_a_second_part_that_is_called_something_has_an_event_of_its_own() -> None:
    later = DatedPhase(resolve(date(2023, 1, 10)), 3, at_nine(date(2022, 12, 2)))
    found = events(calendar([DatedYear(YEAR, called={"year-end": "总结"}, seconds={"year-end": later})], YANCHENG))
    assert list(found)[-2:] == [f"2022-year-end-{part}due-yancheng@talent-calendar" for part in ("", "second-")]
    assert found["2022-year-end-second-due-yancheng@talent-calendar"] == {
        "from": datetime(2023, 1, 10, 23, tzinfo=TZ),
        "to": datetime(2023, 1, 11, tzinfo=TZ),
        "sequence": 3,
        "summary": "年度评价：总结截止",
        "status": "CONFIRMED",
        "alarms": [datetime(2022, 12, day, 1, tzinfo=UTC) for day in (9, 27)]
        + [datetime(2023, 1, day, 1, tzinfo=UTC) for day in (3, 6, 9)],
    }
    by_file = events(calendar([DatedYear(YEAR, called={"year-end": "总结"})]))
    assert by_file["2022-year-end-second-due@talent-calendar"]["to"] == datetime(2023, 1, 1, tzinfo=TZ)


def test_a_city_s_own_extension_moves_its_event_under_the_same_uid() -> None:
    plain = events(calendar([DatedYear(YEAR)], YANCHENG))
    moved = events(calendar([rerun_to(1)], YANCHENG))
    uid = "2022-shortlist-due-yancheng@talent-calendar"
    assert plain.keys() == moved.keys()
    assert [key for key in plain if plain[key] != moved[key]] == [uid]
    assert moved[uid] == {
        "from": datetime(2022, 2, 10, 23, tzinfo=TZ),
        "to": datetime(2022, 2, 11, tzinfo=TZ),
        "sequence": 1,
        "summary": "面试名单截止",
        "status": "CONFIRMED",
        "alarms": [datetime(2022, 1, 30, 1, tzinfo=UTC), *(datetime(2022, 2, day, 1, tzinfo=UTC) for day in (7, 9))],
    }


def test_the_description_says_why() -> None:
    content = calendar([rerun_to(1)], YANCHENG)
    texts = [str(event["DESCRIPTION"]) for event in Calendar.from_ical(content).walk("VEVENT")]
    assert texts[2] == "截止日 2022-02-10 当天有效（依据：日历、因重新开放而改定）。苏青科函〔2021〕21 号"


def test_the_time_zone_is_in_the_file_and_right() -> None:
    (zone,) = Calendar.from_ical(calendar([DatedYear(YEAR)])).walk("VTIMEZONE")
    (standard,) = zone.walk("STANDARD")
    assert (str(zone["TZID"]), standard.decoded("TZOFFSETTO")) == ("Asia/Shanghai", timedelta(hours=8))


def test_the_same_calendar_gives_the_same_bytes() -> None:
    assert calendar([DatedYear(YEAR)], YANCHENG) == calendar([DatedYear(YEAR)], YANCHENG)
    assert calendar([DatedYear(YEAR)]) == calendar([DatedYear(YEAR)])


def test_a_provisional_year_is_tentative() -> None:
    found = events(calendar([DatedYear(load(2027))]))
    assert {(event["status"], str(event["summary"])[-4:]) for event in found.values()} == {("TENTATIVE", "（暂定）")}


def test_lines_are_folded_within_75_octets() -> None:
    assert max(len(line) for line in calendar([DatedYear(YEAR)], YANCHENG).split(b"\r\n")) <= 75


def test_a_letter_s_calendar_replaces_the_city_s_own_event_and_keeps_only_the_alarms_ahead() -> None:
    at = at_nine(date(2022, 2, 7))
    sent = invitation(YEAR, YEAR.phase("shortlist"), RERUN, YANCHENG, sequence=2, at=at)
    kept = events(calendar([rerun_to(2)], YANCHENG))
    uid = "2022-shortlist-due-yancheng@talent-calendar"
    ahead = [datetime(2022, 2, day, 1, tzinfo=UTC) for day in (7, 9)]
    assert events(sent.encode()) == {uid: kept[uid] | {"alarms": ahead}}
    parsed = Calendar.from_ical(sent)
    (event,) = parsed.walk("VEVENT")
    assert (parsed["METHOD"], event.decoded("DTSTAMP")) == ("PUBLISH", at)


def test_a_cancellation_has_an_object_for_each_event_and_wakes_nobody() -> None:
    dues = {slug: resolve(YEAR.phase(slug).due) for slug in ("shortlist", "midterm")}
    versions = {"shortlist": 3, "midterm": 1}
    sent = cancellation(YEAR, dues, YANCHENG, sequences=versions, at=at_nine(date(2022, 2, 7)))
    apart = objects(sent, "office@talent.example")
    assert [Calendar.from_ical(one)["METHOD"] for one in apart] == ["CANCEL", "CANCEL"]
    found = [events(one.encode()) for one in apart]
    assert [
        [(uid, each["sequence"], each["status"], each["alarms"]) for uid, each in one.items()] for one in found
    ] == [
        [("2022-shortlist-due-yancheng@talent-calendar", 3, "CANCELLED", [])],
        [("2022-midterm-due-yancheng@talent-calendar", 1, "CANCELLED", [])],
    ]


@pytest.mark.parametrize(
    ("address", "uri"),
    [
        ("office@talent.example", "mailto:office@talent.example"),
        ("o'neil+{a}?b=c%d/e@talent.example", "mailto:o'neil+%7Ba%7D%3Fb%3Dc%25d%2Fe@talent.example"),
        (f"{'o' * 64}@{'talent.' * 20}example", f"mailto:{'o' * 64}@{'talent.' * 20}example"),
    ],
)
def test_what_is_sent_names_its_organizer_in_every_event_and_changes_nothing_else(address: str, uri: str) -> None:
    sent = invitation(YEAR, YEAR.phase("shortlist"), RERUN, YANCHENG, sequence=2, at=at_nine(date(2022, 2, 7)))
    (named,) = objects(sent, address)
    parsed = Calendar.from_ical(named)
    assert [str(event.pop("ORGANIZER")) for event in parsed.walk("VEVENT")] == [uri]
    assert parsed.to_ical() == Calendar.from_ical(sent).to_ical()
    assert max(len(line) for line in named.encode().split(b"\r\n")) <= 75


def test_whatever_is_on_record_and_each_revision_makes_a_new_version() -> None:
    assert [version(*each) for each in ((1, 0), (2, 0), (2, 1), (3, 1))] == [1, 2, 3, 4]


@pytest.mark.parametrize(
    ("stands", "status", "alarms"), [("owed", "CONFIRMED", 3), ("done", "CONFIRMED", 0), ("gone", "CANCELLED", 0)]
)
def test_what_is_done_rings_no_more_and_what_is_gone_is_cancelled(stands: Stands, status: str, alarms: int) -> None:
    found = events(calendar([rerun_to(2, stands)], YANCHENG))["2022-shortlist-due-yancheng@talent-calendar"]
    assert (found["status"], len(cast("list[object]", found["alarms"]))) == (status, alarms)


def test_an_event_is_dated_by_its_own_last_change() -> None:
    changed = {
        str(event["UID"]).split("-due")[0]: (event.decoded("DTSTAMP"), event.decoded("LAST-MODIFIED"))
        for event in Calendar.from_ical(calendar([rerun_to(1)], YANCHENG)).walk("VEVENT")
    }
    opened, moved = datetime(2021, 12, 31, tzinfo=TZ), at_nine(date(2022, 2, 7))
    assert changed.pop("2022-shortlist") == (moved, moved)
    assert set(changed.values()) == {(opened, opened)}


def test_a_revision_makes_a_new_version_of_every_event() -> None:
    at = datetime(2022, 1, 3, 9, tzinfo=TZ)
    revised = Calendar.from_ical(calendar([DatedYear(YEAR, {}, 2, at)])).walk("VEVENT")
    assert {(event.decoded("SEQUENCE"), event.decoded("LAST-MODIFIED")) for event in revised} == {(2, at)}


def test_several_years_stand_in_one_calendar_in_one_time_zone() -> None:
    both = calendar([DatedYear(YEAR), DatedYear(load(2026))], YANCHENG)
    years = [uid.split("-")[0] for uid in events(both)]
    assert (years, both.count(b"BEGIN:VTIMEZONE")) == (["2022"] * 8 + ["2026"] * 8, 1)
