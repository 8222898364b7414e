"""Bounces as they lie in a mailbox: which addresses they say are dead, and which of our messages they return. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.iterators import typed_subpart_iterator
from typing import TYPE_CHECKING, cast

from letters.message import ADDRESS, UNFIT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from email.message import Message

FROM_LINE = re.compile(rb"(?m)^From [^\n]*\n")
OURS = re.compile(rb"<[0-9a-f]{32}@[A-Za-z0-9.-]{1,128}>")
LONGEST_REASON = 200


@dataclass(frozen=True, slots=True)
class Bounce:
    """What one message of a mailbox says.

    `addresses` (lower case) refuse for good, `delayed` may still come round; a message that is no bounce has neither.
    `message_ids` are of our form and stand anywhere in it. `reason` is one line in the words of whoever refused.
    """

    addresses: tuple[str, ...] = ()
    delayed: tuple[str, ...] = ()
    message_ids: tuple[str, ...] = ()
    reason: str = ""


def split(content: bytes) -> Iterator[bytes]:
    """Give the messages of an mbox, or the one message that it is."""
    if not content.startswith(b"From "):
        yield content
        return
    yield from (message for message in FROM_LINE.split(content) if message.strip())


def read(content: bytes) -> Bounce:
    """Read one message; what no detector can make sense of is no bounce."""
    from flufl.bounce import all_failures

    message = message_from_bytes(content, policy=policy.compat32)
    try:
        delayed, dead = map(_addresses, all_failures(message))
    except Exception:  # noqa: BLE001 - a stranger's malformed mail: the detectors raise whatever it breaks
        return Bounce()
    ids = sorted({found.decode() for found in OURS.findall(content)})
    return Bounce(dead, delayed, tuple(ids), _reason(message) if dead else "")


def _addresses(found: frozenset[bytes]) -> tuple[str, ...]:
    plain = {address.decode("ascii", "replace").strip().lower() for address in found}
    return tuple(sorted(address for address in plain if ADDRESS.fullmatch(address)))


def _reason(message: Message) -> str:
    """The diagnostic code of a delivery status, else its bare status, else the subject of the bounce."""
    statuses = cast("Iterator[Message]", typed_subpart_iterator(message, "message", "delivery-status"))
    blocks = [block for part in statuses for block in part.walk()]
    said = (block.get(name) for name in ("diagnostic-code", "status") for block in blocks)
    found = next(filter(None, said), None) or message.get("subject") or "未说明原因"
    line = " ".join(UNFIT.sub(" ", str(found)).replace("\ufffd", " ").split())
    return re.sub(r"(?i)^smtp; ?", "", line)[:LONGEST_REASON]
