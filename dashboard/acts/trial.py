"""Trying an act as a whole and looking at what came of it, before it is taken back, or kept."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from acts.act import Bench
from acts.doing import acted, record, taken_back
from models import reports, standing
from models.city_fingerprints import changed, witness
from models.database import Within
from models.trained import with_trained

if TYPE_CHECKING:
    from collections.abc import Mapping

    from acts.act import Act, Filled
    from calendars.year import Year
    from gates.states import Event
    from models.database import Database
    from models.reports import Matrix, Standing
    from models.stamp import Stamp
    from phases.definition import Total
    from season.outcome import Outcome


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
    def totals(self) -> Mapping[Total, tuple[int, int]]:
        """Each total over the province before and after."""
        return {one: (self.before.totals[one.name], self.after.totals[one.name]) for one in self.before.book.totals}

    @property
    def trained(self) -> tuple[int, int] | None:
        """How many students are in training before and after; None where that is not known."""
        was, now = self.before.in_training, self.after.in_training
        return None if was is None or now is None else (was, now)

    @property
    def digest(self) -> str:
        """A fingerprint of what happens, which is the same as long as the same would happen.

        In whatever order: PostgreSQL names the parties of a letter in another one the second time.
        """
        changes = self.outcome.changes
        said = (
            self.outcome.outcome,
            self.outcome.message,
            self.outcome.basis,
            sorted(
                (move.after.phase, move.after.city, move.event, move.before.state, move.after.state, move.after.attempt)
                for move in changes.transitions
            ),
            sorted((one.phase, one.city, one.cause, one.until) for one in changes.extensions),
            sorted((one.key, one.address, one.subject) for one in changes.letters),
            {total.name: counts for total, counts in self.totals.items()},
            self.trained,
            {slug: [_stands(one) for one in self.after.cities[slug]] for slug in sorted(self.touched)},
        )
        return hashlib.sha256(repr(said).encode()).hexdigest()[:32]


def _stands(standing: Standing) -> tuple[object, ...]:
    return standing.phase, str(standing.state), standing.attempt, standing.due.day, standing.waived


class Changed(Exception):
    """What would happen is no longer what was shown."""


def tried(database: Database, year: Year, act: Act, filled: Filled, stamp: Stamp) -> Tried:
    """Do an act, look, and take it back."""
    with taken_back(database, act.holds(year.year)) as within:
        return _done(act, Bench(within, year, stamp), filled)


def done(
    database: Database, year: Year, act: Act, filled: Filled, stamp: Stamp, *, expected: str, account: int
) -> Tried:
    """Do an act with its entry in the audit, in one transaction; raise `Changed` where it is not what was expected.

    Where it is refused by now, that is the answer, and the try goes on record.
    """
    with database.write(act.holds(year.year)) as connection:
        bench = Bench(Within(database, connection, act.holds(year.year)), year, stamp, account)
        found = _done(act, bench, filled)
        if found.digest != expected and not found.refused(act.event):
            raise Changed
        record(connection, act, bench, filled, found.outcome)
    return found


def _done(act: Act, bench: Bench, filled: Filled) -> Tried:
    with bench.database.read() as connection:
        year = bench.year.year
        at = max(bench.stamp.as_of, standing.newest_act(connection, year))  # it stands after what was done meanwhile
        was, before = witness(connection, year), with_trained(connection, reports.matrix(connection, year, at))
        outcome = act.do(bench, filled)
        after = with_trained(connection, reports.matrix(connection, year, at))
        return Tried(outcome, before, after, changed(was, witness(connection, year)))
