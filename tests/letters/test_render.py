"""Every letter there is, its twins held against each other, and a few whole letters word for word."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, date, datetime
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import UndefinedError

from calendars.deadlines import TZ, Extension, at_nine, resolve
from calendars.files import load
from calendars.year import Year
from letters.brief import Brief, Item
from letters.occurrences import KINDS, occurrences
from letters.phrases import LONGEST_CLAUSE, RESPECTED
from letters.render import _template, render
from letters.specimens import NoSuchLetter, specimen
from letters.words import PROGRAMME, SUBJECT_MARK
from phases.book import BOOK
from phases.letter_kinds import Kind
from phases.parties import Audience

YEARS = {year: load(year) for year in (2022, 2027)}
OCCURS = occurrences(BOOK, YEARS[2022])
LETTERS = [(kind, phase, audience) for (kind, phase), audiences in OCCURS.items() for audience in audiences]
BLANK = re.compile(r"None|\{[{%]|[%}]\}|\n{3}|：\n\n|[A-Za-z]{3}|[，。；：、]{2}|（）")
MAILBOX = re.compile(r"[a-z]+@[a-z]+\.example")
REMOTE = re.compile(r"<(?:img|link|script|iframe|style|form)\b|\bsrc=|url\(|@import|\bon\w+=")

STYLE = re.compile(r"(?s)<style>\n(.*?)</style>")
DARK = STYLE.findall((Path(__file__).parents[2] / "letters/templates/layout.html").read_text(encoding="utf-8"))[0]


class _Visible(HTMLParser):
    """What a reader sees: the text without <title> and <style>, list items with their numbers; and the tags met."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.text = ""
        self.tags: list[str] = []
        self.links: list[str | None] = []
        self._number = 0
        self._open = ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        if tag == "wbr":
            return
        self._open = tag
        self.text += " "
        if tag == "ol":
            self._number = 0
        if tag == "li":
            self._number += 1
            self.text += f"{self._number}. "
        self.links += [value for name, value in attrs if name == "href"]

    def handle_endtag(self, tag: str) -> None:
        self._open = "" if tag == self._open else self._open
        self.text += " "

    def handle_data(self, data: str) -> None:
        if self._open not in {"title", "style"}:
            self.text += data


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text)


def _specimen(kind: Kind, phase: str | None, audience: Audience, year: int = 2022) -> Brief:
    found: Year = YEARS[year]
    return specimen(BOOK, found, kind, phase, audience, found.city("盐城"))


def _text(*lines: str) -> str:
    return "\n".join(lines) + "\n"


SENT_BY = "本邮件由省后备人才培养计划工作管理系统自动发送，"
FOOT = ("", "——", f"{SENT_BY}请勿直接回复。")
ASK = "　　联系人：省级管理办公室示例，电话：000-00000000，邮箱：province@office.example。"
REPLY_FOOT = ("", "——", f"{SENT_BY}可直接回复本邮件。")


@pytest.mark.parametrize("year", YEARS)
@pytest.mark.parametrize("kind", KINDS)
def test_every_letter_of_a_kind_is_whole_and_its_twins_say_the_same(kind: Kind, year: int) -> None:
    found = [letter for letter in LETTERS if letter[0] == kind]
    assert found
    for letter in found:
        brief = _specimen(*letter, year=year)
        rendered = render(brief)
        seen = _Visible(rendered.html)
        assert _words(seen.text) == [PROGRAMME, *_words(rendered.text)]
        assert seen.links == ([brief.link] if brief.link else [])
        assert not REMOTE.search(STYLE.sub("", rendered.html, count=1))
        assert STYLE.findall(rendered.html) == [DARK]
        if brief.audience != "province":  # its own office is not spoken to
            assert rendered.text.split("\n")[2] == f"{RESPECTED.get(brief.audience, '')}{brief.addressee}："
        chinese = MAILBOX.sub("邮箱", rendered.text.replace(brief.link or "无", "网址"))
        assert not BLANK.search(chinese.split("\n", 3)[3])
        assert rendered.subject.startswith("【省后备人才培养计划】")
        assert len(rendered.subject.removeprefix(SUBJECT_MARK)) <= 36
        assert "\n" not in rendered.subject


