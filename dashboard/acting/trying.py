"""Trying an act as a whole and looking at what came of it, before it is taken back, or kept."""

from __future__ import annotations

import hashlib
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dashboard.acting.act import Bench
from models import audit, reports, standing
from models.database import Within
from models.witness import changed, witness

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Connection

    from calendars.year import Year
    from dashboard.acting.act import Act, Filled
    from gates.states import Event
    from models.database import Database, Which
    from models.reports import Matrix, Standing
    from models.stamp import Stamp
    from season.outcome import Outcome

SHOWN = ("admitted", "funded", "exited", "excellent", "certificates")
"""The totals over the province that an act may change."""


@dataclass(frozen=True, slots=True)
class Tried:
    """What an act came to: its answer, the matrix before and after, the cities of which anything changed at all."""

    outcome: Outcome
    before: Matrix
    after: Matrix
    touched: frozenset[str]

    def acted(self, event: Event | None) -> frozenset[str]:
        """Give the cities that it was done for, and not refused."""
        return acted(self.outcome, event)

    def refused(self, event: Event | None) -> bool:
        """Tell whether it was refused as a whole: it was done for no city."""
        return not self.outcome.done and not self.acted(event)

    @property
    def untouched(self) -> tuple[str, ...]:
        """The cities of which nothing changed, in the customary order."""
        return tuple(slug for slug in self.before.cities if slug not in self.touched)

    @property
    def totals(self) -> Mapping[str, tuple[int, int]]:
        """Each total over the province before and after."""
        return {name: (self.before.totals[name], self.after.totals[name]) for name in SHOWN}

    @property
    def digest(self) -> str:
        """A fingerprint of what happens, which is the same as long as the same would happen."""
        changes = self.outcome.changes
        said = (
            self.outcome.outcome,
            self.outcome.message,
            [
                (move.after.phase, move.after.city, move.event, move.before.state, move.after.state, move.after.attempt)
                for move in changes.transitions
            ],
            [(one.phase, one.city, one.cause, one.until) for one in changes.extensions],
            [(one.key, one.address, one.subject) for one in changes.letters],
            dict(self.totals),
            {slug: [_stands(one) for one in self.after.cities[slug]] for slug in sorted(self.touched)},
        )
        return hashlib.sha256(repr(said).encode()).hexdigest()[:32]


def _stands(standing: Standing) -> tuple[object, ...]:
    return standing.phase, str(standing.state), standing.attempt, standing.due.day, standing.waived


class _TakenBack(Exception):
    """Nothing of this is to stay."""


class Changed(Exception):
    """What would happen is no longer what was shown."""


def tried(database: Database, year: Year, act: Act, filled: Filled, stamp: Stamp) -> Tried:
    """Do an act, look, and take it back."""
    found: Tried | None = None
    with suppress(_TakenBack), database.write(_held(act, year)) as connection:
        found = _done(database, connection, year, act, filled, stamp)
        raise _TakenBack
    assert found is not None
    return found


def done(
    database: Database, year: Year, act: Act, filled: Filled, stamp: Stamp, *, expected: str, account: int
) -> Tried:
    """Do an act with its entry in the audit, in one transaction; raise `Changed` where it is not what was expected.

    Where it is refused by now, that is the answer, and the try goes on record.
    """
    with database.write(_held(act, year)) as connection:
        found = _done(database, connection, year, act, filled, stamp, account)
        if found.digest != expected and not found.refused(act.event):
            raise Changed
        record(connection, year, act, filled, stamp, account, found.outcome)
    return found


def _held(act: Act, year: Year) -> Which:
    """What an act locks: what is no city phase's own (an address, a letter) is shared by all years."""
    return "every" if act.event is None else year.year


def _done(
    database: Database,
    connection: Connection,
    year: Year,
    act: Act,
    filled: Filled,
    stamp: Stamp,
    account: int | None = None,
) -> Tried:
    at = max(stamp.as_of, standing.newest_act(connection, year.year))  # the act stands after what was done meanwhile
    was, before = witness(connection, year.year), reports.matrix(connection, year.year, at)
    outcome = act.do(Bench(Within(database, connection, _held(act, year)), year, stamp, account), filled)
    after = reports.matrix(connection, year.year, at)
    return Tried(outcome, before, after, changed(was, witness(connection, year.year)))


def acted(outcome: Outcome, event: Event | None) -> frozenset[str]:
    """Give the cities for which an event came about, and was not refused."""
    moves = outcome.changes.transitions
    return frozenset(move.after.city for move in moves if move.event is event and not move.refused)


def record(
    connection: Connection, year: Year, act: Act, filled: Filled, stamp: Stamp, account: int, outcome: Outcome
) -> None:
    """Put on record what was done, a line a city; a refused try stands in the city phase's own log."""
    what, reason = act.title(filled.phase), filled.reason or None
    if act.subject is not None:
        if outcome.done:
            city = filled.cities[0] if filled.cities else None
            audit.record(connection, stamp, what, act.subject(year, filled), account=account, city=city, reason=reason)
        return
    place = f"{year.year}/{filled.slug}" if filled.phase else str(year.year)
    for city in (slug for slug in filled.cities if slug in acted(outcome, act.event)):
        audit.record(connection, stamp, what, f"{place}/{city}", account=account, city=city, reason=reason)
