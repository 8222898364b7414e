"""The facts of a phase, for the gate that judges it."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from models.facts import admission, applications, training

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from models.facts.scope import Scope

FACTS: Mapping[str, Callable[[Scope], Mapping[str, Any]]] = MappingProxyType(
    {
        "mentor-recommendation": admission.rolls,
        "application": applications.applications,
        "shortlist": admission.shortlists,
        "interview": admission.interviews,
        "meeting": training.meetings,
        "cultivation": training.cultivations,
        "midterm": training.midterms,
        "year-end": training.year_ends,
        "evaluation": training.evaluations,
    }
)
"""By phase (or `evaluation`): the facts of every city in a scope, in a number of queries that no city adds to."""


def facts_of(phase: str, scope: Scope) -> Mapping[str, Any]:
    """Give each city's facts for the gate of that phase."""
    return FACTS[phase](scope)
