"""Letters of ours as mail hosts return them: the shape of each is theirs, the words are made up."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Callable, Mapping
from dataclasses import replace
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

from post.message import Outgoing, build
from tests.support.letters_sent import NINE

FIRST, SECOND = "<0123456789abcdef0123456789abcdef@talent.example>", "<fedcba9876543210fedcba9876543210@talent.example>"
GONE = "gone@city.example"

REMINDER = Outgoing(
    key="reminder",
    message_id=SECOND,
    thread=FIRST,
    sender="省级管理办公室 <office@talent.example>",
    recipient=GONE,
    subject="【省后备人才培养计划】截止提醒：盐城市导师推荐，1月15日截止",
    text="盐城市级管理办公室：\n\n　　请于1月15日前报送。\n",
    html="<p>请于1月15日前报送。</p>\n",
    queued_at=NINE,
)
"""A second letter of a phase: it refers to the first."""

REPORT = "multipart/report; report-type=delivery-status"

Wrap = Callable[[bytes, str], bytes]
"""From a message and the address that refused it to what its sender gets."""


def sent(message_id: str = SECOND, thread: str | None = FIRST) -> bytes:
    return build(replace(REMINDER, message_id=message_id, thread=thread)).as_bytes().replace(b"\r\n", b"\n")


def reply(to: bytes) -> bytes:
    """What an office writes back: its own message, with ours named in its header and attached whole."""
    said = EmailMessage()
    said["From"], said["To"], said["Subject"] = GONE, "office@talent.example", "回复"
    said["Message-ID"], said["In-Reply-To"], said["References"] = "<reply-1@city.example>", SECOND, f"{FIRST} {SECOND}"
    said.set_content(f"Re: {SECOND}\n")
    said.add_attachment(message_from_bytes(to, policy=default))
    return said.as_bytes()


def undated(bounce: bytes) -> bytes:
    """Leave out when the bounce was written."""
    return re.sub(rb"(?m)^Date: .*\n", b"", bounce, count=1)


def _head(message: bytes) -> bytes:
    return message.partition(b"\n\n")[0] + b"\n"


def _report(*parts: bytes, sender: str, subject: str, kind: str = REPORT) -> bytes:
    head = f"From: {sender}\nTo: office@talent.example\nSubject: {subject}\nDate: Fri, 14 Jan 2022 09:01:00 +0800\n"
    mime = f'Auto-Submitted: auto-replied\nMIME-Version: 1.0\nContent-Type: {kind}; boundary="=b"\n\n'
    return (head + mime).encode() + b"".join(b"--=b\n" + part + b"\n" for part in parts) + b"--=b--\n"


def postfix(message: bytes, address: str, copy: bytes = b"message/rfc822", whole: bool = True) -> bytes:
    status = f"""Content-Description: Delivery report
Content-Type: message/delivery-status

Reporting-MTA: dns; relay.example
X-Postfix-Queue-ID: 4JZk1x0Xb2z
X-Postfix-Sender: rfc822; office@talent.example
Arrival-Date: Fri, 14 Jan 2022 09:00:58 +0800 (CST)

Final-Recipient: rfc822; {address}
Original-Recipient: rfc822;{address}
Action: failed
Status: 5.1.1
Remote-MTA: dns; mx.city.example
Diagnostic-Code: smtp; 550 5.1.1 no such user
"""
    said = (
        b"Content-Description: Notification\nContent-Type: text/plain; charset=us-ascii\n\nThis is the mail system.\n"
    )
    back = b"Content-Type: " + copy + b"\n\n" + (message if whole else _head(message))
    return _report(said, status.encode(), back, sender="MAILER-DAEMON@relay.example", subject="Undelivered Mail")


def postfix_headers(message: bytes, address: str) -> bytes:
    return postfix(message, address, b"text/rfc822-headers", whole=False)


def exchange(message: bytes, address: str) -> bytes:
    status = f"""Content-Type: message/delivery-status

Reporting-MTA: dns;EX01.city.example
Received-From-MTA: dns;relay.example
Arrival-Date: Fri, 14 Jan 2022 01:00:59 +0000

Original-Recipient: rfc822;{address}
Final-Recipient: rfc822;{address}
Action: failed
Status: 5.1.10
Diagnostic-Code: smtp;550 5.1.10 RESOLVER.ADR.RecipientNotFound; not found by SMTP address lookup
X-Display-Name: gone
"""
    said = f"""Content-Type: text/html; charset="us-ascii"

