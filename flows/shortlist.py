"""面试名单. The city tests the approved students and draws a cut line a subject; the gate alone decides."""

from __future__ import annotations

from datetime import datetime

from prefect import flow
from prefect.client.schemas.objects import State

from flows.phase import Card, run
from gates.facts import ShortlistFacts
from gates.shortlist import RULES

CARD = Card(
    phase="shortlist",
    name="面试名单",
    facts=ShortlistFacts,
    gate=RULES,
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
async def shortlist(
    year: int | None = None, cities: list[str] | None = None, as_of: datetime | None = None
) -> State[None]:
    """Advance this phase of a year (none: all under way) in these cities (none: all); `as_of` is for a rehearsal."""
    return await run(CARD.phase, (CARD.phase,), year, cities, as_of)
