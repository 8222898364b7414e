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
    ),
)


@flow(name=CARD.phase, description=CARD.description)
async def interview(year: int, cities: list[str] | None = None, as_of: datetime | None = None) -> State[None]:
    """Advance this phase in these cities (none named: all), at the clock's instant unless a rehearsal gives another."""
    return await run(CARD, year, cities, as_of)
