"""Whoever was told a due day is told when it moves: by whatever it moves, whoever it is, and nobody twice."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

import pytest
from icalendar import Calendar
from sqlalchemy import func, insert, select, update

from acts.amend import amend
from acts.answer import answer
from acts.ask import ask
from acts.calendars import opened_calendar
from acts.correct import correct
from acts.extend import extend
from acts.rejoin import rejoin
from acts.rerun import rerun
from acts.settle_letter import settle
from calendars.edits import with_days
from gates.states import Event
from models.columns import table_of
from models.database import Database
from models.outbox import LetterRow
from models.revised_calendars import replace_calendar
from models.standing import opened
from models.tables.city_requests import Request
from models.tables.pool import Party, PoolEntry
from models.tables.season import Letter
from season.outcome import Outcome
from season.transaction import sitting
from tests.acts.test_statements import counted, filled, through_the_year
from tests.support import ledger, sheets
from tests.support.all_told import tell_all
from tests.support.kinds import MANY_CITIES
from tests.support.scenes import NANJING, WUXI, XUZHOU, YEAR, Scene, calendar, stamp
from tests.support.years import parse

ROLL, APPLICATION, SHORTLIST, INTERVIEW = "mentor-recommendation", "application", "shortlist", "interview"
OPENED, AT, LAST, LATE = "2022-01-05T10:00", "2022-01-18T10:00", "2022-01-20T10:00", "2022-01-21T10:00"
SOON, SOONER = "2022-01-06T10:00", date(2022, 1, 18)
UNTOLD = "各方均已在场得知"
UNTIL, LATER = date(2022, 1, 27), date(2022, 2, 1)
Way = Callable[[Scene], Outcome]


def begun(scene: Scene) -> Scene:
    """A year with a school and an institution of the year before, and Nanjing's application open."""
    tell_all(scene.database)
    with scene.database.write(YEAR) as connection:
        for key, kind in ((101, "school"), (102, "institution")):
            row = {"id": key, "kind": kind, "name": "示例", "place": "南京", "email": f"{kind}@unit.example"}
            connection.execute(insert(table_of(Party)).values(row))
            entry = {"year": YEAR, "city": NANJING, "kind": kind, "key": f"{key}"}
            connection.execute(insert(table_of(PoolEntry)).values(entry))
    scene.advance("2021-12-31T09:00")
    return scene


def sent(scene: Scene, **where: Any) -> Scene:  # noqa: ANN401 - column values
    """Take what waits as sent."""
    letter = table_of(Letter)
    going = update(letter).where(letter.c.state == "queued").filter_by(**where).values(state="sent")
    with scene.database.write(YEAR) as connection:
        connection.execute(going)
    return scene


def revise(scene: Scene, phase: str, until: date, at: str = AT, untold: str = "") -> Outcome:
    with scene.database.read() as connection:
        now = opened(connection, YEAR).year.source_text
    new = parse(with_days(now, {(phase, "due"): until}), "日历")
    return amend(scene.database, YEAR, new, stamp(at), reason="省厅通知", untold=untold)


def asked(scene: Scene, at: str, until: date = UNTIL) -> int:
    signed, table = stamp(at, "南京 某"), table_of(Request)
    said = ask(scene.database, YEAR, APPLICATION, NANJING, signed, until=until, reason="场地封控", token=at)
    assert said.done, said
    with scene.database.read() as connection:
        return int(connection.execute(select(func.max(table.c.id))).scalar_one())


def answered(scene: Scene, at: str, *, grant: bool, untold: str = "") -> Outcome:
    number, given = asked(scene, at), (scene.database, YEAR)
    return answer(*given, number, stamp(at), grant=grant, until=None, reason="情况属实", untold=untold)


def extended_quietly(scene: Scene) -> Outcome:
    given = (scene.database, YEAR, APPLICATION, [NANJING], stamp(AT))
    return extend(*given, until=UNTIL, reason="暴雪", untold=UNTOLD)


def rerun_quietly(scene: Scene) -> Outcome:
    given = (scene.database, YEAR, APPLICATION, NANJING, stamp(LATE))
    return rerun(*given, until=UNTIL, reason="疫情封控", untold=UNTOLD)


