"""年度工作总结, 经费 and 绩效 are due a month after the materials: reminded of and judged apart (八(七), 七(一))."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select, update

from acts import answer, ask
from acts.amend import amend
from acts.announce import worded
from acts.beliefs import beliefs
from acts.book import ACTS, offered
from acts.correct import correct
from acts.excuse import excuse
from acts.nudge import nudge
from acts.own_letter import WantedLetter, write
from acts.rejoin import rejoin
from commands.matrix import lateness
from dashboard.exports.status_report import facts
from dashboard.signing_in.reader import Reader, Role
from dashboard.views.agenda import to_decide
from dashboard.views.todo import tasks
from models import reports
from models.columns import table_of
from models.letterbox import SentLetter
from models.tables.season import Letter
from models.waiting import waiting
from phases.book import BOOK
from phases.year_end import FundsRow
from season.expected_letters import CityPhaseLetters, read_city
from tests.acts.test_correct_student import corrected, two_schools
from tests.support import ledger, sheets
from tests.support.scenes import NANJING, YEAR, Scene, calendar, instant, stamp
from tests.support.years import parse

if TYPE_CHECKING:
    from collections.abc import Sequence

    from acts.advance import Advance
    from forms.definitions import SheetRow
    from phases.letter_kinds import Kind
    from season.expected_letters import ExpectedLetter
    from season.outcome import Outcome
    from tests.support.sheets import Sheets

YEAR_END = "year-end"
PROVINCE = Reader(2, "viewer", "某", Role.VIEWER, None, "", "")
LATER = ("summaries", "funds", "targets")
EVE, CLOSED = "2022-12-31T10:00", "2023-01-01T00:00"


def materials_alone(scene: Scene, **more: Sequence[SheetRow]) -> Sheets:
    """The year-end of a city that has collected the materials, and none of the rest."""
    return {**scene.sheets(YEAR_END, NANJING), **dict.fromkeys(LATER, ()), **more}


@pytest.fixture
def filed(scene: Scene) -> Scene:
    """The materials are filed in time, and evaluated; summaries, account and performance are still to come."""
    scene.through("midterm", NANJING)
    scene.load("cultivation", NANJING, scene.sheets("cultivation", NANJING), "2022-11-20T09:00")
    scene.load(YEAR_END, NANJING, materials_alone(scene), "2022-11-20T10:00")
    said = scene.submit(YEAR_END, NANJING, "2022-11-20T11:00")
    assert said.done
    assert "请于2022年12月31日（星期六）24时前补齐" in said.message
    assert scene.load("evaluation", NANJING, scene.sheets("evaluation", NANJING), "2022-11-20T12:00").done
    return scene


def stands(scene: Scene, at: str) -> dict[str, object]:
    with scene.database.read() as connection:
        told = reports.matrix(connection, YEAR, instant(at)).cities[NANJING][-1].as_json()
    return {name: told[name] for name in ("state", "second_due", "second_late")}


def whom(said: Advance, kind: str) -> list[str]:
    about = (kind, YEAR_END, NANJING)
    letters = (one for one in said.changes.letters if (one.kind, one.phase, one.concerns) == about)
    return sorted(one.recipient.partition(":")[0] for one in letters)


def test_the_materials_pass_their_gate_and_the_province_ends_nothing_before_the_rest(filed: Scene) -> None:
    refused = filed.approve(YEAR_END, NANJING, "2022-12-10T10:00")
    assert refused.verdict is not None
    assert [one.rule for one in refused.verdict.refusals] == ["year-end.summaries", "year-end.funds"]
    whole = filed.load(YEAR_END, NANJING, filed.sheets(YEAR_END, NANJING), "2022-12-12T10:00")
    assert (whole.done, whole.message[-2:]) == (True, "行。")
    assert filed.approve(YEAR_END, NANJING, "2022-12-12T11:00").done
    with filed.database.read() as connection:
        parts = connection.exec_driver_sql("SELECT part FROM filing WHERE phase = 'year-end' ORDER BY id").scalars()
        assert list(parts) == ["city", "second", "province"]


def test_without_the_guard_nobody_would_ask_for_the_rest(filed: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """The broken control."""
    monkeypatch.setattr("season.judging.SECOND", "province")
    assert filed.approve(YEAR_END, NANJING, "2022-12-10T10:00").done


def test_what_was_filed_stays_as_it_was_filed(filed: Scene) -> None:
    city = filed.city(NANJING)
    trained = sheets.students(city)[:2]
    whole = filed.sheets(YEAR_END, NANJING)
    other, stranger = whole["materials"][0].model_copy(update={"project_report": False}), whole["materials"][1]
    gone = filed.load(YEAR_END, NANJING, {**whole, "materials": whole["materials"][:1]}, "2022-12-12T10:00")
    changed = filed.load(YEAR_END, NANJING, {**whole, "materials": (other, stranger)}, "2022-12-12T10:00")
    assert [(one.code, one.row, one.found) for one in gone.errors] == [("filed.missing", None, trained[1].number)]
    assert [(one.code, one.row, one.column) for one in changed.errors] == [("filed.changed", 2, "课题报告")]
    assert "登记的是“是”；请保持与登记的一致" in changed.errors[0].sentence


def test_the_rest_by_another_name_is_asked_about_and_not_refused(filed: Scene) -> None:
    items = ("结余", "经费结余", "账户余额", "活动")
    funds = tuple(FundsRow(line=n, item=item, amount=Decimal(n)) for n, item in enumerate(items, 2))
    said = filed.load(YEAR_END, NANJING, materials_alone(filed, funds=funds), "2022-12-12T10:00")
    assert said.done
    assert [(one.code, one.row, one.found) for one in said.warnings] == [
        ("funds.left-over", 3, "经费结余"), ("funds.left-over", 4, "账户余额"),
    ]  # fmt: skip
    assert [f"请在{one.column}里只写" in one.right for one in said.warnings] == [True, True]


def test_a_city_that_has_not_filed_all_is_late_from_its_day_on_and_only_then(filed: Scene) -> None:
    due = {"state": "submitted", "second_due": "2023-01-01T00:00:00+08:00"}
    assert stands(filed, "2022-12-31T23:59") == {**due, "second_late": False}
    assert stands(filed, CLOSED) == {**due, "second_late": True}
    with filed.database.read() as connection:
        found = reports.matrix(connection, YEAR, instant(CLOSED))
    named = {row[1]: (row[0], *row[2:]) for row in lateness(found) if row[0] == "南京"}
    assert named["年度评价（后交部分）"] == ("南京", "已逾期", "2022-12-31", "后交部分没有交齐（逾期第 1 天）")
    report = facts(found, (), instant(CLOSED))
    assert "南京市 年度评价（后交部分）：已逾期（截止日 2022-12-31）。后交部分没有交齐。" in report["late"]
    assert f"已逾期 {len(waiting(found, province=False))} 项" in report["totals"]
    whole = filed.sheets(YEAR_END, NANJING)
    assert filed.load(YEAR_END, NANJING, whole, "2022-12-31T23:59", dry_run=True).done
    assert (
        "截止，现在不能补交；请向省级管理办公室申请延期"
        in filed.load(YEAR_END, NANJING, whole, CLOSED, dry_run=True).message
    )
    assert filed.load(YEAR_END, NANJING, whole, "2022-12-31T23:59").done
    assert stands(filed, CLOSED) == {**due, "second_late": False}


def test_who_owes_some_of_it_is_reminded_and_chased_by_that_day(filed: Scene) -> None:
    """The city thirty days before, who hands in to it seven days before a day of its own; one summary is there."""
    whole = filed.sheets(YEAR_END, NANJING)
    of_mentors = [row for row in whole["summaries"] if row.model_dump()["type"] != "中学"]
    some = materials_alone(filed, summaries=tuple(of_mentors))
    assert filed.load(YEAR_END, NANJING, some, "2022-11-28T10:00").done
    reminded = filed.advance("2022-12-01T09:00", phases=[YEAR_END])
    assert whom(reminded, "reminder") == ["city"]
    (letter,) = [one for one in reminded.changes.letters if (one.kind, one.concerns) == ("reminder", NANJING)]
    assert "年度工作总结、经费使用情况和绩效指标完成情况" in letter.text
    assert "2022年12月31日（星期六）" in letter.text
    assert "课题报告" not in letter.text
    assert "目前状态" not in letter.text
    assert whom(filed.advance("2022-12-21T09:00", phases=[YEAR_END]), "reminder") == ["city", "institution", "school"]
    filed.advance("2022-12-30T09:00", phases=[YEAR_END])
    late = filed.advance("2023-01-03T09:00")
    assert (whom(late, "overdue"), whom(late, "reminder")) == (["city"], [])
    (digest,) = [one.text for one in late.changes.letters if one.kind == "digest"]
    assert "南京市总结和经费情况" in digest
    assert whom(filed.advance("2023-01-05T09:00", phases=[YEAR_END]), "escalation") == ["head", "lead"]
    weekly = filed.advance("2023-01-09T09:00", phases=[YEAR_END])
    assert (whom(weekly, "overdue"), whom(weekly, "escalation")) == (["city"], [])
    (again,) = [one.text for one in weekly.changes.letters if one.kind == "overdue"]
    assert "年度工作总结、经费使用情况和绩效指标完成情况" in again
    assert "课题报告" not in again


def test_the_province_is_told_what_it_cannot_publish_without_until_it_can(filed: Scene) -> None:
    """In the letter of the filing and the digest; on the day's agenda, and in what the pages say of the city."""
    wants = "总结和经费情况须于12月31日（周六）24时前补齐，补齐后方可公布结果"
    with filed.database.read() as connection:
        (letter,) = [one for one in ledger.words(connection) if (one.kind, one.phase) == ("approval-needed", YEAR_END)]
    assert letter.subject.endswith("待评价：南京市年度评价材料")
    assert f"评价；{wants}。" in letter.text
    assert "三、补齐后公布年度评价结果。" in letter.text
    assert f"南京市年度评价材料：待评价，{wants}，已等待1天" in digest(filed, "2022-11-21T09:00")
    assert to_province(filed, "2022-12-09T10:00") == (
        "评价（后交部分补齐后公布结果）",
        "正等待省级管理办公室评价（期限",
    )
    filed.load(YEAR_END, NANJING, filed.sheets(YEAR_END, NANJING), "2022-12-12T10:00")
    assert "南京市年度评价材料：待评价，12月31日（周六）24时前办结" in digest(filed, "2022-12-19T09:00")
    assert to_province(filed, "2022-12-19T10:00") == ("评价并公布结果", "正等待省级管理办公室公布结果（期限")


