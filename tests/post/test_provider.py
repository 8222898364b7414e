"""A provider's own way of bouncing costs one file: what stands above its copy is a line in `post/bounces.py`."""

from __future__ import annotations

import re

import pytest

from post import bounces

LINE = "=== 退回的原文如下 ==="
BOUNCED = f"""From: MAILER-DAEMON@mail.example
Subject: failure notice
Content-Type: text/plain; charset=utf-8

Hi. This is the qmail-send program at mail.example.
I'm afraid I wasn't able to deliver your message to the following addresses.
This is a permanent error; I've given up. Sorry it didn't work out.

<gone@school.example>:
Sorry, no mailbox here by that name. (#5.1.1)

{LINE}

Message-ID: <0123456789@talent.example>
Subject: s

t
""".encode()


def test_a_provider_with_a_line_of_its_own_is_read_once_the_line_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    before = bounces.read(BOUNCED)
    assert (before.addresses, before.message_id) == (("gone@school.example",), None)
    known = re.compile(rf"(?im)^[ -]*(?:{'|'.join((*bounces.COPIES, LINE))})[ .:-]*\r?$".encode())
    monkeypatch.setattr(bounces, "COPY", known)
    after = bounces.read(BOUNCED)
    assert (after.addresses, after.message_id) == (("gone@school.example",), "<0123456789@talent.example>")