def put_back(scene: Scene) -> Outcome:
    """The phase before it run again, until a day that leaves this one less room than it is to have."""
    scene.rerun(ROLL, NANJING, AT, date(2022, 1, 24))
    scene.submit(ROLL, NANJING, "2022-01-24T10:00")
    return scene.approve(ROLL, NANJING, "2022-01-24T11:00")


def returned(scene: Scene) -> Outcome:
    """A filing on the last day that the gate refuses: its city keeps room to mend it."""
    wrong = sheets.application([sheets.student(scene.city(NANJING), 1, recommended=False)])
    scene.load(APPLICATION, NANJING, wrong, LAST)
    return scene.submit(APPLICATION, NANJING, LAST)


WAYS: Mapping[str, Way] = {
    "extended": lambda scene: scene.extend(APPLICATION, [NANJING], AT, UNTIL),
    "all extended": lambda scene: scene.extend(APPLICATION, None, AT, UNTIL),
    "granted": lambda scene: answered(scene, AT, grant=True),
    "declined": lambda scene: answered(scene, AT, grant=False),
    "revised": lambda scene: revise(scene, APPLICATION, UNTIL),
    "revised earlier": lambda scene: revise(scene, APPLICATION, SOONER, SOON),
    "extended, untold": extended_quietly,
    "granted, untold": lambda scene: answered(scene, AT, grant=True, untold=UNTOLD),
    "revised, untold": lambda scene: revise(scene, APPLICATION, UNTIL, untold=UNTOLD),
    "rerun, untold": rerun_quietly,
    "put back": put_back,
    "returned": returned,
    "rerun": lambda scene: scene.rerun(APPLICATION, NANJING, LATE, UNTIL),
    "granted late": lambda scene: answered(scene, LATE, grant=True),
}
EVERY = ("city", "mentor", "school")
ANEW = dict.fromkeys(EVERY, "opened")
MOVED = dict.fromkeys(EVERY, "moved")
TOLD: Mapping[str, Mapping[str, str]] = {
    "extended": MOVED,
    "all extended": MOVED,
    "granted": {**MOVED, "city": "answered"},
    "declined": {"city": "answered"},
    "revised": MOVED,
    "revised earlier": MOVED,
    "extended, untold": {},
    "granted, untold": {"city": "answered"},
    "revised, untold": {},
    "rerun, untold": {"city": "rerun", "mentor": "rerun"},
    "put back": ANEW,
    "returned": {**MOVED, "city": "returned"},
    "rerun": {"city": "rerun", "mentor": "rerun", "school": "moved"},
    "granted late": {"city": "answered", "mentor": "rerun", "school": "moved"},
}
UNSENT: Mapping[str, Mapping[str, str]] = {
    "extended": ANEW,
    "all extended": ANEW,
    "granted": {**ANEW, "city": "opened answered"},
    "declined": {"city": "answered"},
    "revised": ANEW,
    "revised earlier": ANEW,
    "extended, untold": ANEW,
    "granted, untold": {**ANEW, "city": "opened answered"},
    "revised, untold": ANEW,
    "rerun, untold": {"city": "rerun", "mentor": "rerun"},
    "put back": ANEW,
    "returned": {"city": "returned"},
    "rerun": {"city": "rerun", "mentor": "rerun"},
    "granted late": {"city": "answered", "mentor": "rerun"},
}
NEVER: Mapping[str, Mapping[str, str]] = {
    "extended": {},
    "all extended": {},
    "granted": {"city": "answered"},
    "declined": {"city": "answered"},
    "revised": {},
    "revised earlier": {},
    "extended, untold": {},
    "granted, untold": {"city": "answered"},
    "revised, untold": {},
}
CASES = [
    (way, told, told_what[way])
    for told, told_what in (("sent", TOLD), ("unsent", UNSENT), ("never", NEVER))
    for way in told_what
]


def written(letters: tuple[LetterRow, ...], phase: str = APPLICATION) -> dict[str, str]:
    """Of the letters about a phase of Nanjing's that are to be sent: their kinds, by audience."""
    found: dict[str, list[str]] = {}
    for row in letters:
        if (row.phase, row.concerns, row.state) == (phase, NANJING, "queued"):
            found.setdefault(row.recipient.partition(":")[0], []).append(row.kind)
    return {audience: " ".join(kinds) for audience, kinds in found.items()}


