"""A year opened in mid-season: what was done on paper passed, nothing is written about it, and the season goes on."""

from __future__ import annotations

from collections import Counter
from datetime import date

import pytest

from acts.advance import Advance
from acts.on_paper import NOTHING, Paper, included
from acts.open_year import open_year
from acts.year import close_year
from calendars.year import UnknownPhase
from gates.states import State
from models import histories, reports
from models.database import Database
from models.reports import Standing
from season.outcome import Outcome
from tests.acts.test_statements import counted
from tests.support import ledger, sheets
from tests.support.scenes import NANJING, WUXI, YEAR, Scene, calendar, instant, stamp

LATE = "2022-02-07T09:00"
DONE = ("mentor-recommendation", "application", "shortlist")
REASON = "会议纪要第 3 号"
ASKED = "请写明线下已经办结到哪个阶段、依据什么；线下没有办过的，也请写明，各市自开设之时起按规定保留办理时间。"
EARLIER = "不可能已在线下办结；请改写更早的阶段。"


def begin(database: Database, through: str | None, at: str = LATE, cities: int = 13) -> tuple[Scene, Outcome]:
    """Open the year at that instant; None says nothing of what was done."""
    paper = None if through is None else Paper(through, REASON)
    scene = Scene(database, calendar(cities))
    return scene, open_year(database, scene.year, stamp(at), rehearsal=True, paper=paper)


@pytest.fixture
def late(database: Database) -> Scene:
    """Opened on 7 February, with everything up to the shortlist done on paper."""
    scene, opened = begin(database, "shortlist")
    assert opened.done
    return scene


def standings(scene: Scene, at: str, city: str = NANJING) -> dict[str, Standing]:
    with scene.database.read() as connection:
        return {one.phase: one for one in reports.matrix(connection, YEAR, instant(at)).cities[city]}


def totals(scene: Scene, at: str) -> dict[str, int]:
    with scene.database.read() as connection:
        return dict(reports.matrix(connection, YEAR, instant(at)).totals)


def fill_in(scene: Scene, city: str = NANJING, phases: tuple[str, ...] = DONE, at: str = "2022-02-08T09:00") -> None:
    for phase in phases:
        said = scene.load(phase, city, scene.sheets(phase, city), at)
        assert said.done, said.message


def test_with_deadlines_behind_it_is_not_opened_without_saying_what_was_done(database: Database) -> None:
    _, opened = begin(database, None)
    assert (opened.outcome, opened.message) == (
        "refused",
        f"2022 年度已有 3 个阶段过了截止日（导师推荐、学生申报、面试名单）。{ASKED}",
    )
    assert ledger.everything(database)["programme_year"] == []


@pytest.mark.parametrize("at", ["2021-12-30T09:00", "2022-01-15T23:59:59"])
def test_before_the_first_deadline_nothing_is_asked(database: Database, at: str) -> None:
    assert begin(database, None, at)[1].done


@pytest.mark.parametrize(
    ("through", "said"),
    [
        ("meeting", f"“师生见面会”2022-02-21 才开放，{EARLIER}"),
        (
            "year-end",
            f"“师生见面会”2022-02-21 才开放、“中期评价”2022-07-01 才开放、“年度评价”2022-11-01 才开放，{EARLIER}",
        ),
    ],
)
def test_what_has_not_begun_cannot_have_been_done(database: Database, through: str, said: str) -> None:
    _, opened = begin(database, through)
    assert (opened.outcome, opened.message) == ("refused", said)


def test_a_phase_that_there_is_not_and_a_reason_that_is_none_are_refused(database: Database) -> None:
    with pytest.raises(UnknownPhase):
        begin(database, "nonsense")
    refused = open_year(database, calendar(), stamp(LATE), paper=Paper("shortlist", "  "))
    assert refused.message == "请写明线下办结的依据，或没有办过的缘由；它记录在案。"


@pytest.mark.parametrize(
    ("through", "at", "done"),
    [
        (NOTHING, LATE, ()),
        ("mentor-recommendation", LATE, DONE[:1]),
        ("shortlist", LATE, DONE),
        ("面试名单", LATE, DONE),
        ("interview", LATE, (*DONE, "interview")),
        ("midterm", "2022-09-05T09:00", (*DONE, "interview", "meeting", "midterm")),
        ("cultivation", "2022-09-05T09:00", (*DONE, "interview", "meeting", "cultivation")),
        ("year-end", "2023-01-04T09:00", tuple(phase.slug for phase in calendar().phases)),
    ],
)
def test_what_it_requires_and_what_is_due_before_it_is_done_with_it(
    through: str, at: str, done: tuple[str, ...]
) -> None:
    assert tuple(phase.slug for phase in included(calendar(), through, instant(at))) == done


