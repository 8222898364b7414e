"""One letter as an internet message: headers that no value can break, base64 UTF-8 text and html twins."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import EmailPolicy
from email.utils import format_datetime
from typing import TYPE_CHECKING

from calendars.deadlines import TZ
from letters.addressee import in_html, in_text
from letters.envelope import Attachment
from letters.headers import ADDRESS, MESSAGE_ID, clean, header_line, mailbox, matching

if TYPE_CHECKING:
    from datetime import datetime

TYPE = re.compile(r"[a-z]+/[a-z0-9.+-]+(?:; ?[a-z]+=[A-Za-z0-9-]+)*")
AUTOMATIC = (
    ("Auto-Submitted", "auto-generated"),
    ("X-Auto-Response-Suppress", "DR, RN, NRN, OOF, AutoReply"),  # not All: Exchange would send no NDR either
    ("Precedence", "bulk"),
)
"""What tells a program on the other side that there is nobody here to answer."""

OURS = (
    *("From", "To", "Subject", "Date", "Message-ID", "References", "Reply-To", "List-Id"),
    *(name for name, _ in AUTOMATIC),
)


class _Policy(EmailPolicy):
    """The library's policy, but our own headers: its folding loses spaces, overlong words, and encodes long ids."""

    def fold(self, name: str, value: str) -> str:
        folded: str = header_line(name, value) if name in OURS else super().fold(name, value)
        return folded

    def fold_binary(self, name: str, value: str) -> bytes:
        folded: bytes = header_line(name, value).encode() if name in OURS else super().fold_binary(name, value)
        return folded


POLICY = _Policy(linesep="\r\n")


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A queued letter on its way.

    `key` is the obligation's unique key; `message_id` is made from it (`<…@…>`). `thread` is the message id of the
    first letter of the same phase, None for that one. `sender` may carry a short display name, `recipient` is a bare
    address. `queued_at` is aware. Where there is an `addressee`, `text` and `html` have its place for it.
    `reply_to` are the bare addresses that answers go to, with a comma between them.
    """

    key: str
    message_id: str
    thread: str | None
    sender: str
    recipient: str
    subject: str
    text: str
    html: str
    queued_at: datetime
    attachments: tuple[Attachment, ...] = ()
    addressee: str | None = None
    reply_to: str | None = None


def build(letter: Outgoing) -> EmailMessage:
    """Make the message; the same letter gives the same bytes. Raises UnfitHeader and sends nothing half-right."""
    message = EmailMessage(policy=POLICY)
    for name, value in _headers(letter):
        message[name] = value
    message.set_content(in_text(letter.text, letter.addressee), charset="utf-8", cte="base64")
    html = in_html(letter.html, letter.addressee)
    message.add_alternative(html, subtype="html", charset="utf-8", cte="base64")
    message.set_boundary(boundary(letter))
    for attachment in letter.attachments:
        _attach(message, attachment)
    if letter.attachments:
        message.set_boundary(f"{boundary(letter)}_m")
    return message


def digest(key: str) -> str:
    """A short, file-safe name for a letter's key."""
    return hashlib.sha256(key.encode()).hexdigest()[:40]


def _attach(message: EmailMessage, attachment: Attachment) -> None:
    kind = matching(TYPE, "Content-Type", attachment.type)
    essence, *pairs = (part.strip() for part in kind.split(";"))
    maintype, subtype = essence.split("/")
    name = clean("Content-Disposition", attachment.name)
    params = dict(pair.split("=", 1) for pair in pairs)
    message.add_attachment(attachment.content, maintype, subtype, filename=name, params=params)


def _headers(letter: Outgoing) -> list[tuple[str, str]]:
    sender = mailbox(letter.sender)
    headers = [
        ("From", str(sender)),
        ("To", matching(ADDRESS, "To", letter.recipient)),
        ("Subject", clean("Subject", letter.subject)),
        ("Date", format_datetime(letter.queued_at.astimezone(TZ))),
        ("Message-ID", matching(MESSAGE_ID, "Message-ID", letter.message_id)),
    ]
    if letter.thread and letter.thread != letter.message_id:
        headers.append(("References", matching(MESSAGE_ID, "References", letter.thread)))
    fit = [address for address in (letter.reply_to or "").split(", ") if ADDRESS.fullmatch(address)]
    if fit:  # an unfit one keeps no letter back: whom to ask stands in it too
        headers.append(("Reply-To", ", ".join(fit)))
    return [*headers, ("List-Id", f"<talent-calendar.{sender.domain}>"), *AUTOMATIC]


def boundary(letter: Outgoing) -> str:
    """What parts a letter's bodies: the same whenever it is written."""
    return f"=_{hashlib.blake2b(letter.key.encode(), digest_size=20).hexdigest()}"
