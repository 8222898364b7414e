"""中期评价. Every student reports by subject; one who is not qualified leaves training here."""

from __future__ import annotations

from datetime import datetime

from prefect import flow
from prefect.client.schemas.objects import State

from flows.phase import Card, run
from gates.facts import MidtermFacts
from gates.training import MIDTERM

CARD = Card(
    phase="midterm",
    name="中期评价",
    facts=MidtermFacts,
    gate=MIDTERM,
    letters=(
        "opened",
        "reminder",
        "overdue",
        "escalation",
        "passed",
        "returned",
        "rerun",
        "withdrawn",
        "moved",
        "request",
        "answered",
    ),
)


@flow(name=CARD.phase, description=CARD.description)
async def midterm(
    year: int | None = None, cities: list[str] | None = None, as_of: datetime | None = None
) -> State[None]:
    """Advance this phase of a year (none: all under way) in these cities (none: all); `as_of` is for a rehearsal."""
    return await run(CARD.phase, (CARD.phase,), year, cities, as_of)