def test_what_was_done_passed_in_every_city_on_record_and_nobody_is_written_to(late: Scene) -> None:
    for city in late.year.cities:
        shown = standings(late, LATE, city.slug)
        assert [(shown[phase].state, shown[phase].timeliness, shown[phase].on_paper) for phase in DONE] == [
            (State.PASSED, None, True)
        ] * 3
        assert [(each.state, each.on_paper) for each in list(shown.values())[3:]] == [
            (State.OPEN, False), *[(State.WAITING, False)] * 4
        ]  # fmt: skip
    assert ledger.log(late.database) == [("on-paper", "waiting", "passed", False)] * 39
    assert ledger.letters(late.database) == []
    with late.database.read() as connection:
        log = histories.as_written(connection, histories.Span(YEAR, None))
    assert {(row.by, row.reason, row.as_of) for row in log} == {("省办", REASON, instant(LATE))}
    (entry,) = ledger.everything(late.database)["audit"]
    assert REASON in entry


def test_only_what_is_current_is_written(late: Scene) -> None:
    """The next phase opens with its whole window; no reminder of the past, no digest, nobody late."""
    for at in (LATE, "2022-02-08T09:00", "2022-02-09T09:00"):
        assert late.advance(at).failures == {}
    written = Counter((phase, kind) for phase, _, _, kind, _ in ledger.letters(late.database, state="queued"))
    assert written == {("interview", "opened"): 13}
    assert standings(late, "2022-02-09T09:00")["interview"].due.because == ("calendar",)


@pytest.mark.parametrize(
    ("through", "owed", "due"),
    [(NOTHING, "mentor-recommendation", "2022-02-10"), ("application", "shortlist", "2022-02-10")],
)
def test_what_was_due_and_not_done_opens_late_with_room(database: Database, through: str, owed: str, due: str) -> None:
    scene, opened = begin(database, through)
    assert opened.done
    for advanced in (False, True):
        if advanced:
            scene.advance(LATE)
        shown = {city.slug: standings(scene, LATE, city.slug)[owed] for city in scene.year.cities}
        assert {(one.state, f"{one.due.day}", one.due.because) for one in shown.values()} == {
            (State.OPEN, due, ("calendar", "grace"))
        }
    assert Counter(kind for _, _, _, kind, _ in ledger.letters(scene.database, state="queued")) == {"opened": 13}
    assert scene.advance("2022-02-11T09:00").failures == {}
    assert standings(scene, "2022-02-11T09:00")[owed].state is State.OVERDUE


def test_opened_late_but_in_time_a_phase_has_its_room_too(database: Database) -> None:
    scene, _ = begin(database, None, "2022-01-14T10:00")
    scene.advance("2022-01-14T10:00")
    first = standings(scene, "2022-01-14T10:00")["mentor-recommendation"]
    assert (str(first.due.day), first.due.because) == ("2022-01-19", ("calendar", "grace"))


def test_before_it_was_opened_nothing_was_late(late: Scene) -> None:
    before = standings(late, "2022-02-01T09:00")
    assert {one.state for one in before.values()} == {State.WAITING}


def test_opened_again_it_is_left_as_it_is(late: Scene) -> None:
    before = ledger.fingerprint(late.database)
    plain = open_year(late.database, late.year, stamp("2022-02-09T09:00"), rehearsal=True)
    same = open_year(
        late.database, late.year, stamp("2022-02-09T09:00"), rehearsal=True, paper=Paper("shortlist", REASON)
    )
    more = open_year(
        late.database, late.year, stamp("2022-02-09T09:00"), rehearsal=True, paper=Paper("interview", REASON)
    )
    assert (plain.done, same.done, more.outcome) == (True, True, "refused")
    assert more.message == (
        "2022 年度已经开设，未作改动；开设时写明线下办结的阶段：导师推荐、学生申报、面试名单，与这次写的不同。"
        "线下办结到哪里，只能在开设时写明。"
    )
    assert ledger.fingerprint(late.database) == before


@pytest.mark.parametrize("through", ["mentor-recommendation", "application", "meeting", NOTHING])
def test_opened_again_with_another_answer_is_refused_whatever_was_run_again_since(late: Scene, through: str) -> None:
    for city in late.year.cities:
        assert late.rerun("shortlist", city.slug, "2022-02-08T09:00", date(2022, 2, 16)).done
    at = stamp("2022-03-04T09:00")  # by now more lies behind
    assert open_year(late.database, late.year, at, rehearsal=True, paper=Paper("面试名单", REASON)).done
    other = open_year(late.database, late.year, at, rehearsal=True, paper=Paper(through, REASON))
    assert (other.outcome, "线下办结的阶段：导师推荐、学生申报、面试名单，与这次写的不同" in other.message) == (
        "refused", True,
    )  # fmt: skip


