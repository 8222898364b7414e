"""A letter in an office's own words: whom each office may write to, once, all or nothing, not once it is untrue."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update

from acts.act import PROVINCE
from acts.letter_marks import mark
from acts.own_letter import WantedLetter, may_write, write
from acts.recall_own_letter import recall_own
from forms.template import render
from models.columns import table_of
from models.database import Database
from models.letter_marks import every
from models.outdated_letters import redated
from models.tables.audit import AuditEntry
from models.tables.season import Letter, LetterPaper
from models.taking_back import MOVED_ON, OUTDATED, RECALLED
from phases.book import BOOK
from post import claims
from post.message import build
from post.outgoing import outgoing
from season.expected_letters import CityPhaseLetters, read_city
from season.letter_groups import GROUPS
from season.outcome import Outcome
from tests.acts.test_statements import counted
from tests.support import ledger
from tests.support.kinds import ON_SQLITE
from tests.support.originals import PARTIES, Originals
from tests.support.scenes import NANJING, WUXI, XUZHOU, YEAR, Scene, calendar, instant, stamp

ROLL, APPLICATION, INTERVIEW = "mentor-recommendation", "application", "interview"
AT = "2022-01-26T10:00"
PLAIN = WantedLetter("mentors", "关于见面时间的函", "请于周五前告知我办。")


@pytest.fixture
def begun(originals: Originals, tmp_path: Path) -> Iterator[Scene]:
    """Nanjing has its interviews before it, Wuxi its roll; the others are late with theirs."""
    with originals.copy(PARTIES, tmp_path) as url:
        database = Database(url, BOOK)
        yield Scene(database, calendar())
        database.dispose()


def written(scene: Scene, wanted: WantedLetter = PLAIN, at: str = AT, *, dry_run: bool = False) -> Outcome:
    return write(scene.database, YEAR, wanted, stamp(at), dry_run=dry_run)


def whom(outcome: Outcome) -> dict[str, str]:
    """By the addressee's mailbox, the city by whose doing."""
    return {row.address: row.concerns for row in outcome.changes.letters}


def kept(scene: Scene) -> list[tuple[str, str, str | None]]:
    letter = table_of(Letter)
    columns = (letter.c.recipient, letter.c.state, letter.c.detail)
    with scene.database.read() as connection:
        rows = connection.execute(select(*columns).where(letter.c.kind == "letter").order_by(letter.c.id))
        return [tuple(row) for row in rows]


MENTORS = {"mentor1@nanjing.example": NANJING, "mentor1@wuxi.example": WUXI}
NANJINGS = {"mentor1@nanjing.example": NANJING}
UNITS = {NANJING: "kyc@unit.example", WUXI: "kyc@unit.example"}


def test_each_group_is_whom_it_says(begun: Scene) -> None:
    cities = {f"{city.slug}@city.example": city.slug for city in begun.year.cities}
    late = {address: city for address, city in cities.items() if city not in {NANJING, WUXI}}
    meant = {
        "late-cities": late, "cities": cities, "mentors": MENTORS, "mentors-interviewing": NANJINGS,
        "schools": {"yz@school.example": NANJING}, "one": NANJINGS,
    }  # fmt: skip
    found = {
        group: whom(written(begun, replace(PLAIN, group=group, phase=about, one="南京导师1"), dry_run=True))
        for group in meant
        for about in [ROLL if GROUPS[group].late else None]
    }
    assert found == meant
    institutions = written(begun, replace(PLAIN, group="institutions"), dry_run=True).changes.letters
    assert [(row.concerns, row.address) for row in institutions] == list(UNITS.items())
    nobody = written(begun, replace(PLAIN, group="mentors-in-training"), dry_run=True)
    assert (nobody.outcome, nobody.message) == ("refused", "没有这样的收件人：有在培学生的导师。")
    assert whom(written(begun, replace(PLAIN, cities=(WUXI, XUZHOU)), dry_run=True)) == {"mentor1@wuxi.example": WUXI}