def digest(scene: Scene, at: str) -> str:
    (text,) = [one.text for one in scene.advance(at).changes.letters if one.kind == "digest"]
    return text


def to_province(scene: Scene, at: str) -> tuple[str, str]:
    """What the agenda has it do with Nanjing's filing, and what a page says of that city, so far as it is the same."""
    with scene.database.read() as connection:
        found = reports.matrix(connection, YEAR, instant(at))
    (task,) = [one for one in to_decide(found) if one.phase.slug == YEAR_END]
    said = tasks(scene.year, found.cities[NANJING], instant(at), PROVINCE, {})
    (stands,) = [one.said for one in said if one.phase == YEAR_END]
    return task.what, stands.partition("已经报送，")[2].partition(" ")[0]


def test_the_chat_counts_who_is_late_with_the_rest_as_late(filed: Scene) -> None:
    """The others have filed nothing at all, and it is late with cultivation, too."""
    sent = [SentLetter(1, "digest", "*", "*", "2023-01-03")]
    with filed.database.read() as connection:
        said = [[*worded(filed.year, sent, reports.standings(connection, YEAR, instant(at)))] for at in (EVE, CLOSED)]
    counts = ("逾期 12 项，已报送待办 1 项", "逾期 14 项，已报送待办 0 项")
    assert said == [[f"2022 年度每日待办已发：{count}"] for count in counts]


