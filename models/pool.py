"""后备人才库: who is in a year's pool, brought along from the year before or of this year itself (三(一), 四(一))."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, NamedTuple, get_args

from sqlalchemy import select

from models import rolling
from models.columns import table_of
from models.facts.scope import Scope
from models.tables.city_drafts import draft_table
from models.tables.pool import Party, PoolEntry
from phases.application import STUDENTS

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from sqlalchemy import Connection

    from calendars.year import Year

PoolKind = Literal["mentor", "institution", "school", "student"]
KINDS: tuple[PoolKind, ...] = get_args(PoolKind)
"""What is kept in a pool, in the order in which it is shown."""


class Named(NamedTuple):
    """How a member of the pool is called and found: by a party's id, or by the number of the newest application.

    `place` is a mentor's institution, a student's school. All is empty of a student whose rows are purged.
    """

    name: str = ""
    place: str = ""
    party: int | None = None
    number: str = ""
    applied: int | None = None


@dataclass(frozen=True, slots=True)
class PoolMember:
    """A member of a city's pool. `brought` along from the year before; `here`: the year itself hands them on.

    `here` are those of phases that passed, and the students in training.
    """

    kind: str
    city: str
    named: Named
    brought: bool
    here: bool


def members(connection: Connection, year: Year, cities: Sequence[str]) -> tuple[PoolMember, ...]:
    """Give those of these cities by kind, city and name; the same number of statements however many they are."""
    table = table_of(PoolEntry)
    query = select(table.c.city, table.c.kind, table.c.key).where(table.c.year == year.year, table.c.city.in_(cities))
    brought = {(city, kind, key) for city, kind, key in connection.execute(query)}
    here = rolling.people(Scope.undated(connection, year, cities))
    every = brought | here
    parties = _parties(connection, {key for _, kind, key in every if kind != "student"})
    students = _students(connection, (year.year - 1, year.year), cities)
    found = (
        PoolMember(
            kind,
            city,
            (students if kind == "student" else parties).get(key, Named()),
            (city, kind, key) in brought,
            (city, kind, key) in here,
        )
        for city, kind, key in every
    )
    place = {city: at for at, city in enumerate(cities)}
    return tuple(
        sorted(found, key=lambda one: (KINDS.index(one.kind), place[one.city], *one.named[:2], one.named.number))
    )


def _parties(connection: Connection, keys: Collection[str]) -> Mapping[str, Named]:
    table = table_of(Party)
    ids = [int(key) for key in keys if key.isdecimal()]
    query = select(table.c.id, table.c.name, table.c.place).where(table.c.id.in_(ids))
    return {f"{key}": Named(name, place, party=key) for key, name, place in connection.execute(query)}


def _students(connection: Connection, years: Collection[int], cities: Collection[str]) -> Mapping[str, Named]:
    """Give by likeness the newest application in these years."""
    table = draft_table(STUDENTS)
    columns = (table.c[name] for name in ("likeness", "name", "school", "number", "year"))
    query = select(*columns).where(table.c.year.in_(years), table.c.city.in_(cities)).order_by(table.c.year)
    found = connection.execute(query)
    return {likeness: Named(name, school, None, number, year) for likeness, name, school, number, year in found}