def test_it_is_written_to_each_once_under_a_number_and_the_log_has_none_of_its_words(begun: Scene) -> None:
    shown = written(begun, dry_run=True)
    assert kept(begun) == []
    said = written(begun)
    assert said == shown
    assert said.message == "第 1 号自拟函，写给导师，2 个收件人。"
    assert [row.key[:3] + row.key[4:] for row in said.changes.letters] == [
        ("*", NANJING, "*", "letter", "1@province"), ("*", WUXI, "*", "letter", "1@province"),
    ]  # fmt: skip
    (letter, _) = said.changes.letters
    assert (letter.subject, letter.leaves_at, letter.state) == (
        "【省后备人才培养计划】关于见面时间的函",
        None,
        "queued",
    )
    assert letter.reply_to == "province@office.example"
    assert "联系人：示例，电话：000-00000000" in letter.text
    entry = table_of(AuditEntry)
    with begun.database.read() as connection:
        row = connection.execute(select(entry.c.what, entry.c.subject, entry.c.reason, entry.c.by)).one()
    assert tuple(row) == ("写函", "letter/1", "导师，2 个收件人", "省办")
    assert written(begun).changes.letters[0].slot == "2@province"


OFFICES = tuple(slug for slug, group in GROUPS.items() if group.offices)
OUT_OF_REACH = ("one", *OFFICES)


def test_a_city_writes_to_its_own_parties_and_to_nobody_else(begun: Scene) -> None:
    own = replace(PLAIN, office=WUXI)
    assert whom(written(begun, replace(own, cities=(NANJING,)), dry_run=True)) == {}
    said = written(begun, own)
    assert whom(said) == {"mentor1@wuxi.example": WUXI}
    (letter,) = said.changes.letters
    assert (letter.slot, letter.reply_to) == ("1@wuxi", "wuxi@city.example")
    assert "无锡市管理办公室\n" in letter.text
    for group in OUT_OF_REACH:
        for name in ("南京导师1", "南京一中", "南京", "wuxi", "mentor:1", "city:wuxi"):
            tried = written(begun, replace(own, group=group, phase=ROLL, one=name), dry_run=True)
            reached = set(whom(tried).values())
            assert reached <= {WUXI}, (group, name)
            assert not any(row.recipient.startswith("city:") for row in tried.changes.letters)
    assert set(may_write(WUXI)) == set(GROUPS) - set(OFFICES)
    assert set(may_write(PROVINCE)) == set(GROUPS)


@ON_SQLITE
def test_of_several_of_one_name_it_asks_which(begun: Scene) -> None:
    same = written(begun, replace(PLAIN, group="one", one="kyc"), dry_run=True)
    assert same.message == "没有这样的收件人：kyc。"
    unit = written(begun, replace(PLAIN, group="one", one="南京大学"), dry_run=True).changes.letters[0].recipient
    again = written(begun, replace(PLAIN, group="one", one=unit), dry_run=True)
    assert [row.recipient for row in again.changes.letters] == [unit]
    assert [row.recipient for row in written(begun, replace(PLAIN, group="one", one="无锡市")).changes.letters] == [
        "city:wuxi"
    ]


@ON_SQLITE
@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"subject": " "}, "主题：请填写"),
        ({"subject": "致{称呼}"}, "主题：不写收件人的姓名，不能用 {称呼}"),
        ({"subject": "字" * 61}, "主题：长 61 字，超过 60 字"),
        ({"text": "{学生}"}, "正文：没有“{学生}”这个字段"),
        ({"text": "请{称呼"}, "正文：“{称呼”处的花括号不成对"),
        ({"group": "everybody"}, "收件人：请选一类收件人"),
        ({"group": "late-cities"}, "阶段：请选哪个阶段逾期的市"),
        ({"group": "one"}, "收件人：请写明是谁"),
        ({"text": "{联系人}{电话}", "office": WUXI}, "本市没有登记联系人和电话，请先在“联系人”登记。"),
        ({"text": "{阶段}"}, "{阶段} 没有内容可填：南京导师1教授、无锡导师1教授。"),
        ({"text": "{截止时间}", "group": "schools", "phase": "meeting"}, "{截止时间} 没有内容可填：南京一中。"),
    ],
)
def test_what_cannot_be_said_is_refused_as_a_whole(begun: Scene, changes: dict[str, Any], said: str) -> None:
    before = ledger.everything(begun.database)
    refused = written(begun, replace(PLAIN, **changes))
    assert (refused.outcome, refused.changes.letters) == ("refused", ())
    assert refused.message.startswith(said)
    assert ledger.everything(begun.database) == before


