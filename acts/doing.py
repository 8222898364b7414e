"""Doing an act with all that goes with it: on record in one transaction, or looked at and taken back."""

from __future__ import annotations

from contextlib import contextmanager, suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from acts.countersigning import NeedsSecondHand, needs_second_hand
from models import audit, city_requests, histories, party_addresses, standing
from models.database import Within
from season.refusing import BY_ITSELF

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from sqlalchemy import Connection

    from acts.act import Act, Bench, Filled
    from calendars.year import Year
    from gates.states import Event
    from models.database import Database, Which
    from models.histories import PastMove
    from models.party_addresses import AddressDecision, AddressDifference
    from season.outcome import Outcome


def _difference(connection: Connection, year: int, number: int) -> AddressDifference | AddressDecision | None:
    """Give a difference, or what was decided of it."""
    return party_addresses.find(connection, year, number) or party_addresses.decision(connection, year, number)


FOUND: Mapping[str, Callable[[Connection, int, int], Any]] = {
    "request": city_requests.find,
    "difference": _difference,
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
    """Do it with its entry in the audit, in one transaction; what a city does stands in the season's own log alone.

    Raise `NeedsSecondHand` where no account may do it alone.
    """
    if needs_second_hand(act, filled, bench.two_hands):
        raise NeedsSecondHand
    if act.by == "city":
        return act.do(bench, filled)
    which = act.holds(bench.year.year)
    with bench.database.write(which) as connection:
        filled = about(connection, bench.year, act, filled)
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
    """Put on record what was done, a line a city, and what was tried in vain: somebody else may have been first.

    A try that was refused by a city phase stands in that one's own log.
    """
    done, logged = acted(outcome, act.event), {move.after.city for move in outcome.changes.transitions if move.refused}
    for subject, city in _subjects(act, bench, filled).items():
        if outcome.done if act.subject else city in done:
            if not act.records:
                _put(connection, act, bench, filled, subject, city, None)
        elif act.subject or not (filled.every or city in logged):
            _put(connection, act, bench, filled, subject, city, _line(bench, city, outcome.message))


def record_overtaken(connection: Connection, act: Act, bench: Bench, filled: Filled, said: str) -> str:
    """Put on record that an act was not done, for it came to something else than was shown; give `said` with the why.

    That is what was last done to its cities, where it has any.
    """
    newest = _last_done(connection, bench, filled) if act.event is not None else None
    if newest is not None:
        place = f"{bench.year.city(newest.city).name} {bench.year.phase(newest.phase).name}"
        said += f"此前最近一次办理：{place}，{newest.by} 于 {newest.as_of:%Y-%m-%d %H:%M:%S} “{newest.event.chinese}”。"
    for subject, city in _subjects(act, bench, filled).items():
        _put(connection, act, bench, filled, subject, city, said)
    return said


def _last_done(connection: Connection, bench: Bench, filled: Filled) -> PastMove | None:
    year = bench.year.year
    until = max(bench.stamp.as_of, standing.newest_act(connection, year))
    span = histories.Span(year, until, filled.slug if filled.phase else None)
    here = (move for move in histories.moves(connection, span) if move.city in filled.cities and not move.refused)
    return next((move for move in here if move.event not in BY_ITSELF), None)


def _subjects(act: Act, bench: Bench, filled: Filled) -> dict[str, str | None]:
    """Give what an act is about, each with its city where it has one."""
    if act.subject is not None:
        return {act.subject(bench.year, filled): filled.cities[0] if filled.cities else None}
    place = f"{bench.year.year}/{filled.slug}" if filled.phase else str(bench.year.year)
    return {f"{place}/{city}": city for city in filled.cities}


def _line(bench: Bench, city: str | None, message: str) -> str:
    """Give what of an answer for several cities is said of this one."""
    name = bench.year.city(city).name if city else ""
    return next((line for line in message.split("\n") if line.startswith(name)), message)


def _put(
    connection: Connection,
    act: Act,
    bench: Bench,
    filled: Filled,
    subject: str,
    city: str | None,
    vain: str | None,
) -> None:
    """Write one entry; `vain` says why nothing was done, None where it was."""
    title, untold = act.title(filled.phase), filled.words.get("untold")
    reason = "；".join(filter(None, (filled.reason, untold and f"不另行通知：{untold}"))) or None
    if vain is not None:
        title, reason = f"{title}（未作改动）", f"{vain}事由：{reason}" if reason else vain
    audit.record(connection, bench.stamp, title, subject, account=bench.account, city=city, reason=reason)
