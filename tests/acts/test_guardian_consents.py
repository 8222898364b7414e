"""Guardians' consent as a record: what filings and offices write, what of it decides, whose withdrawal is open."""

from __future__ import annotations

import re
from contextlib import nullcontext
from datetime import date

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DatabaseError, IntegrityError

from acts.guardian_consents import LONGEST, printed, put_consent, void_consent, wording
from acts.leave_training import leave_training
from calendars.year import Year
from gates.states import Event
from models import guardian_consents
from models.append_only import lifted
from models.case_notes import PROVINCE
from models.columns import table_of
from models.facts.scope import Scope
from models.guardian_consents import SHOWN, NewConsent, OpenWithdrawal
from models.histories import Span, moves
from models.invariants import broken
from models.personal_data import CHILD, KEEPINGS
from models.tables.audit import AuditEntry
from models.tables.guardian_consents import ConsentWording
from phases.book import BOOK
from season.outcome import Outcome
from tests.support import sheets
from tests.support.scenes import NANJING, WUXI, YEAR, Scene, calendar, stamp

APPLICATION, FILED, DAY = "application", "2022-01-10T10:00", date(2022, 1, 10)
ONE, TWO, THREE, FIVE = (f"3201-2022-{place:04}" for place in (1, 2, 3, 5))
YOUNG = date(2010, 5, 6)
KINDS = (("同意", 3), ("撤回同意", 4))
CONSENT = NewConsent(ONE, given=True, day=date(2022, 1, 8), relation="mother", way="in-person", wording="own")
BACK = CONSENT._replace(given=False, wording="", relation="father", way="email")


@pytest.fixture
def rolled(scene: Scene) -> Scene:
    return scene.through("mentor-recommendation", NANJING)


def put(scene: Scene, new: NewConsent, at: str = FILED, office: str = PROVINCE, token: str = "") -> Outcome:
    by = stamp(at, "王办" if office == PROVINCE else "南京")
    return put_consent(scene.database, YEAR, NANJING, new, token or f"{at} {new}", by, office)


def void(scene: Scene, number: int, reason: str = "登错学生", at: str = FILED, office: str = PROVINCE) -> Outcome:
    with scene.database.read() as connection:
        one = next(one for one in guardian_consents.consents(connection, YEAR) if one.id == number)
    by = stamp(at, "王办" if office == PROVINCE else "南京")
    return void_consent(scene.database, YEAR, one, reason, by, office)


def on_record(scene: Scene) -> list[tuple[object, ...]]:
    with scene.database.read() as connection:
        found = guardian_consents.consents(connection, YEAR)
    return [(one.number, one.given, one.day, one.relation, one.way, one.wording, one.filing, one.by) for one in found]


def file(scene: Scene, at: str = FILED, **consents: bool) -> Outcome:
    """File the applications of two children; `one` and `two` say what stands under 监护人同意, `one` is 11."""
    young = {"born": YOUNG, "guardian_consent": consents.get("one", True)}
    where = scene.city(NANJING)
    rows = [sheets.student(where, 1, **young), sheets.student(where, 2, guardian_consent=consents.get("two", True))]
    return scene.file(APPLICATION, NANJING, sheets.application(rows), at)


def refused_for(said: Outcome) -> list[str]:
    return [one.rule for one in said.verdict.refusals] if said.verdict else []


def still_in(scene: Scene) -> list[OpenWithdrawal]:
    with scene.database.read() as connection:
        return list(guardian_consents.open_withdrawals(Scope.undated(connection, scene.year)))


def test_a_filing_that_passes_records_each_yes_once(rolled: Scene) -> None:
    assert file(rolled, one=False).outcome == "returned"
    assert on_record(rolled) == []
    assert file(rolled, "2022-01-11T10:00", two=False).done
    first = (ONE, True, date(2022, 1, 11), "", "paper", "", 2, "省办")
    assert on_record(rolled) == [first]
    rolled.rerun(APPLICATION, NANJING, "2022-01-12T10:00", date(2022, 1, 20))
    assert file(rolled, "2022-01-13T10:00").done
    assert on_record(rolled) == [first, (TWO, True, date(2022, 1, 13), "", "paper", "", 3, "省办")]


