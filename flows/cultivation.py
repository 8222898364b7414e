"""学生培养. A year of training, watched month by month; who is behind on visits is written about. Filed in December."""

from __future__ import annotations

from datetime import datetime

from prefect import flow
from prefect.client.schemas.objects import State

from flows.phase import Card, run
from gates.facts import CultivationFacts
from gates.training import CULTIVATION

CARD = Card(
    phase="cultivation",
    name="学生培养",
    facts=CultivationFacts,
    gate=CULTIVATION,
    letters=(
        "opened",
        "reminder",
        "overdue",
        "escalation",
        "passed",
        "returned",
        "rerun",
        "withdrawn",
        "visits-short",
        "moved",
        "request",
        "answered",
    ),
)


@flow(name=CARD.phase, description=CARD.description)
async def cultivation(
    year: int | None = None, cities: list[str] | None = None, as_of: datetime | None = None
) -> State[None]:
    """Advance this phase of a year (none: all under way) in these cities (none: all); `as_of` is for a rehearsal."""
    return await run(CARD.phase, (CARD.phase,), year, cities, as_of)