def test_what_occurs_follows_the_table_of_who_is_written_to() -> None:
    assert {kind for kind, _ in OCCURS} == set(KINDS)
    assert [phase for kind, phase in OCCURS if kind == "opened"] == [phase.slug for phase in YEARS[2022].phases]
    assert {phase: OCCURS.get(("passed", phase)) for kind, phase in OCCURS if kind == "opened"} == {
        "mentor-recommendation": ("city",),
        "application": ("city", "mentor"),
        "shortlist": ("city", "mentor", "school"),
        "interview": ("city", "mentor"),
        "meeting": None,
        "cultivation": ("city",),
        "midterm": ("city", "mentor", "school"),
        "year-end": None,
    }
    assert OCCURS["returned", "shortlist"] == ("city",)
    assert OCCURS["returned", "interview"] == ("city", "mentor")


def test_a_letter_that_does_not_occur_is_an_error() -> None:
    with pytest.raises(NoSuchLetter, match="没有这样的函件：“已通过”函件在师生见面会阶段不发给市级管理办公室。"):
        _specimen("passed", "meeting", "city")


def test_a_template_that_names_what_is_not_there_is_an_error() -> None:
    with pytest.raises(UndefinedError):
        _template("opened", "txt").render({"rows": [], "todo": (), "link": ""})


def test_a_mentor_reads_what_he_has_to_mend_and_nothing_of_a_colleague_s_or_the_city_s() -> None:
    brief = _specimen("returned", "cultivation", "mentor")
    (finding,), city = brief.findings, _specimen("returned", "cultivation", "city").findings[0]
    assert city.actor == "city"
    theirs = render(replace(brief, findings=(city, finding, replace(finding, kind="in-principle")))).text
    said = "下列学生还没有培养方案，请补交，报名号：3209-2022-0001"
    assert re.findall(r"　　[一二]、(.*?)（(.*)）。\n", theirs) == [(said, "依据：《实施方案》八、（六）")] * 2
    assert "依据" not in render(replace(brief, findings=(city,))).text


def test_every_rule_that_a_mentor_has_to_mend_says_what_it_asks_of_him_alone() -> None:
    """It is told nobody but whoever gets the phase's `opened`."""
    for phase in BOOK.phases.values():
        role = next((one for one in phase.parties if one.audience == "mentor" and "opened" in one.mailings), None)
        if role and phase.gate:
            mended = {rule.id for rule in phase.gate.rules if rule.actor == "mentor"}
            assert {*role.mends} == mended, phase.slug


@pytest.mark.parametrize(
    ("phase", "audience", "figures", "said"),
    [
        ("application", "school", {"senior_grades": ("高一",)}, "面向高一在校学生宣传动员；计算机学科可推荐"),
        ("application", "school", {"junior_subjects": ()}, "面向高一、高二在校学生宣传动员。"),
        ("mentor-recommendation", "institution", {"honours": ("两院{院士}",)}, "以两院{院士}为主。"),
        ("mentor-recommendation", "institution", {"team_titles": ()}, "团队成员原则上应具备博士学位。"),
        (
            "mentor-recommendation",
            "mentor",
            {"team_degrees": ("博士", "硕士")},
            "博士、硕士学位或正高、副高职称。",
        ),
    ],
)
def test_a_party_is_asked_for_what_the_year_asks_for(
    phase: str, audience: Audience, figures: dict[str, tuple[str, ...]], said: str
) -> None:
    plain = YEARS[2022]
    year = plain.model_copy(update={"figures": plain.figures.model_copy(update=figures)})
    assert said in render(specimen(BOOK, year, "opened", phase, audience, year.city("盐城"))).text


def test_whoever_has_no_account_is_sent_to_the_city_s_office_and_not_to_the_platform() -> None:
    parties = [letter for letter in LETTERS if letter[2] in {"mentor", "institution", "school"}]
    for letter in parties:
        rendered = render(_specimen(*letter))
        assert [word for word in ("平台", "登录", "http") if word in rendered.text + rendered.html] == []
        assert (
            "\n　　联系人：盐城市管理办公室示例，电话：000-00000000，邮箱：yancheng@city.example。\n" in rendered.text
        )


