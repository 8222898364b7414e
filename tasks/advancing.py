"""The task that moves the year on: one for all cities, because a task a city costs the server more than the work."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from prefect import task
from prefect.cache_policies import NO_CACHE

from acts.advance import advance
from models import standing
from models.open_years import live
from models.signs_of_life import leave
from tasks.passes import Pass, summarise
from tasks.redaction import discreet

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import timedelta

    from models.database import Database
    from models.stamp import Stamp


@task(name="advance", cache_policy=NO_CACHE)
async def advance_cities(
    database: Database,
    year: int,
    stamp: Stamp,
    phases: Sequence[str] | None = None,
    cities: Sequence[str] | None = None,
) -> Pass:
    """Do what is owed in these phases of these cities (None: all of them); a city is named as people name it.

    A city that fails is a row that says so, and no error.
    """
    with discreet():
        return await asyncio.to_thread(_advance, database, year, stamp, phases, cities)


@task(name="sign-of-life", cache_policy=NO_CACHE)
async def sign_of_life(database: Database, stamp: Stamp, beat: timedelta) -> None:
    """Leave word that all years under way were looked at: silence is noticed by when this ought to come again."""
    with discreet():
        await asyncio.to_thread(_leave, database, stamp, beat)


@task(name="years-under-way", cache_policy=NO_CACHE)
async def years_under_way(database: Database) -> tuple[int, ...]:
    """Ask which years the clock moves on."""
    with discreet():
        return await asyncio.to_thread(_live, database)


def _advance(
    database: Database, year: int, stamp: Stamp, phases: Sequence[str] | None, cities: Sequence[str] | None
) -> Pass:
    with database.read() as connection:
        calendar = standing.opened(connection, year).year
    named = None if cities is None else [calendar.city(city).slug for city in cities]
    advanced = advance(database, year, stamp, phases, named)
    with database.read() as connection:
        states = standing.states(connection, year, named)
    looked_at = {key: state for key, state in states.items() if phases is None or key[0] in phases}
    chosen = [city.slug for city in calendar.cities if named is None or city.slug in named]
    return summarise(year, chosen, looked_at, advanced)


def _leave(database: Database, stamp: Stamp, beat: timedelta) -> None:
    with database.write() as connection:
        leave(connection, "watch", stamp.at, beat)


def _live(database: Database) -> tuple[int, ...]:
    with database.read() as connection:
        return tuple(opened.year.year for opened in live(connection))
