"""Bounces as mail hosts word them: whose address is dead, whose is only slow, and what is no bounce at all."""

from __future__ import annotations

import asyncio
import re
import smtplib
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from aiosmtpd.smtp import SMTP, Envelope, Session
from hypothesis import given
from hypothesis import strategies as st

from models.mail_answers import Meaning
from post.bounces import Bounce, read, split
from tests.support import proof_relay
from tests.support.bouncing import FIRST, GONE, SECOND, SHAPES, postfix, qmail, reply, sent

AT = datetime(2022, 1, 14, 1, 1, tzinfo=UTC)
"""When the bounces that have a date are written."""

PLAIN = b"""From: wang@city.example
To: office@talent.example
Subject: =?utf-8?b?5Zue5aSN?=
In-Reply-To: <fedcba9876543210fedcba9876543210@talent.example>

Thank you.
"""


def dsn(code: str) -> bytes:
    return postfix(sent(), GONE).replace(b"550 5.1.1 no such user", code.encode())


@pytest.mark.parametrize("lines", [b"\n", b"\r\n"], ids=["unix", "internet"])
@pytest.mark.parametrize("shape", SHAPES)
def test_whichever_host_returns_a_letter_only_that_letter_came_back(shape: str, lines: bytes) -> None:
    assert FIRST.encode() in sent()
    said = read(SHAPES[shape](sent(), GONE).replace(b"\n", lines))
    assert (said.addresses, said.delayed, said.message_id) == ((GONE,), (), SECOND)


@pytest.mark.parametrize("shape", SHAPES)
def test_what_an_office_wrote_back_is_its_own_message(shape: str) -> None:
    said = read(SHAPES[shape](reply(sent()), "office@talent.example"))
    assert (said.addresses, said.message_id) == (("office@talent.example",), "<reply-1@city.example>")


@pytest.mark.parametrize("shape", SHAPES)
def test_what_came_back_without_its_message_id_came_back_from_nobody(shape: str) -> None:
    bare = re.sub(rb"(?m)^Message-ID: .*\n", b"", sent())
    said = read(SHAPES[shape](bare, GONE))
    assert (said.addresses, said.message_id) == ((GONE,), None)


@pytest.mark.parametrize(
    "content",
    [
        postfix(sent(), GONE, b"application/octet-stream"),
        qmail(b"", GONE) + f"In-Reply-To: {SECOND}\nMessage-ID of your message: {SECOND}\n".encode(),
        qmail(b"", GONE).replace(b"copy of the message", b"remark") + sent(),
        postfix(sent(), GONE).replace(
            b"--=b--\n", b"--=b\nContent-Type: message/rfc822\n\n" + sent(FIRST) + b"--=b--\n"
        ),
        postfix(sent().replace(b"@talent.example>\n", b"@talent.example> \x00\n"), GONE),
    ],
    ids=["no part that holds it", "only mentioned", "no copy", "two of them", "a broken id"],
)
def test_where_it_is_not_said_what_came_back_nothing_is_guessed(content: bytes) -> None:
    said = read(content)
    assert (said.addresses, said.message_id) == ((GONE,), None)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (
            postfix(sent(), "Gone@City.example"),
            Bounce((GONE,), (), SECOND, "550 5.1.1 no such user", AT, Meaning.NO_MAILBOX),
        ),
        (postfix(sent(), GONE).replace(b"Action: failed", b"Action: delayed"), Bounce(delayed=(GONE,))),
        (postfix(sent(), GONE).replace(b"Action: failed", b"Action: delivered"), Bounce()),
        (qmail(sent(), GONE), Bounce((GONE,), (), SECOND, "failure notice", None, Meaning.NO_MAILBOX)),
        (PLAIN, Bounce()),
        (b"", Bounce()),
        (b"\xff\x00nonsense", Bounce()),
    ],
    ids=["dead", "slow", "delivered", "qmail", "a reply", "nothing", "noise"],
)
def test_what_a_message_of_a_mailbox_says(content: bytes, said: Bounce) -> None:
    assert read(content) == said