def test_a_city_late_with_the_rest_is_written_to_by_hand_like_any_late_one(filed: Scene) -> None:
    """催办 and a letter of the province's own to the late cities; not once it has another day, or all is there."""
    nudged = partial(nudge, filed.database, YEAR, YEAR_END, NANJING)
    own = WantedLetter("late-cities", "关于{阶段}的函", "{设区市}应于{截止时间}前报送。", YEAR_END)
    early = nudged(stamp("2022-12-31T10:00"))
    assert early.message == "南京 年度评价 已经报送，没有逾期未交的内容，无需催办。"
    assert not write(filed.database, YEAR, own, stamp("2022-12-31T10:00"), dry_run=True).done
    (letter,) = nudged(stamp("2023-01-04T10:00"), words="请尽快。").changes.letters
    assert letter.subject == "【省后备人才培养计划】请尽快报送：南京市总结和经费情况（示例）"
    late = "年度工作总结、经费使用情况和绩效指标完成情况尚未报送，截止时间2022年12月31日（星期六）24时已过。请尽快。"
    assert late in letter.text
    (mine,) = write(filed.database, YEAR, own, stamp("2023-01-04T10:00"), dry_run=True).changes.letters
    assert "南京市应于2022年12月31日（星期六）24时前报送。" in mine.text
    over = filed.advance("2023-01-04T10:01", phases=[YEAR_END])
    assert (whom(over, "reminder"), asking(filed)) == ([], {"overdue", "nudge"}), "its last reminder comes no more"
    filed.extend(YEAR_END, [NANJING], "2023-01-04T11:00", date(2023, 1, 10))
    assert asking(filed) == set(), "all of them say a day that has moved"
    assert nudged(stamp("2023-01-10T10:00")).outcome == "refused"
    assert nudged(stamp("2023-01-11T10:00")).done
    filed.extend(YEAR_END, [NANJING], "2023-01-11T11:00", date(2023, 1, 12))
    assert filed.load(YEAR_END, NANJING, filed.sheets(YEAR_END, NANJING), "2023-01-12T10:00").done
    assert nudged(stamp("2023-01-16T10:00")).outcome == "refused"


def asking(scene: Scene) -> set[str]:
    """Which kinds of letter are about to tell the city that it is late."""
    letter = table_of(Letter)
    query = select(letter.c.kind).where(letter.c.recipient == f"city:{NANJING}", letter.c.state == "queued")
    with scene.database.read() as connection:
        return {*connection.execute(query).scalars()} & {"overdue", "nudge", "escalation"}


def test_the_act_is_offered_where_a_city_is_late_with_the_rest_alone(filed: Scene) -> None:
    (listed,) = [one.text for one in filed.advance("2022-11-21T09:00").changes.letters if one.kind == "digest"]
    assert "南京市年度评价材料：" in listed, "what waits for the province is all of it"
    phase = filed.year.phase(YEAR_END)
    with filed.database.read() as connection:
        for at, is_offered in (("2022-12-31T23:59", False), (CLOSED, True)):
            stands = reports.matrix(connection, YEAR, instant(at)).cities[NANJING][-1]
            assert (ACTS["nudge"] in offered(BOOK, phase, stands)) is is_offered
    assert "“已逾期”或后交部分逾期的市" in ACTS["nudge"].nobody(BOOK, phase)


def asked(scene: Scene, recipient: str, kind: Kind, at: str) -> tuple[ExpectedLetter, ...]:
    """What became of each letter of a kind that a recipient may expect of the year-end."""
    with scene.database.read() as connection:
        season = read_city(connection, YEAR, stamp(at), NANJING)
        return CityPhaseLetters(season, YEAR_END, NANJING).expected(recipient, kind)


def why_of_the_rest(scene: Scene, kind: Kind, at: str, whom: str = "city") -> list[str]:
    """Why each letter is there or not that the second part makes owed; the first is about the rest, filed in time."""
    found = [one.why for one in asked(scene, f"{whom}:{NANJING}", kind, at)]
    return found[5:] if kind == "reminder" else found[1:]


def test_why_says_of_the_rest_what_came_what_is_to_come_and_that_it_is_whole(filed: Scene) -> None:
    passed_over = ["only-latest"] * 4
    assert why_of_the_rest(filed, "reminder", "2022-12-25T10:00") == [*passed_over[:2], *["to-come"] * 3]
    assert why_of_the_rest(filed, "overdue", "2022-12-25T10:00") == ["to-come"]
    assert why_of_the_rest(filed, "escalation", "2022-12-25T10:00", "head") == ["to-come"]
    assert why_of_the_rest(filed, "reminder", "2022-12-30T10:00") == [*passed_over, "owed-now"]
    assert why_of_the_rest(filed, "reminder", "2023-01-03T10:00") == [*passed_over, "day-over"]
    assert why_of_the_rest(filed, "overdue", "2023-01-03T10:00") == ["owed-now", "to-come"]
    filed.advance("2023-01-03T10:00", phases=[YEAR_END])
    assert why_of_the_rest(filed, "overdue", "2023-01-09T10:00") == ["waits-for-worker", "owed-now", "to-come"]
    assert why_of_the_rest(filed, "escalation", "2023-01-09T10:00", "head") == ["owed-now"]


def test_why_says_to_who_hands_in_to_the_city_that_his_day_is_over(filed: Scene) -> None:
    said = filed.advance("2022-12-21T09:00", phases=[YEAR_END]).changes.letters
    (school,) = {one.recipient for one in said if one.recipient.startswith("school:")}
    for at, last in (("2022-12-27T10:00", "owed-now"), ("2022-12-28T10:00", "day-over")):
        found = [one.why for one in asked(filed, school, "reminder", at)]
        assert found == ["not-concerned", "not-concerned", "waits-for-worker", last]


