"""Bounces as mail hosts word them: whose address is dead, whose is only slow, and what is no bounce at all."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from letters.bounces import Bounce, read, split

ID = "<0123456789abcdef0123456789abcdef@talent.example>"


def dsn(action: str = "failed", code: str = "550 5.1.1 <gone@city.example>: no such user", returned: str = ID) -> bytes:
    return f"""From: MAILER-DAEMON@relay.example
To: office@talent.example
Subject: Undelivered Mail Returned to Sender
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain

Your message could not be delivered.

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; relay.example

Final-Recipient: rfc822; Gone@City.example
Action: {action}
Status: 5.1.1
Diagnostic-Code: smtp; {code}

--b
Content-Type: text/rfc822-headers

Message-ID:
 {returned}
Subject: =?utf-8?b?5o+Q6YaS?=

--b--
""".encode()


QMAIL = b"""From: MAILER-DAEMON@old.example
To: office@talent.example
Subject: failure notice

Hi. This is the qmail-send program at old.example.
I'm afraid I wasn't able to deliver your message to the following addresses.
This is a permanent error; I've given up. Sorry it didn't work out.

<gone@city.example>:
Sorry, no mailbox here by that name. (#5.1.1)

--- Below this line is a copy of the message.

Message-ID: <0123456789abcdef0123456789abcdef@talent.example>
"""

PLAIN = b"""From: wang@city.example
To: office@talent.example
Subject: =?utf-8?b?5Zue5aSN?=
In-Reply-To: <0123456789abcdef0123456789abcdef@talent.example>

Thank you.
"""


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (
            dsn(),
            Bounce(("gone@city.example",), (), (ID,), "550 5.1.1 <gone@city.example>: no such user"),
        ),
        (dsn("delayed"), Bounce((), ("gone@city.example",), (ID,))),
        (dsn("delivered"), Bounce((), (), (ID,))),
        (QMAIL, Bounce(("gone@city.example",), (), (ID,), "failure notice")),
        (PLAIN, Bounce((), (), (ID,))),
        (b"", Bounce()),
        (b"\xff\x00nonsense", Bounce()),
    ],
    ids=["dead", "slow", "delivered", "qmail", "a reply", "nothing", "noise"],
)
def test_what_a_message_of_a_mailbox_says(content: bytes, said: Bounce) -> None:
    assert read(content) == said


def test_a_reason_is_one_short_printable_line() -> None:
    assert read(dsn(code="550\x07 \u202e no\u2028" + "x" * 300)).reason == ("550 no " + "x" * 300)[:200]


def test_ids_that_are_not_of_our_form_are_not_taken_for_ours() -> None:
    assert read(dsn(returned="<123@talent.example>")).message_ids == ()


def test_an_mbox_is_split_at_its_from_lines_and_one_message_is_itself() -> None:
    mbox = b"From MAILER-DAEMON Mon Jan 17 09:00:00 2022\n" + dsn() + b"\nFrom wang Mon Jan 17\n" + PLAIN
    assert [read(message).addresses for message in split(mbox)] == [("gone@city.example",), ()]
    assert list(split(QMAIL)) == [QMAIL]
    assert list(split(b"From a\n\nFrom b\n")) == []


@given(st.binary(max_size=400))
def test_no_mail_of_a_stranger_breaks_the_reading(noise: bytes) -> None:
    for content in (noise, dsn() + noise, dsn().replace(b"Final-Recipient", noise[:20])):
        for message in split(content):
            assert isinstance(read(message), Bounce)