def test_it_may_wait_for_the_next_working_morning(begun: Scene) -> None:
    said = written(begun, replace(PLAIN, when="morning"), "2022-01-28T20:00")  # Saturday and Sunday are made up for
    assert {f"{row.leaves_at:%Y-%m-%d %H:%M}" for row in said.changes.letters} == {"2022-01-29 09:00"}
    assert said.message.endswith("2 个收件人，2022-01-29 09:00 发出。")


@ON_SQLITE
def test_of_a_city_done_with_the_phase_nobody_is_written_to_and_that_is_said(begun: Scene) -> None:
    about = replace(PLAIN, group="cities", phase=ROLL, cities=(NANJING, XUZHOU))
    said = written(begun, about)
    assert set(whom(said).values()) == {XUZHOU}
    left_out = "南京的本阶段已经报送、办结或退出，没有写给这些市的。"
    assert said.message == f"第 1 号自拟函，写给各市（市级管理办公室），1 个收件人。{left_out}"
    none = written(begun, replace(about, group="mentors", cities=(NANJING,)))
    assert none.message == (
        "南京没有这样的收件人：导师。南京的本阶段已经报送、办结或退出，不再写；仍要写的，请选“不针对某个阶段”。"
    )


@ON_SQLITE
def test_a_day_that_has_gone_by_when_it_leaves_is_pointed_out(begun: Scene) -> None:
    about = replace(PLAIN, group="cities", text="{截止时间}前", phase=ROLL, cities=(XUZHOU,))
    assert written(begun, about, dry_run=True).message.endswith(
        "所写的截止时间发出时已经过去：徐州市管理办公室，请核对。"
    )
    late = written(begun, replace(about, group="late-cities"), dry_run=True)
    assert "所写的截止时间发出时已经过去：徐州市管理办公室" in late.message
    fine = replace(about, phase=INTERVIEW, cities=(NANJING,))
    assert written(begun, fine, dry_run=True).message.endswith("1 个收件人。")


@ON_SQLITE
def test_its_link_leads_to_a_page_that_there_is(begun: Scene) -> None:
    site = replace(stamp(AT), base_url="https://talent.example")
    links = [
        row.text
        for phase in (None, ROLL)
        for row in write(
            begun.database, YEAR, replace(PLAIN, group="cities", phase=phase, cities=(XUZHOU,)), site, dry_run=True
        ).changes.letters
    ]
    assert [f"https://talent.example/2022/{path}" in text for path, text in zip(
        ("cities/xuzhou", "mentor-recommendation/xuzhou"), links, strict=True
    )] == [True, True]  # fmt: skip


def test_what_has_not_left_is_called_back_by_its_number_and_nothing_else(begun: Scene) -> None:
    written(begun, replace(PLAIN, when="morning"))
    written(begun, replace(PLAIN, when="morning", office=WUXI))
    first = table_of(Letter).c.recipient == kept(begun)[0][0]
    with begun.database.write() as connection:
        connection.execute(update(table_of(Letter)).where(first).values(state="sent"))
    back = partial(recall_own, begun.database, YEAR, stamp=stamp("2022-01-26T11:00"))
    assert back(1, office=WUXI).message == back(3).message.replace("3", "1") == "2022 年度没有第 1 号自拟函。"
    said = back(1)
    assert said.message == "已收回第 1 号自拟函的 1 封，不再发出。另有 1 封已发出或正在发送，收不回。"
    assert [(state, detail) for _, state, detail in kept(begun)] == [
        ("sent", None), ("cancelled", RECALLED), ("queued", None),
    ]  # fmt: skip
    assert back(1).outcome == "refused"
    assert back(2, office=WUXI).done
    entry = table_of(AuditEntry)
    with begun.database.read() as connection:
        rows = connection.execute(
            select(entry.c.what, entry.c.subject, entry.c.city, entry.c.reason).order_by(entry.c.id)
        )
        assert [tuple(row) for row in rows][2:] == [
            ("收回自拟函", "letter/1", None, "1 封没有发出"), ("收回自拟函", "letter/2", WUXI, "1 封没有发出"),
        ]  # fmt: skip


