"""The gate: frozen facts and the year's figures in, a verdict out. Pure, and the same answer every time."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Generic, TypeVar, cast

from gates import applications, evaluation, interviews, meeting, mentors, shortlist, training, year_end
from gates.facts import (
    ApplicationFacts,
    CultivationFacts,
    EvaluationFacts,
    InterviewFacts,
    MeetingFacts,
    MentorFacts,
    MidtermFacts,
    ShortlistFacts,
    YearEndFacts,
)
from gates.found import NAMED, Found
from gates.rules import RULES
from gates.verdict import Finding, Kind, Verdict, Waived

if TYPE_CHECKING:
    from calendars.year import Figures
    from gates.facts import Facts

F = TypeVar("F")


@dataclass(frozen=True, slots=True)
class Gate(Generic[F]):
    """The facts that a phase is judged by, and what each of its rules finds in them."""

    facts: type[F]
    rules: Mapping[str, Callable[[F, Figures], Found]]


GATES: Mapping[str, Gate[Any]] = MappingProxyType(
    {
        "mentor-recommendation": Gate(MentorFacts, mentors.RULES),
        "application": Gate(ApplicationFacts, applications.RULES),
        "shortlist": Gate(ShortlistFacts, shortlist.RULES),
        "interview": Gate(InterviewFacts, interviews.RULES),
        "meeting": Gate(MeetingFacts, meeting.RULES),
        "cultivation": Gate(CultivationFacts, training.CULTIVATION),
        "midterm": Gate(MidtermFacts, training.MIDTERM),
        "year-end": Gate(YearEndFacts, year_end.RULES),
        "evaluation": Gate(EvaluationFacts, evaluation.RULES),
    }
)


def judge(phase: str, facts: Facts, figures: Figures, waivers: Mapping[str, Waived] = MappingProxyType({})) -> Verdict:
    """Judge the facts of one city's phase by every rule of it.

    `phase` is a slug, or "evaluation" for what the province answers for when it approves the year's end. `waivers`
    maps a rule to its waiver for this city, phase and attempt; one of a rule that *must* hold is not honoured.
    A rule about each student holds where there are none. Facts of another phase are a defect: `TypeError`.
    """
    gate = GATES[phase]
    if not isinstance(facts, gate.facts):
        raise TypeError(f"{phase} is judged by {gate.facts.__name__}, not by {type(facts).__name__}")
    return Verdict(phase, tuple(_finding(rule, find(facts, figures), waivers) for rule, find in gate.rules.items()))


def _finding(rule_id: str, found: Found, waivers: Mapping[str, Waived]) -> Finding:
    rule = RULES[rule_id]
    waivable = rule.kind == "in-principle" and found.mend
    return Finding(
        rule=rule.id,
        clause=rule.clause,
        kind=cast("Kind", rule.kind),
        found=found.found,
        needed=found.needed,
        ok=not found.mend,
        actor=found.actor or rule.actor,
        mend=found.mend,
        numbers=found.numbers[:NAMED],
        waived=waivers.get(rule_id) if waivable else None,
    )