@pytest.mark.parametrize(("way", "told", "expected"), CASES, ids=[f"{way} {told}" for way, told, _ in CASES])
def test_each_way_a_day_moves_is_told_to_whoever_was_told(
    scene: Scene, way: str, told: str, expected: Mapping[str, str]
) -> None:
    begun(scene)
    if told != "never":
        scene.file(ROLL, NANJING)
    if told == "sent":
        sent(scene)
    assert written(WAYS[way](scene).changes.letters) == expected


def interviewing(scene: Scene) -> Scene:
    """Nanjing's interview is filed, and all who have to do with it were told its day."""
    sent(begun(scene).through(SHORTLIST, NANJING)).advance("2022-01-31T09:00")
    scene.load(INTERVIEW, NANJING, scene.sheets(INTERVIEW, NANJING), "2022-02-14T10:00")
    assert scene.submit(INTERVIEW, NANJING, "2022-02-14T11:00").done
    return sent(scene)


def opened_late(scene: Scene) -> Outcome:
    """Its day was told ahead alone, as the shortlist passed; that is run again until the interview has no room left."""
    sent(begun(scene).through(SHORTLIST, NANJING))
    assert scene.rerun(SHORTLIST, NANJING, "2022-01-28T10:00", date(2022, 2, 18)).done
    return sent(scene).submit(SHORTLIST, NANJING, "2022-02-18T10:00")


def back(scene: Scene) -> Outcome:
    """The city left, and comes back to another day than it knew."""
    sent(begun(scene).through(SHORTLIST, NANJING)).advance("2022-01-31T09:00")
    sent(scene).withdraw(NANJING, "2022-02-08T10:00")
    assert revise(sent(scene), INTERVIEW, date(2022, 2, 24), "2022-02-09T10:00").done
    return rejoin(scene.database, YEAR, NANJING, stamp("2022-02-10T10:00"), reason="已落实")


def sent_back(scene: Scene, at: str, until: date | None = None) -> Outcome:
    return interviewing(scene).reject(INTERVIEW, NANJING, at, until)


OF_INTERVIEWS: Mapping[str, tuple[Way, Mapping[str, str]]] = {
    "sent back in time": (lambda scene: sent_back(scene, "2022-02-14T12:00"), {"city": "returned"}),
    "sent back late": (
        lambda scene: sent_back(scene, "2022-02-22T10:00", date(2022, 3, 1)), {"city": "returned", "mentor": "moved"},
    ),
    "opened late": (opened_late, {"city": "opened", "mentor": "opened"}),
    "back again": (back, dict.fromkeys(EVERY, "rejoined")),
}  # fmt: skip
"""Ways that a phase has which the province ends, or whose day is told ahead; and who is told by which letter."""


@pytest.mark.parametrize("way", OF_INTERVIEWS)
def test_each_way_that_an_interview_alone_has_is_told_to_whoever_was_told(scene: Scene, way: str) -> None:
    does, expected = OF_INTERVIEWS[way]
    said = does(scene)
    assert said.done
    assert written(said.changes.letters, INTERVIEW) == expected


LEFT_OUT = {
    "extended, untold": {"city", "mentor", "school"},
    "granted, untold": {"mentor", "school"},
    "revised, untold": {"city", "mentor", "school"},
    "rerun, untold": {"school"},
}


@pytest.mark.parametrize("way", LEFT_OUT)
def test_what_the_province_leaves_out_is_kept_with_its_reason_and_told_with_the_next_day(
    scene: Scene, way: str
) -> None:
    sent(begun(scene).through(ROLL, NANJING))
    said = [row for row in WAYS[way](scene).changes.letters if row.kind == "moved" and row.concerns == NANJING]
    assert {who(row) for row in said} == LEFT_OUT[way]
    assert {(row.state, row.detail) for row in said} == {("cancelled", f"不另行通知：{UNTOLD}")}
    scene.load(APPLICATION, NANJING, scene.sheets(APPLICATION, NANJING), "2022-01-21T10:00")
    assert "moved" not in written(scene.advance("2022-01-21T11:00").changes.letters).values()
    sent(scene)
    later = scene.extend(APPLICATION, [NANJING], "2022-01-24T10:00", LATER).changes.letters
    assert written(later) == MOVED
    old = {who(row): re.findall(r"由2022年(\d+月\d+日)", row.text)[0] for row in later if row.kind == "moved"}
    # The city's reminder of 20 January named the new day.
    assert {audience for audience, day in old.items() if day == "1月17日"} == LEFT_OUT[way] - {"city"}


