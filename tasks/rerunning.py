"""The task that opens a phase again for one city."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from prefect import task
from prefect.cache_policies import NO_CACHE

from acts.rerun import rerun
from models import standing
from tasks.discretion import discreet

if TYPE_CHECKING:
    from datetime import date

    from acts.outcome import Outcome
    from models.database import Database
    from models.stamp import Stamp


@task(name="rerun", cache_policy=NO_CACHE)
async def rerun_city(
    database: Database,
    year: int,
    phase: str,
    city: str,
    stamp: Stamp,
    *,
    until: date,
    reason: str,
    dry_run: bool = False,
) -> Outcome:
    """Rerun, or show what it would do; a refusal is an outcome. The city is named as people name it."""

    def act() -> Outcome:
        with discreet():
            with database.read() as connection:
                slug = standing.opened(connection, year).year.city(city).slug
            return rerun(database, year, phase, slug, stamp, until=until, reason=reason, dry_run=dry_run)

    return await asyncio.to_thread(act)
