"""The only functions that write the season's rows: a handful of statements, however many cities they move."""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass, field, fields
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, Connection, Table, and_, bindparam, insert, select, tuple_, update
from sqlalchemy.dialects import postgresql, sqlite

from calendars.deadlines import start_of
from calendars.errors import TalentError
from gates.states import State
from models.columns import table_of
from models.post import HELD_BACK
from models.season import CityPhase, CityYear, ExtensionRow, Filing, Letter, ProgrammeYear, Transition, WaiverRow

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date, datetime

    from calendars.year import Year
    from gates.states import Event
    from models.stamp import Stamp
    from models.standing import Cell

LetterKey = tuple[str, str, str, str, str, str]
"""Phase, city, attempt, recipient, kind, slot: what makes a letter one in a year; `ALL` where a part does not apply."""


ALL = "*"
"""A part of a letter's key that does not apply: never NULL, for NULLs never collide."""


class Stale(TalentError):
    """{count} 个城市的状态在此期间已被另一操作改变，本次未作任何改动；请重试。"""


@dataclass(frozen=True, slots=True)
class Move:
    """A log row to be: the city phase before and after, what happened, and why; nothing moved where `refused`."""

    before: Cell
    after: Cell
    event: Event
    reason: str | None
    refused: bool = False


@dataclass(frozen=True, slots=True)
class Grant:
    """A later due day that one city phase is given."""

    phase: str
    city: str
    attempt: int
    cause: str
    until: date
    reason: str


@dataclass(frozen=True, slots=True)
class Waiving:
    """An in-principle rule set aside."""

    phase: str
    city: str
    attempt: int
    rule: str
    reason: str


@dataclass(frozen=True, slots=True)
class Judged:
    """A judgement to be kept. `number` is the filing's; `part` 'city' or 'province'."""

    phase: str
    city: str
    number: int
    part: str
    attempt: int
    passed: bool
    verdict: Mapping[str, Any]
    facts: Mapping[str, Any]
    digest: str


@dataclass(frozen=True, slots=True)
class LetterRow:
    """A rendered letter to be queued."""

    phase: str
    city: str
    attempt: str
    recipient: str
    kind: str
    slot: str
    concerns: str
    address: str
    subject: str
    text: str
    html: str
    message_id: str
    state: str = "queued"
    detail: str | None = None
    ics: str | None = None
    valid_until: datetime | None = None

    @property
    def key(self) -> LetterKey:
        """What no second letter of the year may share."""
        return (self.phase, self.city, self.attempt, self.recipient, self.kind, self.slot)


@dataclass(slots=True)
class Writes:
    """What one act adds to a year, gathered before it is written."""

    moves: list[Move] = field(default_factory=list)
    grants: list[Grant] = field(default_factory=list)
    waivings: list[Waiving] = field(default_factory=list)
    judged: list[Judged] = field(default_factory=list)
    letters: list[LetterRow] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.moves or self.grants or self.waivings or self.judged or self.letters)


def write(connection: Connection, year: int, writes: Writes, stamp: Stamp) -> None:
    """Write all of it, and bump the year's revision; nothing where there is nothing.

    Raises `Stale` where a city phase is no longer as it was read (compare-and-set on its count of moves).
    """
    if not writes:
        return
    signed = stamp.columns()
    _move(connection, year, writes.moves, signed)
    for model, rows in ((ExtensionRow, writes.grants), (WaiverRow, writes.waivings), (Filing, writes.judged)):
        _insert(connection, table_of(model), [{"year": year, **asdict(row), **signed} for row in rows])
    _cancel(connection, year, writes.moves)
    _supersede(connection, year, writes.letters)
    _queue(connection, year, writes.letters, stamp)
    bump(connection, year)


def bump(connection: Connection, year: int) -> None:
    """Say that something of this year was written: the revision is what pages are cached by."""
    table = table_of(ProgrammeYear)
    connection.execute(update(table).where(table.c.year == year).values(revision=table.c.revision + 1))