def test_why_says_since_when_the_rest_is_whole(filed: Scene) -> None:
    assert filed.load(YEAR_END, NANJING, filed.sheets(YEAR_END, NANJING), "2022-12-28T10:00").done
    assert why_of_the_rest(filed, "reminder", "2023-01-09T10:00") == [*["only-latest"] * 4, "second-whole"]
    chasing: tuple[tuple[Kind, str], ...] = (("overdue", "city"), ("escalation", "head"))
    for kind, whose in chasing:
        (said,) = asked(filed, f"{whose}:{NANJING}", kind, "2023-01-09T10:00")[1:]
        assert said.said == "后交部分已于2022年12月28日10:00补齐，无须再发。"


def test_who_has_done_it_all_goes_by_no_day_and_hears_of_none(reminded: Scene) -> None:
    assert reminded.load(YEAR_END, NANJING, reminded.sheets(YEAR_END, NANJING), "2022-12-21T10:00").done
    assert told_to(revised(reminded, "2022-12-22T10:00"), "moved") == {}
    with sent(reminded).database.read() as connection:
        found = beliefs(connection, YEAR, instant("2022-12-22T11:00"))
    assert {one.holds for one in found if one.second} == {None}


def test_who_has_done_it_all_is_written_to_no_more(filed: Scene) -> None:
    filed.advance("2022-12-01T09:00", phases=[YEAR_END])
    assert filed.load(YEAR_END, NANJING, filed.sheets(YEAR_END, NANJING), "2022-12-02T10:00").done
    letter, asks = table_of(Letter), ("reminder", "approval-needed")
    with filed.database.read() as connection:
        query = select(letter.c.kind, letter.c.state).where(letter.c.concerns == NANJING, letter.c.kind.in_(asks))
        unsent = {(row.kind, row.state) for row in connection.execute(query.where(letter.c.phase == YEAR_END))}
    assert unsent == {("reminder", "cancelled"), ("approval-needed", "queued")}, "the province still has to decide"
    late = [filed.advance(at, phases=[YEAR_END]) for at in ("2022-12-21T09:00", "2023-01-03T09:00", "2023-01-05T09:00")]
    assert [whom(one, kind) for one in late for kind in ("overdue", "escalation")] == [[]] * 6
    assert [one for each in late for one in whom(each, "reminder") if one != "province"] == []


def test_a_later_day_is_asked_for_and_given_before_and_after(filed: Scene) -> None:
    database = filed.database
    day = date(2023, 1, 10)
    asked = ask.ask(database, YEAR, YEAR_END, NANJING, stamp("2023-01-03T10:00"), until=day, reason="账目未结")
    assert asked.done, asked
    assert [one.kind for one in asked.changes.letters] == ["request"] * 2
    receipt = next(one.text for one in asked.changes.letters if one.recipient.startswith("city:"))
    assert "答复之前暂不能报送。" in receipt
    given = answer.answer(database, YEAR, 1, stamp("2023-01-03T11:00"), grant=True, until=day, reason="同意")
    assert given.done, given
    assert "延至2023年1月10日" in next(one.text for one in given.changes.letters if one.kind == "answered")
    assert stands(filed, "2023-01-04T09:00") == {
        "state": "submitted", "second_due": "2023-01-11T00:00:00+08:00", "second_late": False,
    }  # fmt: skip
    assert filed.load(YEAR_END, NANJING, filed.sheets(YEAR_END, NANJING), "2023-01-09T10:00").done
    again = filed.extend(YEAR_END, [NANJING], "2023-01-09T11:00", date(2023, 1, 20))
    assert "已经报送，没有待交的内容" in again.message


def sent(scene: Scene) -> Scene:
    """Take what waits as sent."""
    letter = table_of(Letter)
    with scene.database.write() as connection:
        connection.execute(update(letter).where(letter.c.state == "queued").values(state="sent"))
    return scene


def told_to(said: Outcome | Advance, kind: str) -> dict[str, str]:
    """Whom an act tells that the second part's day moved, and what."""
    letters = (one for one in said.changes.letters if (one.kind, one.phase, one.concerns) == (kind, YEAR_END, NANJING))
    return {one.recipient.partition(":")[0]: one.text for one in letters}


@pytest.fixture
def reminded(filed: Scene) -> Scene:
    """An institution and a school, which owe a summary, were told the second part's day as well."""
    whole = filed.sheets(YEAR_END, NANJING)
    of_mentors = [row for row in whole["summaries"] if row.model_dump()["type"] == "导师"]
    assert filed.load(YEAR_END, NANJING, materials_alone(filed, summaries=tuple(of_mentors)), "2022-11-28T10:00").done
    assert whom(filed.advance("2022-12-21T09:00", phases=[YEAR_END]), "reminder") == ["city", "institution", "school"]
    return sent(filed)


def revised(scene: Scene, at: str, day: str = "2023-01-10", untold: str = "") -> Outcome:
    new = calendar().source_text.replace("second_due = 2022-12-31", f"second_due = {day}")
    new = new.replace("province_due = 2022-12-31", "province_due = 2023-01-31")
    return amend(scene.database, YEAR, parse(new, "日历"), stamp(at), reason="省厅通知", untold=untold)


@pytest.mark.parametrize("way", ["extended", "revised"])
def test_who_was_told_the_second_day_hears_when_it_moves(reminded: Scene, way: str) -> None:
    if way == "extended":
        said = reminded.extend(YEAR_END, [NANJING], "2022-12-22T10:00", date(2023, 1, 10))
    else:
        said = revised(reminded, "2022-12-22T10:00")
        assert "13 项截止日随之改变" in said.message
    told = told_to(said, "moved")
    assert sorted(told) == ["city", "institution", "school"]
    assert "年度工作总结、经费使用情况和绩效指标完成情况的截止时间由2022年12月31日" in told["city"]
    assert "2023年1月10日" in told["city"]
    assert "2022年12月22日" in told["school"]
    again = sent(reminded).extend(YEAR_END, [NANJING], "2022-12-22T11:00", date(2023, 1, 12))
    assert sorted(told_to(again, "moved")) == ["city", "institution", "school"]


