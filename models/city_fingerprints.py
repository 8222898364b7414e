"""What stands of each city, as one fingerprint: the witness that an act for one city left the others as they were."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select

from models.columns import table_of
from models.tables.city_requests import Request, RequestAnswer
from models.tables.personal_changes import PersonalChange
from models.tables.season import (
    CityPhase,
    CityYear,
    ExtensionRow,
    Filing,
    Letter,
    RefusedLoad,
    Transition,
    WaiverRow,
    WorkbookLoad,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sqlalchemy import Connection, Select

GROWING = (Transition, ExtensionRow, WaiverRow, Filing, WorkbookLoad, RefusedLoad, Request, PersonalChange)
"""Tables that are only added to: how many rows, and the newest, say all."""

ON_LETTERS = ("id", "state", "tries", "address", "moot", "due_at", "valid_until", "message_id", "queued_at")
"""What an act may change of a letter that was there before."""


def witness(connection: Connection, year: int) -> Mapping[str, str]:
    """Give by city's slug a fingerprint of its standing, log, due days, judgements, loads, requests and letters."""
    found: dict[str, Any] = defaultdict(hashlib.sha256)
    for query in _queries(year):
        for city, *said in connection.execute(query):
            found[city].update(repr(said).encode())
    return {city: digest.hexdigest() for city, digest in found.items()}


def _queries(year: int) -> Iterator[Select[Any]]:
    city_year, cells, letters = (table_of(model) for model in (CityYear, CityPhase, Letter))
    asked, answers = table_of(Request), table_of(RequestAnswer)
    yield select(city_year.c.city, city_year.c.withdrawn_as_of).where(city_year.c.year == year)
    yield select(cells.c.city, cells).where(cells.c.year == year).order_by(cells.c.id)
    answered = select(asked.c.city, func.count(), func.max(answers.c.id)).join(answers, answers.c.request == asked.c.id)
    yield answered.where(asked.c.year == year).group_by(asked.c.city).order_by(asked.c.city)
    for model in GROWING:
        table = table_of(model)
        rows = select(table.c.city, func.count(), func.max(table.c.id)).where(table.c.year == year)
        yield rows.group_by(table.c.city).order_by(table.c.city)
    columns = [letters.c[name] for name in ON_LETTERS]
    yield select(letters.c.concerns, *columns).where(letters.c.year == year).order_by(letters.c.id)


def changed(before: Mapping[str, str], after: Mapping[str, str]) -> frozenset[str]:
    """Give the cities of which something changed between two witnesses."""
    return frozenset(city for city in before.keys() | after.keys() if before.get(city) != after.get(city))