def test_what_a_filing_recorded_outlives_no_later_workbook(rolled: Scene) -> None:
    assert file(rolled).done
    rolled.rerun(APPLICATION, NANJING, "2022-01-12T10:00", date(2022, 1, 20))
    assert refused_for(file(rolled, "2022-01-13T10:00", one=False)) == ["applications.consent"]


def test_after_a_withdrawal_it_has_to_be_recorded_anew(rolled: Scene) -> None:
    assert file(rolled).done
    assert put(rolled, BACK, "2022-01-11T10:00").done
    rolled.rerun(APPLICATION, NANJING, "2022-01-12T10:00", date(2022, 1, 20))
    said = file(rolled, "2022-01-13T10:00")
    assert (refused_for(said), said.verdict and [one.numbers for one in said.verdict.refusals]) == (
        ["applications.consent"], [(ONE,)]
    )  # fmt: skip
    assert put(rolled, CONSENT, "2022-01-13T11:00", NANJING).done
    assert file(rolled, "2022-01-13T12:00").done
    assert [(one[0], one[1], one[6]) for one in on_record(rolled)] == [
        (ONE, True, 1), (TWO, True, 1), (ONE, False, None), (ONE, True, None),
    ]  # fmt: skip


@pytest.mark.parametrize(("born", "refused"), [(date(2008, 1, 10), []), (date(2008, 1, 11), ["applications.consent"])])
def test_a_withdrawal_bars_who_is_under_fourteen_on_the_day_of_filing(
    rolled: Scene, born: date, refused: list[str]
) -> None:
    child = sheets.application([sheets.student(rolled.city(NANJING), 1, born=born)])
    rolled.load(APPLICATION, NANJING, child, "2022-01-09T10:00")
    assert put(rolled, BACK, "2022-01-09T11:00").done
    assert refused_for(rolled.submit(APPLICATION, NANJING, FILED)) == refused


def test_consent_that_an_office_recorded_is_enough_whatever_the_workbook_says(rolled: Scene) -> None:
    rolled.load(APPLICATION, NANJING, sheets.application([sheets.student(rolled.city(NANJING), 1, born=YOUNG)]), FILED)
    put(rolled, CONSENT)
    assert file(rolled, "2022-01-10T11:00", one=False).done
    assert refused_for(file(rolled, "2022-01-10T12:00", one=False)) == []


def test_the_record_is_whole_and_the_log_has_numbers_alone(rolled: Scene) -> None:
    assert file(rolled).done
    paper = wording(BOOK, rolled.year).digest[:SHOWN]
    said = put(rolled, CONSENT._replace(wording=paper.upper(), reason="不写"), "2022-01-11T10:00")
    assert said.message == f"南京 学生申报：{ONE} 已登记监护人同意（3 号）。"
    assert put(rolled, BACK._replace(reason="另有安排"), "2022-01-11T11:00", NANJING).done
    with rolled.database.read() as connection:
        shown = printed(connection, BOOK, rolled.year, date(2022, 1, 11))
        kept = [tuple(row) for row in connection.execute(select(table_of(ConsentWording)))]
        log = [one.reason for one in moves(connection, Span(YEAR, None)) if one.event is Event.CONSENT]
        audit = connection.execute(select(table_of(AuditEntry).c.what, table_of(AuditEntry).c.subject)).all()
        reasons = [one.reason for one in guardian_consents.consents(connection, YEAR, number=ONE)]
    assert on_record(rolled)[2:] == [
        (ONE, True, date(2022, 1, 8), "mother", "in-person", shown.digest, None, "王办"),
        (ONE, False, date(2022, 1, 8), "father", "email", "", None, "南京"),
    ]
    assert [(digest, words) for digest, words, _ in kept] == [(shown.digest, shown.text)]
    given, back = (rf"{ONE} 登记监护人{what}（{number} 号，校验 [0-9a-f]{{12}}）" for what, number in KINDS)
    assert [bool(re.fullmatch(one, said)) for one, said in zip((back, given), map(str, log), strict=True)] == [True] * 2
    assert [tuple(one) for one in audit] == [("登记监护人同意", f"student/{YEAR}/{ONE}")]
    assert reasons == ["", "", "另有安排"]


