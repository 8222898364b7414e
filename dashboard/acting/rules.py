"""The rules that the province may set aside, and what its last word on a phase is called."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gates.rules import RULES
from letters.words import LAST_WORDS

if TYPE_CHECKING:
    from calendars.year import Phase
    from gates.rules import Rule


def decision(phase: Phase | None) -> str:
    """Say what the province's last word on a phase is called."""
    return LAST_WORDS[(phase.province if phase else None) or "approve"]


def waivable(phase: str) -> tuple[Rule, ...]:
    """Give the in-principle rules (原则上) of a phase."""
    return tuple(rule for rule in RULES.values() if rule.phase == phase and rule.kind == "in-principle")
