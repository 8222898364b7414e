"""催办 by a person: to cities that are late, in words of the office's own, once a day, by letter and channel."""

from __future__ import annotations

from datetime import date

import pytest

from acts.act import Bench
from acts.announce import KINDS, worded
from acts.answer import answer
from acts.ask import ask
from acts.book import ACTS, offered
from acts.doing import previewed, recorded
from acts.nudge import WORDS, nudge
from gates.states import State
from models import city_requests, letterbox, reports
from models.letterbox import SentLetter
from phases.book import BOOK
from rehearsal.packs import played
from season.outcome import Outcome
from tests.support import ledger
from tests.support.scenes import NANJING, WUXI, YEAR, Scene, instant, stamp

APPLICATION, ROLL = "application", "mentor-recommendation"
LATE = "2022-01-17T10:00"


@pytest.fixture
def late(scene: Scene) -> Scene:
    scene.advance("2021-12-31T00:00")
    scene.advance("2022-01-17T09:00")
    return scene


def nudged(scene: Scene, at: str, city: str = NANJING, words: str = "", *, dry_run: bool = False) -> Outcome:
    return nudge(scene.database, YEAR, ROLL, city, stamp(at), words=words, dry_run=dry_run)


def test_a_late_city_is_written_to_at_once_in_the_words_that_were_given(late: Scene) -> None:
    said = nudged(late, "2022-01-17T20:00", words="请于本周内报送。")
    assert (said.outcome, said.message) == ("done", "南京 导师推荐 已催办。")
    [letter] = said.changes.letters
    assert letter.key == (ROLL, NANJING, "1", "city:nanjing", "nudge", "2022-01-17")
    assert (letter.state, letter.leaves_at, letter.address) == ("queued", None, "nanjing@city.example")
    assert letter.subject == "【省后备人才培养计划】请尽快报送：南京市导师名单（示例）"
    assert "尚未报送，截止时间2022年1月15日（星期六）24时已过。请于本周内报送。" in letter.text
    assert WORDS not in letter.text
    [move] = said.changes.transitions
    assert (move.event, move.before.state, move.after.state) == ("nudge", "overdue", "overdue")
    assert move.reason == "请于本周内报送。"


def test_where_nobody_says_otherwise_it_says_the_usual(late: Scene) -> None:
    [letter] = nudged(late, LATE).changes.letters
    assert WORDS in letter.text


def test_not_twice_a_day_and_again_the_next(late: Scene) -> None:
    assert nudged(late, LATE).done
    again = nudged(late, "2022-01-17T23:59")
    assert (again.outcome, again.message, again.changes.letters) == (
        "refused", "南京 今天已经催办过，一天只催办一次；情况紧急请打电话。", (),
    )  # fmt: skip
    assert nudged(late, "2022-01-17T23:59", WUXI).done, "another city is another matter"
    assert nudged(late, "2022-01-18T00:00").done


@pytest.mark.parametrize("state", [state for state in State if state is not State.OVERDUE])
def test_whoever_is_not_late_is_not_nudged(scene: Scene, state: State) -> None:
    scene.advance("2021-12-31T00:00")
    at, phase = "2022-01-12T10:00", ROLL
    if state is State.WAITING:
        phase = APPLICATION
    elif state is State.WITHDRAWN:
        scene.withdraw(NANJING, "2022-01-11T10:00")
    elif state is not State.OPEN:
        scene.load(ROLL, NANJING, scene.sheets(ROLL, NANJING), "2022-01-10T10:00")
        scene.submit(ROLL, NANJING, "2022-01-10T10:00")
        if state is State.PASSED:
            scene.approve(ROLL, NANJING, "2022-01-11T10:00")
        elif state is State.RETURNED:
            scene.reject(ROLL, NANJING, "2022-01-11T10:00")
    assert scene.cell(phase, NANJING).state is state
    said = nudge(scene.database, YEAR, phase, NANJING, stamp(at))
    assert (said.outcome, said.changes.letters) == ("refused", ())
    late_with_nothing = "已经报送，没有逾期未交的内容，无需催办"
    why = late_with_nothing if state is State.SUBMITTED else f"处于“{state.chinese}”的阶段不能催办"
    assert why in said.message


def test_what_is_shown_before_is_what_is_then_done_and_leaves_nothing(late: Scene) -> None:
    shown = nudged(late, LATE, dry_run=True)
    assert nudged(late, LATE) == shown


def test_the_book_does_it_for_several_and_offers_it_for_the_late_alone(late: Scene) -> None:
    late.extend(ROLL, [WUXI], "2022-01-17T09:30", date(2022, 1, 20))
    act, bench = ACTS["nudge"], Bench(late.database, late.year, stamp(LATE))
    filled = act.fill(late.year, {"phase": ROLL, "city": ["南京", "徐州"], "reason": "请抓紧。"})
    assert act.says(BOOK, late.year, filled) == "向南京、徐州发出导师推荐的催办提示"
    preview = previewed(act, bench, filled)
    done = recorded(act, bench, filled)
    assert (done.outcome, done.message) == ("done", "南京 导师推荐 已催办。\n徐州 导师推荐 已催办。")
    assert [one.recipient for one in done.changes.letters] == ["city:nanjing", "city:xuzhou"]
    assert [one.text for one in preview.changes.letters] == [one.text for one in done.changes.letters]
    assert "nudge" in played()
    with late.database.read() as connection:
        matrix = reports.matrix(connection, YEAR, instant(LATE))
    phase = late.year.phase(ROLL)
    standing = {city: matrix.cities[city][0] for city in matrix.cities}
    assert act in offered(BOOK, phase, standing[NANJING])


