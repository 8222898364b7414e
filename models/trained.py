"""How many students are in training, city by city: beside the admitted, who are counted whatever came after."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from sqlalchemy import select

from models import statistics
from models.columns import table_of
from models.facts.scope import Scope, admitting, counting, in_training
from models.purges_done import purged_years
from models.tables.season import CityPhase

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Connection

    from models.reports import Matrix


def with_trained(connection: Connection, found: Matrix) -> Matrix:
    """Give a matrix that knows who is in training, of the cities whose list of admitted students is recorded.

    It is not known of the past: who left since is no longer on the rows that say who is in training.
    """
    if _done_since(connection, found):
        return found
    everywhere = Scope.undated(connection, found.year)
    admits = admitting(everywhere)
    recorded = counting(everywhere, admits.slug, decided=True) if admits else frozenset()
    if found.year.year in purged_years(connection):
        kept: Mapping[str, int] = statistics.trained(connection, found.year.year)
    else:
        theirs = Scope.undated(connection, found.year, (slug for slug in found.cities if slug in recorded))
        kept = {city: len(numbers) for city, numbers in in_training(theirs).items()} if recorded else {}
    return replace(found, trained={city: kept.get(city, 0) if city in recorded else 0 for city in found.cities})


def _done_since(connection: Connection, found: Matrix) -> bool:
    cell = table_of(CityPhase)
    since = select(cell.c.id).where(cell.c.year == found.year.year, cell.c.as_of > found.as_of)
    return connection.execute(since.limit(1)).first() is not None
