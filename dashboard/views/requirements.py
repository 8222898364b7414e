"""What a phase asks: the rules that its gate judges, and the year's figures that they are judged by."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from acts.last_word import decision
from calendars.year import Figures
from dashboard.views.history import KINDS
from gates.verdict import ACTORS

if TYPE_CHECKING:
    from calendars.year import Phase
    from phases.definition import PhaseDefinition


@dataclass(frozen=True, slots=True)
class RequiredRule:
    """One rule of a phase: `judged` says at which of the judgements, or that it is only recorded."""

    name: str
    clause: str
    kind: str
    actor: str
    judged: str


def rules(defined: PhaseDefinition | None, phase: Phase) -> tuple[RequiredRule, ...]:
    """Give the rules of a phase: those judged at filing, those of the province's own judgement, those only recorded.

    A phase that the book has no more asks nothing, and the province nothing of itself where it does not end the phase.
    """
    if defined is None:
        return ()
    province = defined.province_gate.rules if phase.province and defined.province_gate else ()
    later = defined.second.gate.rules if phase.second_due and defined.second else ()
    first = defined.at_filing(dated=phase.second_due is not None).rules
    parts = (
        (first, "报送时"), (later, "补齐之后"), (province, f"{decision(phase)}时"), (defined.records, "只作记录"),
    )  # fmt: skip
    return tuple(
        RequiredRule(rule.name, rule.clause, KINDS[rule.kind], ACTORS[rule.actor], judged)
        for found, judged in parts
        for rule in found
    )


def figures(defined: PhaseDefinition | None, phase: Phase, given: Figures) -> tuple[tuple[str, str], ...]:
    """Give the figures of a phase: what each is, and its value with its unit."""
    province = ("province_days", "province_rungs") if phase.province else ()
    return tuple(
        _figure(name, given) for name in (*(defined.figures if defined else ()), "grace", *province, "escalation_days")
    )


def _figure(name: str, given: Figures) -> tuple[str, str]:
    described = Figures.model_fields[name].description or name
    unit, colon, label = described.partition("：")
    value = _value(getattr(given, name))
    gap = "" if unit.startswith(":") else " "  # a ratio is written 3:1
    return (label, f"{value}{gap}{unit}") if colon else (described, value)


def _value(value: object) -> str:
    if not isinstance(value, tuple):
        return f"{value:,}" if isinstance(value, int) else str(value)
    if value and isinstance(value[0], tuple):
        return "、".join(f"{first}–{last} 月" for first, last in value)
    return "、".join(map(str, value))
