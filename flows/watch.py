"""Every minute: whatever is owed in every phase of every year under way. It makes up for all that was missed.

An extension needs no redeployment and a lost run loses nothing, because this looks at what is true now. It also
writes the province's digest, which is about the whole year.
"""

from __future__ import annotations

from datetime import datetime

from prefect import flow
from prefect.client.schemas.objects import State

from flows.ending import end
from flows.entry import enter
from tasks.advancing import advance_cities, years_under_way
from tasks.posting import send_due


@flow(name="watch", description="每分钟推进一次：各年度、各阶段、各城市应做而未做的事，错过的运行也由它补上。")
async def watch(year: int | None = None, as_of: datetime | None = None) -> State[None]:
    """Advance one year, or every year under way, and send what is due."""
    entry = enter(as_of)
    years = await years_under_way(entry.database) if year is None else (year,)
    passes = [await advance_cities(entry.database, each, entry.stamp) for each in years]
    ended = await end("watch", passes)
    await send_due(entry.database, entry.settings, entry.stamp)
    return ended
