"""学生申报. Students apply through their schools to a mentor of the roll; the gate alone decides."""

from __future__ import annotations

from datetime import datetime

from prefect import flow
from prefect.client.schemas.objects import State

from flows.phase import Card, run
from gates.applications import RULES
from gates.facts import ApplicationFacts

CARD = Card(
    phase="application",
    name="学生申报",
    facts=ApplicationFacts,
    gate=RULES,
    letters=("opened", "reminder", "overdue", "escalation", "passed", "returned", "rerun", "withdrawn"),
)


@flow(name=CARD.phase, description=CARD.description)
async def application(year: int, cities: list[str] | None = None, as_of: datetime | None = None) -> State[None]:
    """Advance this phase in these cities (none named: all), at the clock's instant unless a rehearsal gives another."""
    return await run(CARD, year, cities, as_of)