def test_a_reason_is_one_short_printable_line() -> None:
    assert read(dsn("550\x07 \u202e no\u2028" + "x" * 300)).reason == ("550 no " + "x" * 300)[:200]


def test_an_mbox_is_split_at_its_from_lines_and_one_message_is_itself() -> None:
    mbox = (
        b"From MAILER-DAEMON Mon Jan 17 09:00:00 2022\n" + postfix(sent(), GONE) + b"\nFrom wang Mon Jan 17\n" + PLAIN
    )
    assert [read(message).addresses for message in split(mbox)] == [(GONE,), ()]
    assert list(split(PLAIN)) == [PLAIN]
    assert list(split(b"From a\n\nFrom b\n")) == []


class Refusing:
    """Takes every message, but none for GONE."""

    def __init__(self) -> None:
        self.taken: list[bytes] = []

    async def handle_RCPT(  # noqa: N802
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        envelope.rcpt_tos.append(address)
        return "550 5.1.1 no such user" if address == GONE else "250 ok"

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        assert isinstance(envelope.content, bytes)
        self.taken.append(envelope.content)
        return "250 taken"


@pytest.mark.slow
@pytest.mark.skipif(not proof_relay.is_here(), reason="only root may run a Postfix, and only where there is one")
async def test_what_a_real_postfix_returns_is_the_letter_that_it_could_not_deliver() -> None:
    host = Refusing()
    async with await asyncio.get_running_loop().create_server(lambda: SMTP(host), "127.0.0.1", 0) as server:
        await asyncio.to_thread(_handed_over, server.sockets[0].getsockname()[1])
    said = [read(message) for message in host.taken]
    assert [replace(one, at=None) for one in said] == [
        Bounce((GONE,), (), SECOND, "550 5.1.1 no such user", None, Meaning.NO_MAILBOX)
    ]
    assert said[0].at is not None


def _handed_over(port: int) -> None:
    with proof_relay.postfix(port) as running:
        with smtplib.SMTP("127.0.0.1", running.port) as client:
            client.sendmail("office@talent.example", [GONE], sent())
        assert proof_relay.drained(running.home)


@given(st.binary(max_size=400))
def test_no_mail_of_a_stranger_breaks_the_reading(noise: bytes) -> None:
    whole = postfix(sent(), GONE)
    marks = (b"Final-Recipient", b"Content-Type", b"Message-ID", b"Fri, 14 Jan")
    for content in (noise, whole + noise, qmail(noise, GONE), *(whole.replace(mark, noise[:20]) for mark in marks)):
        for message in split(content):
            assert isinstance(read(message), Bounce)


UNREADABLE = b"From: MAILER-DAEMON@old.example\nSubject: Mail could not be delivered\n\nIt came back.\n"


@pytest.mark.parametrize(
    ("content", "unread"),
    [
        (UNREADABLE, True),
        (UNREADABLE.replace(b"MAILER-DAEMON", b"postmaster"), True),
        (UNREADABLE.replace(b"MAILER-DAEMON", b"wang"), False),
        (postfix(sent(), GONE).replace(b"Action: failed", b"Action: delivered"), False),
        (postfix(sent(), GONE).replace(b"Action: failed", b"Action: delayed"), False),
        (postfix(sent(), GONE), False),
    ],
)
def test_what_a_mail_host_wrote_and_nobody_can_read_is_for_a_person(content: bytes, unread: bool) -> None:
    assert read(content).unread == unread


def test_what_is_no_mail_at_all_is_read_in_silence(caplog: pytest.LogCaptureFixture) -> None:
    """The detectors log a traceback of what they raise."""
    assert read(b"\x89PNG\r\n\x1a\n\x00\xff") == Bounce()
    assert not caplog.records
