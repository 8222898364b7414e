"""Bounces as they lie in a mailbox: which addresses they name and why, and which message they return. Pure."""

from __future__ import annotations

import logging
import re
from dataclasses import dataclass, replace
from email import message_from_bytes, policy
from email.iterators import typed_subpart_iterator
from email.utils import parseaddr, parsedate_to_datetime
from typing import TYPE_CHECKING, cast

from letters.headers import ADDRESS, UNFIT
from models.mail_answers import Meaning, meaning

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from email.message import Message

logging.getLogger("flufl.bounce").setLevel(logging.CRITICAL)  # it logs with a traceback what it raises besides

FROM_LINE = re.compile(rb"(?m)^From [^\n]*\n")
MESSAGE_ID = re.compile("<[!-;=?-~]{1,250}>")
LONGEST_REASON = 200
LONGEST_TEXT = 2_000
HOST = re.compile(r"(?i)(?:mailer-daemon|postmaster|mail-?daemon|bounces?)@")
"""The senders of what no person wrote."""

FINE = frozenset({"delivered", "relayed", "expanded", "delayed"})
"""What a report says of a message that is not lost (RFC 3464 2.3.3)."""

TAG = re.compile(r"<[a-zA-Z/!][^>]*>")

RETURNED = frozenset(
    {"message/rfc822", "text/rfc822-headers", "message/global", "message/global-headers", "message/rfc822-headers"}
)
"""The types of the part that holds what came back, whole or its header alone."""

COPIES = (
    r"Below (?:this|the next) line is a copy of the (?:message|mail header)",
    r"Enclosed (?:are the original headers of|is a copy of) the message",
    r"This is a copy of (?:the|your) message(?:'s headers|, including all the headers)",
    r"(?:Unsent message|Original message|Message header|Message text) follows",
)
"""What stands above what came back, where an old mail host has no parts: qmail, Exim, sendmail and their kin."""

COPY = re.compile(rf"(?im)^[ -]*(?:{'|'.join(COPIES)})[ .:-]*\r?$".encode())


@dataclass(frozen=True, slots=True)
class Bounce:
    """What one message of a mailbox says.

    `addresses` (lower case) refuse for good, `delayed` may still come round; a message that is no bounce has neither.
    `message_id` is that of the message that came back, None where the bounce does not hold it: what that one refers to,
    and what stands in its text, came back with nobody. `reason` is one line in the words of whoever refused, `at` the
    aware instant that the bounce was written, as far as it says so. `means` is why: only one that says that there is no
    such mailbox tells anything of the address. One that is `unread` comes from a mail host, and nobody can tell whom it
    is about: a person has to.
    """

    addresses: tuple[str, ...] = ()
    delayed: tuple[str, ...] = ()
    message_id: str | None = None
    reason: str = ""
    at: datetime | None = None
    means: Meaning = Meaning.UNSAID
    unread: bool = False


def split(content: bytes) -> Iterator[bytes]:
    """Give the messages of an mbox, or the one message that it is."""
    if not content.startswith(b"From "):
        yield content
        return
    yield from (message for message in FROM_LINE.split(content) if message.strip())


def read(content: bytes) -> Bounce:
    """Read one message; what no detector can make sense of is no bounce."""
    try:
        return _read(message_from_bytes(content, policy=policy.compat32))
    except Exception:  # noqa: BLE001 - a stranger's malformed mail: the detectors raise whatever it breaks
        return Bounce()


def _read(message: Message) -> Bounce:
    from flufl.bounce import all_failures

    delayed, dead = map(_addresses, all_failures(message))
    if not dead:
        lost = not delayed and _is_of_a_host(message)
        return replace(_found(message), unread=True) if lost else Bounce(delayed=delayed)
    return replace(_found(message), addresses=dead, delayed=delayed)


