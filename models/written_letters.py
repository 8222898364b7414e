"""What has been written already: to whom, under which keys, and what of it may not have gone out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, func, select, tuple_

from calendars.deadlines import at_nine, day_of
from models.columns import table_of
from models.letter_states import LetterState
from models.outbox import ALL, LetterKey
from models.restorations import NUMBERS
from models.tables.restorations import Restoration
from models.tables.season import Letter, LetterBody
from models.taking_back import ARRANGED, BOTH, HELD_BACK, RECALLED, REDATED, WAITING, answering, lost, owed_again

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence
    from datetime import datetime

    from sqlalchemy import Connection, Row, Select

    from phases.letter_kinds import Kind


def answers_redated(connection: Connection, year: int, phases: Iterable[str], cities: Iterable[str]) -> list[int]:
    """Give the requests whose newest answer was taken back because the day that it names has moved."""
    table = table_of(Letter)
    query = select(table.c.slot, table.c.state, table.c.moot, table.c.detail).where(
        table.c.year == year,
        table.c.phase.in_(list(phases)),
        table.c.concerns.in_(list(cities)),
        answering(table),
    )
    rows = connection.execute(query.order_by(table.c.id))
    newest = {row.slot.removeprefix(BOTH).partition("#")[0]: row for row in rows}
    unsent = LetterState.CANCELLED.value
    return [
        int(number) for number, row in newest.items() if row.moot or (row.state == unsent and row.detail == REDATED)
    ]


def nudges_reworded(
    connection: Connection, year: int, places: Collection[tuple[str, str]]
) -> Sequence[Row[tuple[str, str, str, str]]]:
    """Give phase, city, attempt and day of the nudges that were taken back for their words, of these city phases."""
    if not places:
        return []
    table = table_of(Letter)
    query = select(table.c.phase, table.c.city, table.c.attempt, table.c.slot).where(
        table.c.year == year,
        table.c.kind == "nudge",
        owed_again(table),
        tuple_(table.c.phase, table.c.city).in_(sorted(places)),
    )
    return connection.execute(query).all()


UNREACHED = tuple(
    state.value for state in (LetterState.HELD, LetterState.AWAITING, LetterState.FAILED, LetterState.CANCELLED)
)
"""The states of a letter that reached nobody, and is not on its way."""

Unsent = Mapping[str, frozenset[str]]
"""By kind: who was written to and may not have got it."""


def unsent(connection: Connection, year: int, phase: str, kinds: Iterable[str]) -> dict[str, Unsent]:
    """Give those of a phase's letters of these kinds of which it is not known that they went out, by city.

    One that a worker has in hand, or whose fate is unknown, may never go out, one that failed or lapsed did not; where
    it was taken back, whatever took its place counts. What a rehearsal holds back has gone out.
    """
    table = table_of(Letter)
    query = select(table.c.concerns, table.c.kind, table.c.recipient).where(
        table.c.year == year,
        table.c.phase == phase,
        table.c.state.in_(WAITING) | lost(table),
        ~table.c.moot,
        table.c.kind.in_(list(kinds)),
    )
    found: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for city, kind, recipient in connection.execute(query):
        found[city][kind].add(recipient)
    return {city: {kind: frozenset(whom) for kind, whom in kinds.items()} for city, kinds in found.items()}


def chased(
    connection: Connection, year: int, kinds: Collection[Kind]
) -> Mapping[tuple[str, str, str], Mapping[Kind, tuple[date, ...]]]:
    """Give by phase, city and attempt the days on which letters of these kinds went to cities' offices, by kind.

    What a rehearsal holds back has gone out.
    """
    table = table_of(Letter)
    gone = (table.c.state == LetterState.SENT.value) | (table.c.claim == HELD_BACK)
    query = select(table.c.phase, table.c.city, table.c.attempt, table.c.kind, table.c.due_at).where(
        table.c.year == year, table.c.kind.in_(kinds), table.c.recipient.like("city:%"), gone
    )
    found: dict[tuple[str, str, str], dict[Kind, tuple[date, ...]]] = defaultdict(dict)
    for phase, city, attempt, kind, left in connection.execute(query.order_by(table.c.due_at)):
        days = found[phase, city, attempt].get(kind, ())
        found[phase, city, attempt][kind] = tuple(dict.fromkeys((*days, day_of(left))))
    return found


def queued_keys(connection: Connection, year: int, slots: Iterable[str]) -> set[LetterKey]:
    """Give the keys of the letters already written under these slots, but for those that are owed once more."""
    asked = {"queued_in": year, "slots": sorted(set(slots))}
    return {tuple(row) for row in connection.execute(_queued(), asked)}


def reached(connection: Connection, year: int, kind: Kind, slots: Iterable[str]) -> dict[str, frozenset[str]]:
    """Give by city who was written to about it by letters of a kind under these slots that left, or are about to."""
    table = table_of(Letter)
    query = select(table.c.concerns, table.c.recipient).where(
        table.c.year == year, table.c.kind == kind, table.c.slot.in_(list(slots)), table.c.state.not_in(UNREACHED)
    )
    found: dict[str, set[str]] = defaultdict(set)
    for city, recipient in connection.execute(query):
        found[city].add(recipient)
    return {city: frozenset(whom) for city, whom in found.items()}


@cache
def _queued() -> Select[Any]:
    table = table_of(Letter)
    columns = (table.c.phase, table.c.city, table.c.attempt, table.c.recipient, table.c.kind, table.c.slot)
    under = (table.c.year == bindparam("queued_in"), table.c.slot.in_(bindparam("slots", expanding=True)))
    return select(*columns).where(*under, ~owed_again(table))


def last_digest(connection: Connection, year: int, as_of: datetime) -> datetime | None:
    """Give 09:00 of the day of the newest digest up to an instant that was not taken back; None where there is none."""
    table = table_of(Letter)
    newest = select(func.max(table.c.slot)).where(
        table.c.year == year,
        table.c.kind == "digest",
        table.c.slot <= day_of(as_of).isoformat(),
        table.c.state != LetterState.CANCELLED.value,
    )
    found = connection.execute(newest).scalar()
    return None if found is None else at_nine(date.fromisoformat(found))


def opened_before(connection: Connection, year: int, days: Mapping[datetime, str]) -> set[LetterKey]:
    """Give the openings that an earlier release kept under one key for ever, as keys of the due day that each told.

    `days` gives, by due instant, the slot that it is told under now. One that was taken back unsent is owed again.
    """
    table = table_of(Letter)
    columns = (table.c.phase, table.c.city, table.c.attempt, table.c.recipient, table.c.kind, table.c.valid_until)
    query = select(*columns).where(
        table.c.year == year,
        table.c.slot == ALL,
        table.c.kind == "opened",
        table.c.valid_until.in_(list(days)),
        ~owed_again(table),
    )
    return {(*key, days[until]) for *key, until in connection.execute(query)}


def opened_to(connection: Connection, year: int, phases: Iterable[str], city: str) -> dict[str, frozenset[str]]:
    """Give to whom it was written, in any attempt, that these phases of a city are open, by phase.

    One that was taken back counts: whoever should still know got another in its place.
    """
    table = table_of(Letter)
    query = select(table.c.phase, table.c.recipient).where(
        table.c.year == year,
        table.c.phase.in_(list(phases)),
        table.c.concerns == city,
        table.c.kind == "opened",
    )
    found: dict[str, set[str]] = defaultdict(set)
    for phase, recipient in connection.execute(query):
        found[phase].add(recipient)
    return {phase: frozenset(whom) for phase, whom in found.items()}


def placed(connection: Connection, year: int, phase: str, city: str) -> frozenset[str]:
    """Give the parties of a city whom a letter that left told when and where they meet in a phase, by its calendar.

    What a rehearsal holds back has gone out.
    """
    table, body = table_of(Letter), table_of(LetterBody)
    left = (table.c.state == LetterState.SENT.value) | (table.c.claim == HELD_BACK)
    told = (table.c.kind == "opened") | table.c.slot.startswith(ARRANGED)
    about = (table.c.year == year, table.c.phase == phase, table.c.concerns == city)
    query = select(table.c.recipient).join_from(table, body, body.c.digest == table.c.body)
    return frozenset(connection.execute(query.where(*about, told, left, body.c.ics.is_not(None))).scalars())


def next_own(connection: Connection, year: int) -> int:
    """Give the number of the next letter of somebody's own in a year; all that are sent with one share it.

    A restored backup does not know which numbers were given after it was made: they go on beyond those.
    """
    table = table_of(Letter)
    slots = select(table.c.slot).where(table.c.year == year, table.c.kind == "letter").distinct()
    past = NUMBERS * (connection.execute(select(func.count()).select_from(table_of(Restoration))).scalar() or 0)
    return 1 + max((past, *(int(slot.partition("@")[0]) for slot in connection.execute(slots).scalars())))


def own_since(connection: Connection, year: int, since: datetime, office: str) -> dict[tuple[str, str], int]:
    """Give to whom, under which subject, an office wrote in its own words after an instant: the newest number of each.

    What was called back, or came to nothing, was not written.
    """
    table = table_of(Letter)
    lost = table.c.state.in_((LetterState.CANCELLED.value, LetterState.FAILED.value))
    mine = (table.c.year == year, table.c.kind == "letter", table.c.slot.endswith(f"@{office}"), ~lost)
    query = select(table.c.recipient, table.c.subject, table.c.slot).where(*mine, table.c.queued_as_of > since)
    rows = connection.execute(query.order_by(table.c.id))
    return {(recipient, subject): int(slot.partition("@")[0]) for recipient, subject, slot in rows}


@dataclass(frozen=True, slots=True)
class OwnInAll:
    """What became of all that share the number of a letter of somebody's own: how many wait, left, were called back."""

    slot: str
    waiting: int
    gone: int
    recalled: int

    @property
    def office(self) -> str:
        """Whose words it is in: a city's slug, or `province`."""
        return self.slot.partition("@")[2]


