"""Parties whom the province excused of their part in a phase, one by one, each with its reason."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import String, cast, select

from models.columns import table_of
from models.shortcuts.bulk import insert_new
from models.tables.pool import Party
from models.tables.season import Excuse

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from sqlalchemy import Connection

    from models.stamp import Stamp
    from models.standing import Key
    from phases.on_record import PartyKey


class Excused(NamedTuple):
    """Whom the province excused of its part in a city phase: by name and place ("" where it has none), and why."""

    phase: str
    city: str
    name: str
    place: str
    reason: str
    by: str
    as_of: datetime


def excuse(connection: Connection, year: int, about: Key, recipient: str, reason: str, stamp: Stamp) -> bool:
    """Put it on record; False where that party is excused already."""
    phase, city = about
    row = {"year": year, "phase": phase, "city": city, "recipient": recipient, "reason": reason, **stamp.columns()}
    return bool(insert_new(connection, table_of(Excuse), [row]))


def excused(connection: Connection, year: int, cities: Collection[str]) -> dict[str, list[PartyKey]]:
    """Give by city the kind, name and place of each who is excused, in the order of the excuses."""
    one, party = table_of(Excuse), table_of(Party)
    whose = one.c.recipient == party.c.kind + ":" + cast(party.c.id, String)
    query = select(one.c.city, party.c.kind, party.c.name, party.c.place).join(party, whose)
    found: dict[str, list[PartyKey]] = defaultdict(list)
    for city, *key in connection.execute(query.where(one.c.year == year, one.c.city.in_(cities)).order_by(one.c.id)):
        found[city].append((key[0], key[1], key[2]))
    return found


def on_record(connection: Connection, year: int, as_of: datetime) -> list[Excused]:
    """Give who was excused by an instant, in the order of the excuses."""
    one, party = table_of(Excuse), table_of(Party)
    whose = one.c.recipient == party.c.kind + ":" + cast(party.c.id, String)
    columns = (one.c.phase, one.c.city, party.c.name, party.c.place, one.c.reason, one.c.by, one.c.as_of)
    query = select(*columns).join(party, whose).where(one.c.year == year, one.c.as_of <= as_of)
    return [Excused(*row) for row in connection.execute(query.order_by(one.c.id))]