def test_a_day_told_after_the_filing_is_known_when_what_was_filed_is_returned(reminded: Scene) -> None:
    """It tells of the second part alone, whatever state the rest is in: the next letter says what it moves from."""
    reminded.extend(YEAR_END, [NANJING], "2022-12-22T10:00", date(2023, 1, 10))
    sent(reminded).reject(YEAR_END, NANJING, "2022-12-22T11:00")
    said = sent(reminded).extend(YEAR_END, [NANJING], "2022-12-22T12:00", date(2023, 1, 20))
    texts = [one.text for one in said.changes.letters if one.recipient == f"city:{NANJING}"]
    second = "绩效指标完成情况的截止时间由2023年1月10日（星期二）24时调整为2023年1月20日"
    assert [second in text for text in texts] == [True]


def test_an_answer_that_grants_a_day_after_the_filing_is_told_to_the_city_once(reminded: Scene) -> None:
    day = date(2023, 1, 10)
    given = (reminded.database, YEAR)
    assert ask.ask(*given, YEAR_END, NANJING, stamp("2022-12-23T10:00"), until=day, reason="账目未结").done
    said = answer.answer(*given, 1, stamp("2022-12-23T11:00"), grant=True, until=day, reason="同意")
    assert [one.kind for one in said.changes.letters if one.recipient == f"city:{NANJING}"] == ["answered"]


def test_a_mistaken_day_of_the_second_part_is_taken_back_and_told_as_one(reminded: Scene) -> None:
    given = (reminded.database, YEAR, YEAR_END, NANJING)
    reminded.extend(YEAR_END, [NANJING], "2022-12-22T10:00", date(2023, 2, 10))
    said = correct(*given, stamp("2022-12-22T11:00"), reason="误写为二月")
    assert "截止日由 2023-02-10 更正为 2022-12-31 24:00" in said.message
    assert told_to(said, "corrected") == {}, "nobody has the letter with the mistaken day"
    assert stands(reminded, "2022-12-22T11:30")["second_due"] == "2023-01-01T00:00:00+08:00"
    reminded.extend(YEAR_END, [NANJING], "2022-12-22T12:00", date(2023, 2, 10))
    sent(reminded)
    told = told_to(correct(*given, stamp("2022-12-22T14:00"), reason="误写为二月"), "corrected")
    assert sorted(told) == ["city", "institution", "school"]


def opened(scene: Scene) -> Scene:
    """The phase is open to a city, which has filed nothing of it; all who have to do with it were told both days."""
    scene.through("midterm", NANJING)
    scene.load("cultivation", NANJING, scene.sheets("cultivation", NANJING), "2022-10-20T09:00")
    said = scene.advance("2022-11-01T09:00")
    assert whom(said, "opened") == ["city", "institution", "mentor", "school"]
    return scene


def test_who_read_the_second_day_as_the_phase_opened_and_still_owes_hears_too(scene: Scene) -> None:
    """Mentors, schools and institutions were told it with their task; whose summary is there goes by it no more."""
    whole = sent(opened(scene)).sheets(YEAR_END, NANJING)
    of_mentors = [row for row in whole["summaries"] if row.model_dump()["type"] == "导师"]
    loaded = materials_alone(scene, summaries=tuple(of_mentors))
    assert scene.load(YEAR_END, NANJING, loaded, "2022-11-20T10:00").done
    assert scene.submit(YEAR_END, NANJING, "2022-11-20T11:00").done
    said = scene.extend(YEAR_END, [NANJING], "2022-12-12T10:00", date(2023, 1, 10))
    assert sorted(told_to(said, "moved")) == ["city", "institution", "school"]


def test_the_days_of_both_parts_are_known_apart(scene: Scene) -> None:
    """Reminded of its summary a school knows no other day of the materials; an institution is asked for none."""
    whole = sent(opened(scene)).sheets(YEAR_END, NANJING)
    of_mentors = tuple(row for row in whole["summaries"] if row.model_dump()["type"] == "导师")
    scene.load(YEAR_END, NANJING, materials_alone(scene, summaries=of_mentors), "2022-11-20T10:00")
    assert scene.submit(YEAR_END, NANJING, "2022-11-20T11:00").done
    scene.advance("2022-12-21T09:00", phases=[YEAR_END])
    with sent(scene).database.read() as connection:
        found = [one for one in beliefs(connection, YEAR, instant("2022-12-21T10:00")) if one.phase == YEAR_END]
    second, theirs = date(2022, 12, 31), date(2022, 12, 28)
    assert {(one.party.partition(":")[0], one.second, one.kind, one.told, one.holds) for one in found} == {
        ("city", False, "opened", date(2022, 11, 30), None), ("city", True, "reminder", second, second),
        ("mentor", False, "opened", date(2022, 11, 25), None), ("mentor", True, "opened", theirs, None),
        ("school", False, "opened", date(2022, 11, 25), None), ("school", True, "reminder", theirs, theirs),
        ("institution", True, "reminder", theirs, theirs),
    }  # fmt: skip
    assert [one.as_json()["second"] for one in found[:2]] == [False, True]
    told = told_to(scene.reject(YEAR_END, NANJING, "2022-12-22T11:00", date(2022, 12, 29)), "moved")
    assert sorted(told) == ["mentor", "school"]
    assert "提交学生材料的时间由2022年11月25日（星期五）17时改为2022年12月26日" in told["school"]


SCHOOL = "贵校提交年度工作总结的时间由2022年12月28日（星期三）17时改为2023年1月5日（星期四）17时，其他事项不变。"


