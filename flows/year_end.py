"""年度评价. The city files what the year has brought; the province scores and grades every student."""

from __future__ import annotations

from datetime import datetime

from prefect import flow
from prefect.client.schemas.objects import State

from flows.phase import Card, run
from gates.evaluation import RULES as EVALUATION
from gates.facts import YearEndFacts
from gates.year_end import RULES

CARD = Card(
    phase="year-end",
    name="年度评价",
    facts=YearEndFacts,
    gate=RULES,
    approval=EVALUATION,
    letters=(
        "opened",
        "reminder",
        "overdue",
        "escalation",
        "returned",
        "approval-needed",
        "rerun",
        "withdrawn",
        "moved",
        "request",
        "answered",
        "result",
    ),
)


@flow(name=CARD.phase, description=CARD.description)
async def year_end(
    year: int | None = None, cities: list[str] | None = None, as_of: datetime | None = None
) -> State[None]:
    """Advance this phase of a year (none: all under way) in these cities (none: all); `as_of` is for a rehearsal."""
    return await run(CARD.phase, (CARD.phase,), year, cities, as_of)
