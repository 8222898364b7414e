"""导师推荐. The city recommends mentors; past the gate the province approves the roll and new mentors are appointed."""

from __future__ import annotations

from datetime import datetime

from prefect import flow
from prefect.client.schemas.objects import State

from flows.phase import Card, run
from gates.facts import MentorFacts
from gates.mentors import RULES

CARD = Card(
    phase="mentor-recommendation",
    name="导师推荐",
    facts=MentorFacts,
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
        "appointment",
    ),
)


@flow(name=CARD.phase, description=CARD.description)
async def mentor_recommendation(
    year: int | None = None, cities: list[str] | None = None, as_of: datetime | None = None
) -> State[None]:
    """Advance this phase of a year (none: all under way) in these cities (none: all); `as_of` is for a rehearsal."""
    return await run(CARD.phase, (CARD.phase,), year, cities, as_of)
