"""Which due day a party was told of each city phase, by which letter, and whether it is the day that holds."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from calendars.deadlines import day_of, handed_in, knows, last_day
from calendars.errors import TalentError
from gates.states import State
from letters.occurrences import OFFICES, ahead
from letters.words import state_word
from models.days_told import ToldDay, second_by, told_by
from models.letterbox import own
from models.parties import parties_named
from models.reports import matrix
from models.short_messages import beside
from models.stamp import SYSTEM, Stamp
from models.standing import filed_and_held, opened
from season.recipients import audience_of, is_recipient, named
from season.second_days import SecondDays
from season.second_part import still_owing
from season.unit_of_work import Season

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from datetime import date, datetime

    from sqlalchemy import Connection

    from calendars.deadlines import Due
    from calendars.year import Year
    from models.reports import Matrix, Standing
    from models.second_ways import Way
    from models.standing import Key

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
    second way by which it was told beside that letter, where there was one. `second`: the day is that of the phase's
    second part, and the letter may be the same that told the other.
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
    second: bool = False

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
    """Give what these parties (as in a letter's key; None: all) were told by an instant, in the order of the year.

    In a trial nobody is told anything.
    """
    if opened(connection, year).trial is not None:
        return ()
    found = matrix(connection, year, as_of)
    cells = {(each.phase, city): each for city, phases in found.cities.items() for each in phases}
    later, apart = _told_of_second(connection, found, [key for key, cell in cells.items() if cell.second], parties)
    told = told_by(connection, year, as_of, ahead(found.book, found.year), parties, apart)
    owing = _owing(connection, found, cells, later)
    short = beside(connection, [one.letter for one in (*told, *later)])
    waits = filed_and_held(connection, year, as_of)
    days = [(one, False, None if one[:2] in waits else _holds(found, cells[one[:2]], one)) for one in told]
    days += [(one, True, _second_holds(found, cells[one[:2]], one, owing)) for one in later]
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
            holds,
            f"第 {one.newer[0]} 号函件{state_word(*one.newer[1:])}" if one.newer else "",
            tuple(also.way for also in (short.get(one.letter),) if also and also.told_by(as_of)),
            second,
        )
        for one, second, holds in sorted(days, key=lambda day: (day[0].recipient, order[day[0][:2]], day[1]))
    )


def untrue(connection: Connection, year: int, as_of: datetime) -> tuple[Belief, ...]:
    """Give whatever anybody was told by an instant and goes by that is not the day that holds."""
    return tuple(one for one in beliefs(connection, year, as_of) if not one.true)


def _told_of_second(
    connection: Connection, found: Matrix, keys: Collection[Key], parties: Collection[str] | None
) -> tuple[list[ToldDay], list[int]]:
    """Give what was told of the second parts of these city phases; and the letters, by number, that tell nothing else.

    `newer` is the newest of them that tells another day and has not gone out, as of `told_by`.
    """
    if not keys:
        return [], []
    days = SecondDays(connection, found.year, {phase for phase, _ in keys})
    rows = second_by(connection, found.year.year, found.as_of, keys, parties)
    told: dict[tuple[Key, str], ToldDay] = {}
    waits: dict[tuple[Key, str], tuple[datetime, tuple[int, str, str | None]]] = {}
    for row in rows:
        until, whose = days.of(row), ((row.phase, row.city), row.recipient)
        if until is None:
            continue
        waits.pop(whose, None)
        if row.gone:
            told[whose] = ToldDay(
                row.phase, row.city, row.recipient, until, row.id, row.kind, row.at, row.received, None
            )
        else:
            waits[whose] = until, (row.id, row.state, row.detail)
    newer = {whose: letter for whose, (until, letter) in waits.items() if whose in told and told[whose].until != until}
    alone = [row.id for row in rows if days.alone(row)]
    return [one._replace(newer=newer.get(whose)) for whose, one in told.items()], alone


def _owing(
    connection: Connection, found: Matrix, cells: Mapping[Key, Standing], told: Collection[ToldDay]
) -> Mapping[Key, Collection[str]]:
    """Give who of those told still owes something of the second part of what stands filed: as it is now."""
    asked = {one[:2] for one in told if audience_of(one.recipient) not in OFFICES}
    filed = [key for key in sorted(asked) if cells[key].state is State.SUBMITTED]
    if not filed:
        return {}
    stamp = Stamp(SYSTEM, found.as_of, found.as_of)
    return still_owing(Season.read(connection, found.year.year, stamp, None, reading=True), filed)


def _holds(found: Matrix, cell: Standing, told: ToldDay) -> date | None:
    """Give the day of a phase that a recipient goes by who knows what holds; None where nobody does any more."""
    if cell.state not in UNFINISHED:
        return None
    return _known(found, told, cell.due, late=cell.state is State.OVERDUE)


def _second_holds(found: Matrix, cell: Standing, told: ToldDay, owing: Mapping[Key, Collection[str]]) -> date | None:
    """Give the same of its second part: once the rest is filed, of all but the city whoever still owes some goes by it.

    What was whole when it was filed, or since, nobody goes by.
    """
    if cell.second is None or cell.second_at or cell.state not in UNFINISHED | {State.SUBMITTED}:
        return None
    office = audience_of(told.recipient) in OFFICES
    if cell.state is State.SUBMITTED and not office and told.recipient not in owing.get((told.phase, told.city), ()):
        return None
    return _known(found, told, cell.second, late=not cell.second.met_by(found.as_of))


def _known(found: Matrix, told: ToldDay, due: Due, *, late: bool) -> date:
    """Give the day that whoever knows what holds was told; a party told late was given what was left.

    Once the city is late a party's day is past, whatever the year gives parties since.
    """
    if audience_of(told.recipient) in OFFICES:
        return due.day
    theirs = handed_in(due, found.year.figures.party_days, found.year.working_days)
    stands = late or knows(told.until, due, theirs, day_of(found.as_of))
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
