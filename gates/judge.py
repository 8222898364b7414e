"""The gate: frozen facts and the year's figures in, a verdict out. Pure, and the same answer every time."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Generic, TypeVar, cast

from gates.found import NAMED, Found
from gates.rule import Rule
from gates.verdict import Finding, Kind, Verdict, Waived

if TYPE_CHECKING:
    from calendars.year import Figures

F = TypeVar("F")


@dataclass(frozen=True, slots=True)
class Gate(Generic[F]):
    """The facts that a phase, or the province's own part of it, is judged by, and the rules in their order.

    `tally` counts what such facts add to the province's totals; `results` gives each student's result, by number, as it
    is told when the province publishes it. `apart` are fields of the facts that change without
    anything the phase stands on having changed. `tally_before` counts as was once done, and stands on record.
    """

    name: str
    facts: type[F]
    rules: tuple[Rule[F], ...]
    tally: Callable[[F], dict[str, int]] | None = None
    results: Callable[[F], dict[str, str]] | None = None
    apart: frozenset[str] = frozenset()
    tally_before: Callable[[F], dict[str, int]] | None = None


def judge(gate: Gate[F], facts: F, figures: Figures, waivers: Mapping[str, Waived] = MappingProxyType({})) -> Verdict:
    """Judge the facts of one city's phase by every rule of its gate.

    `waivers` maps a rule to its waiver for this city, phase and attempt; one of a rule that *must* hold is not
    honoured. A rule about each student holds where there are none. Facts of another phase are a defect: `TypeError`.
    """
    if not isinstance(facts, gate.facts):
        raise TypeError(f"{gate.name} is judged by {gate.facts.__name__}, not by {type(facts).__name__}")
    findings = (_finding(rule, rule.find(facts, figures), waivers) for rule in gate.rules if rule.find)
    return Verdict(gate.name, tuple(findings))


def _finding(rule: Rule[F], found: Found, waivers: Mapping[str, Waived]) -> Finding:
    actor, waivable = found.actor or rule.actor, rule.kind == "in-principle" and found.mend
    return Finding(
        rule=rule.id,
        clause=rule.clause,
        kind=cast("Kind", rule.kind),
        found=found.found,
        needed=found.needed,
        ok=not found.mend,
        actor=actor,
        mend=found.mend,
        numbers=found.numbers[:NAMED] if actor == "city" else found.numbers,  # others are asked one by one
        waived=waivers.get(rule.id) if waivable else None,
    )
