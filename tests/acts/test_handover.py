"""交接单: every promise that is open at an instant, and none that is closed; what waits; what is unlike last year."""

from __future__ import annotations

from dataclasses import fields
from datetime import date

import pytest
from sqlalchemy import insert

from acts.case_notes import add_note
from acts.correct import correct
from acts.extend import extend
from acts.extend_person import extend_person
from acts.handover import Handover, handover
from acts.nobody_applied import nobody_applied
from calendars.files import load
from calendars.unlike import Unlike, unlike
from models import excuses, loading, prepared_acts, rolling
from models.case_notes import PROVINCE, NewNote
from models.columns import table_of
from models.prepared_acts import NewAct
from models.tables.accounts import Account
from phases.book import BOOK
from post.marks import hold_back
from tests.support.scenes import NANJING, WUXI, XUZHOU, YEAR, Scene, instant, stamp

ROLL, APPLICATION = "mentor-recommendation", "application"
Promised = tuple[str, str, str, str, date | None]


def sheet(scene: Scene, at: str, city: str | None = None) -> Handover:
    with scene.database.read() as connection:
        return handover(connection, YEAR, instant(at), city)


def promises(scene: Scene, at: str, city: str | None = None) -> list[Promised]:
    return [(one.kind, one.phase, one.city, one.whom, one.until) for one in sheet(scene, at, city).promises]


def awaited(scene: Scene, at: str, city: str | None = None) -> list[tuple[str, str, str, int]]:
    return [(one.owner, one.what, one.city, one.late) for one in sheet(scene, at, city).awaited]


DAY: Promised = ("day", ROLL, WUXI, "", date(2022, 1, 20))
AGAIN: Promised = ("day", ROLL, XUZHOU, "", date(2022, 1, 25))
NOTE: Promised = ("note", ROLL, NANJING, NANJING, date(2022, 1, 12))
NOBODY: Promised = ("nobody", APPLICATION, NANJING, "", None)


def test_a_day_is_promised_from_its_grant_until_it_is_filed_or_passed(scene: Scene) -> None:
    scene.advance("2021-12-31T09:00")
    assert promises(scene, "2021-12-31T09:00") == []
    scene.extend(ROLL, [WUXI], "2022-01-05T10:00", date(2022, 1, 20))
    assert promises(scene, "2022-01-05T10:00") == [DAY]
    scene.advance("2022-01-16T09:00")
    scene.rerun(ROLL, XUZHOU, "2022-01-17T10:00", date(2022, 1, 25))
    assert promises(scene, "2022-01-17T10:00") == [DAY, AGAIN]
    assert promises(scene, "2022-01-17T10:00", XUZHOU) == [AGAIN]
    scene.load(ROLL, WUXI, scene.sheets(ROLL, WUXI), "2022-01-18T10:00")
    scene.submit(ROLL, WUXI, "2022-01-18T10:00")
    assert promises(scene, "2022-01-18T10:00") == [AGAIN]
    assert promises(scene, "2022-01-26T00:00") == [], "it was not kept: the city is late by now"
    assert [promises(scene, at) for at in ("2022-01-04T10:00", "2022-01-06T10:00")] == [[], [DAY]], "as it stood then"


def test_a_day_that_was_put_right_is_promised_in_the_words_of_the_correction(scene: Scene) -> None:
    given = (scene.database, YEAR, ROLL)
    scene.extend(ROLL, [WUXI], "2022-01-05T10:00", date(2022, 1, 20))
    extend(*given, [WUXI], stamp("2022-01-06T10:00"), until=date(2022, 1, 25), reason="写错")
    assert correct(*given, WUXI, stamp("2022-01-07T10:00", "复核"), reason="应是 20 日").done
    (day,) = sheet(scene, "2022-01-07T10:00").promises
    assert (day.kind, day.until, day.said, day.by) == ("day", date(2022, 1, 20), "应是 20 日", "复核")


