"""The rules that the province may set aside, and what its last word on a phase is called."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gates.rules import RULES

if TYPE_CHECKING:
    from calendars.year import Phase
    from gates.rules import Rule

DECISIONS = {"approve": "审定", "record": "备案", "results": "公布结果"}


def decision(phase: Phase | None) -> str:
    """Say what the province's last word on a phase is called."""
    return DECISIONS.get(phase.province or "", "审定") if phase else "审定"


def waivable(phase: str) -> tuple[Rule, ...]:
    """Give the in-principle rules (原则上) of a phase."""
    return tuple(rule for rule in RULES.values() if rule.phase == phase and rule.kind == "in-principle")
