"""What the post could not do: addresses given up, and letters that did not arrive. A deadline at risk, so an alarm."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import and_, bindparam, func, select

from models import post_clock, restorations, signs_of_life
from models.address_holders import reached
from models.columns import table_of
from models.letter_states import LetterEvent, LetterState, may
from models.mail_answers import Meaning, meaning, words
from models.one_snapshot import once_a_snapshot
from models.outdated_letters import overtaken
from models.signs_of_life import Sign
from models.tables.season import Letter, Suppressed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import BindParameter, ColumnElement, Connection, Select

    from models.outdated_letters import Instant

UNDELIVERABLE = (LetterState.FAILED.value, LetterState.UNKNOWN.value, LetterState.HELD.value)
"""The states of a letter that nobody has and that nothing but a person moves on."""

MOST_LISTED = 200
SHORT = timedelta(hours=1)
"""So long a letter may be put off before anybody is to look at it."""


class GivenUp(NamedTuple):
    """An address that is written to no more: since when, why, by whose word."""

    address: str
    since: datetime
    why: str
    by: str


class StuckLetter(NamedTuple):
    """A letter that is owed and that only a person moves on."""

    id: int
    phase: str
    concerns: str
    recipient: str
    subject: str
    state: str
    detail: str | None
    queued_as_of: datetime


@dataclass(frozen=True, slots=True)
class Suppression:
    """An address given up, whose it is (recipients as in a letter's key), how many letters wait for it."""

    address: str
    to: tuple[str, ...]
    since: datetime
    why: str
    letters: int


@dataclass(frozen=True, slots=True)
class Alarms:
    """The addresses given up, the oldest first; by state how many letters of a year did not arrive and are owed.

    An address is at risk only where somebody would still be written to there in the year, or letters wait for it.
    `clock` says why the post is held by a clock that cannot be right, None where it is believed; `restored` that it is
    held by a backup that was restored; `silent` which work that runs by itself has not run for too long.
    """

    suppressed: tuple[Suppression, ...]
    letters: Mapping[str, int]
    clock: str | None = None
    silent: tuple[Sign, ...] = ()
    restored: str | None = None

    def __bool__(self) -> bool:
        return bool(self.suppressed or self.letters or self.clock or self.silent or self.restored)

    def as_json(self) -> dict[str, Any]:
        """The alarms of `talent status --json`."""
        return {
            "suppressed": [
                {
                    "address": one.address,
                    "to": list(one.to),
                    "since": one.since.isoformat(),
                    "why": one.why,
                    "letters": one.letters,
                }
                for one in self.suppressed
            ],
            "letters": dict(self.letters),
            "clock": self.clock,
            "restored": self.restored,
            "silent": [{"work": sign.work, "since": sign.at.isoformat()} for sign in self.silent],
        }


@once_a_snapshot
def alarms(connection: Connection, year: int, as_of: datetime) -> Alarms:
    """Give what of the post is at risk, as far as it was so at an instant."""
    found = {state: int(count) for state, count in connection.execute(_stuck(), {"of_year": year, "risk_at": as_of})}
    stuck_in = {state: found[state] for state in UNDELIVERABLE if state in found}
    silent = signs_of_life.silent(connection, as_of, year)
    restored = restorations.held(connection)
    given_up, clock = suppressions(connection, year, as_of), post_clock.alarm(connection)
    return Alarms(given_up, stuck_in, clock, silent, str(restored) if restored else None)


@cache
def _stuck() -> Select[Any]:
    letter = table_of(Letter)
    at = bindparam("risk_at", type_=letter.c.queued_as_of.type)
    return select(letter.c.state, func.count()).where(at_risk(bindparam("of_year"), at)).group_by(letter.c.state)


def suppressions(connection: Connection, year: int, as_of: datetime) -> tuple[Suppression, ...]:
    """Give the addresses of this year that were written to no more at an instant, the oldest first."""
    given_up = {row.address: row for row in suppressed(connection) if row.since <= as_of}
    owners = reached(connection, year, as_of, given_up) if given_up else {}
    held = _held(connection, year, as_of) if given_up else {}
    return tuple(
        Suppression(address, tuple(sorted(to)), row.since, row.why, sum(held.get(address, {}).values()))
        for address, row in given_up.items()
        if (to := {*owners.get(address, ()), *held.get(address, ())})
    )


def at_risk(year: int | BindParameter[int], as_of: Instant) -> ColumnElement[bool]:
    """Tell of a letter of a year whether it is owed at an instant, did not arrive, and waits for a person."""
    letter = table_of(Letter)
    stuck = and_(letter.c.year == year, letter.c.state.in_(UNDELIVERABLE), letter.c.queued_as_of <= as_of)
    return and_(stuck, ~overtaken(as_of))


def suppressed(connection: Connection) -> list[GivenUp]:
    """Give the suppressed addresses, the oldest first."""
    table = table_of(Suppressed)
    query = select(*(table.c[name] for name in GivenUp._fields)).order_by(table.c.since, table.c.address)
    return [GivenUp._make(row) for row in connection.execute(query)]


def _held(connection: Connection, year: int, as_of: datetime) -> Mapping[str, Mapping[str, int]]:
    """How many letters that are owed are held, by address and recipient."""
    letter = table_of(Letter)
    waiting = may(letter, LetterEvent.RELEASE) & (letter.c.year == year) & (letter.c.queued_as_of <= as_of)
    waiting &= ~overtaken(as_of)
    address = func.lower(letter.c.address)
    found: dict[str, dict[str, int]] = defaultdict(dict)
    query = select(address, letter.c.recipient, func.count()).where(waiting).group_by(address, letter.c.recipient)
    for where, recipient, count in connection.execute(query):
        found[where][recipient] = count
    return found


def undelivered(connection: Connection, year: int, as_of: datetime) -> list[StuckLetter]:
    """Give the letters of a year that are owed and that only a person moves on, the oldest first, without texts."""
    letter = table_of(Letter)
    query = select(*(letter.c[name] for name in StuckLetter._fields)).where(at_risk(year, as_of))
    return [StuckLetter._make(row) for row in connection.execute(query.order_by(letter.c.id).limit(MOST_LISTED))]


class PutOff(NamedTuple):
    """Letters that were put off for over an hour: why, how many, since when, and what a mail host said of one."""

    means: Meaning
    letters: int
    since: datetime
    said: str

    @property
    def by_host(self) -> bool:
        """Whether a mail host did: else the letter could not be put together here."""
        return self.means is not Meaning.KEYLESS


def put_off(connection: Connection, as_of: datetime, year: int | None = None) -> list[PutOff]:
    """Give what is tried again and again, of a year (None: of all), by what the answers mean, the oldest first."""
    letter = table_of(Letter)
    late = may(letter, LetterEvent.CLAIM) & (letter.c.deferred_since <= as_of - SHORT)
    if year is not None:
        late &= letter.c.year == year
    query = select(letter.c.detail, func.count(), func.min(letter.c.deferred_since)).where(late)
    found: dict[Meaning, PutOff] = {}
    for detail, count, since in connection.execute(query.group_by(letter.c.detail)):
        said = words(detail or "")
        known = found.get(means := meaning(said), PutOff(means, 0, since, said))
        found[means] = PutOff(means, known.letters + count, min(known.since, since), known.said)
    return sorted(found.values(), key=lambda one: one.since)


def undelivered_by_city(connection: Connection, year: int, as_of: datetime) -> list[tuple[str, int, datetime]]:
    """Give the cities with letters at risk, `ALL` for those about no one city: how many, and since when."""
    found = connection.execute(_by_city(), {"stuck_in": year, "stuck_at": as_of})
    return [(city, count, since) for city, count, since in found]


@cache
def _by_city() -> Select[Any]:
    letter = table_of(Letter)
    stuck = at_risk(bindparam("stuck_in"), bindparam("stuck_at", type_=letter.c.queued_as_of.type))
    query = select(letter.c.concerns, func.count(), func.min(letter.c.queued_as_of)).where(stuck)
    return query.group_by(letter.c.concerns).order_by(letter.c.concerns)
