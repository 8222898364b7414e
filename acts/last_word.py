"""What the province's last word on a phase is called."""

from __future__ import annotations

from typing import TYPE_CHECKING

from letters.words import LAST_WORDS, LAST_WORK

if TYPE_CHECKING:
    from calendars.year import Phase


def decision(phase: Phase | None) -> str:
    """Say what the province's last word on a phase is called."""
    return LAST_WORDS[(phase.province if phase else None) or "approve"]


def last_work(phase: Phase) -> str:
    """Say what the province does with a filing of a phase, up to its last word."""
    return LAST_WORK[phase.province] if phase.province else "办理"
