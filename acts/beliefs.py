"""Which due day a party was told of each city phase, by which letter, and whether it is the day that holds."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from calendars.deadlines import day_of, handed_in, knows, last_day
from calendars.errors import TalentError
from gates.states import State
from letters.occurrences import OFFICES, ahead
from letters.words import state_word
from models.days_told import told_by
from models.letterbox import own
from models.parties import parties_named
from models.reports import matrix
from models.short_messages import beside
from season.recipients import is_recipient, named

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import date, datetime

    from sqlalchemy import Connection

    from calendars.year import Year
    from models.days_told import ToldDay
    from models.reports import Standing
    from models.second_ways import Way

UNFINISHED = frozenset({State.WAITING, State.OPEN, State.RETURNED, State.OVERDUE})
"""The states of a city phase in which somebody still goes by its due day."""


class UnknownParty(TalentError):
    """没有名为“{name}”的单位或个人；设区市写城市名，其余写姓名或名称，或写函件上的编号，如 mentor:38。"""


class SeveralParties(TalentError):
    """名为“{name}”的不止一个，请写编号：{known}。"""


@dataclass(frozen=True, slots=True)
class Belief:
    """What a party was told last: `told` is the day, by `letter`, which went out `at` and was `received` (签收).

    `holds` is the day that holds, None where nobody goes by one any more. `newer` says of a letter that tells another
    day and has not gone out what became of it, "" where there is none. `also` is the
    second way by which it was told beside that letter, where there was one.
    """

    party: str
    phase: str
    city: str
    told: date
    letter: int
    kind: str
    at: datetime
    received: datetime | None
    holds: date | None
    newer: str
    also: tuple[Way, ...] = ()

    @property
    def true(self) -> bool:
        """Whether whoever goes by it is right."""
        return self.holds in {None, self.told}

    def as_json(self) -> dict[str, Any]:
        """One of `days` of `talent told --json`."""
        days = {name: value and value.isoformat() for name, value in asdict(self).items() if name in DAYS}
        return asdict(self) | days | {"true": self.true}


DAYS = ("told", "at", "received", "holds")


def beliefs(
    connection: Connection, year: int, as_of: datetime, parties: Collection[str] | None = None
) -> tuple[Belief, ...]:
    """Give what these parties (as in a letter's key; None: all) were told by an instant, in the order of the year."""
    found = matrix(connection, year, as_of)
    cells = {(each.phase, city): each for city, phases in found.cities.items() for each in phases}
    told = told_by(connection, year, as_of, ahead(found.book, found.year), parties)
    short = beside(connection, [one.letter for one in told])
    order = {key: place for place, key in enumerate(cells)}
    return tuple(
        Belief(
            one.recipient,
            one.phase,
            one.city,
            last_day(one.until),
            one.letter,
            one.kind,
            one.at,
            one.received,
            _holds(found.year, cell, one, day_of(as_of)) if cell.state in UNFINISHED else None,
            f"第 {one.newer[0]} 号函件{state_word(*one.newer[1:])}" if one.newer else "",
            tuple(also.way for also in (short.get(one.letter),) if also and also.told_by(as_of)),
        )
        for one in sorted(told, key=lambda one: (one.recipient, order[one.phase, one.city]))
        for cell in (cells[one.phase, one.city],)
    )


def _holds(year: Year, cell: Standing, told: ToldDay, today: date) -> date:
    """Give the day that a recipient goes by who knows what holds; a party told late was given what was left.

    Once the city is late a party's day is past, whatever the year gives parties since.
    """
    if told.recipient.partition(":")[0] in OFFICES:
        return cell.due.day
    theirs = handed_in(cell.due, year.figures.party_days, year.working_days)
    stands = cell.state is State.OVERDUE or knows(told.until, cell.due, theirs, today)
    return last_day(told.until) if stands else theirs.day


def party_of(connection: Connection, year: Year, name: str) -> str:
    """Give who is meant, as in a letter's key: a city by its name, a party by its own, or the key itself."""
    if is_recipient(year, name):
        return name
    cities = [city.slug for city in year.cities if name.removesuffix("市") in {city.name, city.slug, city.code}]
    keys = ("province", "lead", *(key for city in year.cities for key in own(city.slug)))
    offices = {named(year, key): key for key in keys} | {"省办": "province"}
    met = [own(city)[0] for city in cities] or ([offices[name]] if name in offices else [])
    found = met or parties_named(connection, name)
    if not found:
        raise UnknownParty(name=name)
    if len(found) > 1:
        raise SeveralParties(name=name, known="、".join(found))
    return found[0]