def test_a_request_that_an_untold_extension_overtakes_is_answered_all_the_same(scene: Scene) -> None:
    sent(begun(scene).through(ROLL, NANJING))
    asked(scene, "2022-01-18T09:00")
    assert written(extended_quietly(scene).changes.letters) == {"city": "answered"}


def test_an_earlier_day_leaves_room_to_work_and_says_where_it_begins(scene: Scene) -> None:
    """To the city, and to parties, whose day lies before its own; a figure that moves these alone is a day moved."""
    sent(begun(scene).through(ROLL, NANJING))
    text, given, at = scene.year.source_text, (scene.database, YEAR), "2022-01-12T10:00"
    early = parse(text.replace("party_days = 3", "party_days = 7"), "日历")
    done = amend(*given, early, stamp(SOON), reason="提早", dry_run=True)
    assert {row.kind for row in done.changes.letters if row.recipient.startswith("mentor:")} == {"moved"}
    left = "提前的，须从今天起留足 3 个工作日，最早为 2022-01-17，不能提前到 2022-01-"
    days = [revise(scene, APPLICATION, date(2022, 1, day), at).message for day in (16, 18)]
    theirs = f"学生申报的交材料日已经告知 1 个市的导师等有关各方，{left}"
    assert days == [f"学生申报的截止日 2022-01-20 已经通知 1 个市，{left}16。", f"{theirs}13。"]
    early = parse(text.replace("party_days = 3", "party_days = 4"), "日历")
    assert amend(*given, early, stamp(at), reason="提早").message == f"{theirs}14。"


@pytest.mark.parametrize("way", ["extended", "all extended", "revised"])
def test_the_same_again_tells_nobody(scene: Scene, way: str) -> None:
    sent(begun(scene).through(ROLL, NANJING))
    WAYS[way](scene)
    sent(scene)
    assert WAYS[way](scene).changes.letters == ()
    assert scene.advance("2022-01-18T11:00", [APPLICATION], [NANJING]).changes.letters == ()


def test_a_new_day_is_told_from_the_one_that_was_told_last(scene: Scene) -> None:
    """What nobody has in hand yet was not told: it is taken back, and the next says the day that was."""
    sent(begun(scene).through(ROLL, NANJING))
    scene.extend(APPLICATION, [NANJING], AT, date(2022, 1, 24))
    scene.extend(APPLICATION, [NANJING], "2022-01-18T11:00", UNTIL)
    city = {("cancelled", "1月20日", "1月24日"), ("queued", "1月20日", "1月27日")}
    assert days(scene) == city | {("cancelled", "1月17日", "1月19日"), ("queued", "1月17日", "1月24日")}
    sent(scene)
    scene.extend(APPLICATION, [NANJING], "2022-01-19T10:00", LATER)
    assert days(scene) >= {("queued", "1月27日", "2月1日"), ("queued", "1月24日", "1月28日")}


def test_a_day_that_comes_back_is_told_again_each_time(scene: Scene) -> None:
    """By whatever it comes back: the calendar is put in the year's place past `amend`, which moves no day back."""
    sent(begun(scene).through(SHORTLIST, NANJING))
    first, second = date(2022, 2, 22), date(2022, 2, 18)
    told = [brought(sent(scene), day, hour) for hour, day in enumerate((first, second, first, second), start=10)]
    assert told == [(1, "2月17日"), (1, "2月15日"), (1, "2月17日"), (1, "2月15日")]


def brought(scene: Scene, until: date, hour: int) -> tuple[int, str]:
    """Move Nanjing's interview; give how many mentors are told, and which day."""
    signed = stamp(f"2022-01-25T{hour}:00")
    with sitting(scene.database, YEAR, signed, [NANJING]) as season:
        new = parse(with_days(season.year.source_text, {(INTERVIEW, "due"): until}), "日历")
        replace_calendar(season.connection, YEAR, new.source_text, "省厅通知", signed)
        season.follow(new)
        season.note(season.cells[INTERVIEW, NANJING], Event.EXTEND)
    letters = [row for row in season.written.letters if (row.kind, who(row)) == ("moved", "mentor")]
    return len(letters), re.findall(r"\d+月\d+日", letters[0].subject)[0] if letters else ""