def test_where_nothing_was_said_on_opening_nothing_is_what_was_said(database: Database) -> None:
    scene, _ = begin(database, None, "2022-01-05T09:00")
    again = [
        open_year(database, scene.year, stamp(LATE), rehearsal=True, paper=Paper(through, REASON)).outcome
        for through in (NOTHING, "application")
    ]
    assert again == ["done", "refused"]


def test_a_preview_shows_what_then_happens_and_leaves_nothing(database: Database) -> None:
    year, paper = calendar(), Paper("application", REASON)
    before = ledger.fingerprint(database)
    preview = open_year(database, year, stamp(LATE), rehearsal=True, paper=paper, dry_run=True)
    assert ledger.fingerprint(database) == before
    assert preview.message == (
        "将开设 2022 年度（演练）：13 个设区市，8 个阶段。"
        "线下办结的阶段：导师推荐、学生申报；不发函件，可随后补录其报送表。"
        "此后：面试名单截止 2022-02-10（日历为 2022-01-30，按规定顺延）；导师面试截止 2022-02-20；"
        "师生见面会截止 2022-02-28；学生培养截止 2022-12-31；中期评价截止 2022-08-31；年度评价截止 2022-11-30。"
    )
    opened = open_year(database, year, stamp(LATE), rehearsal=True, paper=paper)
    assert opened.message == preview.message.replace("将开设", "已开设", 1)
    assert [len(said.changes.transitions) for said in (preview, opened)] == [26, 26]
    assert [len(said.changes.extensions) for said in (preview, opened)] == [13, 13]


def test_what_is_due_and_waits_is_said_to_have_its_room_later(database: Database) -> None:
    _, opened = begin(database, NOTHING)
    room = "前面的阶段通过后开放，届时保留不少于 3 个工作日"
    assert f"；学生申报日历的截止日 2022-01-20 已过，{room}；" in opened.message


def test_as_many_statements_for_333_cities_as_for_13(database: Database, second_database: Database) -> None:
    asked = []
    for each, cities in ((database, 13), (second_database, 333)):
        with counted(each) as statements:
            begin(each, "shortlist", cities=cities)
        asked.append(list(statements))
    assert asked[0] == asked[1]


# What was done, filled in.


def test_a_workbook_is_filled_in_checked_and_shown_and_nobody_is_written_to_about_it(late: Scene) -> None:
    late.advance(LATE)
    fill_in(late)
    assert {(phase, kind) for phase, _, _, kind, _ in ledger.letters(late.database)} == {("interview", "opened")}
    assert ledger.log(late.database, phase="shortlist", city=NANJING)[1:] == [("backfill", "passed", "passed", False)]
    shown = standings(late, "2022-02-08T09:00")
    assert [(shown[phase].state, shown[phase].on_paper) for phase in DONE] == [(State.PASSED, True)] * 3


def test_the_same_again_changes_nothing_and_another_replaces_it(late: Scene) -> None:
    fill_in(late)
    before = ledger.fingerprint(late.database)
    fill_in(late)
    assert ledger.fingerprint(late.database) == before
    fewer = sheets.application(sheets.students(late.city(NANJING))[:5])
    said = late.load("application", NANJING, fewer, "2022-02-09T09:00")
    assert said.message.endswith("各项规定均符合。“面试名单”是按原来的内容导入的，请核对，必要时重新导入。")
    assert [row[0] for row in ledger.log(late.database, phase="application", city=NANJING)] == [
        "on-paper", "backfill", "backfill",
    ]  # fmt: skip


def test_a_rule_that_is_broken_is_shown_and_refuses_nothing(late: Scene) -> None:
    fill_in(late, phases=DONE[:1])
    applied = sheets.application(sheets.students(late.city(NANJING)))
    applied = {**applied, "students": [row.model_copy(update={"recommended": False}) for row in applied["students"]]}
    said = late.load("application", NANJING, applied, "2022-02-08T09:00")
    assert said.done
    assert "状态不变，不为它发函件；有 1 项规定不符，列在核验结果里供查阅。" in said.message
    assert said.verdict
    assert [finding.rule for finding in said.verdict.refusals] == ["applications.recommended"]
    card = late.why("application", NANJING, "2022-02-08T09:00")
    assert (card.passed, card.on_paper, card.trial) == (True, True, False)
    assert [rule["rule"] for rule in card.as_json()["rules"] if not rule["ok"]] == ["applications.recommended"]
    assert standings(late, "2022-02-08T09:00")["application"].state is State.PASSED