def _found(message: Message) -> Bounce:
    """Say what there is to say of a bounce beside whose it is."""
    return Bounce((), (), _returned(message), _reason(message), _date(message), _meaning(message))


def _is_of_a_host(message: Message) -> bool:
    """Tell whether a mail host wrote it, and not to say that all is well."""
    fine = FINE.intersection(one.strip().lower() for one in _told(message, "action"))
    return HOST.match(parseaddr(str(message.get("from")))[1]) is not None and not fine


def _addresses(found: frozenset[bytes]) -> tuple[str, ...]:
    plain = {address.decode("ascii", "replace").strip().lower() for address in found}
    return tuple(sorted(address for address in plain if ADDRESS.fullmatch(address)))


def _returned(message: Message) -> str | None:
    """The Message-ID of what came back; None also where there are several, for then it is not said which."""
    found = [str(value).strip() for header in _headers(message) for value in header.get_all("message-id", [])]
    return found[0] if len(found) == 1 and MESSAGE_ID.fullmatch(found[0]) else None


def _headers(message: Message) -> list[Message]:
    """The header of what came back: of the bounce's own parts, and not of what came along with the message."""
    if message.is_multipart():
        parts = cast("list[Message]", message.get_payload())
        return [_header(part) for part in parts if part.get_content_type() in RETURNED]
    text = cast("bytes", message.get_payload(decode=True))
    copy = COPY.search(text)
    return [message_from_bytes(text[copy.end() :].lstrip())] if copy else []


def _header(part: Message) -> Message:
    if part.is_multipart():
        return cast("Message", part.get_payload(0))
    return message_from_bytes(cast("bytes", part.get_payload(decode=True)).lstrip())


def _date(message: Message) -> datetime | None:
    try:
        at = parsedate_to_datetime(str(message.get("date")))
    except (ValueError, OverflowError):
        return None
    return at if at.tzinfo else None


def _reason(message: Message) -> str:
    """The diagnostic code of a delivery status, else its bare status, else the subject of the bounce."""
    said = (*_told(message, "diagnostic-code"), *_told(message, "status"))
    found = next(iter(said), None) or message.get("subject") or "未说明原因"
    line = " ".join(UNFIT.sub(" ", str(found)).replace("\ufffd", " ").split())
    return re.sub(r"(?i)^smtp; ?", "", line)[:LONGEST_REASON]


def _told(message: Message, name: str) -> list[str]:
    """Give what a report in parts says of the recipients under a name: `diagnostic-code`, `status`."""
    parts = cast("Iterator[Message]", typed_subpart_iterator(message, "message", "delivery-status"))
    return [said for part in parts for block in part.walk() if (said := _header_of(block, name))]


def _header_of(block: Message, name: str) -> str:
    """Give a header's value; one in Chinese is mostly written as it is, in UTF-8 or GB 18030, and not encoded."""
    found = next((str(value) for key, value in block.raw_items() if key.lower() == name), "")
    return _decoded(found.encode("ascii", "surrogateescape"))


def _decoded(content: bytes, charset: str = "utf-8") -> str:
    for one in (charset, "utf-8", "gb18030"):
        try:
            return content.decode(one)
        except (LookupError, UnicodeDecodeError):
            continue
    return content.decode("utf-8", "replace")


def _meaning(message: Message) -> Meaning:
    """Tell why it came back: from what a report quotes, else from its bare status and what it says for people."""
    quoted = _told(message, "diagnostic-code") or [_text(message)]
    return meaning(" ".join((*quoted, *_told(message, "status"))))


def _text(message: Message) -> str:
    """What it says for people, above the copy of what came back."""
    part = next(typed_subpart_iterator(message, "text"), None)
    if part is None:
        return ""
    content = cast("bytes", part.get_payload(decode=True))
    copy = COPY.search(content)
    above = content[: copy.start()] if copy else content
    return TAG.sub(" ", _decoded(above, part.get_content_charset("utf-8")))[:LONGEST_TEXT]
