"""What a phase asks: the rules that its gate judges, and the year's figures that they are judged by."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from acts.load import EVALUATION, YEAR_END
from calendars.year import Figures
from dashboard.history import KINDS
from gates.rules import RULES
from gates.verdict import ACTORS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from calendars.year import Phase

USED: Mapping[str, tuple[str, ...]] = {
    "mentor-recommendation": ("honours", "team_degrees", "team_titles"),
    "application": ("senior_grades", "junior_grades", "junior_subjects", "subject_rank", "overall_rank", "consent_age"),
    "interview": ("interview_ratio", "city_cap", "funded_cap", "grant"),
    "cultivation": ("visits", "stages", "cultivation_months"),
    "year-end": ("visits", "stages", "dimensions", "weights", "city_funds"),
}
"""The figures of each phase's rules; those of its deadlines come besides."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One rule of a phase: `judged` says at which of the two judgements, or that it is only recorded."""

    name: str
    clause: str
    kind: str
    actor: str
    judged: str


def rules(phase: Phase) -> tuple[Asked, ...]:
    """Give the rules of a phase in their order, those of the province's own judgement among them."""
    gates = {phase.slug: "报送时"} | ({EVALUATION: "公布结果时"} if phase.slug == YEAR_END else {})
    return tuple(
        Asked(rule.name, rule.clause, KINDS[rule.kind], ACTORS[rule.actor], _judged(rule.kind, gates[rule.phase]))
        for rule in RULES.values()
        if rule.phase in gates
    )


def _judged(kind: str, when: str) -> str:
    return "只作记录" if kind == "record" else when


def figures(phase: Phase, given: Figures) -> tuple[tuple[str, str], ...]:
    """Give the figures of a phase: what each is, and its value with its unit."""
    province = ("province_days", "province_rungs") if phase.province else ()
    return tuple(_figure(name, given) for name in (*USED.get(phase.slug, ()), "grace", *province, "escalation_days"))


def _figure(name: str, given: Figures) -> tuple[str, str]:
    described = Figures.model_fields[name].description or name
    unit, colon, label = described.partition("：")
    value = _value(getattr(given, name))
    return (label, f"{value} {unit}") if colon else (described, value)


def _value(value: object) -> str:
    if not isinstance(value, tuple):
        return f"{value:,}" if isinstance(value, int) else str(value)
    if value and isinstance(value[0], tuple):
        return "、".join(f"{first}–{last} 月" for first, last in value)
    return "、".join(map(str, value))
