"""What the province's last word on a phase is called."""

from __future__ import annotations

from typing import TYPE_CHECKING

from letters.words import LAST_WORDS

if TYPE_CHECKING:
    from calendars.year import Phase


def decision(phase: Phase | None) -> str:
    """Say what the province's last word on a phase is called."""
    return LAST_WORDS[(phase.province if phase else None) or "approve"]
