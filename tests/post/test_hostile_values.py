"""Ten thousand hostile names and addresses: each is refused when it is recorded, or makes one message as intended."""

from __future__ import annotations

import string
from collections import Counter
from dataclasses import dataclass, replace
from random import Random

import pytest

from calendars.files import load
from forms import cells
from letters.brief import Brief
from letters.headers import UnfitHeader, fit_address, mailbox
from letters.render import render
from letters.specimens import specimen
from phases.book import BOOK
from post.message import Outgoing
from post.splice import flatten
from tests.support.letters_sent import letter, parse, read

CASES = 10_000
YEAR = load(2022)
BRIEF = specimen(BOOK, YEAR, "reminder", "midterm", "mentor", YEAR.cities[8])
OFFICE = "office@talent.example"
HEADERS = [
    *("From", "To", "Subject", "Date", "Message-ID", "List-Id", "Auto-Submitted", "X-Auto-Response-Suppress"),
    *("Precedence", "MIME-Version", "Content-Type"),
]
BREAKS = ["\r", "\n", "\r\n", "\0", "\r\nBcc: all@city.example", "\n\nbody", "\r\n.\r\nMAIL FROM:<x@y.example>", "\x0b"]
MARKS = [
    chr(code) for code in (0x61C, 0x200B, 0x200E, 0x202A, 0x202E, 0x2028, 0x2029, 0x2066, 0x2069, 0x85, 0x7F, 0xD800)
]
MARKUP = [
    "<b>",
    '"',
    "\\",
    "<a@b.example>",
    "=?utf-8?b?5o+Q?=",
    "=?utf-8?q?=0D=0A?=",
    "{{ 7 }}",
    "&lt;",
    "'; --",
    "%0d%0a",
    "@",
    ",",
    ";",
]
CHINESE = ["王", "小明", "𠮷", "〇", "，", "　", "é", "🧑\u200d🎓", "ﬁ", "İ"]
PLAIN = [*string.ascii_letters, *string.digits, ".", "-", "_", "+", " ", "!", "#", "~", "`"]


@dataclass(frozen=True)
class Case:
    """What somebody typed."""

    name: str
    address: str


def _text(random: Random, most: int) -> str:
    pools = random.choices(
        [PLAIN, CHINESE, MARKUP, MARKS, BREAKS], weights=[12, 4, 1, 0.4, 0.4], k=random.randint(1, most)
    )
    return "".join(random.choice(pool) for pool in pools)


def _local(random: Random) -> str:
    return random.choice(
        [
            "office",
            "".join(random.choices(string.ascii_lowercase + ".", k=random.randint(1, 12))),
            "a" * random.randint(60, 70),
            _text(random, 8),
            random.choice(CHINESE) + "office",
            f'"{_text(random, 3)}"',
        ]
    )


def _domain(random: Random) -> str:
    label = "".join(random.choices(string.ascii_lowercase + string.digits + "-", k=random.randint(1, 66)))
    return random.choice(
        ["city.example", f"{label}.example", "省办.example", "[127.0.0.1]", _text(random, 5), "d." * 120 + "cn"]
    )


def _case(number: int) -> Case:
    random = Random(number)
    ending = random.choice(["", "", "", "", random.choice(BREAKS), random.choice(MARKS)])
    return Case(_text(random, 12), f"{_local(random)}@{_domain(random)}{ending}")


def _recorded(case: Case) -> tuple[str, str, str] | None:
    """The name as a form keeps it, the address as a form and as the office keep it; None where one is refused."""
    try:
        return cells.line(case.name), cells.email(case.address), fit_address(case.address)
    except (cells.BadCellError, UnfitHeader):
        return None


def _letter(name: str, address: str) -> tuple[Outgoing, Brief]:
    brief = replace(BRIEF, city_name=name, addressee=name)
    words = render(brief)
    return replace(letter(recipient=address), subject=words.subject, text=words.text, html=words.html), brief


def _check(sent: Outgoing, name: str) -> None:
    """One message, each header once, with the intended value."""
    content = flatten(sent)
    message = parse(content)
    assert [header for header, _ in message.items()] == HEADERS
    assert [address.addr_spec for address in message["To"].addresses] == [sent.recipient]
    assert (str(message["Subject"]), message.defects) == (sent.subject, [])
    assert [part.get_content_type() for part in message.walk()] == ["multipart/alternative", "text/plain", "text/html"]
    assert (name in read(content).text, max(map(len, content.split(b"\r\n"))) < 400) == (True, True)
    assert content.count(b"\n") == content.count(b"\r\n") == content.count(b"\r")


@pytest.mark.slow
def test_each_is_refused_when_recorded_or_one_message_as_intended() -> None:
    found: Counter[str] = Counter()
    for number in range(CASES):
        case = _case(number)
        recorded = _recorded(case)
        found["refused" if recorded is None else "sent"] += 1
        if recorded is not None:
            name, address, of_office = recorded
            assert address == of_office
            _check(_letter(name, address)[0], name)
    assert found.total() == CASES
    assert min(found.values()) > CASES // 20


@pytest.mark.slow
@pytest.mark.parametrize("written", ["{name} <{address}>", "<{address}>", "{address}"])
def test_the_sender_s_own_name_and_address_are_refused_or_as_intended(written: str) -> None:
    found: Counter[str] = Counter()
    for number in range(CASES // 4):
        case = _case(number)
        given = written.format(name=case.name[:6], address=case.address)
        try:
            sender = mailbox(given)
        except UnfitHeader:
            found["refused"] += 1
            continue
        found["sent"] += 1
        content = flatten(letter(sender=given))
        [read_back] = parse(content)["From"].addresses
        assert (read_back.display_name, read_back.addr_spec) == (sender.display_name, sender.addr_spec)
        assert b"=?utf-8?b??=" not in content
    assert min(found.values()) > CASES // 80


@pytest.mark.slow
def test_any_address_at_all_is_refused_by_the_letter_or_its_only_recipient() -> None:
    for number in range(CASES // 4):
        sent = letter(recipient=_case(number).address)
        try:
            content = flatten(sent)
        except UnfitHeader:
            continue
        assert [address.addr_spec for address in parse(content)["To"].addresses] == [sent.recipient]


def test_what_a_form_records_the_letter_never_refuses() -> None:
    kept = [case for case in map(_case, range(2_000)) if _recorded(case) is not None]
    assert len(kept) > 100
    for case in kept:
        assert fit_address(cells.email(case.address)) == cells.email(case.address)
