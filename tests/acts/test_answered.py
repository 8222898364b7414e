"""A city's request reaches the province at once, and its answer the city, each worded as what it is."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date

import pytest
from sqlalchemy import select, update

from acts.answer import answer
from acts.ask import ask
from acts.settle_letter import settle
from models.city_requests import NewAnswer, requests
from models.city_requests import answer as put
from models.columns import table_of
from models.database import Database
from models.histories import Span, as_written
from models.outbox import LetterRow
from models.tables.season import Letter
from season.outcome import Outcome
from tests.acts.test_moved import (
    APPLICATION,
    AT,
    INTERVIEW,
    LATE,
    ROLL,
    UNTIL,
    answered,
    asked,
    begun,
    revise,
    sent,
)
from tests.acts.test_statements import counted
from tests.support import ledger
from tests.support.scenes import NANJING, YEAR, Scene, instant, stamp


def test_a_request_reaches_the_province_at_once_and_goes_stale_with_its_answer(scene: Scene) -> None:
    sent(begun(scene).through(ROLL, NANJING))
    number = asked(scene, AT)
    with scene.database.read() as connection:
        row, receipt = (row for row in ledger.words(connection) if row.kind == "request")
    assert (receipt.recipient, receipt.slot) == (f"city:{NANJING}", f"{number}")
    assert (
        "的截止时间延至2022年1月27日（星期四）24时，我办已经收到，将在研究后答复。答复之前，截止时间仍为"
        in receipt.text
    )
    assert (row.recipient, row.state, row.slot) == ("province", "queued", f"{number}")
    assert row.subject == "【省后备人才培养计划】待答复：南京市申请学生名单延期至1月27日（周四）24时"
    assert "南京市管理办公室南京 某于2022年1月18日提出：学生名单原截止" in row.text
    assert "申请理由：场地封控" in row.text
    answer(scene.database, YEAR, number, stamp(AT), grant=False, until=None, reason="请按时报送")
    with scene.database.read() as connection:
        again = {row.state for row in ledger.words(connection) if row.kind == "request"}
    assert again == {"cancelled"}


ANSWERS: Mapping[str, tuple[str, bool, str]] = {
    "in time": (
        AT,
        True,
        "截止时间由2022年1月20日（星期四）24时延至2022年1月27日（星期四）24时。请据此安排工作",
    ),
    "late": (LATE, True, "同意贵办补报2022年度学生报名及审核名单，请于2022年1月27日（星期四）24时前"),
    "no": (AT, False, "本次未予同意。截止时间仍为2022年1月20日（星期四）24时，请合理安排，按时报送"),
    "no, late": (LATE, False, "本次未予同意。请与我办联系，商定后续办理方式"),
}


@pytest.mark.parametrize(("at", "grant", "said"), ANSWERS.values(), ids=ANSWERS)
def test_an_answer_is_worded_as_one_and_keeps_the_citys_reason_apart(
    scene: Scene, at: str, grant: bool, said: str
) -> None:
    sent(begun(scene).through(ROLL, NANJING))
    letters = answered(scene, at, grant=grant).changes.letters
    (city,) = [row for row in letters if row.kind == "answered"]
    assert city.recipient == "city:nanjing"
    assert said in city.text
    assert re.findall("(申请理由|答复意见)：(.*)", city.text) == [("申请理由", "场地封控"), ("答复意见", "情况属实")]
    assert (city.ics is not None) is grant
    others = "".join(row.text for row in letters if row is not city)
    assert ("情况属实" in others, "场地封控" in others) == (False, False)


def on_record(scene: Scene) -> list[tuple[str | None, str | None, str | None]]:
    """Of each request: what was answered, by whom, in which words."""
    with scene.database.read() as connection:
        found = sorted(requests(connection, YEAR), key=lambda one: one.id)
    return [(one.answer.said, one.answer.by, one.answer.reason) if one.answer else (None, None, None) for one in found]


def to_the_city(outcome: Outcome) -> list[LetterRow]:
    return [row for row in outcome.changes.letters if (row.phase, row.recipient) == (APPLICATION, f"city:{NANJING}")]


def filed(scene: Scene) -> Outcome:
    scene.load(APPLICATION, NANJING, scene.sheets(APPLICATION, NANJING), AT)
    return scene.submit(APPLICATION, NANJING, AT)


HELD, NEEDLESS = "截止日已是 2022-01-27，不早于所申请的日期", "申请已不需要：本阶段"
OVERTAKING: Mapping[str, tuple[Callable[[Scene], Outcome], list[str], tuple[str, str]]] = {
    "extended": (lambda scene: scene.extend(APPLICATION, [NANJING], AT, UNTIL), ["moved"], ("granted", HELD)),
    "all extended": (lambda scene: scene.extend(APPLICATION, None, AT, UNTIL), ["moved"], ("granted", HELD)),
    "revised": (lambda scene: revise(scene, APPLICATION, UNTIL), ["moved"], ("granted", HELD)),
    "rerun": (
        lambda scene: scene.rerun(APPLICATION, NANJING, LATE, UNTIL), ["rerun"], ("granted", HELD)
    ),
    "passed": (filed, ["passed"], ("needless", f"{NEEDLESS}已经通过")),
    "withdrawn": (
        lambda scene: scene.withdraw(NANJING, AT), ["withdrawn"], ("needless", f"{NEEDLESS}因贵市退出本年度已经终止")
    ),
}  # fmt: skip


@pytest.mark.parametrize(("act", "told", "record"), OVERTAKING.values(), ids=OVERTAKING)
def test_an_act_that_overtakes_a_request_settles_it_and_tells_the_city_once(
    scene: Scene, act: Callable[[Scene], Outcome], told: list[str], record: tuple[str, str]
) -> None:
    sent(begun(scene).through(ROLL, NANJING))
    asked(scene, AT)
    done = act(scene)
    assert done.done, done
    assert on_record(scene) == [(record[0], "系统", record[1])]
    assert [row.kind for row in to_the_city(done)] == told
    assert ledger.letters(scene.database, kind="answered") == []
    assert states(scene, "request") == ["cancelled"] * 2


def states(scene: Scene, kind: str) -> list[str]:
    letter = table_of(Letter)
    with scene.database.read() as connection:
        query = select(letter.c.state).where(letter.c.kind == kind).order_by(letter.c.id)
        return list(connection.execute(query).scalars())


def test_what_no_other_letter_tells_the_city_is_told_in_one_of_its_own(scene: Scene) -> None:
    """A filing that waits for the province; a day that moves before the phase opened, of which nobody was told."""
    begun(scene)
    wanted(scene, ROLL, "2022-01-05T09:00", date(2022, 1, 18))
    scene.load(ROLL, NANJING, scene.sheets(ROLL, NANJING), "2022-01-05T10:00")
    (own,) = scene.submit(ROLL, NANJING, "2022-01-05T10:00").changes.letters[1:]
    assert (own.kind, own.recipient, own.ics, own.valid_until) == ("answered", f"city:{NANJING}", None, None)
    assert "提出的延期申请收悉。2022年度导师推荐材料已经报送，本次申请不再需要办理。" in own.text
    assert own.subject == "【省后备人才培养计划】延期申请不再需要办理：南京市导师名单"
    wanted(scene, INTERVIEW, "2022-01-05T11:00", date(2022, 2, 24))
    (other,) = scene.extend(INTERVIEW, None, "2022-01-06T10:00", date(2022, 2, 25)).changes.letters
    assert (other.kind, other.recipient, other.valid_until) == (
        "answered",
        f"city:{NANJING}",
        instant("2022-02-26T00:00"),
    )
    assert "截止时间现为2022年2月25日（星期五）24时，不早于所申请的日期，无须另行延期" in other.text
    assert (other.subject, other.ics is not None) == (
        "【省后备人才培养计划】截止时间已是2月25日（周五）24时，无须延期：南京市入选名单",
        True,
    )
    assert [answer for answer, _, _ in on_record(scene)] == ["needless", "granted"]


def test_where_no_letter_says_that_a_phase_passed_the_request_is_answered_by_one(scene: Scene) -> None:
    scene.through("interview", NANJING)
    wanted(scene, "meeting", "2022-02-22T10:00", date(2022, 3, 4))
    scene.load("meeting", NANJING, scene.sheets("meeting", NANJING), "2022-02-24T10:00")
    (own,) = [
        row for row in scene.submit("meeting", NANJING, "2022-02-24T10:00").changes.letters if row.phase == "meeting"
    ]
    assert "2022年度师生见面会已经通过，本次申请不再需要办理。" in own.text


def wanted(scene: Scene, phase: str, at: str, until: date, city: str = NANJING) -> Outcome:
    signed = stamp(at, "某市 某")
    return ask(scene.database, YEAR, phase, city, signed, until=until, reason="封控", token=f"{city} {at}")


def test_a_day_that_falls_short_of_the_request_leaves_it_waiting_and_a_preview_settles_nothing(scene: Scene) -> None:
    sent(begun(scene).through(ROLL, NANJING))
    asked(scene, AT)
    scene.extend(APPLICATION, [NANJING], AT, date(2022, 1, 25))
    scene.withdraw(NANJING, AT, dry_run=True)
    assert on_record(scene) == [(None, None, None)]


def test_settling_the_requests_of_every_city_asks_as_often_as_of_one(scene: Scene) -> None:
    begun(scene)
    cities = [city.slug for city in scene.year.cities]
    wanted(scene, ROLL, "2022-01-05T09:00", date(2022, 1, 18), cities[0])
    with counted(scene.database) as one:
        scene.extend(ROLL, None, "2022-01-06T10:00", date(2022, 1, 18))
    for city in cities:
        wanted(scene, ROLL, "2022-01-06T11:00", date(2022, 1, 20), city)
    with counted(scene.database) as many:
        scene.extend(ROLL, None, "2022-01-07T10:00", date(2022, 1, 20))
    assert len(on_record(scene)) == 1 + len(cities)
    assert {answer for answer, _, _ in on_record(scene)} == {"granted"}
    assert len(many) == len(one)


@pytest.mark.parametrize(("grant", "record"), [(True, "granted"), (False, "declined")])
def test_a_request_whose_day_holds_already_is_answered_with_that_day(scene: Scene, grant: bool, record: str) -> None:
    """One that was overtaken before requests settled by themselves."""
    sent(begun(scene).through(ROLL, NANJING))
    number = asked(scene, AT)
    scene.extend(APPLICATION, None, AT, UNTIL)
    reopened(scene)
    before = logged(scene)
    said = answer(scene.database, YEAR, number, stamp(AT), grant=grant, until=None, reason="情况属实")
    assert said.done
    (city,) = said.changes.letters
    assert "截止时间现为2022年1月27日（星期四）24时，不早于所申请的日期，无须另行延期" in city.text
    assert (on_record(scene), logged(scene)) == ([(record, "省办", "情况属实")], [*before, "answer"])


def logged(scene: Scene) -> list[str]:
    with scene.database.read() as connection:
        return [move.event for move in as_written(connection, Span(YEAR, None, APPLICATION, NANJING))]


def reopened(scene: Scene) -> None:
    """Have the requests wait, as they did."""
    with scene.database.write(YEAR) as connection:
        again = [NewAnswer(one.id, "reopened") for one in requests(connection, YEAR)]
        put(connection, YEAR, again, stamp(AT))


def test_who_filed_meanwhile_is_told_that_nothing_need_be_granted(scene: Scene) -> None:
    sent(begun(scene).through(ROLL, NANJING))
    number = asked(scene, AT)
    filed(scene)
    reopened(scene)
    said = answer(scene.database, YEAR, number, stamp(AT), grant=False, until=None, reason="已经报送")
    (city,) = said.changes.letters
    assert ("不再需要办理" in city.text, "未予同意" in city.text) == (True, False)


def test_a_city_that_only_waits_is_called_neither_late_nor_over(scene: Scene) -> None:
    scene.advance("2021-12-31T09:00")
    said = wanted(scene, INTERVIEW, "2022-02-22T10:00", date(2022, 2, 25))
    request, receipt = said.changes.letters
    assert "本阶段尚未向贵办开放，开放后按规定保留不少于3个工作日。" in receipt.text
    assert "本阶段尚未向该市开放，开放后按规定保留不少于3个工作日。" in request.text
    assert [word for word in ("逾期", "补报", "已截止") if word in request.text] == []
    number = len(on_record(scene))
    no = answer(scene.database, YEAR, number, stamp("2022-02-22T11:00"), grant=False, until=None, reason="不必")
    (city,) = no.changes.letters
    assert "本阶段尚未向贵办开放，开放后保留不少于3个工作日，届时另行函告截止时间" in city.text
    assert [word for word in ("截止时间仍为", "已截止", "商定后续") if word in city.text] == []


def test_a_request_that_came_in_before_midnight_says_what_the_city_saw(database: Database) -> None:
    scene = Scene.begin(database, rehearsal=False)
    scene.advance("2022-01-16T00:00:00.500000")
    request, receipt = wanted(scene, ROLL, "2022-01-15T23:59:59.900000", date(2022, 1, 18)).changes.letters
    assert "答复之前，截止时间仍为2022年1月15日（星期六）24时" in receipt.text
    assert "原截止2022年1月15日（星期六）24时，申请延至2022年1月18日（星期二）24时。" in request.text
    assert "2022年1月15日\n" in request.text
    assert [word for word in ("逾期", "已截止", "1月16日") if word in request.text] == []


def test_a_grant_that_failed_is_not_sent_again_once_its_day_has_moved(scene: Scene) -> None:
    sent(begun(scene).through(ROLL, NANJING))
    answered(scene, AT, grant=True)
    letter = table_of(Letter)
    theirs = letter.c.kind == "answered"
    with scene.database.write(YEAR) as connection:
        connection.execute(update(letter).where(theirs).values(state="failed", claim="aa"))
        (key,) = connection.execute(select(letter.c.id).where(theirs)).scalars()
    later = scene.extend(APPLICATION, [NANJING], "2022-01-19T10:00", date(2022, 1, 29))
    assert [row.kind for row in to_the_city(later)] == ["answered"], "the city has no answer yet"
    said = settle(scene.database, [key], "resend", stamp("2022-01-19T11:00"))
    assert (f"{key} 号函件情况已变，不再发送" in said.message, states(scene, "answered")) == (
        True,
        ["cancelled", "queued"],
    )


@pytest.mark.parametrize("grant", [True, False])
def test_an_answer_that_names_a_day_is_taken_back_where_the_city_leaves(scene: Scene, grant: bool) -> None:
    sent(begun(scene).through(ROLL, NANJING))
    answered(scene, AT, grant=grant)
    scene.withdraw(NANJING, "2022-01-19T10:00")
    assert states(scene, "answered") == ["cancelled"]


def test_the_digest_lists_what_the_cities_ask_for(scene: Scene) -> None:
    scene.advance("2021-12-31T09:00")
    wanted(scene, ROLL, "2022-01-05T10:00", date(2022, 1, 18))
    digests = [row for row in scene.advance("2022-01-07T09:00").changes.letters if row.kind == "digest"]
    (digest,) = digests
    assert digest.subject == "【省后备人才培养计划】1月7日待办：待办理1项"
    assert "1.南京市导师名单：申请延期至1月18日（周二）24时，请答复，已等待2天" in digest.text


NEW = date(2022, 1, 25)
MOVING: Mapping[str, tuple[str, Callable[[Scene], Outcome]]] = {
    "extended": (AT, lambda scene: scene.extend(APPLICATION, [NANJING], AT, NEW)),
    "all extended": (AT, lambda scene: scene.extend(APPLICATION, None, AT, NEW)),
    "revised": (AT, lambda scene: revise(scene, APPLICATION, NEW)),
    "rerun": (LATE, lambda scene: scene.rerun(APPLICATION, NANJING, LATE, NEW)),
}
"""What moves a day to one that falls short of the request, after it was answered or while it waits."""
TOLD = {"extended": "moved", "all extended": "moved", "revised": "moved", "rerun": "rerun"}


@pytest.mark.parametrize("way", MOVING)
@pytest.mark.parametrize("state", ["queued", "held", "failed"])
def test_an_answer_that_declined_and_has_not_left_names_the_day_that_holds(scene: Scene, state: str, way: str) -> None:
    """So would one that no longer names the old day be true; without the sweep it went out as it stood."""
    at, act = MOVING[way]
    sent(begun(scene).through(ROLL, NANJING))
    answered(scene, at, grant=False)
    letter = table_of(Letter)
    with scene.database.write(YEAR) as connection:
        going = {"state": state, "claim": "aa" if state == "failed" else None}
        connection.execute(update(letter).where(letter.c.kind == "answered").values(going))
    done = to_the_city(act(scene))
    assert {row.kind for row in done} == {"answered", TOLD[way]}
    (again,) = [row for row in done if row.kind == "answered"]
    until = "2022年1月25日（星期二）24时"
    assert f"经研究，本次未予同意。此后2022年度学生申报的截止时间已调整为{until}，以此为准。" in again.text
    assert [word for word in ("仍为", "1月20日", "商定后续") if word in again.text] == []
    assert re.findall("(申请理由|答复意见)：(.*)", again.text) == [("申请理由", "场地封控"), ("答复意见", "情况属实")]
    with scene.database.read() as connection:
        kept = [(row.state, "已调整为" not in row.text) for row in ledger.words(connection) if row.kind == "answered"]
    assert kept == [("failed" if state == "failed" else "cancelled", True), ("queued", False)]


@pytest.mark.parametrize("way", [way for way in MOVING if way != "rerun"])
def test_a_request_that_waits_on_is_asked_anew_with_the_day_that_holds(scene: Scene, way: str) -> None:
    sent(begun(scene).through(ROLL, NANJING))
    asked(scene, AT)
    MOVING[way][1](scene)
    with scene.database.read() as connection:
        row, receipt = (row for row in ledger.words(connection) if row.kind == "request")
    assert (receipt.state, "截止时间仍为2022年1月25日（星期二）24时" in receipt.text) == ("queued", True)
    assert (row.state, "原截止2022年1月25日（星期二）24时，申请延至2022年1月27日" in row.text) == ("queued", True)
    sent(scene)
    scene.extend(APPLICATION, [NANJING], AT, date(2022, 1, 26))
    assert states(scene, "request") == ["sent"] * 2, "what arrived is not asked twice"


def test_an_answer_that_arrived_or_names_no_day_stays_as_it_is(scene: Scene) -> None:
    sent(begun(scene).through(ROLL, NANJING))
    answered(scene, AT, grant=False)
    sent(scene)
    scene.extend(APPLICATION, [NANJING], AT, NEW)
    assert states(scene, "answered") == ["sent"]
