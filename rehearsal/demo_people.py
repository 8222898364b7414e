"""The invented people of a demonstration: one of the province who acts, one who looks, one a city."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from models import accounts

if TYPE_CHECKING:
    from datetime import datetime

    from calendars.year import Year
    from models.database import Database

BY = "talent demo"


@dataclass(frozen=True, slots=True)
class Person:
    """Who signs in by `name`; `city` is a city's slug, None for the province's."""

    name: str
    shown: str
    role: str
    city: str | None = None


def invite(database: Database, year: Year, password: str, at: datetime) -> tuple[Person, ...]:
    """Make the accounts, all with the same kept password, in a database that has none; give who they are."""
    people = (
        Person("province", "省办经办人（演示）", "admin"),
        Person("leader", "省办领导（演示，只看）", "viewer"),
        *(Person(city.slug, f"{city.name}市办（演示）", "city", city.slug) for city in year.cities),
    )
    rows = [
        {"name": one.name, "shown": one.shown, "role": one.role, "city": one.city, "password": password}
        | {"made_by": BY, "made_at": at}
        for one in people
    ]
    with database.write() as connection:
        accounts.add_all(connection, rows)
    return people