def test_a_city_that_has_not_filed_hears_of_the_second_day_that_moved_and_goes_on_by_the_first(scene: Scene) -> None:
    said = revised(sent(opened(scene)), "2022-11-10T10:00")
    told = told_to(said, "moved")
    assert sorted(told) == ["city", "institution", "mentor", "school"]
    assert "总结和经费情况" in next(one.subject for one in said.changes.letters if one.recipient == f"city:{NANJING}")
    assert "截止时间由2022年12月31日（星期六）24时调整为2023年1月10日（星期二）24时" in told["city"]
    assert SCHOOL in told["school"]
    assert {one.ics and one.ics.count("-second-due-nanjing") for one in said.changes.letters} == {1}
    assert [one.ics for one in said.changes.letters if "-year-end-due-" in (one.ics or "")] == []
    log = "年度日历修订，后交部分截止日 2022-12-31 改为 2023-01-10：省厅通知"
    assert [move.reason for move in said.changes.transitions if move.after.city == NANJING] == [log]
    with scene.database.read() as connection:
        found = [one for one in beliefs(connection, YEAR, instant(AFTER)) if one.phase == YEAR_END]
    first, theirs, later = date(2022, 11, 30), date(2022, 11, 25), date(2022, 12, 28)
    assert {(one.party.partition(":")[0], one.second, one.told, one.true, bool(one.newer)) for one in found} == {
        ("city", False, first, True, False), ("city", True, date(2022, 12, 31), False, True),
        ("mentor", False, theirs, True, False), ("mentor", True, later, False, True),
        ("school", False, theirs, True, False), ("school", True, later, False, True),
        ("institution", True, later, False, True),
    }  # fmt: skip
    assert whom(sent(scene).advance("2022-11-11T09:00"), "moved") == []


AFTER = "2022-11-10T12:00"


def test_what_has_not_left_when_it_moves_goes_with_the_new_day_alone(scene: Scene) -> None:
    said = revised(opened(scene), "2022-11-10T10:00")
    assert sorted(told_to(said, "opened")) == ["city", "institution", "mentor", "school"]
    assert "于2023年1月5日（星期四）17时前撰写年度工作总结" in told_to(said, "opened")["school"]
    assert told_to(said, "moved") == {}


def test_the_opening_says_the_day_that_the_city_was_given(scene: Scene) -> None:
    """Not the calendar's: whoever read that would hear of no other."""
    scene.through("midterm", NANJING)
    assert scene.extend(YEAR_END, [NANJING], "2022-10-20T10:00", date(2023, 1, 10)).done
    told = told_to(scene.advance("2022-11-01T09:00"), "opened")
    assert "二、于2023年1月10日（星期二）24时前收齐" in told["city"]
    assert [told[one].count("于2023年1月5日（星期四）17时前撰写") for one in ("institution", "mentor", "school")] == [
        1
    ] * 3


def test_a_later_day_of_all_moves_both_and_tells_both(scene: Scene) -> None:
    said = sent(opened(scene)).extend(YEAR_END, [NANJING], "2022-11-20T10:00", date(2023, 1, 10))
    (told,) = [one for one in said.changes.letters if one.recipient == f"city:{NANJING}"]
    assert told.subject.endswith("截止时间改为1月10日（周二）24时：南京市年度评价材料、总结和经费情况")
    both = "由2022年11月30日（星期三）24时调整为2023年1月10日（星期二）24时", "由2022年12月31日（星期六）24时调整为"
    assert all(each in told.text for each in both)
    assert (told.text.count("附件为新截止时间的日历文件"), (told.ics or "").count("BEGIN:VEVENT")) == (1, 2)
    to_school = [one.text for one in said.changes.letters if one.recipient.startswith("school:")]
    assert ["提交学生材料" in one and "提交年度工作总结" in one for one in to_school] == [True]
    assert ["附件为年度工作总结新截止时间的日历文件" in one for one in to_school] == [True], "of the other it has none"
    to_institution = [one.text for one in said.changes.letters if one.recipient.startswith("institution:")]
    assert ["提交年度工作总结的时间由2022年12月28日" in one for one in to_institution] == [True]


def test_what_told_both_days_is_known_to_have_told_each(scene: Scene) -> None:
    """Whether the next act moves both or the second part's alone, after that letter left or before."""
    sent(opened(scene)).extend(YEAR_END, [NANJING], "2022-11-20T10:00", date(2023, 1, 10))
    again = scene.extend(YEAR_END, [NANJING], "2022-11-20T11:00", date(2023, 1, 12), dry_run=True)
    (told,) = [one.text for one in again.changes.letters if one.recipient == f"city:{NANJING}"]
    assert ("由2022年11月30日" in told, "由2022年12月31日" in told) == (True, True), "nobody has the first"
    unsent = told_to(revised(scene, "2022-11-20T11:00", "2023-01-20"), "moved")
    assert ("由2022年11月30日" in unsent["city"], "由2022年12月31日" in unsent["city"]) == (True, True)
    assert "调整为2023年1月20日（星期五）24时" in unsent["city"]
    alone = told_to(revised(sent(scene), "2022-11-20T12:00", "2023-01-21"), "moved")
    assert ("评价材料" in alone["city"], "由2023年1月20日" in alone["city"]) == (False, True)
    with sent(scene).database.read() as connection:
        found = beliefs(connection, YEAR, instant("2022-11-20T13:00"), [f"city:{NANJING}"])
    assert {(one.second, one.told, one.true) for one in found if one.phase == YEAR_END} == {
        (False, date(2023, 1, 10), True), (True, date(2023, 1, 21), True),
    }  # fmt: skip


def test_where_the_first_moves_alone_both_are_told_again(scene: Scene) -> None:
    """What told both, and had not left, is taken back."""
    new = calendar().source_text.replace("due = 2022-11-30", "due = 2022-12-08")
    new = new.replace("second_due = 2022-12-31", "second_due = 2023-01-10")
    new = new.replace("province_due = 2022-12-31", "province_due = 2023-01-31")
    given = (sent(opened(scene)).database, YEAR, parse(new, "日历"))
    assert len(told_to(amend(*given, stamp("2022-11-10T10:00"), reason="另行安排"), "moved")) == 4
    told = told_to(scene.extend(YEAR_END, [NANJING], "2022-11-10T11:00", date(2022, 12, 20)), "moved")
    assert "调整为2022年12月20日（星期二）24时，年度工作总结" in told["city"]
    assert "调整为2023年1月10日（星期二）24时，其他" in told["city"]
    assert sorted(told) == ["city", "mentor", "school"], "an institution was told of the second alone, and that holds"


BOTH = "年度工作总结、经费使用情况和绩效指标完成情况的截止时间同时由{}24时调整为{}24时。"
THIRTY_FIRST, TENTH, TWENTIETH = "2022年12月31日（星期六）", "2023年1月10日（星期二）", "2023年1月20日（星期五）"


