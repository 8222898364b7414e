"""A letter's bytes: the library's own, headers that nothing can break, and a mailbox that threads them."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from letters.envelope import Attachment
from letters.headers import UNFIT, UnfitHeader
from post.message import Outgoing, build
from post.splice import flatten
from tests.support.letters_sent import expected, letter, parse, read

FIT = st.text(st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp", "Cf"]), min_size=1, max_size=120)
LINES = st.text(st.characters(exclude_categories=["Cs"]), max_size=300)
SAMPLE = "".join(map(chr, range(0x3000)))


@given(name=FIT)
def test_a_sender_s_name_comes_back_as_it_was(name: str) -> None:
    short = "".join(" ".join(re.sub(r"[\"\\\\(),.:;<>@\[\]]", "", name).split())[:11]).strip() or "省办"
    sent = letter(sender=f"{short} <office@talent.example>")
    assert parse(flatten(sent))["From"].addresses[0].display_name == short


@given(subject=FIT)
def test_a_subject_comes_back_as_it_was(subject: str) -> None:
    sent = letter(subject=" ".join(subject.split()) or "函")
    content = flatten(sent)
    assert read(content) == expected(sent)
    lines = content.partition(b"\r\nDate: ")[0].partition(b"Subject: ")[2].split(b"\r\n")
    assert all(re.fullmatch(rb" ?=\?utf-8\?b\?[A-Za-z0-9+/=]+\?=", line) for line in lines)
    assert max(len(lines[0]) + len("Subject: "), *map(len, lines)) <= 76


WHOLE = ("From", "To", "Message-ID", "References", "Reply-To", "List-Id")
"""What is never cut into lines: an address or an id, which some programs do not put together again."""


def test_no_line_of_a_header_is_longer_than_78_but_of_what_stays_whole() -> None:
    """Of a whole message, with a long subject, a long sender's name, a calendar file and ids that are too long."""
    file = Attachment(
        "2022年度南京市学生报名及审核名单截止时间日历文件.ics", "text/calendar; charset=utf-8", b"BEGIN:VCALENDAR"
    )
    named = f"{'省' * 15} <office@talent.example>"
    sent = replace(
        letter(7, subject="截止" * 60, sender=named, thread=f"<{'a' * 90}@talent.example>"),
        attachments=(file,),
        reply_to=f"{'r' * 60}@city.example, {'s' * 60}@office.example",
    )
    heads = [part for part in flatten(sent).split(b"\r\n\r\n") if b": " in part]
    lines = [line for head in heads for line in head.split(b"\r\n")]
    long = {line.partition(b":")[0].decode() for line in lines if len(line) > 78}
    assert (long - {*WHOLE}, {"References", "Reply-To"} - long) == (set(), set())


def test_the_headers_of_a_letter() -> None:
    first = f"<{'a' * 90}@talent.example>"
    message = parse(flatten(letter(7, thread=first)))
    assert {name: str(value) for name, value in message.items() if not name.startswith("Content-")} == {
        "From": "省级管理办公室 <office@talent.example>",
        "To": "yancheng@city.example",
        "Subject": "【省后备人才培养计划】截止提醒：盐城市导师推荐，1月15日截止",
        "Date": "Fri, 14 Jan 2022 09:00:00 +0800",
        "Message-ID": f"<{7:064}@talent.example>",
        "References": first,
        "List-Id": "<talent-calendar.talent.example>",
        "Auto-Submitted": "auto-generated",
        "X-Auto-Response-Suppress": "DR, RN, NRN, OOF, AutoReply",
        "Precedence": "bulk",
        "MIME-Version": "1.0",
    }


@pytest.mark.parametrize("sender", ["office@talent.example", "<office@talent.example>", '"" <office@talent.example>'])
def test_a_sender_without_a_name_is_its_bare_address(sender: str) -> None:
    sent = letter(sender=sender)
    content = flatten(sent)
    assert content.startswith(b"From: office@talent.example\r\n")
    assert content == build(sent).as_bytes()


