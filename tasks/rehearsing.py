"""The task that plays a whole season on a database of its own, and shows how far it is."""

from __future__ import annotations

import asyncio
from itertools import islice
from typing import TYPE_CHECKING

from prefect import task
from prefect.artifacts import acreate_progress_artifact, acreate_table_artifact, aupdate_progress_artifact
from prefect.cache_policies import NO_CACHE

from tasks.redaction import discreet

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from rehearsal.play import Play, Rehearsed

AT_ONCE = 25
"""Steps between two looks at the progress."""


@task(name="rehearse", cache_policy=NO_CACHE)
async def play_season(play: Play) -> Rehearsed:
    """Play to the end, on a database that is fresh and migrated."""
    year, total = play.year.year, sum(event.at <= play.until for event in play.pack.events)
    progress = await acreate_progress_artifact(0.0, key=f"rehearse-{year}-progress", description=f"{year} 年度演练进度")
    steps = play.steps()
    with discreet():
        while await asyncio.to_thread(_some, steps):
            await aupdate_progress_artifact(progress, 100.0 * len(play.timeline) / max(total, 1))
        rehearsed = await asyncio.to_thread(play.ended)
    await aupdate_progress_artifact(progress, 100.0)
    table = [
        {"城市": city, **{standing.phase: f"{standing.state}·{standing.attempt}" for standing in phases}}
        for city, phases in rehearsed.matrix.cities.items()
    ]
    await acreate_table_artifact(table, key=f"rehearse-{year}", description=f"{year} 年度演练的结果：状态·轮次")
    return rehearsed


def _some(steps: Iterator[datetime]) -> int:
    return sum(1 for _ in islice(steps, AT_ONCE))