def test_what_waits_says_for_whom_and_since_when(scene: Scene) -> None:
    scene.load(ROLL, NANJING, scene.sheets(ROLL, NANJING), "2022-01-05T10:00")
    scene.submit(ROLL, NANJING, "2022-01-05T10:00")
    assert awaited(scene, "2022-01-06T10:00") == [(PROVINCE, "待审定", NANJING, 0)]
    assert sheet(scene, "2022-01-06T10:00").awaited[0].since == instant("2022-01-05T10:00")
    scene.approve(ROLL, NANJING, "2022-01-06T11:00")
    late = awaited(scene, "2022-01-17T10:00")
    assert (len(late), late[0]) == (12, (WUXI, "逾期未报送", WUXI, 2))
    assert awaited(scene, "2022-01-17T10:00", WUXI) == late[:1]


def test_a_note_with_a_day_is_promised_until_it_is_answered_and_shown_to_whom_it_concerns(scene: Scene) -> None:
    asked = NewNote(ROLL, NANJING, "", PROVINCE, "请核对", owner=NANJING, until=date(2022, 1, 12))
    add_note(scene.database, YEAR, asked, "one", stamp("2022-01-05T10:00"))
    inner = NewNote(ROLL, NANJING, "", PROVINCE, "内部", internal=True)
    add_note(scene.database, YEAR, inner, "two", stamp("2022-01-05T11:00"))
    asked_back = NewNote(ROLL, NANJING, "", NANJING, "请问", owner=PROVINCE)
    add_note(scene.database, YEAR, asked_back, "three", stamp("2022-01-05T12:00", "南京"))
    at = "2022-01-06T10:00"
    assert promises(scene, at) == promises(scene, at, NANJING) == [NOTE]
    assert (promises(scene, at, WUXI), awaited(scene, at)) == ([], [(PROVINCE, "留言待回复", NANJING, 0)])
    answered = NewNote(ROLL, NANJING, "", NANJING, "核对了", answers=1)
    add_note(scene.database, YEAR, answered, "four", stamp("2022-01-07T10:00", "南京"))
    assert (promises(scene, "2022-01-07T10:00"), promises(scene, at)) == ([], [NOTE])


def test_a_note_waits_once_its_day_is_over_and_not_in_a_closed_year(scene: Scene) -> None:
    asked = NewNote(ROLL, NANJING, "", PROVINCE, "请核对", owner=NANJING, until=date(2022, 1, 12))
    add_note(scene.database, YEAR, asked, "one", stamp("2022-01-05T10:00"))
    plain = NewNote(ROLL, WUXI, "", PROVINCE, "请问", owner=WUXI)
    add_note(scene.database, YEAR, plain, "two", stamp("2022-01-05T11:00"))
    waits, late = (WUXI, "留言待回复", WUXI, 0), (NANJING, "留言待回复", NANJING, 2)
    asks = [(promises(scene, at), awaited(scene, at)) for at in ("2022-01-12T23:00", "2022-01-14T10:00")]
    assert asks == [([NOTE], [waits]), ([], [late, waits])]
    with scene.database.write(YEAR) as connection:
        rolling.close(connection, YEAR, instant("2022-01-14T11:00"))
    assert (promises(scene, "2022-01-14T11:00"), awaited(scene, "2022-01-14T11:00")) == ([], [])
    assert awaited(scene, "2022-01-14T10:00") == [late, waits], "as it stood then"


def test_that_nobody_applied_stands_until_the_application_is_opened_again(scene: Scene) -> None:
    scene.through(ROLL, NANJING)
    nobody_applied(scene.database, YEAR, NANJING, stamp("2022-01-10T10:00"))
    assert promises(scene, "2022-01-10T10:00") == [NOBODY]
    scene.rerun(APPLICATION, NANJING, "2022-01-11T10:00", date(2022, 1, 28))
    assert promises(scene, "2022-01-11T10:00") == [("day", APPLICATION, NANJING, "", date(2022, 1, 28))]


def test_what_waits_for_a_signature_is_the_provinces_alone(scene: Scene) -> None:
    with scene.database.write(YEAR) as connection:
        row = {"name": "a", "role": "admin", "shown": "甲", "made_by": "x", "made_at": instant("2022-01-01T00:00")}
        made = insert(table_of(Account)).values(row).returning(table_of(Account).c.id)
        account = int(connection.execute(made).scalar_one())
        new = NewAct("waive", (("city", WUXI),), "对无锡豁免要求", None)
        number = prepared_acts.prepare(connection, YEAR, new, stamp("2022-01-05T10:00"), account)
    assert promises(scene, "2022-01-06T10:00") == [("prepared", "", "", "", None)]
    assert promises(scene, "2022-01-06T10:00", WUXI) == []
    with scene.database.write(YEAR) as connection:
        kept = prepared_acts.find(connection, YEAR, number)
        assert kept is not None
        prepared_acts.settle(connection, kept, "signed", stamp("2022-01-07T10:00"))
    assert promises(scene, "2022-01-07T10:00") == []