def test_a_digest_in_three_parts_the_longest_waiting_first() -> None:
    items = (
        Item("南京市入选名单", "等待备案", days=2, group="awaiting"),
        Item("盐城市面试名单", "1月30日（周日）24时截止", days=1, group="late"),
        Item("扬州市面试名单", "1月30日（周日）24时截止", days=9, group="late"),
        Item("苏州市入选名单", "等待备案", group="awaiting"),
    )
    brief = replace(_specimen("digest", None, "province"), items=items, as_of=at_nine(date(2022, 2, 8)))
    rendered = render(brief)
    assert rendered.subject == "【省后备人才培养计划】2月8日待办：逾期2项、待办理2项"
    assert rendered.text == _text(
        "2月8日待办事项",
        "",
        "　　一、逾期未报送（2项）",
        "　　1.扬州市面试名单：1月30日（周日）24时截止，逾期9天",
        "　　2.盐城市面试名单：1月30日（周日）24时截止，逾期1天",
        "　　二、待省级管理办公室办理（2项）",
        "　　1.南京市入选名单：等待备案，已等待2天",
        "　　2.苏州市入选名单：等待备案",
        "　　办理入口：https://talent.example/2022/",
        "　　记录校验码（留存备查）：0-96-5c1d0be27f43a980、2022-412-9ae04d7716c2b35f。",
        "",
        "工作管理系统自动汇总",
        "2022年2月8日",
        *FOOT,
    )


@pytest.mark.parametrize(
    ("extensions", "provisional", "shown"),
    [
        ((), False, ""),
        ((), True, "（暂定，以国务院办公厅公布的节假日安排为准）"),
        ((Extension(date(2022, 1, 20), "extension"),), False, "（经批准延期）"),
        (
            (Extension(date(2022, 1, 18), "extension"), Extension(date(2022, 1, 20), "rerun")),
            True,
            "（暂定，以国务院办公厅公布的节假日安排为准；经批准延期、因重新开放而改定）",
        ),
        ((Extension(date(2022, 1, 20), "grace"),), False, "（按规定顺延）"),
    ],
)
def test_a_due_day_says_whether_it_is_provisional_and_what_moved_it(
    extensions: tuple[Extension, ...], provisional: bool, shown: str
) -> None:
    due = resolve(date(2022, 1, 15) if extensions else date(2022, 1, 20), extensions)
    brief = replace(_specimen("reminder", "application", "city"), due=due, provisional=provisional)
    assert f"应于2022年1月20日（星期四）24时前{shown}报送" in render(brief).text


@pytest.mark.parametrize(
    ("as_of", "left", "shown"),
    [
        (datetime(2022, 1, 13, 9, tzinfo=TZ), 5, "，距截止还有5个工作日（发函当日不计）"),
        (datetime(2022, 1, 20, 9, tzinfo=TZ), 0, "，今日24时截止"),
        (datetime(2022, 1, 19, 16, tzinfo=UTC), 0, "，今日24时截止"),
        (datetime(2022, 1, 20, 15, 59, 59, tzinfo=UTC), 0, "，今日24时截止"),
        (datetime(2022, 1, 21, tzinfo=TZ), 0, ""),
        (datetime(2022, 1, 19, 9, tzinfo=TZ), 0, "，截止前已没有其他工作日"),
        (datetime(2022, 1, 13, 9, tzinfo=TZ), None, ""),
        (datetime(2022, 1, 5, 9, tzinfo=TZ), 11, ""),
    ],
)
def test_the_time_that_remains(as_of: datetime, left: int | None, shown: str) -> None:
    brief = replace(_specimen("reminder", "application", "city"), as_of=as_of, working_days_left=left)
    assert f"24时前报送{shown}。目前状态：" in render(brief).text


def test_a_letter_is_dated_in_the_office_s_own_time() -> None:
    brief = replace(
        _specimen("appointment", "mentor-recommendation", "mentor"), as_of=datetime(2022, 1, 16, 17, tzinfo=UTC)
    )
    assert "\n2022年1月17日\n" in render(brief).text


@given(st.text(st.sampled_from("<>&\"'{}%盐城a "), min_size=1, max_size=LONGEST_CLAUSE))
def test_no_value_becomes_markup(value: str) -> None:
    brief = _specimen("withdrawn", "application", "mentor")
    hostile = replace(brief, addressee=value, reason=value, city_name=value, items=(Item(value, value),))
    tame = replace(brief, addressee="甲", reason="甲", city_name="甲", items=(Item("甲", "甲"),))
    assert _Visible(render(hostile).html).tags == _Visible(render(tame).html).tags


def test_no_student_s_number_stands_in_a_subject() -> None:
    subjects = [render(_specimen(*letter)).subject for letter in LETTERS]
    assert [subject for subject in subjects if re.search(r"\d{4}-\d{4}", subject)] == []