LATE = WantedLetter("late-cities", "关于{阶段}的函", "{设区市}{阶段}应于{截止时间}前报送。", ROLL)


@ON_SQLITE
def test_what_is_about_a_phase_is_taken_back_when_the_city_moves_on(begun: Scene) -> None:
    said = written(begun, replace(LATE, cities=(XUZHOU,)))
    (letter,) = said.changes.letters
    assert "徐州市导师推荐应于2022年1月15日（星期六）24时前报送。" in letter.text
    assert (letter.phase, letter.valid_until) == (ROLL, None)
    begun.rerun(ROLL, XUZHOU, "2022-01-26T11:00", date(2022, 2, 8))
    assert kept(begun) == [("city:xuzhou", "cancelled", MOVED_ON)]


@ON_SQLITE
def test_who_was_told_a_day_by_it_hears_when_that_moves_and_what_has_not_left_does_not(begun: Scene) -> None:
    about = replace(LATE, group="one", one="南京市", phase=INTERVIEW)
    begun.advance("2022-01-31T09:00")
    (first,) = written(begun, about, "2022-01-31T10:00").changes.letters
    assert first.valid_until is not None
    (second,) = written(begun, replace(about, when="morning"), "2022-01-31T10:01").changes.letters
    moved = begun.extend(INTERVIEW, [NANJING], "2022-01-31T11:00", date(2022, 3, 4))
    assert {state for _, state, _ in kept(begun)} == {"cancelled"}
    assert {detail for _, _, detail in kept(begun)} == {OUTDATED}
    told = {(row.kind, row.phase, row.recipient) for row in moved.changes.letters if row.recipient == f"city:{NANJING}"}
    assert told == {("opened", INTERVIEW, f"city:{NANJING}")}
    assert second.slot == "2@province"


@ON_SQLITE
def test_it_waits_for_a_release_where_its_kind_is_marked_and_a_withdrawn_city_gets_none(begun: Scene) -> None:
    mark(begun.database, YEAR, every("letter", INTERVIEW), "hold", stamp(AT))
    assert {row.state for row in written(begun, replace(PLAIN, phase=INTERVIEW)).changes.letters} == {"awaiting"}
    assert {row.state for row in written(begun).changes.letters} == {"queued"}
    begun.withdraw(NANJING, "2022-01-26T12:00")
    assert set(whom(written(begun, at="2022-01-26T13:00")).values()) == {WUXI}


@ON_SQLITE
def test_nothing_is_asked_more_often_for_more_recipients(begun: Scene) -> None:
    written(begun)  # a database is asked once whether its tables are this program's
    with counted(begun.database) as few:
        written(begun, replace(PLAIN, cities=(WUXI,)))
    with counted(begun.database) as many:
        written(begun)
    assert len(many) == len(few)


@ON_SQLITE
def test_why_somebody_got_one_or_none_is_said(begun: Scene) -> None:
    (letter, _) = written(begun).changes.letters
    with begun.database.read() as connection:
        at_hand = CityPhaseLetters(read_city(connection, YEAR, stamp(AT), NANJING), ROLL, NANJING)
        (said,) = at_hand.expected(letter.recipient, "letter")
        (none,) = at_hand.expected("mentor:999", "letter")
    assert (said.why, none.why) == ("waits-for-worker", "no-cause")