def test_a_record_that_disagrees_is_a_fault_of_the_form(late: Scene) -> None:
    fill_in(late, phases=DONE[:2])
    strangers = sheets.shortlist(sheets.students(late.city(WUXI)))
    assert late.load("shortlist", NANJING, strangers, "2022-02-08T09:00").outcome == "form-errors"


def test_a_later_phase_says_what_must_be_filled_in_first(late: Scene) -> None:
    late.advance(LATE)
    wanted = (
        "南京 导师面试：“导师推荐”、“学生申报”、“面试名单”在线下办理，内容尚未导入，无从核对；"
        "请先由该市（或由省级管理办公室代为）导入“导师推荐”、“学生申报”、“面试名单”的报送表。"
    )
    loaded = late.load("interview", NANJING, late.sheets("interview", NANJING), "2022-02-08T09:00")
    assert (loaded.outcome, loaded.message) == ("refused", wanted)
    assert late.submit("interview", NANJING, "2022-02-08T09:10").message == wanted
    assert late.why("interview", NANJING, "2022-02-08T09:10").note == wanted
    on_paper = late.why("shortlist", NANJING, "2022-02-08T09:10")
    assert (on_paper.passed, on_paper.note) == (
        True,
        "南京 面试名单 在线下办理，尚未导入报送表；可由该市（或由省级管理办公室代为）补录。",
    )
    fill_in(late)
    assert late.file("interview", NANJING, at="2022-02-10T10:00").done


def test_later_gates_judge_what_was_filled_in(late: Scene) -> None:
    fill_in(late)
    some = sheets.shortlist(sheets.students(late.city(NANJING))[:3])
    assert late.load("shortlist", NANJING, some, "2022-02-08T10:00").done
    late.load("interview", NANJING, late.sheets("interview", NANJING), "2022-02-09T10:00")
    filed = late.submit("interview", NANJING, "2022-02-09T10:00")
    assert filed.verdict
    assert [finding.rule for finding in filed.verdict.refusals] == ["interviews.from-shortlist"]


def test_what_a_gate_has_judged_by_is_changed_by_a_rerun_alone(late: Scene) -> None:
    fill_in(late)
    assert late.file("interview", NANJING, at="2022-02-10T10:00").done
    fewer = sheets.shortlist(sheets.students(late.city(NANJING))[:3])
    refused = late.load("shortlist", NANJING, fewer, "2022-02-11T10:00")
    again = "请由省级管理办公室重新开放“面试名单”，“导师面试”随后重新核对。"
    assert refused.message == f"南京 面试名单：“导师面试”已按现有内容报送，不能再改；如需更正，{again}"
    assert ledger.log(late.database, phase="shortlist", city=NANJING)[-1] == ("backfill", "passed", "passed", True)


def test_a_rerun_of_what_was_done_on_paper_is_one_of_any_passed_phase(late: Scene) -> None:
    fill_in(late)
    assert late.file("interview", NANJING, at="2022-02-10T10:00").done
    before = ledger.of_others(late.database, NANJING)
    assert late.rerun("application", NANJING, "2022-02-11T10:00", instant("2022-02-16T00:00").date()).done
    shown = standings(late, "2022-02-11T10:00")
    assert [(shown[phase].state, shown[phase].on_paper) for phase in (*DONE, "interview")] == [
        (State.PASSED, True), (State.OPEN, False), (State.WAITING, False), (State.WAITING, False),
    ]  # fmt: skip
    assert late.submit("application", NANJING, "2022-02-14T10:00").done
    shown = standings(late, "2022-02-14T10:00")
    assert [(shown[phase].state, shown[phase].on_paper) for phase in (*DONE, "interview")] == [
        (State.PASSED, True), (State.PASSED, False), (State.PASSED, True), (State.PASSED, False),
    ]  # fmt: skip
    assert (shown["application"].timeliness, shown["application"].attempt) == ("extended", 2)
    assert ledger.of_others(late.database, NANJING) == before


def test_a_city_that_left_fills_nothing_in(late: Scene) -> None:
    late.withdraw(NANJING, "2022-02-08T09:00")
    said = late.load(DONE[0], NANJING, late.sheets(DONE[0], NANJING), "2022-02-08T10:00")
    assert (said.outcome, said.message) == ("refused", "南京 已退出 2022 年度，不能再补录。")


