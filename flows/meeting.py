"""师生见面会. Students, mentors, teachers and guardians meet; the gate asks for the record of it."""

from __future__ import annotations

from datetime import datetime

from prefect import flow
from prefect.client.schemas.objects import State

from flows.phase import Card, run
from gates.facts import MeetingFacts
from gates.meeting import RULES

CARD = Card(
    phase="meeting",
    name="师生见面会",
    facts=MeetingFacts,
    gate=RULES,
    letters=(
        "opened",
        "reminder",
        "overdue",
        "escalation",
        "returned",
        "rerun",
        "withdrawn",
        "moved",
        "request",
        "answered",
    ),
)


@flow(name=CARD.phase, description=CARD.description)
async def meeting(
    year: int | None = None, cities: list[str] | None = None, as_of: datetime | None = None
) -> State[None]:
    """Advance this phase of a year (none: all under way) in these cities (none: all); `as_of` is for a rehearsal."""
    return await run(CARD.phase, (CARD.phase,), year, cities, as_of)