def days(scene: Scene) -> set[tuple[str, str, str]]:
    """Of each letter about a moved day: its state, the day that was and the day that is."""
    with scene.database.read() as connection:
        rows = [row for row in ledger.words(connection) if row.kind == "moved"]
    pairs = [(row.state, re.findall(r"(?:由|整为|改为)2022年(\d+月\d+日)", row.text)) for row in rows]
    return {(state, was, now) for state, (was, now) in pairs}


def test_who_filed_passed_or_left_is_told_of_no_new_day(scene: Scene) -> None:
    sent(begun(scene).through(ROLL, NANJING))
    scene.withdraw(WUXI, "2022-01-06T10:00")
    scene.load(ROLL, XUZHOU, scene.sheets(ROLL, XUZHOU), "2022-01-06T10:00")
    scene.submit(ROLL, XUZHOU, "2022-01-06T10:00")
    letters = revise(sent(scene), ROLL, date(2022, 1, 19), "2022-01-07T10:00").changes.letters
    others = {city.slug for city in scene.year.cities} - {NANJING, WUXI, XUZHOU}
    assert {(row.kind, row.concerns) for row in letters} == {("moved", city) for city in others}
    said = scene.reject(ROLL, XUZHOU, "2022-01-10T10:00")
    assert {(row.kind, row.recipient) for row in said.changes.letters} == {("returned", "city:xuzhou")}


def test_institutions_and_those_told_of_a_phase_before_it_opens_are_told_too(scene: Scene) -> None:
    sent(begun(scene))
    said = scene.extend(ROLL, [NANJING], OPENED, date(2022, 1, 18))
    assert {row.recipient.partition(":")[0] for row in said.changes.letters} == {"city", "institution"}
    sent(scene.through(SHORTLIST, NANJING))
    ahead = scene.extend(INTERVIEW, [NANJING], "2022-01-25T10:00", date(2022, 2, 25))
    (mentor,) = ahead.changes.letters
    assert (mentor.kind, mentor.recipient.partition(":")[0], mentor.ics is not None) == ("moved", "mentor", True)
    assert "由2022年2月16日（星期三）17时改为2022年2月22日（星期二）17时" in mentor.text


def test_a_try_that_was_refused_moves_nothing_that_was_said_ahead(scene: Scene) -> None:
    """What tells mentors until when they interview has not left: another day takes it back, a refusal does not."""
    sent(begun(scene)).through(SHORTLIST, NANJING)
    refused = scene.extend(INTERVIEW, [NANJING], "2022-01-25T10:00", date(2022, 2, 1))
    assert (refused.outcome, refused.changes.letters) == ("refused", ())
    anew = scene.extend(INTERVIEW, [NANJING], "2022-01-25T11:00", date(2022, 2, 25)).changes.letters
    assert {(row.kind, who(row)) for row in anew} == {("passed", "mentor")}


def test_a_phase_put_back_that_opens_again_with_a_later_day_says_so(scene: Scene) -> None:
    sent(begun(scene).through(ROLL, NANJING))
    scene.rerun(ROLL, NANJING, AT, date(2022, 1, 24))
    sent(scene)
    scene.submit(ROLL, NANJING, "2022-01-24T10:00")
    again = scene.approve(ROLL, NANJING, "2022-01-24T11:00")
    assert written(again.changes.letters) == ANEW
    assert days(scene) == set()
    said = {
        re.findall(r"于2022年(\d+月\d+日)（星期.）\d\d时前", row.text)[0]
        for row in again.changes.letters
        if row.kind == "opened"
    }
    assert said == {"1月27日", "1月25日"}, "the parties' day is the next working day, for theirs has come"


def test_a_mentor_who_heard_only_that_it_was_late_hears_of_the_new_day(scene: Scene) -> None:
    sent(begun(scene).through(SHORTLIST, NANJING))
    late = scene.advance("2022-02-21T09:00", [INTERVIEW], [NANJING]).changes.letters
    assert {(row.kind, who(row)) for row in late} == {("overdue", "city"), ("overdue", "mentor")}
    again = sent(scene).rerun(INTERVIEW, NANJING, "2022-02-21T10:00", date(2022, 2, 25)).changes.letters
    assert {(row.kind, who(row)) for row in again} == {("rerun", "city"), ("moved", "mentor")}