def test_a_roll_filled_in_appoints_nobody(late: Scene) -> None:
    for city in late.year.cities:
        fill_in(late, city.slug)
    late.advance("2022-02-08T09:00")
    kinds = Counter(kind for _, _, _, kind, _ in ledger.letters(late.database))
    assert kinds["appointment"] == kinds["passed"] == kinds["overdue"] == 0


def test_the_totals_of_the_province_count_what_was_filled_in(database: Database) -> None:
    scene, _ = begin(database, "midterm", "2022-09-05T09:00")
    at = "2022-09-06T09:00"
    assert totals(scene, at) == {
        "admitted": 0, "funded": 0, "funded_cap": 65, "exited": 0, "excellent": 0, "certificates": 0,
    }  # fmt: skip
    fill_in(scene, phases=(*DONE, "interview"), at=at)
    leaving = sheets.midterm(sheets.students(scene.city(NANJING))[:2], leaving=1)
    assert scene.load("midterm", NANJING, leaving, at).done
    assert {name: totals(scene, at)[name] for name in ("admitted", "funded", "exited")} == {
        "admitted": 2, "funded": 2, "exited": 1,
    }  # fmt: skip
    stayed = sheets.students(scene.city(NANJING))[:1]
    assert scene.file("year-end", NANJING, sheets.year_end(scene.city(NANJING), stayed)).done


def test_a_whole_year_done_on_paper_is_filled_in_and_put_away(database: Database) -> None:
    scene, opened = begin(database, "year-end", "2023-01-04T09:00", cities=1)
    assert opened.done
    at = "2023-01-05T09:00"
    fill_in(scene, phases=(*DONE, "interview", "meeting", "midterm", "cultivation", "year-end", "evaluation"), at=at)
    assert totals(scene, at)["certificates"] == 2
    assert scene.advance(at) == Advance()
    assert ledger.letters(scene.database) == []
    assert close_year(scene.database, YEAR, stamp(at)).done


def test_a_dry_run_fills_nothing_in(late: Scene) -> None:
    before = ledger.fingerprint(late.database)
    said = late.load(DONE[0], NANJING, late.sheets(DONE[0], NANJING), "2022-02-08T09:00", dry_run=True)
    assert said.done
    assert [str(move.event) for move in said.changes.transitions] == ["open", "backfill"]
    assert ledger.fingerprint(late.database) == before


def test_what_an_earlier_rerun_holds_passes_again_as_it_was_and_nobody_is_written_to(late: Scene) -> None:
    """No gate judged it, so none does now: neither the broken rule of one nor the empty sheets of the other."""
    fill_in(late, phases=DONE[:1])
    applied = sheets.application(sheets.students(late.city(NANJING)))
    applied = {**applied, "students": [row.model_copy(update={"recommended": False}) for row in applied["students"]]}
    assert late.load("application", NANJING, applied, "2022-02-08T09:00").done
    assert late.rerun(DONE[0], NANJING, "2022-02-09T10:00", instant("2022-02-16T00:00").date()).done
    assert late.submit(DONE[0], NANJING, "2022-02-10T10:00").done
    assert late.approve(DONE[0], NANJING, "2022-02-10T11:00").done
    shown = standings(late, "2022-02-10T11:00")
    assert [(shown[phase].state, shown[phase].on_paper) for phase in DONE] == [
        (State.PASSED, False), (State.PASSED, True), (State.PASSED, True),
    ]  # fmt: skip
    told = {(phase, kind) for phase, _, _, kind, _ in ledger.letters(late.database) if phase in DONE[1:]}
    assert told == set()


def test_who_left_at_a_midterm_on_paper_has_left_whatever_its_rules_find(database: Database) -> None:
    scene, _ = begin(database, "midterm", "2022-09-05T09:00")
    at, admitted = "2022-09-06T09:00", sheets.students(scene.city(NANJING))[:2]
    fill_in(scene, phases=(*DONE, "interview"), at=at)
    said = scene.load("midterm", NANJING, sheets.midterm(admitted[1:], leaving=1), at)
    assert said.verdict
    assert not said.verdict.passed
    assert scene.file("year-end", NANJING, sheets.year_end(scene.city(NANJING), admitted[:1])).done


def test_workbooks_are_filled_in_in_their_order(late: Scene) -> None:
    early = late.load("shortlist", NANJING, late.sheets("shortlist", NANJING), "2022-02-08T09:00")
    assert (early.outcome, early.message.partition("；")[0]) == (
        "refused",
        "南京 面试名单：“学生申报”在线下办理，内容尚未导入，无从核对",
    )