def test_who_is_excused_stands_until_the_phase_is_over(scene: Scene) -> None:
    with scene.database.write(YEAR) as connection:
        (party,) = loading.register(connection, [("mentor", "李甲", "江海大学")]).values()
        excuses.excuse(connection, YEAR, ("year-end", WUXI), f"mentor:{party}", "已调离", stamp("2022-01-05T10:00"))
    found: Promised = ("excuse", "year-end", WUXI, "李甲（江海大学）", None)
    assert promises(scene, "2022-01-06T10:00", WUXI) == [found]
    scene.withdraw(WUXI, "2022-01-07T10:00")
    assert promises(scene, "2022-01-07T10:00") == []


def test_what_was_left_unsaid_stands_until_a_later_letter_says_it(scene: Scene) -> None:
    scene.advance("2021-12-31T09:00")
    hold_back(scene.database, instant("2021-12-31T10:00"))  # they left: whoever has one is told that its day moved
    given = (scene.database, YEAR, ROLL, [WUXI])
    extend(*given, stamp("2022-01-05T10:00"), until=date(2022, 1, 20), reason="暴雪", untold="电话告知")
    (day, unsaid) = sheet(scene, "2022-01-06T10:00").promises
    assert (day.kind, day.until) == ("day", date(2022, 1, 20))
    assert (unsaid.kind, unsaid.city, unsaid.said) == ("left-out", WUXI, "电话告知")
    extend(*given, stamp("2022-01-07T10:00"), until=date(2022, 1, 21), reason="暴雪")
    assert promises(scene, "2022-01-07T10:00") == [("day", ROLL, WUXI, "", date(2022, 1, 21))]


def test_a_persons_day_is_promised_until_it_is_over_and_not_known_of_the_past(scene: Scene) -> None:
    scene.through("meeting", NANJING)
    person, until = "3201-2022-0001", date(2022, 9, 20)
    given = (scene.database, YEAR, "midterm", NANJING, person, stamp("2022-08-10T10:00"))
    assert extend_person(*given, until=until, reason="个人原因").done
    theirs: Promised = ("person", "midterm", NANJING, person, until)
    assert promises(scene, "2022-08-11T10:00", NANJING) == [theirs]
    assert (NANJING, f"{person} 的个人延期到期未交齐", NANJING, 2) in awaited(scene, "2022-09-22T10:00", NANJING)
    before = sheet(scene, "2022-08-09T10:00")
    assert (before.persons, [one for one in before.promises if one.kind == "person"]) == (False, [])


def test_unlike_last_year_is_said_in_the_words_of_the_form() -> None:
    before = load(2026, BOOK.terms)
    assert unlike(before, before, BOOK.terms) == ()
    figures = before.figures.model_copy(update={"visits": before.figures.visits + 2})
    phase = before.phases[0].model_copy(update={"due": before.phases[0].due.replace(day=3)})
    after = before.model_copy(update={"figures": figures, "phases": (phase, *before.phases[1:])})
    was = f"{before.phases[0].due}"[5:]
    assert unlike(before, after, BOOK.terms) == (
        Unlike("培养周期内到校培养", f"{before.figures.visits}次", f"{before.figures.visits + 2}次"),
        Unlike(f"{phase.name}截止日", was, f"{phase.due}"[5:]),
    )


@pytest.mark.parametrize("office", [None, WUXI])
def test_whom_to_ask_is_the_province_and_whoever_it_is_about(scene: Scene, office: str | None) -> None:
    found = sheet(scene, "2022-01-06T10:00", office)
    assert [*found.call][:1] == [PROVINCE]
    said = found.as_json()
    assert (said["call"].keys(), said["persons"]) == (found.call.keys(), True)
    assert said.keys() == {one.name for one in fields(found)}