def _move(connection: Connection, year: int, moves: Sequence[Move], signed: Mapping[str, Any]) -> None:
    if not moves:
        return
    first: dict[int, Cell] = {}
    last: dict[int, Cell] = {}
    for move in moves:
        first.setdefault(move.before.id, move.before)
        last[move.after.id] = move.after
    table = table_of(CityPhase)
    columns = ("state", "attempt", "moves", "filings", "since", "filed_at", "passed_at", "as_of", "resume", "tally")
    statement = (
        update(table)
        .where(table.c.id == bindparam("cell"), table.c.moves == bindparam("seen"))
        .values({column: bindparam(f"new_{column}") for column in columns})
    )
    rows = [
        {"cell": key, "seen": first[key].moves, **{f"new_{column}": getattr(cell, column) for column in columns}}
        for key, cell in last.items()
    ]
    done = connection.execute(statement, rows)
    if done.rowcount != len(rows):
        raise Stale(count=len(rows) - done.rowcount)
    _insert(connection, table_of(Transition), [{"year": year, **_logged(move), **signed} for move in moves])


def _logged(move: Move) -> dict[str, Any]:
    after = move.after
    return {
        "phase": after.phase,
        "city": after.city,
        "seq": after.moves,
        "event": move.event,
        "from_state": move.before.state,
        "to_state": after.state,
        "refused": move.refused,
        "attempt": after.attempt,
        "filing": after.filings,
        "since": after.since,
        "filed_at": after.filed_at,
        "passed_at": after.passed_at,
        "tally": after.tally,
        "reason": move.reason,
    }