def test_it_is_taken_back_where_the_city_gets_a_later_day_before_it_left(late: Scene) -> None:
    [letter] = nudged(late, LATE).changes.letters
    late.rerun(ROLL, NANJING, "2022-01-17T10:05", date(2022, 1, 25))
    with late.database.read() as connection:
        [kept] = letterbox.listed(connection, YEAR, {"kind": "nudge"})
    assert (letter.state, kept.state) == ("queued", "cancelled")


def test_the_channels_say_so_in_a_line_of_nobody_by_name(late: Scene) -> None:
    assert "nudge" in KINDS
    sent = [SentLetter(1, "nudge", ROLL, NANJING, "2022-01-17"), SentLetter(2, "nudge", ROLL, WUXI, "2022-01-17")]
    with late.database.read() as connection:
        found = reports.standings(connection, YEAR, instant("2022-01-17T10:00"))
    assert list(worded(late.year, sent, found)) == ["南京 导师推荐 已催办", "无锡 导师推荐 已催办"]


def test_who_has_asked_is_not_told_to_ask_while_the_request_waits(scene: Scene) -> None:
    """Reminded on the last morning, late, escalated, late for a week, nudged: the same of each; of Wuxi nothing."""
    scene.advance("2021-12-31T00:00")
    by, until = stamp("2022-01-13T20:00", "南京 某"), date(2022, 2, 8)
    assert ask(scene.database, YEAR, ROLL, NANJING, by, until=until, reason="封控").done
    moments = ("14T09:00", "17T09:00", "19T09:00", "24T09:00")
    written = [row for at in moments for row in scene.advance(f"2022-01-{at}").changes.letters if row.phase == ROLL]
    written += [row for city in (NANJING, WUXI) for row in nudged(scene, "2022-01-24T10:00", city).changes.letters]
    waits = "于2022年1月13日申请延期至2022年2月8日（星期二）24时，正等省级管理办公室答复。"
    for city in (NANJING, WUXI):
        mine = [row for row in written if row.concerns == city and row.state == "queued"]
        assert [row.kind for row in mine] == ["reminder", "overdue", "escalation", "escalation", "overdue", "nudge"]
        assert {waits in row.text for row in mine} == {city == NANJING}
        assert any("申请延期，" in row.text for row in mine) == (city == WUXI)
        own = {"reminder", "overdue", "nudge"} if city == NANJING else set()
        assert {row.kind for row in mine if f"贵办{waits}" in row.text} == own
    with scene.database.read() as connection:
        (one,) = city_requests.unanswered(connection, YEAR)
    answer(scene.database, YEAR, one.id, stamp("2022-01-25T10:00"), grant=False, until=None, reason="请尽快报送")
    letters = scene.advance("2022-02-07T09:00").changes.letters
    [late] = [row for row in letters if (row.recipient, row.state) == ("city:nanjing", "queued")]
    assert "请通过工作管理系统申请延期" in late.text


def test_what_speaks_of_a_request_and_has_not_left_is_written_anew_when_that_waits_no_more(scene: Scene) -> None:
    scene.advance("2022-01-17T09:00")
    nudged(scene, "2022-01-17T09:30")
    by = stamp("2022-01-17T10:00", "南京 某")

    def unsent() -> dict[str, bool]:
        """By kind, whether what Nanjing's office is to get says that its request waits."""
        with scene.database.read() as connection:
            rows = [row for row in ledger.words(connection) if row.recipient == "city:nanjing" and row.phase == ROLL]
        spoken = [row for row in rows if row.state == "queued" and row.kind != "request"]  # its receipt is of its own
        return {row.kind: "正等省级管理办公室答复" in row.text for row in spoken}

    before = unsent()
    assert before == {"overdue": False, "nudge": False}
    assert ask(scene.database, YEAR, ROLL, NANJING, by, until=date(2022, 2, 8), reason="封控").done
    assert unsent() == {"nudge": True}
    scene.advance("2022-01-17T10:01")
    assert unsent() == {"overdue": True, "nudge": True}
    with scene.database.read() as connection:
        (one,) = city_requests.unanswered(connection, YEAR)
    declined = answer(
        scene.database, YEAR, one.id, stamp("2022-01-17T10:02"), grant=False, until=None, reason="请尽快报送"
    )
    assert [row.kind for row in declined.changes.letters] == ["answered"]
    scene.advance("2022-01-17T10:03")
    assert unsent() == {**before, "answered": False}
    assert not scene.advance("2022-01-17T10:04").changes.letters