@pytest.mark.parametrize(
    ("new", "why"),
    [
        (CONSENT._replace(number="3202-2022-0001"), "该市没有这个报名号；请核对"),
        (CONSENT._replace(day=date(2006, 1, 1)), "日期 2006-01-01 早于学生的出生日期，请核对"),
        (CONSENT._replace(relation="李某"), "请选择与学生的关系和方式"),
        (CONSENT._replace(way="电话"), "请选择与学生的关系和方式"),
        (
            CONSENT._replace(wording="abc"),
            "没有编号为“abc”的告知书；请照纸上印的文本编号填写，其他文本不填",
        ),
        (CONSENT._replace(day=date(2022, 1, 11)), "日期 2022-01-11 还没有到，请核对"),
        (BACK._replace(reason="长" * (LONGEST + 1)), "说明长 101 字，超过 100 字，请改正"),
    ],
)
def test_what_does_not_fit_is_refused_and_leaves_nothing(rolled: Scene, new: NewConsent, why: str) -> None:
    rolled.load(APPLICATION, NANJING, sheets.application([sheets.student(rolled.city(NANJING), 1)]), FILED)
    assert (put(rolled, new).message, on_record(rolled)) == (f"南京 学生申报：{why}。", [])


def test_it_is_withdrawn_once_and_one_form_writes_once(rolled: Scene) -> None:
    assert file(rolled).done
    assert put(rolled, BACK, token="a form").done
    assert put(rolled, BACK, token="another").message == "南京 学生申报：3 号已登记撤回同意，不必重复登记。"
    with pytest.raises(IntegrityError):
        put(rolled, CONSENT, token="a form")


def test_an_old_paper_does_not_override_a_withdrawal(rolled: Scene) -> None:
    assert file(rolled).done
    assert put(rolled, BACK._replace(day=date(2022, 1, 9)), "2022-01-11T10:00").done
    said = put(rolled, CONSENT, "2022-01-11T11:00")
    assert said.message == (
        "南京 学生申报：3 号已登记 2022-01-09 撤回同意，早于这一天的同意不再作数；请登记撤回之后重新取得的同意。"
    )
    assert put(rolled, CONSENT._replace(day=date(2022, 1, 9)), "2022-01-11T12:00").done


def test_what_was_given_is_not_the_next_childs_who_has_the_number(rolled: Scene) -> None:
    where = rolled.city(NANJING)

    def loaded(born: date, at: str) -> None:
        child = sheets.student(where, 1, born=born, guardian_consent=False)
        rolled.load(APPLICATION, NANJING, sheets.application([child]), at)

    loaded(date(2010, 5, 6), "2022-01-09T10:00")
    assert put(rolled, CONSENT, "2022-01-09T11:00").done
    loaded(date(2010, 5, 7), "2022-01-09T12:00")
    assert refused_for(rolled.submit(APPLICATION, NANJING, FILED)) == ["applications.consent"]
    loaded(date(2010, 5, 6), "2022-01-11T12:00")
    assert rolled.submit(APPLICATION, NANJING, "2022-01-11T13:00").done


def test_a_form_takes_no_filings_place(rolled: Scene) -> None:
    rolled.load(APPLICATION, NANJING, sheets.application([sheets.student(rolled.city(NANJING), 1)]), FILED)
    assert put(rolled, CONSENT, token=f"filing/{YEAR}/1/{TWO}").done
    assert file(rolled, "2022-01-10T11:00").done