def kinds_to(said: Outcome | Advance) -> dict[str, list[str]]:
    """Which kinds of letter each gets by an act."""
    found: dict[str, list[str]] = {}
    for one in said.changes.letters:
        found.setdefault(one.recipient.partition(":")[0], []).append(one.kind)
    return found


def test_an_answer_that_grants_a_day_before_the_filing_tells_both_in_one_letter(scene: Scene) -> None:
    day, given = date(2023, 1, 10), (sent(opened(scene)).database, YEAR)
    assert ask.ask(*given, YEAR_END, NANJING, stamp("2022-11-20T10:00"), until=day, reason="封控").done
    plain = scene.extend(YEAR_END, [NANJING], "2022-11-20T11:00", day, dry_run=True)
    said = answer.answer(*given, 1, stamp("2022-11-20T11:00"), grant=True, until=day, reason="同意")
    assert kinds_to(said) == {**kinds_to(plain), "city": ["answered"]}
    (text,) = [one.text for one in said.changes.letters if one.recipient == f"city:{NANJING}"]
    assert f"由2022年11月30日（星期三）24时延至{TENTH}24时" in text
    assert BOTH.format(THIRTY_FIRST, TENTH) in text
    with sent(scene).database.read() as connection:
        found = beliefs(connection, YEAR, instant("2022-11-20T13:00"), [f"city:{NANJING}"])
    assert {(one.second, one.kind, one.told, one.true) for one in found if one.phase == YEAR_END} == {
        (False, "answered", day, True), (True, "answered", day, True),
    }  # fmt: skip


def test_such_an_answer_that_has_not_left_is_given_once_more_with_the_new_day(scene: Scene) -> None:
    day, given = date(2023, 1, 10), (sent(opened(scene)).database, YEAR)
    assert ask.ask(*given, YEAR_END, NANJING, stamp("2022-11-20T10:00"), until=day, reason="封控").done
    assert answer.answer(*given, 1, stamp("2022-11-20T11:00"), grant=True, until=day, reason="同意").done
    again = scene.extend(YEAR_END, [NANJING], "2022-11-20T12:00", date(2023, 1, 20))
    assert kinds_to(again)["city"] == ["answered"]
    (text,) = [one.text for one in again.changes.letters if one.recipient == f"city:{NANJING}"]
    assert BOTH.format(THIRTY_FIRST, TWENTIETH) in text, "nobody has the first"


def test_what_returns_a_filing_or_opens_it_again_tells_both_days_in_one_letter(scene: Scene) -> None:
    sent(opened(scene)).load(YEAR_END, NANJING, materials_alone(scene), "2022-11-20T10:00")
    assert scene.submit(YEAR_END, NANJING, "2022-11-20T11:00").done
    returned = sent(scene).reject(YEAR_END, NANJING, "2022-11-21T10:00", date(2023, 1, 10))
    moved = {whom: ["moved"] for whom in ("institution", "mentor", "school")}
    assert kinds_to(returned) == {"city": ["returned"], **moved}
    assert BOTH.format(THIRTY_FIRST, TENTH) in told_to(returned, "returned")["city"]
    again = sent(scene).rerun(YEAR_END, NANJING, "2022-11-22T10:00", date(2023, 1, 20))
    assert kinds_to(again) == {**moved, "city": ["rerun"], "mentor": ["rerun"]}
    assert BOTH.format(TENTH, TWENTIETH) in told_to(again, "rerun")["city"]
    theirs = "您提交年度工作总结的时间同时由2023年1月5日（星期四）17时改为2023年1月17日（星期二）17时。"
    assert theirs in told_to(again, "rerun")["mentor"]


def test_two_mistaken_days_are_told_apart_by_their_part(scene: Scene) -> None:
    sent(opened(scene)).extend(YEAR_END, [NANJING], "2022-11-20T10:00", date(2023, 1, 10))
    said = correct(sent(scene).database, YEAR, YEAR_END, NANJING, stamp("2022-11-20T11:00"), reason="误写")
    (text,) = [one.text for one in said.changes.letters if one.recipient == f"city:{NANJING}"]
    mistaken = "{}的截止时间2023年1月10日（星期二）24时有误，更正为{}24时"
    assert mistaken.format("此前所告贵办2022年度评价材料", "2022年11月30日（星期三）") in text
    second = mistaken.format("；年度工作总结、经费使用情况和绩效指标完成情况", "2022年12月31日（星期六）")
    assert f"{second}，其他要求不变" in text


def test_it_moves_from_the_day_that_each_knows_whatever_was_left_unsaid_or_never_left(scene: Scene) -> None:
    """Nobody hears of a day that comes back to what he knows."""
    revised(sent(opened(scene)), "2022-11-10T10:00", untold="另行安排")
    again = told_to(revised(scene, "2022-11-10T11:00", "2023-01-05"), "moved")
    assert sorted(again) == ["city", "institution", "mentor", "school"]
    assert "截止时间由2022年12月31日（星期六）24时调整为2023年1月5日（星期四）24时" in again["city"]
    assert "由2022年12月28日（星期三）17时改为" in again["school"]
    assert told_to(revised(scene, "2022-11-10T12:00", "2022-12-31"), "moved") == {}
    revised(scene, "2022-11-10T13:00", untold="另行安排")
    assert told_to(revised(scene, "2022-11-10T14:00", "2022-12-31"), "moved") == {}