@ON_SQLITE
def test_who_was_told_a_day_by_it_alone_hears_when_that_moves(begun: Scene) -> None:
    about = replace(PLAIN, text="{截止时间}前", phase=INTERVIEW, cities=(NANJING,))
    (letter,) = written(begun, about).changes.letters
    assert "2022年2月16日（星期三）17时前" in letter.text
    with begun.database.write() as connection:
        connection.execute(update(table_of(Letter)).where(table_of(Letter).c.kind == "letter").values(state="sent"))
    moved = begun.extend(INTERVIEW, [NANJING], "2022-01-27T10:00", date(2022, 3, 4)).changes.letters
    with begun.database.read() as connection:
        ((number,),) = connection.execute(select(table_of(Letter).c.id).where(table_of(Letter).c.kind == "letter"))
        assert redated(connection, [number], instant("2022-01-27T11:00")) == {number}, "not to be sent once more"
    told = [(row.recipient, "由2022年2月16日" in row.text) for row in moved if row.kind == "moved"]
    assert told == [(letter.recipient, True)]


def test_a_blank_workbook_goes_with_it_as_a_file_that_is_kept_once(begun: Scene) -> None:
    said = written(begun, replace(PLAIN, phase=INTERVIEW, papers=("form",)))
    name, year = "导师面试结果表（空白）.xlsx", begun.year
    assert all(f"　　附件：{name}。\n" in row.text for row in said.changes.letters)
    taken = claims.claim(begun.database, "aa", instant(AT), instant(AT))
    with_it = [one for one in taken if one.kind == "letter"]
    assert [[paper.name for paper in one.papers] for one in with_it] == [[name], [name]]
    ((paper,), _) = (one.papers for one in with_it)
    assert paper.content == render(BOOK.form(INTERVIEW, year), year)
    with begun.database.read() as connection:
        assert len(connection.execute(select(table_of(LetterPaper).c.digest)).all()) == 1
    message = outgoing([one for one in taken if one.recipient == with_it[0].recipient], "省办 <a@b.example>", None)
    assert [one.content for one in message.attachments if one.name == name] == [paper.content]
    assert [part.get_filename() for part in build(message).iter_attachments()][-1] == name


@ON_SQLITE
def test_a_deadline_goes_into_the_calendars_of_those_alone_who_have_one(begun: Scene) -> None:
    dated = replace(PLAIN, phase=INTERVIEW, papers=("deadline",))
    said = written(begun, dated).changes.letters
    assert all(row.ics and "BEGIN:VEVENT" in row.ics and row.valid_until for row in said)
    assert all("　　附件：截止时间的日程文件。\n" in row.text for row in said)
    schools = written(begun, replace(dated, group="schools"))
    assert schools.message.startswith("截止时间的日程文件不能发给：南京一中（")
    late = written(begun, replace(dated, group="late-cities", phase=ROLL))
    assert late.message.startswith("截止时间的日程文件不能发给：徐州市管理办公室、")
    assert (schools.outcome, late.outcome) == ("refused", "refused")
    assert written(begun, replace(dated, phase=None)).message == "附件：请选是哪个阶段的。"


def test_one_that_is_written_twice_in_a_day_is_pointed_out_before(begun: Scene) -> None:
    again = "一天之内已用同一主题写过第 1 号，收件人也有："
    assert again not in written(begun).message
    shown = written(begun, at="2022-01-27T09:59", dry_run=True)
    assert (again in shown.message, shown.message) == (True, written(begun, at="2022-01-27T09:59").message)
    others = {
        "another subject": written(begun, replace(PLAIN, subject="关于时间的函"), "2022-01-27T10:00", dry_run=True),
        "others": written(begun, replace(PLAIN, group="institutions"), "2022-01-27T10:00", dry_run=True),
        "another office": written(begun, replace(PLAIN, office=NANJING), "2022-01-27T10:00", dry_run=True),
        "a day later": written(begun, at="2022-01-28T09:59", dry_run=True),
    }
    assert {why: "同一主题" in said.message for why, said in others.items()} == dict.fromkeys(others, False)
    recall_own(begun.database, YEAR, 2, stamp("2022-01-28T10:00"))
    assert "同一主题" not in written(begun, at="2022-01-28T09:58", dry_run=True).message
