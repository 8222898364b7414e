"""The splice: the library's own bytes, whatever a letter's fields say, and nothing of one letter in another."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta, timezone

from hypothesis import given
from hypothesis import strategies as st

from letters.addressee import PLACE
from letters.envelope import Attachment
from letters.headers import UNFIT
from post.message import Outgoing, build
from post.splice import LEADING_DOT, MARK, as_sent, flatten
from tests.support.letters_sent import expected, letter, read

FIT = st.text(min_size=1, max_size=90).map(lambda said: UNFIT.sub("", said) or "函")
LINES = st.text(st.characters(exclude_categories=["Cs"]), max_size=300)
LOCAL = st.from_regex(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]{1,30}(\.[A-Za-z0-9]{1,10})?", fullmatch=True).filter(
    lambda local: "=?" not in local  # no encoded word: it is refused
)
ADDRESSES = st.builds("{}@{}.example".format, LOCAL, st.from_regex(r"[a-z0-9]{1,20}", fullmatch=True))
IDS = st.from_regex(r"<[a-z0-9.]{1,60}@[a-z0-9.]{1,20}>", fullmatch=True)
SENDERS = st.sampled_from(["省级管理办公室 <office@talent.example>", "office@talent.example", "O <o@t.example>"])
ZONES = st.integers(-23, 23).map(lambda hours: timezone(timedelta(hours=hours)))
ATTACHMENTS = st.lists(
    st.builds(
        Attachment,
        FIT.filter(lambda name: bool(name.strip())),
        st.sampled_from(["text/calendar; charset=utf-8; method=PUBLISH", "application/pdf", "text/plain"]),
        st.binary(max_size=200),
    ),
    max_size=3,
).map(tuple)
LETTERS = st.builds(
    Outgoing,
    key=st.text(max_size=20).map(lambda key: UNFIT.sub("", key)),
    message_id=IDS,
    thread=st.none() | IDS,
    sender=SENDERS,
    recipient=ADDRESSES,
    subject=FIT,
    text=LINES,
    html=LINES,
    queued_at=st.datetimes(datetime(1971, 1, 1), datetime(2090, 1, 1), timezones=ZONES),  # noqa: DTZ001 - bounds are naive
    attachments=ATTACHMENTS,
)


@given(LETTERS)
def test_the_bytes_are_the_library_s_own(sent: Outgoing) -> None:
    assert flatten(sent) == build(sent).as_bytes()


@given(LETTERS, st.text(st.characters(exclude_categories=["Cs"]), max_size=90), LINES, LINES)
def test_the_bytes_of_a_campaign_are_the_library_s_own(sent: Outgoing, addressee: str, before: str, after: str) -> None:
    body = f"{before}{PLACE}{after}"
    one = replace(sent, text=body, html=f"{body}{PLACE}", addressee=addressee)
    assert flatten(one) == build(one).as_bytes()


@given(LETTERS)
def test_as_sent_every_line_that_begins_with_a_dot_has_two(sent: Outgoing) -> None:
    assert as_sent(sent) == LEADING_DOT.sub(b"..", flatten(sent))


@given(st.lists(LETTERS, min_size=2, max_size=6))
def test_a_campaign_leaves_nothing_of_one_letter_in_another(letters: list[Outgoing]) -> None:
    letters = [replace(sent, sender=letters[0].sender, thread=None, attachments=()) for sent in letters]
    assert [flatten(sent) for sent in letters] == [build(sent).as_bytes() for sent in letters]
    assert all(MARK.encode() not in flatten(sent) for sent in letters)


@given(FIT, ADDRESSES)
def test_parsed_it_says_what_the_letter_says(subject: str, recipient: str) -> None:
    sent = replace(letter(recipient=recipient), subject=" ".join(subject.split()) or "函")
    assert read(flatten(sent)) == expected(sent)
