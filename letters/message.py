"""One letter as an internet message: headers that no value can break, base64 UTF-8 text and html twins."""

from __future__ import annotations

import hashlib
import re
from binascii import b2a_base64
from dataclasses import dataclass
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import EmailPolicy
from email.utils import format_datetime, parseaddr
from functools import lru_cache
from typing import TYPE_CHECKING

from calendars.deadlines import TZ
from calendars.errors import TalentError
from letters.addressee import in_html, in_text

if TYPE_CHECKING:
    from datetime import datetime

# What breaks a header or turns its reading round: control characters, line separators, bidi marks, lone surrogates.
UNFIT = re.compile("[\\x00-\\x1f\\x7f-\\x9f\\u061c\\u200e\\u200f\\u2028-\\u202e\\u2066-\\u2069\\ud800-\\udfff]")
LABEL, ATOM = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?", r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
# RFC 5321 4.5.3.1: 64 octets before the @, 254 in all; ASCII alone, since a relay without SMTPUTF8 takes no other.
# No encoded word either: some readers decode one even there, and write to somebody else.
ADDRESS = re.compile(rf"(?!.*=\?)(?=.{{3,254}}\Z)(?=.{{1,64}}@){ATOM}(?:\.{ATOM})*@{LABEL}(?:\.{LABEL})*")
MESSAGE_ID = re.compile(r"<(?!.*=\?)[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,128}@[A-Za-z0-9.-]{1,128}>")
TYPE = re.compile(r"[a-z]+/[a-z0-9.+-]+(?:; ?[a-z]+=[A-Za-z0-9-]+)*")
LONGEST_NAME = 45  # bytes of UTF-8: one encoded word of 75 characters, since some mail hosts refuse a folded From
OURS = ("From", "To", "Subject", "Date", "Message-ID", "References", "List-Id", "Auto-Submitted")
WORD_BYTES = 39  # of UTF-8 in an encoded word: the line, its name included, stays within the 76 of RFC 2047


class UnfitHeader(TalentError):
    """邮件的“{header}”不合要求：{value}。"""


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
class Attachment:
    """A file that goes with a letter: `name` as the recipient saves it, `type` a MIME type with its parameters."""

    name: str
    type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A queued letter on its way.

    `key` is the obligation's unique key; `message_id` is made from it (`<…@…>`). `thread` is the message id of the
    first letter of the same phase, None for that one. `sender` may carry a short display name, `recipient` is a bare
    address. `queued_at` is aware. Where there is an `addressee`, `text` and `html` have its place for it.
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


@lru_cache(maxsize=16)
def mailbox(sender: str) -> Address:
    """The sender's display name and address. Raises UnfitHeader, also for a name too long for one encoded word."""
    name, address = parseaddr(clean("From", sender))
    name = " ".join(name.split())
    if len(name.encode()) > LONGEST_NAME:
        raise UnfitHeader(header="From", value=f"显示名“{name}”超过 15 个汉字")
    return Address(display_name=name, addr_spec=matching(ADDRESS, "From", address))


def fit_address(value: str) -> str:
    """Give a bare address as it may stand in a header. Raises UnfitHeader."""
    return matching(ADDRESS, "To", clean("To", value.strip()))


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
    return [*headers, ("List-Id", f"<talent-calendar.{sender.domain}>"), ("Auto-Submitted", "auto-generated")]


@lru_cache(maxsize=256)
def header_line(name: str, value: str) -> str:
    """One header as it travels, Chinese in encoded words."""
    if name == "Subject":
        return f"Subject: {_encoded(value, WORD_BYTES)}\r\n"
    if name == "From":
        display, address = parseaddr(value)
        return f"From: {_encoded(display, LONGEST_NAME)} <{address}>\r\n" if display else f"From: {address}\r\n"
    return f"{name}: {value}\r\n"


def _encoded(value: str, most: int) -> str:
    """Encoded words of RFC 2047, a line each, of at most `most` bytes and never cut within a character."""
    words = [b""]
    for character in map(str.encode, value):
        if len(words[-1]) + len(character) > most:
            words.append(b"")
        words[-1] += character
    return "\r\n ".join(f"=?utf-8?b?{b2a_base64(word, newline=False).decode()}?=" for word in words)


def boundary(letter: Outgoing) -> str:
    """What parts a letter's bodies: the same whenever it is written."""
    return f"=_{hashlib.blake2b(letter.key.encode(), digest_size=20).hexdigest()}"


def matching(form: re.Pattern[str], header: str, value: str) -> str:
    """Give the value of a header that has to have a form. Raises UnfitHeader."""
    if not form.fullmatch(value):
        raise UnfitHeader(header=header, value=ascii(value))
    return value


def clean(header: str, value: str) -> str:
    """Give the value of a header that may say anything, but break nothing. Raises UnfitHeader."""
    if UNFIT.search(value):
        raise UnfitHeader(header=header, value=ascii(value))
    return value
