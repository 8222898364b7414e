"""导师面试. Mentors interview the shortlist, the funded places are counted, the province records the admitted."""

from __future__ import annotations

from datetime import datetime

from prefect import flow
from prefect.client.schemas.objects import State

from flows.phase import Card, run
from gates.facts import InterviewFacts
from gates.interviews import RULES

CARD = Card(
    phase="interview",
    name="导师面试",
    facts=InterviewFacts,
    gate=RULES,
    letters=(
        "opened",
        "reminder",
        "overdue",
        "escalation",
        "passed",
        "returned",
        "approval-needed",
        "rerun",
        "withdrawn",
        "moved",
        "request",
        "answered",
    ),
)


@flow(name=CARD.phase, description=CARD.description)
async def interview(
    year: int | None = None, cities: list[str] | None = None, as_of: datetime | None = None
) -> State[None]:
    """Advance this phase of a year (none: all under way) in these cities (none: all); `as_of` is for a rehearsal."""
    return await run(CARD.phase, (CARD.phase,), year, cities, as_of)
