"""How many students are in training, city by city: beside the admitted, who are counted whatever came after."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from sqlalchemy import and_, select

from gates.states import State
from models import statistics
from models.columns import table_of
from models.facts.scope import Scope, admitting, in_training
from models.tables.season import CityPhase, CityYear

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from models.reports import Matrix


def with_trained(connection: Connection, found: Matrix) -> Matrix:
    """Give a matrix that knows who is in training, of the cities whose list of admitted students is recorded.

    It is not known of the past: who left since is no longer on the rows that say who is in training.
    """
    recorded = _recorded(connection, found)
    if recorded is None:
        return found
    if statistics.purged(connection, found.year.year):
        kept = statistics.in_training(connection, found.year.year)
        return replace(found, trained={city: kept.get(city, 0) if city in recorded else 0 for city in found.cities})
    day = found.as_of.date()
    days = dict.fromkeys((slug for slug in found.cities if slug in recorded), day)
    training = in_training(Scope(connection, found.year, days, days)) if days else {}
    return replace(found, trained={city: len(training.get(city, ())) for city in found.cities})


def _recorded(connection: Connection, found: Matrix) -> frozenset[str] | None:
    """Give the cities whose admitted students count and were recorded; None where anything was done since."""
    cell, city = table_of(CityPhase), table_of(CityYear)
    columns = (cell.c.phase, cell.c.city, cell.c.state, cell.c.as_of, city.c.withdrawn_as_of)
    same = and_(cell.c.year == city.c.year, cell.c.city == city.c.city)
    query = select(*columns, cell.c.tally.is_not(None).label("counts")).join_from(cell, city, same)
    rows = connection.execute(query.where(cell.c.year == found.year.year)).all()
    if any(row.as_of > found.as_of for row in rows):
        return None
    admits = admitting(Scope(connection, found.year, {}, {}))
    out = {State.SUBMITTED, State.WITHDRAWN}
    return frozenset(
        row.city
        for row in rows
        if admits and row.phase == admits.slug and row.counts and row.state not in out and not row.withdrawn_as_of
    )