def test_what_an_act_took_back_is_told_once_it_holds_again_and_what_a_person_dropped_is_not(scene: Scene) -> None:
    sent(begun(scene).through(ROLL, NANJING))
    scene.extend(APPLICATION, [NANJING], "2022-01-20T09:00", UNTIL)
    again = written(returned(scene).changes.letters)
    assert again == {**MOVED, "city": "returned"}
    letter = table_of(Letter)
    school = (letter.c.kind == "moved", letter.c.recipient.like("school:%"))
    with scene.database.write(YEAR) as connection:
        (key,) = connection.execute(select(letter.c.id).where(*school)).scalars()
        connection.execute(update(letter).where(*school).values(state="held"))
    assert settle(scene.database, [key], "dropped", stamp("2022-01-20T11:00")).done
    scene.load(APPLICATION, NANJING, scene.sheets(APPLICATION, NANJING), "2022-01-20T12:00")
    with scene.database.read() as connection:
        assert connection.execute(select(letter.c.state).where(*school)).scalars().all() == ["cancelled"]


def test_a_letter_that_did_not_arrive_is_said_anew_to_its_own_recipient_alone(scene: Scene) -> None:
    sent(begun(scene).through(ROLL, NANJING))
    letter = table_of(Letter)
    theirs = (letter.c.kind == "opened", letter.c.phase == APPLICATION, letter.c.recipient == "city:nanjing")
    with scene.database.write(YEAR) as connection:
        connection.execute(update(letter).where(*theirs).values(state="failed", claim="aa"))
    said = scene.extend(APPLICATION, [NANJING], AT, UNTIL)
    assert written(said.changes.letters) == {**MOVED, "city": "opened"}


def test_the_letter_says_old_day_new_day_whose_decision_and_why_and_moves_the_calendar(scene: Scene) -> None:
    sent(begun(scene).through(ROLL, NANJING))
    by_hand = scene.extend(APPLICATION, [NANJING], AT, UNTIL)
    revised = revise(sent(scene), APPLICATION, date(2022, 1, 29), "2022-01-19T10:00")
    moved = [row for one in (by_hand, revised) for row in one.changes.letters if row.kind == "moved"]
    city, school = ([row for row in moved if who(row) == audience] for audience in ("city", "school"))
    said = (
        "因{why}，{decided}，贵办2022年度学生报名及审核名单的截止时间由{was}24时调整为{now}24时，其他要求不变。"
        "原通知、提醒中的截止时间以本通知为准，请及时转告有关各方。"
    )
    first, second, third = "2022年1月20日（星期四）", "2022年1月27日（星期四）", "2022年1月29日（星期六，调休上班）"
    assert [row.text.split("\n")[3].strip() for row in city] == [
        said.format(decided="经省级管理办公室研究", why="暴雪", was=first, now=second),
        said.format(decided="省级管理办公室修订了年度日历", why="省厅通知", was=second, now=third),
    ]
    assert [word for row in school for word in ("暴雪", "省厅通知") if word in row.text] == []
    assert [sequence(row.ics) for row in city] == [2, 4]
    assert [row.ics for row in school] == [None, None]
    with scene.database.read() as connection:
        feed = opened_calendar(connection, [(YEAR, stamp("2022-01-19T11:00").as_of)], NANJING)
    assert Calendar.from_ical(feed or b"").walk("VEVENT")[1].decoded("SEQUENCE") == 4
    assert city[0].subject == "【省后备人才培养计划】截止时间改为1月27日（周四）24时：南京市学生名单"


def who(row: LetterRow) -> str:
    return row.recipient.partition(":")[0]


def sequence(content: str | None) -> int:
    (event,) = Calendar.from_ical(content or "").walk("VEVENT")
    return int(event.decoded("SEQUENCE"))


@pytest.mark.slow
def test_extending_every_city_asks_as_often_for_many_as_for_13(
    scene: Scene, second_database: Database, kind: str
) -> None:
    few, many = (extended(one) for one in (scene, Scene.begin(second_database, calendar(MANY_CITIES[kind]))))
    assert few == many


