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


def body(one: Part) -> list[str]:
    """The lines of a letter that are its own."""
    assert one.framed is not None
    return one.text[one.framed.begin : one.framed.end].strip("\n").split("\n")


def test_a_single_obligation_goes_out_as_it_was_queued() -> None:
    assert [compose([one]) for one in PARTS.values()] == [
        Composed(one.subject, one.text, one.html) for one in PARTS.values()
    ]


def test_two_obligations_word_for_word() -> None:
    composed = compose([OPENED, REMINDER])
    assert composed.subject == "【省后备人才培养计划】还有2个工作日：盐城市导师名单1月15日（周六）24时截止等2项"
    assert composed.attachments == ()
    assert composed.text.split("\n") == [
        "关于近期有关事项的通知，共2项",
        "",
        "盐城市管理办公室：",
        "　　现有2项事项，按先后缓急列出：",
        "",
        "第一项　关于按时报送导师名单的提醒",
        *body(REMINDER),
        "",
        "第二项　关于做好2022年度面试名单确定工作的通知",
        *body(OPENED),
        "　　特此通知。",
        "",
        "江苏省后备人才培养计划管理办公室",
        "2022年1月27日",
        "",
        "——",
        "本邮件由省后备人才培养计划工作管理系统自动发送，请勿直接回复。",
        "",
    ]


@pytest.mark.parametrize("letter", LETTERS, ids=str)
def test_every_letter_can_share_an_envelope_and_loses_no_line(letter: tuple[Kind, str | None, Audience]) -> None:
    other = OVERDUE if PARTS[letter] is not OVERDUE else OPENED
    composed = compose([PARTS[letter], other])
    for own in (PARTS[letter], other):
        assert "\n".join(body(own)).strip() in composed.text
        marked = re.findall(r"(?s)<!--body-->\n(.*)<!--/body-->", own.html)
        assert marked
        assert marked[0] in composed.html
        assert f"　{own.text.split(chr(10))[0]}\n" in composed.text
    closes = re.compile("特此通知。|特此函告。|感谢支持。")
    assert len(closes.findall(composed.text)) == len(closes.findall(composed.html)) == 1
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
    assert "\n盐城市科协负责同志、盐城市管理办公室：\n" in composed.text


def test_a_letter_in_another_frame_is_taken_whole() -> None:
    foreign = Part("opened", "【省后备人才培养计划】旧函", "只有一行 <b>\n第二行\n", "<p>无标记</p>")
    composed = compose([foreign, REMINDER])
    assert "第二项　旧函\n只有一行 <b>\n第二行\n" in composed.text
    assert '<p style="margin:0 0 12px;white-space:pre-wrap">只有一行 &lt;b&gt;\n第二行</p>' in composed.html
