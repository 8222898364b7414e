"""Again and again: whatever is owed in every phase of every year under way. It makes up for all that was missed.

An extension needs no redeployment and a lost run loses nothing, because this looks at what is true now. It also
writes the province's digest, which is about the whole year.
"""

from __future__ import annotations

from datetime import datetime

from prefect import flow
from prefect.client.schemas.objects import State

from flows.phase_flows import run


@flow(
    name="watch",
    description="按日程办理各年度、各阶段、各城市应做而未做的事：有变动随即一次，此外定时；错过的由它补上。",
)
async def watch(year: int | None = None, as_of: datetime | None = None) -> State[None]:
    """Advance every phase of a year (none: all under way) in every city; `as_of` is for a rehearsal."""
    return await run("watch", None, year, None, as_of)