<p>Your message to {address} couldn't be delivered.</p><pre>Original Message Headers

References: {FIRST}</pre>
"""
    # It writes header lines its own way: another case, the value on a line of its own.
    back = b"Content-Type: message/rfc822\n\n" + re.sub(rb"(?m)^Message-ID: ", b"Message-Id:\n\t", message)
    return _report(said.encode(), status.encode(), back, sender="postmaster@city.example", subject="Undeliverable")


def coremail(message: bytes, address: str) -> bytes:
    """As 163 returns a letter: one block of status, no space after the colon of the returned Message-Id."""
    notice = b64encode("抱歉，您的邮件被退回来了……\n".encode("gb2312")).decode()
    said = f'Content-Type: Text/Plain; charset="gb2312"\nContent-Transfer-Encoding: base64\n\n{notice}\n'
    status = f"""Content-Type: Message/delivery-status
Content-Description: Delivery error report

Final-Recipient: rfc822; {address}
Action: failed
Status: 5.0.0
Diagnostic-Code: SMTP; SMTP error, RCPT TO: 550 5.1.1 User unknown
"""
    back = b"Content-Type: Message/Rfc822\nContent-Transfer-Encoding: 8bit\n\nReceived: from relay.example (Coremail)\n"
    back += message.replace(b"Message-ID: ", b"Message-Id:")
    kind = "Multipart/Report; report-type=delivery-status"
    return _report(said.encode(), status.encode(), back, sender="Postmaster@163.example", subject="x", kind=kind)


def qq(message: bytes, address: str) -> bytes:
    status = f"""Content-Type: message/delivery-status

Reporting-MTA: dns; qq.example

Final-Recipient: rfc822;{address}
Action: failed
Status: 5.1.1
Diagnostic-Code: smtp;550 Mailbox not found.
"""
    notice = b64encode("<p>来自 qq.example 的退信</p>".encode()).decode()
    said = f"Content-Type: text/html; charset=utf-8\nContent-Transfer-Encoding: base64\n\n{notice}\n"
    back = (
        b"Content-Type: text/rfc822-headers\nContent-Transfer-Encoding: base64\n\n" + b64encode(_head(message)) + b"\n"
    )
    return _report(said.encode(), status.encode(), back, sender="PostMaster@qq.example", subject="x")


def _plain(sender: str, subject: str, text: str, message: bytes) -> bytes:
    return f"From: {sender}\nTo: office@talent.example\nSubject: {subject}\n\n{text}\n".encode() + message


def qmail(message: bytes, address: str) -> bytes:
    text = f"""Hi. This is the qmail-send program at old.example.
I'm afraid I wasn't able to deliver your message to the following addresses.
This is a permanent error; I've given up. Sorry it didn't work out.

<{address}>:
Sorry, no mailbox here by that name. (#5.1.1)

--- Below this line is a copy of the message.
"""
    return _plain(
        "MAILER-DAEMON@old.example", "failure notice", text, b"Return-Path: <office@talent.example>\n" + message
    )


def sendmail(message: bytes, address: str) -> bytes:
    text = f"""The original message was received at Fri, 14 Jan 2022 09:01:00 +0800

   ----- The following addresses had permanent fatal errors -----
<{address}>

   ----- Transcript of session follows -----
550 <{address}>... User unknown

   ----- Unsent message follows -----
"""
    return _plain("MAILER-DAEMON@old.example", "Returned mail: User unknown", text, message)


def exim(message: bytes, address: str) -> bytes:
    text = f"""This message was created automatically by mail delivery software.

A message that you sent could not be delivered to one or more of its
recipients. This is a permanent error. The following address(es) failed:

  {address}
    unrouteable mail domain

------ This is a copy of the message, including all the headers. ------
"""
    failed = f"Mail delivery failed: returning message to sender\nX-Failed-Recipients: {address}"
    return _plain("Mailer-Daemon@old.example", failed, text, message)


SHAPES: Mapping[str, Wrap] = {
    "postfix": postfix,
    "postfix, headers alone": postfix_headers,
    "exchange": exchange,
    "163": coremail,
    "qq": qq,
    "qmail": qmail,
    "sendmail": sendmail,
    "exim": exim,
}