def test_a_day_that_moves_while_the_filing_is_held_is_told_at_once(scene: Scene) -> None:
    whole = sent(opened(scene)).sheets(YEAR_END, NANJING)
    of_mentors = tuple(row for row in whole["summaries"] if row.model_dump()["type"] == "导师")
    assert scene.load(YEAR_END, NANJING, materials_alone(scene, summaries=of_mentors), "2022-11-20T10:00").done
    assert scene.submit(YEAR_END, NANJING, "2022-11-20T11:00").done
    assert scene.rerun("midterm", NANJING, "2022-11-21T10:00", date(2022, 12, 20)).done
    assert (scene.cell(YEAR_END, NANJING).state, scene.cell(YEAR_END, NANJING).resume) == ("waiting", "submitted")
    told = told_to(revised(sent(scene), "2022-11-22T10:00"), "moved")
    assert sorted(told) == ["city", "institution", "school"]
    assert "年度工作总结、经费使用情况和绩效指标完成情况的截止时间由2022年12月31日" in told["city"]
    assert SCHOOL in told["school"]
    assert sent(scene).submit("midterm", NANJING, "2022-11-23T10:00").done
    assert scene.cell(YEAR_END, NANJING).state == "submitted"
    with scene.database.read() as connection:
        slots = connection.exec_driver_sql("SELECT slot FROM letter WHERE kind = 'moved' AND phase = 'year-end'")
        assert {slot for (slot,) in slots} == {"second#2023-01-10#1"}


def test_whoever_is_back_hears_what_moved_while_the_city_was_away(scene: Scene) -> None:
    sent(opened(scene)).withdraw(NANJING, "2022-11-05T10:00")
    assert told_to(revised(sent(scene), "2022-11-10T10:00"), "moved") == {}
    told = told_to(rejoin(scene.database, YEAR, NANJING, stamp("2022-11-12T10:00"), reason="已落实"), "moved")
    assert sorted(told) == ["city", "institution", "mentor", "school"]
    assert "截止时间由2022年12月31日（星期六）24时调整为2023年1月10日（星期二）24时" in told["city"]
    assert SCHOOL in told["school"]


def test_whoever_is_back_in_that_very_phase_hears_it_in_one_letter(scene: Scene) -> None:
    sent(opened(scene)).extend(YEAR_END, [NANJING], "2022-11-20T10:00", date(2022, 12, 20))
    assert sent(scene).submit("cultivation", NANJING, "2022-12-01T10:00").done
    sent(scene).withdraw(NANJING, "2022-12-02T10:00")
    assert revised(sent(scene), "2022-12-05T10:00").done
    said = rejoin(scene.database, YEAR, NANJING, stamp("2022-12-06T10:00"), reason="已落实")
    assert kinds_to(said) == {
        "city": ["rejoined"], "mentor": ["rejoined"], "school": ["rejoined"], "institution": ["opened", "rejoined"],
    }, "of an institution nothing is asked by the day of the materials"  # fmt: skip
    back = next(one.text for one in said.changes.letters if one.kind == "rejoined" and "institution" in one.recipient)
    assert "将有关材料交" not in back
    assert BOTH.format(THIRTY_FIRST, TENTH) in told_to(said, "rejoined")["city"]
    assert "贵校提交年度工作总结的时间同时由2022年12月28日" in told_to(said, "rejoined")["school"]


def test_without_the_guard_nobody_hears_of_it(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """The broken control."""
    monkeypatch.setattr("season.moving._second_outdated", lambda _: {})
    assert told_to(revised(sent(opened(scene)), "2022-11-10T10:00"), "moved") == {}


def test_a_filing_that_is_whole_at_once_owes_nothing_more(scene: Scene) -> None:
    scene.through("midterm", NANJING)
    scene.load("cultivation", NANJING, scene.sheets("cultivation", NANJING), "2022-11-20T09:00")
    scene.load(YEAR_END, NANJING, scene.sheets(YEAR_END, NANJING), "2022-11-20T10:00")
    assert "补齐" not in scene.submit(YEAR_END, NANJING, "2022-11-20T11:00").message


def test_whose_school_is_another_makes_another_summary_owed(scene: Scene) -> None:
    scene.through("midterm", NANJING, application=two_schools(scene))
    scene.load("cultivation", NANJING, scene.sheets("cultivation", NANJING), "2022-11-20T09:00")
    scene.load(YEAR_END, NANJING, scene.sheets(YEAR_END, NANJING), "2022-11-20T10:00")
    assert scene.submit(YEAR_END, NANJING, "2022-11-20T11:00").done
    assert scene.cell(YEAR_END, NANJING).second_at == instant("2022-11-20T11:00")
    assert corrected(scene, "name", "学生壹", "2022-12-01T10:00").done
    assert scene.cell(YEAR_END, NANJING).second_at == instant("2022-11-20T11:00")
    assert corrected(scene, "school", "南京二中", "2022-12-01T11:00").done
    assert scene.cell(YEAR_END, NANJING).second_at is None
    assert whom(scene.advance("2022-12-21T09:00", phases=[YEAR_END]), "reminder") == ["city", "institution", "school"]


def test_one_ill_mentor_is_excused_with_a_reason_and_the_city_of_nothing_else(filed: Scene) -> None:
    whole = filed.sheets(YEAR_END, NANJING)
    kept = [row for row in whole["summaries"] if row.model_dump()["type"] != "导师"]
    (ill,) = [row.model_dump() for row in whole["summaries"] if row.model_dump()["type"] == "导师"]
    assert filed.load(YEAR_END, NANJING, {**whole, "summaries": tuple(kept)}, "2022-12-12T10:00").done
    label, when = f"{ill['mentor']}（{ill['unit']}）", stamp("2022-12-12T11:00")
    given = (filed.database, YEAR, YEAR_END, NANJING)
    nobody = excuse(*given, "李四", when, reason="长期请假")
    assert f"没有所写的这一方；可以写的是：{label}、" in nobody.message
    assert "李四" not in nobody.message, "whatever was typed would stay in the log"
    refused = filed.approve(YEAR_END, NANJING, "2022-12-12T11:30")
    assert refused.verdict is not None
    assert [one.rule for one in refused.verdict.refusals] == ["year-end.summaries"]
    assert excuse(*given, f" {label}", stamp("2022-12-12T12:00"), reason="长期请假").done
    assert filed.cell(YEAR_END, NANJING).second_at == instant("2022-12-12T12:00")
    assert excuse(*given, label, stamp("2022-12-12T12:30"), reason="长期请假").outcome == "refused"
    assert filed.approve(YEAR_END, NANJING, "2022-12-12T13:00").done
