"""Doing an act with all that goes with it: on record in one transaction, or looked at and taken back."""

from __future__ import annotations

from contextlib import contextmanager, suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from models import audit, extension_requests, party_addresses
from models.database import Within

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from sqlalchemy import Connection

    from acts.act import Act, Bench, Filled
    from calendars.year import Year
    from gates.states import Event
    from models.database import Database, Which
    from season.outcome import Outcome

FOUND: Mapping[str, Callable[[Connection, int, int], Any]] = {
    "request": extension_requests.find,
    "difference": party_addresses.find,
}
"""What a number names that belongs to a city and a phase."""


class _TakenBack(Exception):
    """Nothing of this is to stay."""


@contextmanager
def taken_back(database: Database, which: Which) -> Iterator[Within]:
    """Give the database inside a transaction of which nothing stays, however the block ends."""
    with suppress(_TakenBack), database.write(which) as connection:
        yield Within(database, connection, which)
        raise _TakenBack


def previewed(act: Act, bench: Bench, filled: Filled) -> Outcome:
    """Do it as of any instant and take it back, whether or not it knows a dry run of its own."""
    with taken_back(bench.database, act.holds(bench.year.year)) as within:
        return act.do(replace(bench, database=within, dry_run=True), filled)


def recorded(act: Act, bench: Bench, filled: Filled) -> Outcome:
    """Do it with its entry in the audit, in one transaction; what a city does stands in the season's own log alone."""
    if act.by == "city":
        return act.do(bench, filled)
    which = act.holds(bench.year.year)
    with bench.database.write(which) as connection:
        outcome = act.do(replace(bench, database=Within(bench.database, connection, which)), filled)
        record(connection, act, bench, filled, outcome)
    return outcome


def about(connection: Connection, year: Year, act: Act, filled: Filled) -> Filled:
    """Name the city and the phase that a request or a difference is about, which its number alone does not say."""
    find = next((find for name, find in FOUND.items() if act.asks(name)), None)
    found = find(connection, year.year, filled.number) if find else None
    return replace(filled, phase=year.phase(found.phase), cities=(found.city,)) if found else filled


def acted(outcome: Outcome, event: Event | None) -> frozenset[str]:
    """Give the cities for which an event came about, and was not refused."""
    moves = outcome.changes.transitions
    return frozenset(move.after.city for move in moves if move.event is event and not move.refused)


def record(connection: Connection, act: Act, bench: Bench, filled: Filled, outcome: Outcome) -> None:
    """Put on record what was done, a line a city; a refused try stands in the city phase's own log."""
    if act.subject is not None:
        city = filled.cities[0] if filled.cities else None
        subjects = {act.subject(bench.year, filled): city} if outcome.done else {}
    else:
        place = f"{bench.year.year}/{filled.slug}" if filled.phase else str(bench.year.year)
        subjects = {f"{place}/{city}": city for city in filled.cities if city in acted(outcome, act.event)}
    what, untold = act.title(filled.phase), filled.words.get("untold")
    reason = "；".join(filter(None, (filled.reason, untold and f"不另行通知：{untold}"))) or None
    for subject, city in subjects.items():
        audit.record(connection, bench.stamp, what, subject, account=bench.account, city=city, reason=reason)
