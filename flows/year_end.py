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
        "result",
    ),
)


@flow(name=CARD.phase, description=CARD.description)
async def year_end(year: int, cities: list[str] | None = None, as_of: datetime | None = None) -> State[None]:
    """Advance this phase in these cities (none named: all), at the clock's instant unless a rehearsal gives another."""
    return await run(CARD, year, cities, as_of)