def test_what_is_on_record_is_changed_by_nobody(rolled: Scene) -> None:
    assert file(rolled).done
    put(rolled, CONSENT._replace(wording=wording(BOOK, rolled.year).digest[:SHOWN]))
    assert void(rolled, 3).done
    tables = ("guardian_consent", "consent_void", "consent_wording")
    emptied = "INSERT OR REPLACE INTO {0} SELECT * FROM {0}" if rolled.database.embedded else "TRUNCATE {0} CASCADE"
    with rolled.database.read() as connection:
        before = connection.execute(text("SELECT * FROM consent_wording")).all()
    for said in (
        *(f"DELETE FROM {one}" for one in tables),
        "UPDATE guardian_consent SET given = NOT given", "UPDATE consent_void SET reason = ''",
        *(emptied.format(one) for one in tables[:2]),
    ):  # fmt: skip
        with pytest.raises(DatabaseError, match="append-only"), rolled.database.write() as connection:
            connection.execute(text(said))
    other = "INSERT OR REPLACE INTO consent_wording SELECT digest, 'x', as_of FROM consent_wording"
    stands = nullcontext() if rolled.database.embedded else pytest.raises(DatabaseError, match="append-only")
    with stands, rolled.database.write() as connection:
        connection.execute(text(other if rolled.database.embedded else emptied.format("consent_wording")))
    with rolled.database.read() as connection:
        assert connection.execute(text("SELECT * FROM consent_wording")).all() == before


@pytest.mark.parametrize(
    ("where", "spoil"),
    [
        ("guardian_consent 4", "UPDATE guardian_consent SET relation = 'father'"),
        ("guardian_consent 4", "UPDATE guardian_consent SET office = 'wuxi'"),
        ("guardian_consent 4", "UPDATE guardian_consent SET filing = 1"),
        ("guardian_consent 4", "DELETE FROM guardian_consent"),
        ("consent_void 3", "UPDATE consent_void SET reason = '另有原因'"),
        ("consent_void 3", "DELETE FROM consent_void"),
        ("consent_void 4", "INSERT INTO consent_void SELECT 4, year, city, reason, by, at, as_of FROM consent_void"),
    ],
)
def test_one_that_is_not_as_the_log_has_it_is_found(rolled: Scene, where: str, spoil: str) -> None:
    assert file(rolled).done
    put(rolled, CONSENT._replace(number=TWO))
    put(rolled, CONSENT)
    assert void(rolled, 3).done
    with rolled.database.write() as connection:
        assert list(guardian_consents.unlogged(connection)) == []
        with lifted(connection, {"guardian_consent", "consent_void"}):
            connection.execute(text(f"{spoil} WHERE id = 4" if "guardian_consent" in spoil else spoil))
        found = [(one.invariant, one.where) for one in broken(connection)]
    assert found == [("监护人同意与记录一致", where)]


def test_who_withdrew_is_open_until_he_left_or_it_is_given_anew(scene: Scene) -> None:
    scene.through("interview", NANJING)
    day = BACK.day
    for number in (ONE, TWO, FIVE):  # the last was not admitted
        assert put(scene, BACK._replace(number=number), "2022-02-21T10:00").done
    assert still_in(scene) == [OpenWithdrawal(NANJING, one, day, trained=True) for one in (ONE, TWO)]
    given = (scene.database, YEAR, NANJING, TWO, stamp("2022-02-21T11:00"))
    assert leave_training(*given, reason="个人原因").done
    assert still_in(scene) == [OpenWithdrawal(NANJING, ONE, day, trained=True)]
    assert put(scene, CONSENT, "2022-02-21T12:00").done
    assert still_in(scene) == []


def test_before_anybody_is_admitted_whoever_is_taken_is_still_in(scene: Scene) -> None:
    scene.through(APPLICATION, NANJING)
    for number in (THREE, FIVE):
        put(scene, BACK._replace(number=number), "2022-01-21T10:00")
    assert still_in(scene) == [OpenWithdrawal(NANJING, one, BACK.day, trained=False) for one in (THREE, FIVE)]
    low = sheets.shortlist(sheets.students(scene.city(NANJING)), n5=10)
    assert scene.file("shortlist", NANJING, low).done
    assert [one.number for one in still_in(scene)] == [THREE]
    scene.withdraw(NANJING, "2022-01-25T10:00")
    assert still_in(scene) == []


