"""The task that opens a phase again for one city."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

from prefect import task
from prefect.cache_policies import NO_CACHE

from acts.act import Bench
from acts.advance import Advance
from acts.book import ACTS
from acts.doing import previewed, recorded
from models import standing
from tasks.passes import Pass, summarise
from tasks.redaction import discreet

if TYPE_CHECKING:
    from collections.abc import Mapping

    from models.database import Database
    from models.stamp import Stamp


RERUN = ACTS["rerun"]


@dataclass(frozen=True, slots=True)
class RerunAnswer:
    """What came of it: whether it was done, one sentence for people, and what was written, or in a dry run would be."""

    done: bool
    message: str
    made: Pass


@task(name="rerun", cache_policy=NO_CACHE)
async def rerun_city(
    database: Database,
    year: int,
    phase: str,
    city: str,
    stamp: Stamp,
    given: Mapping[str, object],
    *,
    dry_run: bool = False,
) -> RerunAnswer:
    """Rerun, or show what it would do; a refusal is an answer. The city is named as people name it.

    `given` is what the act asks beside phase and city: see `acts.rerun`.
    """

    def act() -> RerunAnswer:
        with discreet():
            with database.read() as connection:
                opened = standing.opened(connection, year).year
            filled = RERUN.fill(opened, {"phase": phase, "city": city, **given})
            done = previewed if dry_run else recorded
            outcome = done(RERUN, Bench(database, opened, stamp, dry_run=dry_run), filled)
            with database.read() as connection:
                states = standing.states(connection, year, filled.cities)
            made = summarise(year, filled.cities, states, Advance(outcome.changes))
            return RerunAnswer(outcome.done, outcome.message, made)

    return await asyncio.to_thread(act)
