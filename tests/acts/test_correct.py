"""A later day given by mistake is taken back: told to those who were told it, and leaving room to work."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date

import pytest

from acts.answer import answer
from acts.correct import correct
from acts.extend import extend
from acts.retract import retract
from models.city_requests import Answer, requests, unanswered
from models.reports import matrix
from season.outcome import Outcome
from tests.acts.test_moved import (
    APPLICATION,
    EVERY,
    LATE,
    MOVED,
    ROLL,
    SHORTLIST,
    UNTIL,
    UNTOLD,
    asked,
    begun,
    extended_quietly,
    revise,
    sent,
    sequence,
    who,
    written,
)
from tests.support import ledger
from tests.support.scenes import NANJING, WUXI, YEAR, Scene, instant, stamp

SOON, MISTAKEN = "2022-01-12T10:00", date(2022, 2, 20)
CORRECTED = dict.fromkeys(EVERY, "corrected")


def corrected(scene: Scene, at: str, untold: str = "", *, dry_run: bool = False) -> Outcome:
    given = (scene.database, YEAR, APPLICATION, NANJING, stamp(at))
    return correct(*given, reason="日期误写为次月", untold=untold, dry_run=dry_run)


def due(scene: Scene, at: str) -> date:
    with scene.database.read() as connection:
        found = matrix(connection, YEAR, instant(at)).cities[NANJING]
    return next(one.due.day for one in found if one.phase == APPLICATION)


def told(scene: Scene) -> Scene:
    scene.extend(APPLICATION, [NANJING], SOON, MISTAKEN)
    return sent(scene)


def untold(scene: Scene) -> Scene:
    scene.extend(APPLICATION, [NANJING], SOON, MISTAKEN)
    return scene


def quiet(scene: Scene) -> Scene:
    extended_quietly(scene)
    return scene


def run_again(scene: Scene) -> Scene:
    scene.rerun(APPLICATION, NANJING, LATE, MISTAKEN)
    return sent(scene)


WHO: list[tuple[Callable[[Scene], Scene], str, Mapping[str, str], date]] = [
    (told, "2022-01-13T10:00", CORRECTED, date(2022, 1, 20)),
    (told, "2022-01-19T10:00", CORRECTED, date(2022, 1, 24)),
    (untold, "2022-01-13T10:00", {}, date(2022, 1, 20)),
    (untold, "2022-01-19T10:00", MOVED, date(2022, 1, 24)),
    (quiet, "2022-01-18T11:00", MOVED, date(2022, 1, 21)),
    (run_again, "2022-01-24T10:00", CORRECTED, date(2022, 1, 27)),
]


@pytest.mark.parametrize(("mistake", "at", "letters", "day"), WHO)
def test_whoever_was_told_the_mistaken_day_hears_that_it_was_one(
    scene: Scene, mistake: Callable[[Scene], Scene], at: str, letters: Mapping[str, str], day: date
) -> None:
    """Whoever knows only the day before it hears that it moved, where it did; everybody else nothing."""
    sent(begun(scene).through(ROLL, NANJING))
    mistake(scene)
    foreseen = corrected(scene, at, dry_run=True)
    said = corrected(scene, at)
    assert (said.done, said) == (True, foreseen)
    assert written(said.changes.letters) == letters
    assert due(scene, at) == day
    assert {row.concerns for row in said.changes.letters} <= {NANJING}


def test_it_says_the_mistaken_day_the_right_one_and_why_and_moves_the_calendar_on(scene: Scene) -> None:
    sent(begun(scene).through(ROLL, NANJING))
    first = scene.extend(APPLICATION, [NANJING], SOON, MISTAKEN).changes.letters
    sent(scene)
    letters = {who(row): row for row in corrected(scene, "2022-01-13T10:00").changes.letters}
    city, school = letters["city"], letters["school"]
    assert city.subject == "【省后备人才培养计划】截止时间更正为1月20日（周四）24时：南京市学生名单"
    assert "经核查，因日期误写为次月，此前所告贵办2022年度学生报名及审核名单的截止时间2022年2月20日" in city.text
    assert "由2022年2月16日（星期三）17时更正为2022年1月17日（星期一）17时" in school.text
    assert "误写" not in school.text
    before = next(row for row in first if who(row) == "city")
    assert sequence(city.ics) > sequence(before.ics)


def test_it_is_left_out_where_the_province_says_why(scene: Scene) -> None:
    sent(begun(scene).through(ROLL, NANJING))
    said = corrected(told(scene), "2022-01-13T10:00", "已当面说明")
    assert written(said.changes.letters) == {}
    assert {(row.kind, row.detail) for row in said.changes.letters} == {("corrected", "不另行通知：已当面说明")}


@pytest.mark.parametrize("dry_run", [True, False])
def test_whoever_was_told_otherwise_than_by_letter_is_left_to_the_province(scene: Scene, *, dry_run: bool) -> None:
    """Those who were phoned hold the mistaken day, of which no letter tells; the answer says so."""
    sent(begun(scene).through(ROLL, NANJING))
    given = (scene.database, YEAR, APPLICATION, [NANJING], stamp(SOON))
    parties = extend(*given, until=MISTAKEN, reason="暴雪", untold=UNTOLD).changes.letters
    assert ({who(row) for row in parties}, due(scene, SOON)) == (set(EVERY), MISTAKEN)
    said = corrected(scene, "2022-01-13T10:00", dry_run=dry_run)
    assert (said.done, said.changes.letters) == (True, ())
    assert said.message.endswith(
        f"当时不另行通知，理由：{UNTOLD}；没有函件可更正，请用同样的方式告知 {len(parties)} 方。"
    )


def test_whoever_hears_by_letter_is_not_left_to_the_province(scene: Scene) -> None:
    """Told or phoned: a letter names the right day; and an earlier day that was kept from them is no matter by now."""
    sent(begun(scene).through(ROLL, NANJING))
    quiet(scene)
    moved = corrected(scene, "2022-01-18T11:00")
    assert (written(moved.changes.letters), "同样的方式" in moved.message) == (MOVED, False)
    sent(scene).extend(APPLICATION, [NANJING], "2022-01-18T12:00", UNTIL)
    again = corrected(sent(scene), "2022-01-18T13:00")
    assert (written(again.changes.letters), "同样的方式" in again.message) == (CORRECTED, False)


def test_the_same_day_can_be_given_again_and_taken_back_again(scene: Scene) -> None:
    sent(begun(scene).through(ROLL, NANJING))
    told(scene)
    days = []
    for hour in (10, 12):
        corrected(scene, f"2022-01-13T{hour}:00")
        days.append(due(scene, f"2022-01-13T{hour}:00"))
        assert written(
            sent(scene).extend(APPLICATION, [NANJING], f"2022-01-13T{hour + 1}:00", MISTAKEN).changes.letters
        )
        days.append(due(sent(scene), f"2022-01-13T{hour + 1}:00"))
    assert days == [date(2022, 1, 20), MISTAKEN] * 2


def test_only_the_newest_is_taken_back_and_what_was_before_it_stands(scene: Scene) -> None:
    sent(begun(scene).through(ROLL, NANJING))
    scene.extend(APPLICATION, [NANJING], SOON, UNTIL)
    said = corrected(told(scene), "2022-01-13T10:00")
    assert said.message.endswith("。收回：延期至 2022-02-20（省办，2022-01-12 10:00，事由：暴雪）。")
    assert due(scene, "2022-01-13T10:00") == UNTIL
    assert [due(scene, at) for at in ("2022-01-12T09:00", SOON)] == [date(2022, 1, 20), MISTAKEN]  # the past stays


def test_a_later_general_day_still_wins(scene: Scene) -> None:
    sent(begun(scene).through(ROLL, NANJING))
    corrected(told(scene), "2022-01-13T10:00")
    assert revise(scene, APPLICATION, date(2022, 1, 25), "2022-01-13T11:00").done
    assert due(scene, "2022-01-13T11:00") == date(2022, 1, 25)


def test_nothing_is_corrected_that_was_not_given_or_would_not_come_sooner(scene: Scene) -> None:
    sent(begun(scene).through(ROLL, NANJING))
    nothing = corrected(scene, SOON)
    assert (nothing.outcome, nothing.message) == (
        "refused",
        "南京 学生申报 没有可以更正的延期或重新开放，截止日 2022-01-20 未作改动。",
    )
    scene.extend(APPLICATION, [NANJING], "2022-01-19T10:00", date(2022, 1, 21))
    late = corrected(scene, "2022-01-19T11:00")
    assert (late.outcome, late.message) == (
        "refused",
        "南京 学生申报 现在的截止日是 2022-01-21；从现在起须留足 3 个工作日，更正不会使它提前，未作改动。",
    )
    assert corrected(scene, LATE).outcome == "refused"
    assert correct(scene.database, YEAR, SHORTLIST, WUXI, stamp(LATE), reason="误").outcome == "refused"


def test_a_grant_that_had_not_left_is_answered_anew_with_the_day_that_holds(scene: Scene) -> None:
    sent(begun(scene).through(ROLL, NANJING))
    number = asked(scene, SOON, MISTAKEN)
    answer(scene.database, YEAR, number, stamp("2022-01-12T11:00"), grant=True, until=None, reason="同意")
    corrected(scene, "2022-01-12T11:01")
    assert queued(scene) == [("answered", "更正为1月20日", "截止时间为2022年1月20日")]
    sent(scene)
    assert [row.kind for row in corrected(scene, "2022-01-12T11:02").changes.letters] == []


def test_a_grant_that_had_not_left_names_the_later_day_given_since(scene: Scene) -> None:
    sent(begun(scene).through(ROLL, NANJING))
    number = asked(scene, SOON, UNTIL)
    answer(scene.database, YEAR, number, stamp("2022-01-12T11:00"), grant=True, until=None, reason="情况属实")
    for at, until in (("2022-01-12T11:01", date(2022, 1, 28)), ("2022-01-12T11:02", date(2022, 1, 29))):
        scene.extend(APPLICATION, [NANJING], at, until)
    assert queued(scene) == [("answered", "同意延期至1月29日", "延至2022年1月29日")]
    sent(scene)
    again = scene.extend(APPLICATION, [NANJING], "2022-01-12T12:00", date(2022, 2, 1))
    assert written(again.changes.letters)["city"] == "moved"


def queued(scene: Scene) -> list[tuple[str, ...]]:
    """What waits for the city: kinds, with what subject and text say of the day."""
    with scene.database.read() as connection:
        rows = [row for row in ledger.words(connection) if (row.state, row.recipient) == ("queued", f"city:{NANJING}")]
    subject, text = (re.compile(f"(?:{said})[0-9年月]+日") for said in ("更正为|同意延期至", "截止时间为|延至"))
    return [(row.kind, *subject.findall(row.subject), *text.findall(row.text)) for row in rows]


def test_one_mistake_after_the_other_is_taken_back_the_newest_first(scene: Scene) -> None:
    sent(begun(scene).through(ROLL, NANJING))
    for at, until in (("2022-01-12T10:00", date(2022, 2, 20)), ("2022-01-12T11:00", date(2022, 3, 20))):
        scene.extend(APPLICATION, [NANJING], at, until)
        sent(scene)
    days, letters = [], []
    for minute in range(2):
        said = corrected(scene, f"2022-01-12T12:0{minute}")
        days.append(due(scene, "2022-01-12T13:00"))
        letters.append(written(said.changes.letters))
        sent(scene)
    assert (days, letters) == ([date(2022, 2, 20), date(2022, 1, 20)], [CORRECTED, CORRECTED])
    assert "没有可以更正的延期或重新开放" in corrected(scene, "2022-01-12T12:03").message
    scene.extend(APPLICATION, [NANJING], "2022-01-12T14:00", date(2022, 2, 20))
    corrected(scene, "2022-01-12T14:01")
    assert due(scene, "2022-01-12T15:00") == date(2022, 1, 20), "the same day given and taken back once more"


def test_a_request_that_the_mistaken_day_settled_waits_again_and_is_answered(scene: Scene) -> None:
    sent(begun(scene).through(ROLL, NANJING))
    number = asked(scene, SOON, UNTIL)
    scene.extend(APPLICATION, [NANJING], "2022-01-12T11:00", MISTAKEN)
    assert waiting(scene) == []
    sent(scene)
    said = corrected(scene, "2022-01-12T12:00")
    assert said.message.endswith("南京 某 延期至 2022-01-27 的申请重新等待答复。")
    assert waiting(scene) == [number]
    (digest,) = [row.text for row in scene.advance("2022-01-13T09:00").changes.letters if row.kind == "digest"]
    assert "申请延期" in digest
    no = answer(scene.database, YEAR, number, stamp("2022-01-13T10:00"), grant=False, until=None, reason="请按时")
    assert written(no.changes.letters) == {"city": "answered"}


def test_a_request_that_another_day_still_covers_stays_settled(scene: Scene) -> None:
    sent(begun(scene).through(ROLL, NANJING))
    asked(scene, SOON, UNTIL)
    for at, until in (("2022-01-12T11:00", date(2022, 1, 28)), ("2022-01-12T11:30", MISTAKEN)):
        scene.extend(APPLICATION, [NANJING], at, until)
    assert corrected(scene, "2022-01-12T12:00").done
    assert waiting(scene) == []


def waiting(scene: Scene) -> list[int]:
    with scene.database.read() as connection:
        return [row.id for row in unanswered(connection, YEAR, instant("2022-01-12T23:00"))]


@pytest.mark.parametrize(
    ("at", "then"), [(SOON, "2022-01-12T12:00"), (LATE, "2022-01-21T12:00")], ids=["extended", "rerun"]
)
@pytest.mark.parametrize("left", [True, False])
def test_the_answer_that_granted_the_mistaken_day_is_corrected_with_it(
    scene: Scene, at: str, then: str, left: bool
) -> None:
    """On record, and told once to the city: `corrected` where it had its answer, else an answer that says so."""
    sent(begun(scene).through(ROLL, NANJING))
    number = asked(scene, at, MISTAKEN)
    answer(scene.database, YEAR, number, stamp(at), grant=True, until=None, reason="同意")
    if left:
        sent(scene)
    said = corrected(scene, then)
    assert said.message.endswith(f"南京 某 延期至 {MISTAKEN} 的申请，同意的答复一并更正。")
    assert written(said.changes.letters)["city"] == ("corrected" if left else "answered")
    with scene.database.read() as connection:
        (one,) = requests(connection, YEAR)
    assert one.answer == Answer("corrected", "日期误写为次月", None, "省办", instant(then))
    assert "已由 省办 于" in retract(scene.database, YEAR, APPLICATION, NANJING, stamp(then)).message
    asked(sent(scene), then.replace("12:00", "13:00"), UNTIL.replace(month=2, day=10))


def test_an_answer_that_said_it_was_a_mistake_and_has_not_left_says_so_with_every_later_day(scene: Scene) -> None:
    sent(begun(scene).through(ROLL, NANJING))
    number = asked(scene, SOON, MISTAKEN)
    answer(scene.database, YEAR, number, stamp("2022-01-12T11:00"), grant=True, until=None, reason="同意")
    corrected(scene, "2022-01-12T11:01")
    scene.extend(APPLICATION, [NANJING], "2022-01-12T11:02", date(2022, 1, 25))
    assert queued(scene) == [("answered", "更正为1月25日", "截止时间为2022年1月25日")]


def test_an_answer_of_another_day_than_the_mistaken_one_stands(scene: Scene) -> None:
    sent(begun(scene).through(ROLL, NANJING))
    number = asked(scene, SOON, UNTIL)
    answer(scene.database, YEAR, number, stamp("2022-01-12T11:00"), grant=True, until=None, reason="同意")
    scene.extend(APPLICATION, [NANJING], "2022-01-12T11:30", MISTAKEN)
    corrected(scene, "2022-01-12T12:00")
    with scene.database.read() as connection:
        assert [one.answer.said for one in requests(connection, YEAR) if one.answer] == ["granted"]