def test_the_paper_says_all_that_guardians_are_to_be_told(rolled: Scene) -> None:
    def shown(year: Year) -> str:
        with rolled.database.read() as connection:
            points = printed(connection, BOOK, year, DAY).points
        return "".join(word for head, lines in points for word in (head, *lines))

    paper = shown(rolled.year)
    wanted = (
        *("处理目的", "处理方式和知悉范围", "处理哪些信息", "存放地点和保存期限", "期满以后", "安全保障"),
        *("不同意和撤回同意", "查阅、更正和删除", "投诉和联系", "归档后满36个月", "监护人电话"),
        *("《学生》：报名号、姓名、性别、出生日期", rolled.year.contact.phone),
    )
    assert [one for one in wanted if one not in paper] == []
    assert "没有定出清除的期限" in shown(calendar(people_months=0))
    assert WUXI not in paper


BESIDES = {
    "filed_row": "历次报送的原样", "filing": "系统核验的结果", "pool": "匹配码", "child_settled": "是否同一学生的核定",
    "personal_change": "对个人情况的更正", "case_note": "就该生的留言", "award": "《培养证书》的登记",
    "guardian_consent": "监护人同意和撤回的登记",
}  # fmt: skip


def test_the_paper_says_what_is_kept_of_a_child_besides_the_sheets(rolled: Scene) -> None:
    of_a_child = {name for name, one in KEEPINGS.items() if one.law == CHILD or "number" in one.person.split()}
    assert of_a_child - {"consent_wording"} <= set(BESIDES)
    assert [said for said in BESIDES.values() if said not in wording(BOOK, rolled.year).text] == []


def test_whom_to_ask_is_printed_and_no_part_of_the_wording(rolled: Scene) -> None:
    with rolled.database.read() as connection:
        shown = printed(connection, BOOK, rolled.year, DAY, in_charge="李某某", place="南京某机房")
    said = str(shown.points)
    assert ("专人：李某某" in said, "地点：南京某机房" in said, "李某某" in shown.text) == (True, True, False)
    assert shown.digest == wording(BOOK, rolled.year).digest
    assert rolled.year.contact.phone not in shown.text


