"""Every code of RFC 3463 with the words of the large providers, in every form of report: who is wrongly called dead."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from itertools import product

import pytest

from models import mail_answers
from models.mail_answers import Meaning, meaning
from post.bounces import read
from tests.support import bouncing
from tests.support.bouncing import GONE, sent
from tests.support.providers import ANSWERS

DETAILS = {1: 11, 2: 5, 3: 6, 4: 8, 5: 6, 6: 6, 7: 9}
"""How many details a subject has in RFC 3463, and the null MX and so on that were registered later."""

CODES = (
    "",
    *(f"{kind}.{subject}.{detail}" for subject, most in DETAILS.items() for kind in (4, 5) for detail in range(most)),
)
DEAD, NOTHING = {"5.1.1", "5.1.10"}, {"", "5.1.0", "5.2.0", "5.2.1", "5.2.4", "5.5.0", "5.0.0", "5.1.5"}
FEW = ("", "4.2.2", "5.1.1", "5.1.10", "5.7.1")
"""What is tried in every form: reading a report takes a hundred times as long as telling what a line means."""


def bare(said: str) -> str:
    """Leave out the enhanced codes."""
    return re.sub(r"#?\b[45]\.\d{1,3}\.\d{1,3}\b", "", said)


WORDED = [(meant, bare(said)) for meant, all_ in ANSWERS.items() for said in all_]


def is_right(meant: Meaning, code: str) -> bool:
    """Tell whether an address is dead by such words under such a code."""
    return (meant is Meaning.NO_MAILBOX and code in DEAD | NOTHING) or (meant is Meaning.UNSAID and code in DEAD)


def dsn(said: str, code: str) -> bytes:
    named = bouncing.postfix(sent(), GONE).replace(b"Status: 5.1.1", f"Status: {code or '5.0.0'}".encode())
    return named.replace(b"550 5.1.1 no such user", said.replace("\n", " ").encode())


def bare_dsn(said: str, code: str) -> bytes:
    """With the words in the part for people alone."""
    told = re.sub(rb"(?m)^Diagnostic-Code: .*\n", b"", dsn("", code))
    return told.replace(b"This is the mail system.", said.encode())


def ndr(said: str, code: str) -> bytes:
    named = bouncing.exchange(sent(), GONE).replace(b"Status: 5.1.10", f"Status: {code or '5.0.0'}".encode())
    told = f"smtp;{said} {code}".replace("\n", " ").encode()
    return re.sub(rb"smtp;550 5.1.10 [^\n]*", lambda _: told, named)


def coremail(said: str, code: str) -> bytes:
    told = f"SMTP error, RCPT TO: {said} {code}".replace("\n", " ").encode()
    return bouncing.coremail(sent(), GONE).replace(b"SMTP error, RCPT TO: 550 5.1.1 User unknown", told)


def qmail(said: str, code: str) -> bytes:
    told = f"{said} (#{code})" if code else said
    return bouncing.qmail(sent(), GONE).replace(b"Sorry, no mailbox here by that name. (#5.1.1)", told.encode())


def exim(said: str, code: str) -> bytes:
    return bouncing.exim(sent(), GONE).replace(b"unrouteable mail domain", f"{said} {code}".encode())


def returned_alone(said: str, code: str) -> bytes:
    """With no report: some words, and what came back."""
    head = "From: MAILER-DAEMON@old.example\nSubject: returned\nMIME-Version: 1.0\n"
    head += 'Content-Type: multipart/mixed; boundary="=b"\n\n'
    told = f"--=b\nContent-Type: text/plain; charset=utf-8\n\n{GONE}: {said} {code}\n"
    told += "--=b\nContent-Type: message/rfc822\n\n"
    return (head + told).encode() + sent() + b"--=b--\n"


FORMS: Mapping[str, Callable[[str, str], bytes]] = {
    form.__name__: form for form in (dsn, bare_dsn, ndr, coremail, qmail, exim, returned_alone)
}


def lines() -> Iterator[tuple[Meaning, str, bool]]:
    for (meant, said), code in product(WORDED, CODES):
        yield meant, code, meaning(f"{said} {code}") is Meaning.NO_MAILBOX


def test_a_line_calls_at_most_one_address_in_a_hundred_wrongly_dead_and_misses_none_that_is() -> None:
    found = list(lines())
    dead = [(meant, code) for meant, code, is_dead in found if is_dead]
    assert len(found) > 8_000
    assert [one for one in dead if not is_right(*one)] == []
    missed = [
        code for meant, code, is_dead in found if not is_dead and meant is Meaning.NO_MAILBOX and code in DEAD | NOTHING
    ]
    assert missed == []


@pytest.mark.slow
def test_a_bounce_of_any_form_calls_at_most_one_address_in_a_hundred_wrongly_dead() -> None:
    wrong, missed, every = list[tuple[str, str]](), list[tuple[str, str]](), 0
    for form, (meant, said), code in product(FORMS, WORDED, FEW):
        bounce = read(FORMS[form](said, code))
        is_dead = bool(bounce.addresses) and bounce.means is Meaning.NO_MAILBOX
        every += 1
        if is_dead and not is_right(meant, code):
            wrong.append((form, f"{said} {code}"))
        if not is_dead and meant is Meaning.NO_MAILBOX and code in DEAD and form != "returned_alone":
            missed.append((form, f"{said} {code}"))
    assert every > 2_500
    assert len(wrong) <= every // 100, wrong[:20]
    assert missed == []


def test_without_words_a_code_alone_would_call_good_addresses_dead(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mail_answers, "_WORDS", ())
    assert any(is_dead and not is_right(meant, code) for meant, code, is_dead in lines())
