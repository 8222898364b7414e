"""What is on record of a city, for the phase whose draft is loaded: each thing one query, asked when needed."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from models import loading, matching_keys
from models.facts import scope

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from datetime import date

    from sqlalchemy import Connection

    from calendars.year import City, Year
    from phases.matching_key import MatchingKey
    from phases.on_record import PartyKey


@dataclass(frozen=True)
class KnownCity:
    """A city of a year, in a transaction: an `OnRecord`."""

    connection: Connection
    year: Year
    city: City
    day: date

    @cached_property
    def matching_key(self) -> MatchingKey:
        """The key that the year's children are matched by; raises `NoMatchingKey`."""
        return matching_keys.key_of(self.connection, self.year.year)

    @cached_property
    def students(self) -> Mapping[str, str]:
        """The city's students, taken or not: number to name."""
        return loading.students(self.connection, self.year.year, self.city.slug)

    @cached_property
    def roll(self) -> Mapping[tuple[str, str], int]:
        """The mentors whom the city took: name and institution to party."""
        return loading.roll(self.connection, self.year.year, self.city.slug)

    @cached_property
    def schools(self) -> Collection[str]:
        """The names of the schools that the city named."""
        return loading.schools(self.connection, self.year.year, self.city.slug).keys()

    @cached_property
    def past_students(self) -> Collection[str]:
        """Whom the year brought along from the year before, over the province, by `likeness`."""
        return loading.pool(self.connection, self.year.year, "student")

    @cached_property
    def past_mentors(self) -> Collection[tuple[str, str]]:
        """The mentors whom the year brought along, over the province: name and institution."""
        return loading.past_mentors(self.connection, self.year.year)

    def earliest(self, phase: str) -> date:
        """Give the day before which nothing of a phase was done."""
        return scope.earliest(scope.Scope.undated(self.connection, self.year, [self.city.slug]), phase)

    def parties(self, keys: Collection[PartyKey]) -> Mapping[PartyKey, int]:
        """Give these parties their ids; one that is new is registered."""
        return loading.register(self.connection, keys)