def test_a_paper_of_before_is_named_by_its_number(rolled: Scene) -> None:
    assert file(rolled).done
    with rolled.database.write() as connection:
        guardian_consents.keep_wording(connection, "ab" * 32, "以前的告知书", stamp(FILED))
    assert put(rolled, CONSENT._replace(wording="ab" * (SHOWN // 2))).done
    assert on_record(rolled)[-1][5] == "ab" * 32


def test_what_is_said_after_a_withdrawal_is_what_the_list_has(scene: Scene) -> None:
    scene.through("interview", NANJING)
    assert put(scene, BACK, "2022-02-21T10:00").message.endswith("另行登记。")
    said = put(scene, BACK._replace(number=FIVE), "2022-02-21T10:00")  # was not admitted
    assert said.message.endswith(" 号）。")


IN_TURN: dict[str, tuple[bool, bool]] = {
    "": (True, True), "gx": (True, True), "gx ": (False, False), "wx": (True, True), "wx ": (False, False),
    "wxw": (True, False), "gwx": (False, True), "gwxx": (False, False), "wgx": (True, False), "wgxx": (True, True),
    "gxg": (False, True),
}  # fmt: skip
"""What an office records in turn (given, withdrawn, the newest that counts an error): what the workbook says, whether
the gate lets a child of eleven pass then."""


def test_what_was_recorded_in_error_decides_nothing(rolled: Scene) -> None:
    where, told = rolled.city(NANJING), [*IN_TURN.items()]
    rows = [
        sheets.student(where, place, born=YOUNG, guardian_consent=said) for place, (_, (said, _)) in enumerate(told, 1)
    ]
    rolled.load(APPLICATION, NANJING, sheets.application(rows), "2022-01-09T10:00")
    numbers = [f"3201-2022-{place:04}" for place, _ in enumerate(told, 1)]
    for number, (turns, _) in zip(numbers, told, strict=True):
        standing: list[int] = []
        for place, turn in enumerate(turns.strip()):
            if turn == "x":
                assert void(rolled, standing.pop()).done
                continue
            new = (CONSENT if turn == "g" else BACK)._replace(number=number)
            assert put(rolled, new, token=f"{number} {place}").done
            with rolled.database.read() as connection:
                standing.append(guardian_consents.consents(connection, YEAR)[-1].id)
    barred = [number for number, (_, (_, passes)) in zip(numbers, told, strict=True) if not passes]
    back = [number for number, (turns, _) in zip(numbers, told, strict=True) if turns in {"wxw", "wgx"}]
    assert [one.number for one in still_in(rolled)] == back
    refused = rolled.submit(APPLICATION, NANJING, FILED)
    assert refused.verdict is not None
    assert sorted(number for one in refused.verdict.refusals for number in one.numbers) == barred


def test_a_filing_records_anew_what_was_an_error_and_nothing_beside_what_counts(rolled: Scene) -> None:
    rows = [sheets.student(rolled.city(NANJING), place) for place in (1, 2, 3)]
    rolled.load(APPLICATION, NANJING, sheets.application(rows), "2022-01-09T10:00")
    for new in (CONSENT, BACK._replace(number=TWO), BACK._replace(number=THREE)):
        assert put(rolled, new).done
    assert void(rolled, 1).done
    assert void(rolled, 2).done
    assert rolled.submit(APPLICATION, NANJING, FILED).done
    assert [(one[0], one[1]) for one in on_record(rolled) if one[6] == 1] == [(ONE, True), (TWO, True)]


def test_an_error_bars_neither_what_comes_before_its_day_nor_a_withdrawal(rolled: Scene) -> None:
    assert file(rolled).done
    assert put(rolled, BACK._replace(day=date(2022, 1, 9))).done
    assert not put(rolled, CONSENT, "2022-01-10T11:00").done
    said = void(rolled, 3, at="2022-01-10T11:30")
    assert said.message == f"南京 学生申报：{ONE} 已登记：第 3 号登记有误，此后不以它为准。"
    assert put(rolled, CONSENT, "2022-01-10T12:00").done
    assert put(rolled, BACK, "2022-01-10T13:00").done
    assert "该生仍在名单中" not in void(rolled, 5, at="2022-01-10T13:30").message
    assert still_in(rolled) == []
    assert put(rolled, BACK, "2022-01-10T14:00").done
    assert put(rolled, CONSENT, "2022-01-10T15:00").done
    assert "该生仍在名单中" in void(rolled, 7, at="2022-01-10T16:00").message
    assert [one.number for one in still_in(rolled)] == [ONE]


def test_an_error_is_recorded_once_by_who_recorded_it_or_the_province_and_of_no_filing(rolled: Scene) -> None:
    assert file(rolled).done
    put(rolled, BACK, office=NANJING)
    put(rolled, CONSENT, "2022-01-10T11:00")
    title, theirs = "南京 学生申报：", " 号不是本单位登记的；请登记的办公室或省级管理办公室办理。"
    for number, why, office, said in (
        (1, "登错学生", PROVINCE, "1 号是据报送的报名表登记的；请改正报名表后重新报送。"),
        (3, "登错学生", WUXI, f"3{theirs}"),
        (4, "登错学生", NANJING, f"4{theirs}"),
        (3, " ", NANJING, "请写明有误之处。"),
        (3, "长" * (LONGEST + 1), NANJING, "说明长 101 字，超过 100 字，请改正。"),
        (3, "登错学生", NANJING, ""),
        (3, "登错学生", NANJING, "3 号已登记为有误，不必重复登记。"),
        (4, "登错学生", PROVINCE, ""),
    ):
        found = void(rolled, number, why, "2022-01-10T12:00", office)
        assert (found.done, found.message) == (False, f"{title}{said}") if said else found.done
    with rolled.database.read() as connection:
        errors = guardian_consents.voids(connection, YEAR)
        log = [str(one.reason) for one in moves(connection, Span(YEAR, None)) if one.event is Event.CONSENT_VOID]
        audit = connection.execute(select(table_of(AuditEntry).c.what)).scalars().all()
    assert [(one.record, one.reason, one.by) for one in errors.values()] == [
        (3, "登错学生", "南京"), (4, "登错学生", "王办"),
    ]  # fmt: skip
    assert [bool(re.fullmatch(rf"{ONE} 第 {number} 号登记有误（{number} 号，校验 [0-9a-f]{{12}}）", said))
            for number, said in zip((4, 3), log, strict=True)] == [True, True]  # fmt: skip
    assert audit == ["登记监护人同意", "第 4 号登记有误"]
