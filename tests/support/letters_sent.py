"""Letters to send, and what is read back of them, for the tests of messages and couriers."""

from __future__ import annotations

import email
import email.policy
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage, Message
from typing import cast

from letters.envelope import Attachment
from post.message import Outgoing

NINE = datetime(2022, 1, 14, 1, tzinfo=UTC)


def letter(
    number: int = 1,
    recipient: str = "yancheng@city.example",
    subject: str = "【省后备人才培养计划】截止提醒：盐城市导师推荐，1月15日截止",
    sender: str = "省级管理办公室 <office@talent.example>",
    thread: str | None = None,
) -> Outgoing:
    return Outgoing(
        key=f"2022|mentor-recommendation|yancheng|1|city|reminder|{number}",
        message_id=f"<{number:064}@talent.example>",
        thread=thread,
        sender=sender,
        recipient=recipient,
        subject=subject,
        text=f"盐城市科协：\n\n　　第 {number} 封。\n. 以点开头的行\n.\n",
        html=f"<p>第 {number} 封</p>\n.\n",
        queued_at=NINE,
    )


@dataclass(frozen=True)
class Read:
    """A letter as a mail program shows it."""

    message_id: str
    recipient: str
    subject: str
    text: str
    html: str
    attachments: tuple[Attachment, ...] = ()


def parse(content: bytes) -> EmailMessage:
    return email.message_from_bytes(content, policy=email.policy.default)


def read(content: bytes) -> Read:
    message = parse(content)
    text, html = (_body(message, kind) for kind in ("plain", "html"))
    files = tuple(_file(part) for part in message.iter_attachments())
    return Read(str(message["Message-ID"]), str(message["To"]), str(message["Subject"]), text, html, files)


def expected(sent: Outgoing) -> Read:
    return Read(sent.message_id, sent.recipient, sent.subject, sent.text, sent.html, sent.attachments)


def _file(part: Message) -> Attachment:
    content = part.get_payload(decode=True)
    assert isinstance(content, bytes)
    kind = "; ".join([part.get_content_type(), *(f"{name}={value}" for name, value in part.get_params([])[1:])])
    return Attachment(part.get_filename(""), kind, content)


def _body(message: EmailMessage, kind: str) -> str:
    body = message.get_body((kind,))
    assert isinstance(body, EmailMessage)
    return cast("str", body.get_content()).replace("\r\n", "\n")