def _insert(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    if rows:
        connection.execute(insert(table).inline(), rows)


def insert_once(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows; one whose unique key is there already is left as it is."""
    if rows:
        dialect: Any = sqlite if connection.dialect.name == "sqlite" else postgresql
        connection.execute(dialect.insert(table).inline().on_conflict_do_nothing(), rows)


ASKING = ("opened", "reminder", "overdue", "escalation", "returned", "rerun", "approval-needed", "visits-short")
"""The kinds that ask for something, and are untrue once the city phase has moved on."""

SETTLING = ("passed", "result")
"""The kinds that say that something is settled, and are untrue once it is opened again."""

DATED = ("opened", "reminder", "returned", "rerun")
"""The kinds that name the due day: still queued when it moves, they are taken back and owed anew."""

NEWEST = ("reminder", "visits-short", "digest")
"""The kinds of which only the newest is worth sending."""


def _cancel(connection: Connection, year: int, moves: Sequence[Move]) -> None:
    """Take back letters that are no longer owed: the city phase moved on, was opened again, or given other dates."""
    moved = {(move.after.phase, move.after.city) for move in moves if move.before.state is not move.after.state}
    dated = {(move.after.phase, move.after.city) for move in moves if move.event == "extend" and not move.refused}
    again = {(move.after.phase, move.after.city) for move in moves if move.event == "rerun" and not move.refused}
    table = table_of(Letter)
    for touched, kinds in ((moved, ASKING), (again, SETTLING), (dated - moved, DATED)):
        if touched:
            about = tuple_(table.c.phase, table.c.concerns).in_(sorted(touched))
            take_back(connection, table.c.year == year, table.c.kind.in_(kinds), about)


def _supersede(connection: Connection, year: int, letters: Sequence[LetterRow]) -> None:
    """Take back what was not yet sent of the kinds of which a newer letter is about to be queued."""
    newer = {(row.kind, row.phase, row.concerns, row.recipient) for row in letters if row.kind in NEWEST}
    table = table_of(Letter)
    about = tuple_(table.c.kind, table.c.phase, table.c.concerns, table.c.recipient)
    if newer:
        take_back(connection, table.c.year == year, about.in_(sorted(newer)))


def take_back(connection: Connection, *which: ColumnElement[bool]) -> int:
    """Cancel those of these letters that wait, give how many; a worker that has one in hand finds it moot.

    So does whoever settles what became of it. What a rehearsal holds back counts as sent, and stays.
    """
    table = table_of(Letter)
    in_hand = table.c.state.in_(("sending", "unknown")) & (table.c.claim != HELD_BACK)
    connection.execute(update(table).where(*which, in_hand).values(moot=True))
    waiting = table.c.state.in_(("queued", "held"))
    return connection.execute(update(table).where(*which, waiting).values(state="cancelled")).rowcount


ANEW = (
    "state", "address", "subject", "text", "html", "ics", "valid_until", "detail", "queued_at", "queued_as_of", "due_at"
)  # fmt: skip
"""What a letter owed once more says anew."""

OWED_AGAIN = "opened"
"""The kind that is owed once more where it was taken back unsent: a rerun held the phase, and it opens again."""


def _queue(connection: Connection, year: int, letters: Sequence[LetterRow], stamp: Stamp) -> None:
    if not letters:
        return
    table, signed = table_of(Letter), {"queued_at": stamp.at, "queued_as_of": stamp.as_of, "due_at": stamp.as_of}
    dialect: Any = sqlite if connection.dialect.name == "sqlite" else postgresql
    new = dialect.insert(table).inline()
    names = [column.name for column in fields(LetterRow)]  # asdict would copy every body
    written = {name: new.excluded[name] for name in ANEW}
    upsert = new.on_conflict_do_update(
        index_elements=["year", "phase", "city", "attempt", "recipient", "kind", "slot"],
        set_={**written, "tries": 0, "claim": None, "envelope": None, "moot": False},
        where=and_(table.c.state == "cancelled", table.c.kind == OWED_AGAIN),
    )
    start = {"year": year, "tries": 0, **signed}
    connection.execute(upsert, [{name: getattr(row, name) for name in names} | start for row in letters])


def unsent(connection: Connection, year: int, phase: str, kinds: Iterable[str]) -> set[tuple[str, str]]:
    """Give the kinds of a phase's letters that nobody has in hand yet, with the city each concerns."""
    table = table_of(Letter)
    query = select(table.c.kind, table.c.concerns).where(
        table.c.year == year,
        table.c.phase == phase,
        table.c.state.in_(("queued", "held")),
        table.c.kind.in_(list(kinds)),
    )
    return {(kind, city) for kind, city in connection.execute(query.distinct())}


def queued_keys(connection: Connection, year: int, slots: Iterable[str]) -> set[LetterKey]:
    """Give the keys of the letters already written under these slots, but for those that are owed once more."""
    table = table_of(Letter)
    columns = (table.c.phase, table.c.city, table.c.attempt, table.c.recipient, table.c.kind, table.c.slot)
    taken_back = and_(table.c.state == "cancelled", table.c.kind == OWED_AGAIN)
    query = select(*columns).where(table.c.year == year, table.c.slot.in_(sorted(set(slots))), ~taken_back)
    return {tuple(row) for row in connection.execute(query)}


def open_rows(connection: Connection, year: Year, *, rehearsal: bool, stamp: Stamp) -> bool:
    """Make the year's rows, one a city and phase; False where they are there already.

    A city phase begins with the calendar, whenever it is opened: a rehearsal may then be played from its first day.
    """
    table = table_of(ProgrammeYear)
    if connection.execute(select(table.c.year).where(table.c.year == year.year)).scalar() is not None:
        return False
    row = {"year": year.year, "calendar": year.source_text, "rehearsal": rehearsal, "revision": 1}
    opening = {"opened_by": stamp.by, "opened_at": stamp.at, "opened_as_of": stamp.as_of}
    connection.execute(insert(table), {**row, **opening})
    _insert(connection, table_of(CityYear), [
        {"year": year.year, "city": city.slug, "name": city.name, "code": city.code, "position": position}
        for position, city in enumerate(year.cities)
    ])  # fmt: skip
    begins = min(stamp.as_of, *(start_of(phase.opens) for phase in year.phases))
    _insert(connection, table_of(CityPhase), [
        {"year": year.year, "phase": phase.slug, "city": city.slug, "state": State.WAITING,
         "attempt": 1, "moves": 0, "filings": 0, "as_of": begins}
        for phase in year.phases for city in year.cities
    ])  # fmt: skip
    return True


def withdraw_city(connection: Connection, year: int, city: str, as_of: datetime) -> None:
    """Put the city's exit on record."""
    table = table_of(CityYear)
    connection.execute(update(table).where(table.c.year == year, table.c.city == city).values(withdrawn_as_of=as_of))


def message_id(domain: str, year: int, key: LetterKey) -> str:
    """Make the Message-ID from the letter's key, so that any copy is recognisably the same letter."""
    return f"<{hashlib.sha256('/'.join((str(year), *key)).encode()).hexdigest()[:32]}@{domain}>"
