"""Who acts, and when: the one way that time comes into anything below the edge."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from pathlib import Path

SYSTEM = "系统"
"""What signs what nobody's hand does."""

MAIL_DOMAIN = "talent-calendar.example"
"""Where nobody said from where letters are sent."""


@dataclass(frozen=True, slots=True)
class Stamp:
    """`by` acts at `at` by the clock, as of the programme's instant `as_of` (the same but in a rehearsal); both aware.

    `base_url` is the address that letters link back to, "" for none; `mail_domain` is that of the sender's own address.
    `words` are the office's own templates of letters by kind, where it has some, `papers` the folder of those of its
    letters of appointment and certificates; `account` is whose act it is, where somebody signed in acts.
    """

    by: str
    at: datetime
    as_of: datetime
    base_url: str = ""
    mail_domain: str = MAIL_DOMAIN
    words: Mapping[str, str] = field(default_factory=dict, hash=False, kw_only=True)
    papers: Path | None = field(default=None, hash=False, kw_only=True)
    account: int | None = field(default=None, kw_only=True)

    def columns(self) -> dict[str, Any]:
        """The stamp as columns of a row."""
        return {"by": self.by, "at": self.at, "as_of": self.as_of}