def extended(scene: Scene) -> list[str]:
    through_the_year(filled(scene, 3 * len(scene.year.cities)), moments=4)
    sent(scene)
    with counted(scene.database) as statements:
        said = scene.extend("midterm", None, "2022-07-05T10:00", date(2022, 9, 9))
    told = {(row.kind, who(row)) for row in said.changes.letters}
    assert (told, len(said.changes.letters)) == (
        {("moved", "city"), ("moved", "mentor")},
        2 * len(scene.year.cities),
    )
    return statements


def loaded(scene: Scene) -> Outcome:
    return scene.load(APPLICATION, NANJING, sheets.application([sheets.student(scene.city(NANJING), 1)]), NEXT)


def corrected_quietly(scene: Scene) -> Outcome:
    """A day that everybody was told, taken back without a word."""
    scene.extend(APPLICATION, [NANJING], SOON, MISTAKEN)
    sent(scene)
    given = (scene.database, YEAR, APPLICATION, NANJING, stamp(AT))
    return correct(*given, reason="误写", untold=UNTOLD)


def elsewhere(scene: Scene) -> Outcome:
    """The calendar revised for another phase: the letters' keys count that, too."""
    said = revise(scene, SHORTLIST, date(2022, 2, 11), NEXT)
    assert said.done, said
    return loaded(scene)


NEXT, MISTAKEN = "2022-01-18T11:00", date(2022, 2, 20)
QUIETLY: Mapping[str, Way] = {
    "extended": extended_quietly,
    "revised": lambda scene: revise(scene, APPLICATION, UNTIL, untold=UNTOLD),
    "corrected": corrected_quietly,
}
HARMLESS: Mapping[str, Way] = {
    "loaded": loaded,
    "revised elsewhere, loaded": elsewhere,
}


@pytest.mark.parametrize("harmless", HARMLESS)
@pytest.mark.parametrize("quietly", QUIETLY)
def test_what_was_left_unsaid_stays_so_until_the_day_moves_again(scene: Scene, quietly: str, harmless: str) -> None:
    sent(begun(scene).through(ROLL, NANJING))
    said = QUIETLY[quietly](scene)
    assert said.done, said
    assert {row.state for row in said.changes.letters} == {"cancelled"}
    said = HARMLESS[harmless](scene)
    assert said.done, said
    assert not written(said.changes.letters), "an act that moved no day told it after all"
    again = scene.extend(APPLICATION, [NANJING], "2022-01-18T12:00", LATER)
    assert written(again.changes.letters) == MOVED, "nobody hears of the next day"


def test_a_waiver_tells_no_day_that_was_left_unsaid(scene: Scene) -> None:
    sent(begun(scene))
    extend(scene.database, YEAR, ROLL, [NANJING], stamp(SOON), until=UNTIL, reason="暴雪", untold=UNTOLD)
    said = scene.waive("mentors.standing", ROLL, NANJING, AT)
    assert (said.done, said.changes.letters) == (True, ())


@pytest.mark.parametrize("left", [True, False])
def test_what_told_a_mentor_the_interviews_day_and_has_not_left_is_written_anew_with_it(
    scene: Scene, left: bool
) -> None:
    """Who was told hears `moved`; who was not gets the one letter, which never named another day."""
    scene.through(SHORTLIST, NANJING)
    if left:
        sent(scene)
    before = [row.id for row in mentors_passed(scene)]
    said = scene.extend(INTERVIEW, [NANJING], "2022-01-25T10:00", date(2022, 2, 25))
    told = {row.kind for row in said.changes.letters if who(row) == "mentor"}
    assert told == {"moved" if left else "passed"}
    found = mentors_passed(scene)
    if left:
        assert [row.id for row in found] == before != []
    else:
        assert [row.state for row in found] == ["cancelled"] * len(before) + ["queued"] * len(before)
        assert ["2月22日" in row.text for row in found if row.state == "queued"] == [True] * len(before)


def mentors_passed(scene: Scene) -> list[Any]:
    with scene.database.read() as connection:
        rows = [row for row in ledger.words(connection) if (row.phase, row.kind) == (SHORTLIST, "passed")]
    return [row for row in rows if row.recipient.startswith("mentor")]