def of_own(connection: Connection, year: int, number: int) -> OwnInAll | None:
    """Give what became of the letter of somebody's own with that number in a year; None where there is none."""
    table = table_of(Letter)
    mine = (table.c.year == year, table.c.kind == "letter", table.c.slot.startswith(f"{number}@"))
    query = select(table.c.slot, table.c.state, table.c.detail, func.count()).where(*mine)
    rows = connection.execute(query.group_by(table.c.slot, table.c.state, table.c.detail)).all()
    if not rows:
        return None
    ended = LetterState.CANCELLED.value
    return OwnInAll(
        rows[0].slot,
        sum(count for _, state, _, count in rows if state in WAITING),
        sum(count for _, state, _, count in rows if state not in {*WAITING, ended, LetterState.FAILED.value}),
        sum(count for _, state, why, count in rows if (state, why) == (ended, RECALLED)),
    )


def heard_last(connection: Connection, year: int, key: tuple[str, str]) -> dict[int, frozenset[str]]:
    """Give who heard the results of a city phase, by phase and city, under the number of the filing he heard of last.

    That a letter went out, may have, or still will is hearing; one that was taken back, or failed, nobody heard.
    """
    table = table_of(Letter)
    phase, city = key
    lost = table.c.moot | table.c.state.in_((LetterState.CANCELLED.value, LetterState.FAILED.value))
    mine = (table.c.year == year, table.c.phase == phase, table.c.concerns == city)
    query = select(table.c.recipient, table.c.slot).where(*mine, table.c.kind.in_(("result", "amended")), ~lost)
    last: dict[str, int] = {}
    for recipient, slot in connection.execute(query):
        last[recipient] = max(int(slot), last.get(recipient, 0))
    heard: dict[int, set[str]] = defaultdict(set)
    for recipient, number in last.items():
        heard[number].add(recipient)
    return {number: frozenset(whom) for number, whom in heard.items()}


def told_of_leaving(connection: Connection, year: int, city: str) -> frozenset[str]:
    """Give who was written to that a city left the year, but for those whom such a letter has not left for."""
    table = table_of(Letter)
    unsent = table.c.state.in_((*WAITING, LetterState.CANCELLED.value))
    mine = (table.c.year == year, table.c.concerns == city, table.c.kind == "withdrawn", ~unsent)
    return frozenset(connection.execute(select(table.c.recipient).where(*mine)).scalars())


def opened_to_parties(connection: Connection, year: int, phase: str) -> frozenset[str]:
    """Give the cities of which any party was written to, in any attempt, that this phase is open."""
    table = table_of(Letter)
    opened = (table.c.year == year, table.c.phase == phase, table.c.kind == "opened")
    query = select(table.c.concerns).distinct().where(*opened, ~table.c.recipient.startswith("city:"))
    return frozenset(connection.execute(query).scalars())
