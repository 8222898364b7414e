"""Which refusals are of the address: what the relay refused for good may be the sender, the content, or all letters."""

from __future__ import annotations

import re
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

REFUSAL = re.compile(r"(?P<stage>[^：]+)：5[0-9]{2}(?:[ -]+#?(?P<status>5\.[0-9]{1,3}\.[0-9]{1,3})\b)?")
"""How the detail of a refused letter begins, as `post.connection` words it: what was refused, the reply's two codes."""

NO_SUCH = frozenset({"5.1.1", "5.1.2", "5.1.3", "5.1.4", "5.1.6", "5.1.10", "5.2.1"})
"""RFC 3463 and 7505, of the recipient: no such mailbox, no such host, no address, ambiguous, moved, no mail, disabled.

Not 5.1.7 and 5.1.8, which are of the sender, nor 5.2.2, a mailbox that is full, nor 5.7.x: whoever may not send.
"""

UNSAID = frozenset({None, "5.0.0", "5.1.0", "5.2.0", "5.5.0"})
"""Codes that say only that it was refused: at the recipient's own command it was the recipient."""

DEAD: Mapping[str, frozenset[str | None]] = MappingProxyType({"收件人被拒": NO_SUCH | UNSAID, "正文被拒": NO_SUCH})
"""By what was refused, the codes by which the address is dead; where the sender was, no recipient was named yet."""


def of_the_address(detail: str) -> bool:
    """Tell from the detail of a letter that failed whether its address was refused."""
    said = REFUSAL.match(detail)
    return said is not None and said["status"] in DEAD.get(said["stage"], ())


def words(detail: str) -> str:
    """Give what the relay said, without what was refused."""
    return detail.partition("：")[2] or detail