def test_the_sender_and_the_ids_stay_on_one_line() -> None:
    sent = letter(sender=f"{'省' * 15} <{'o' * 60}@talent.example>", thread=f"<{'a' * 120}@talent.example>")
    lines = flatten(sent).split(b"\r\n")
    whole = [line for line in lines if re.match(rb"(From|Message-ID|References): ", line)]
    assert [line.rpartition(b"<")[2][-15:] for line in whole] == [b"talent.example>"] * 3
    assert len(re.findall(rb"=\?utf-8\?b\?[^?]*\?=", whole[0])) == 1


def test_the_first_letter_of_a_phase_refers_to_none() -> None:
    assert parse(flatten(letter()))["References"] is None
    assert parse(flatten(letter(1, thread=letter(1).message_id)))["References"] is None


CALENDAR = Attachment("截止日期.ics", "text/calendar; method=PUBLISH; charset=utf-8", "SUMMARY:导师推荐\r\n".encode())


def test_an_attachment_travels_beside_both_bodies() -> None:
    sent = replace(letter(), attachments=(CALENDAR, Attachment("a.bin", "application/octet-stream", b"\r\n.\r\n\x00")))
    message = parse(flatten(sent))
    assert read(flatten(sent)) == expected(sent)
    assert [part.get_content_type() for part in message.walk()] == [
        "multipart/mixed",
        "multipart/alternative",
        "text/plain",
        "text/html",
        "text/calendar",
        "application/octet-stream",
    ]
    found = list(message.iter_attachments())
    assert [(part.get_filename(), part.get_payload(decode=True)) for part in found] == [
        ("截止日期.ics", "SUMMARY:导师推荐\r\n".encode()),
        ("a.bin", b"\r\n.\r\n\x00"),
    ]
    assert dict(found[0]["Content-Type"].params) == {"method": "PUBLISH", "charset": "utf-8"}


def test_a_resent_letter_is_the_same_bytes() -> None:
    assert flatten(letter()) == flatten(letter())
    assert flatten(letter(1)) != flatten(letter(2))


@pytest.mark.parametrize(
    "unfit",
    [
        letter(subject="提醒\r\nBcc: all@city.example"),
        letter(subject="提醒\n"),
        letter(subject="提醒\x00"),
        letter(subject="\u202e提醒"),
        letter(subject="提\u2066醒"),
        letter(subject="提\u2028醒"),
        letter(subject="提\ud800醒"),
        letter(recipient="a@city.example\r\nBcc: b@city.example"),
        letter(recipient="a@city.example, b@city.example"),
        letter(recipient="甲 <a@city.example>"),
        letter(recipient="a@\u202ecity.example"),
        letter(recipient="a@city.example>\x00"),
        letter(recipient="a b@city.example"),
        letter(recipient="city.example"),
        letter(recipient=""),
        letter(sender="省办\r\nBcc: b@city.example <office@talent.example>"),
        letter(sender="\u202b省办 <office@talent.example>"),
        letter(sender=f"{'省' * 16} <office@talent.example>"),
        letter(sender="省办"),
        replace(letter(), message_id="no-brackets@talent.example"),
        replace(letter(), message_id="<a@talent.example>\r\nX: y"),
        letter(thread="<a b@talent.example>"),
        replace(letter(), attachments=(replace(CALENDAR, name="a\r\nX: y.ics"),)),
        replace(letter(), attachments=(replace(CALENDAR, name="a\u202escr.ics"),)),
        replace(letter(), attachments=(replace(CALENDAR, type="text/calendar\r\nX: y"),)),
        replace(letter(), attachments=(replace(CALENDAR, type="calendar"),)),
    ],
)
def test_what_would_break_a_header_is_refused(unfit: Outgoing) -> None:
    for make in (build, flatten):
        with pytest.raises(UnfitHeader):
            make(unfit)


def test_no_control_mark_of_any_kind_gets_into_a_header() -> None:
    marks = {mark for mark in SAMPLE if UNFIT.match(mark)}
    assert marks == {*map(chr, range(0x20)), *map(chr, range(0x7F, 0xA0)), *"\u061c\u200e\u200f\u2028\u2029"} | {
        *"\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
    }
