"""Several obligations in one message: what is said of each stays whole, in one order, and a single one untouched."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calendars.deadlines import at_nine
from calendars.files import load
from letters.envelope import Attachment, Composed, Part, urgent_first
from letters.envelope import compose as compose_from
from letters.occurrences import occurrences
from letters.render import render
from letters.specimens import specimen
from phases.book import BOOK
from phases.letter_kinds import Kind
from phases.parties import Audience
from post.message import Outgoing, build
from post.splice import flatten

YEAR = load(2022)
OCCURS = occurrences(BOOK, YEAR)
YANCHENG = YEAR.city("盐城")
LETTERS = [(kind, phase, audience) for (kind, phase), audiences in OCCURS.items() for audience in audiences]


def part(kind: Kind, phase: str | None, audience: Audience, ics: str | None = None) -> Part:
    rendered = render(specimen(BOOK, YEAR, kind, phase, audience, YANCHENG))
    return Part(kind, rendered.subject, rendered.text, rendered.html, ics, framed=rendered.framed)


PARTS = {letter: part(*letter) for letter in LETTERS}
OPENED = PARTS["opened", "shortlist", "city"]
REMINDER = PARTS["reminder", "mentor-recommendation", "city"]
OVERDUE = PARTS["overdue", "interview", "city"]


def compose(parts: list[Part]) -> Composed:
    return compose_from(parts, "省办 <office@talent.example>")


def body(text: str) -> list[str]:
    """The lines of a letter that are its own, and one that parts them from what follows."""
    own = text.split("\n")[4 : text.split("\n").index("　　特此函告。")]
    return [*"\n".join(own).strip("\n").split("\n"), ""]


def test_a_single_obligation_goes_out_as_it_was_queued() -> None:
    assert [compose([one]) for one in PARTS.values()] == [
        Composed(one.subject, one.text, one.html) for one in PARTS.values()
    ]


def test_two_obligations_word_for_word() -> None:
    composed = compose([OPENED, REMINDER])
    assert composed.subject == "【省后备人才培养计划】截止提醒：盐城市导师推荐，1月15日截止（共 2 项）"
    assert composed.attachments == ()
    assert composed.text.split("\n") == [
        "关于培养计划有关事项的函（共 2 项）",
        "",
        "盐城市市级管理办公室：",
        "",
        "　　现将以下 2 项事项一并函告，按紧急程度排列，请逐项查阅、办理。",
        "",
        "　　目录：",
        "　　1. 截止提醒：盐城市导师推荐，1月15日截止",
        "　　2. 工作开始：盐城市面试名单，1月30日截止",
        "",
        "————————————————",
        "第 1 项　关于按时完成2022年度导师推荐工作的提醒函",
        "",
        *body(REMINDER.text),
        "————————————————",
        "第 2 项　关于开展2022年度面试名单确定工作的函",
        "",
        *body(OPENED.text),
        "　　特此函告。",
        "",
        "江苏省中学生科技创新后备人才培养计划",
        "省级管理办公室",
        "2022年1月27日",
        "",
        "——",
        "本函由系统自动发出，请勿直接回复。",
        "",
    ]


@pytest.mark.parametrize("letter", LETTERS, ids=str)
def test_every_letter_can_share_an_envelope_and_loses_no_line(letter: tuple[Kind, str | None, Audience]) -> None:
    other = OVERDUE if PARTS[letter] is not OVERDUE else OPENED
    composed = compose([PARTS[letter], other])
    for own in (PARTS[letter], other):
        assert "\n".join(body(own.text)).strip() in composed.text
        marked = re.findall(r"(?s)<!--body-->\n(.*)<!--/body-->", own.html)
        assert marked
        assert marked[0] in composed.html
        assert f"　{own.text.split(chr(10))[0]}\n" in composed.text
    assert len(re.findall(r"特此函告。", composed.text)) == len(re.findall(r"特此函告。", composed.html)) == 1
    assert len(re.findall(r"<html|<body|<h1", composed.html)) == 3


@given(st.lists(st.sampled_from(list(PARTS.values())), min_size=1, max_size=6).flatmap(st.permutations))
def test_the_order_they_come_in_does_not_matter(parts: list[Part]) -> None:
    assert compose(parts) == compose(sorted(parts, key=lambda one: one.text))


def test_what_is_late_comes_first_then_what_is_due_first_then_what_is_only_told() -> None:
    parts = [
        PARTS["passed", "application", "city"],
        PARTS["visits-short", "cultivation", "city"],
        PARTS["opened", "midterm", "city"],
        PARTS["returned", "application", "city"],
        PARTS["reminder", "mentor-recommendation", "city"],
        PARTS["overdue", "interview", "city"],
        PARTS["overdue", "shortlist", "city"],
    ]
    assert urgent_first(parts) == [parts[place] for place in (6, 5, 4, 3, 2, 1, 0)]


def sent(method: str, *uids: str, organizer: bool = True) -> str:
    """Calendar objects as `calendars.ics` writes them, one after another."""
    named = "ORGANIZER:mailto:office@talent.example\r\n" if organizer else ""
    return "".join(
        f"BEGIN:VCALENDAR\r\nMETHOD:{method}\r\nBEGIN:VEVENT\r\n{named}UID:{uid}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
        for uid in uids
    )


def test_calendars_are_attached_once_each_in_the_order_of_the_letters_from_the_sender() -> None:
    asked, cancelled = sent("PUBLISH", "a", organizer=False), sent("CANCEL", "b", "c", organizer=False)
    parts = [
        replace(OPENED, ics=asked),
        replace(PARTS["opened", "midterm", "city"], ics=asked),
        replace(PARTS["withdrawn", "midterm", "city"], ics=cancelled),
    ]
    kind = "text/calendar; charset=utf-8; method={}".format
    assert compose(parts).attachments == (
        Attachment("deadline.ics", kind("CANCEL"), sent("CANCEL", "b").encode()),
        Attachment("deadline-2.ics", kind("CANCEL"), sent("CANCEL", "c").encode()),
        Attachment("deadline-3.ics", kind("PUBLISH"), sent("PUBLISH", "a").encode()),
    )
    assert compose(parts[:1]) == Composed(
        OPENED.subject,
        OPENED.text,
        OPENED.html,
        (Attachment("deadline.ics", kind("PUBLISH"), sent("PUBLISH", "a").encode()),),
    )


def test_an_envelope_is_a_message_like_any_other() -> None:
    composed = compose([replace(OPENED, ics=sent("PUBLISH", "a", organizer=False)), REMINDER])
    letter = Outgoing(
        key="lead",
        message_id="<lead@talent.example>",
        thread=None,
        sender="省办 <office@talent.example>",
        recipient="yancheng@city.example",
        subject=composed.subject,
        text=composed.text,
        html=composed.html,
        queued_at=at_nine(date(2022, 1, 14)),
        attachments=composed.attachments,
    )
    assert [each.get_content_type() for each in build(letter).walk()] == [
        "multipart/mixed",
        "multipart/alternative",
        "text/plain",
        "text/html",
        "text/calendar",
    ]
    assert flatten(letter) == build(letter).as_bytes()


def test_two_offices_behind_one_address_are_both_named() -> None:
    composed = compose([OPENED, PARTS["escalation", "interview", "head"]])
    assert "\n盐城市市级管理办公室负责同志、盐城市市级管理办公室：\n" in composed.text


def test_a_letter_in_another_frame_is_taken_whole() -> None:
    foreign = Part("opened", "【省后备人才培养计划】旧函", "只有一行 <b>\n第二行\n", "<p>无标记</p>")
    composed = compose([foreign, REMINDER])
    assert "第 2 项　旧函\n\n只有一行 <b>\n第二行\n" in composed.text
    assert '<p style="margin:0 0 12px;white-space:pre-wrap">只有一行 &lt;b&gt;\n第二行</p>' in composed.html
