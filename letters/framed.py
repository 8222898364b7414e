"""Where a letter's own words stand in the frame that all letters share, kept beside them: several share one message."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import date
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from phases.parties import Audience

BEGIN, END = "own-words-2b9c61d04f8e4d31", "end-of-own-words-2b9c61d04f8e4d31"
"""Between these a template of a frame puts what a letter says itself; they are taken out as soon as it is written."""


@dataclass(frozen=True, slots=True)
class Framed:
    """The parts of a letter's plain text: its title, its addressee, one of an audience, and where its own words go.

    `day` dates it, `due` is the due day that it names.
    """

    title: str
    addressee: str
    audience: Audience
    begin: int
    end: int
    day: date
    due: date | None = None

    def kept(self) -> str:
        """Give it as it is kept."""
        return json.dumps(asdict(self), ensure_ascii=False, default=str)

    @classmethod
    def read(cls, kept: str | None) -> Framed | None:
        """Read what was kept; None where an earlier release kept nothing."""
        if kept is None:
            return None
        found = json.loads(kept)
        days = {name: date.fromisoformat(found[name]) if found[name] else None for name in ("day", "due")}
        return cls(**(found | days))


def cut(filled: str) -> tuple[str, tuple[int, int] | None]:
    """Give a text without its two marks, and from where to where they stood; None where a frame has none."""
    begin, end = filled.find(BEGIN), filled.rfind(END)
    if begin < 0 or end < begin:
        return filled, None
    own = filled[begin + len(BEGIN) : end]
    return filled[:begin] + own + filled[end + len(END) :], (begin, begin + len(own))
