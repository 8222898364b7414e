"""The only functions that write the season's rows: a handful of statements, however many cities they move."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Table, Update, bindparam, insert, select, update

from calendars.errors import TalentError
from calendars.versions import RULES
from gates.states import State
from models import filed_rows, letter_papers, short_messages
from models.columns import table_of
from models.database import book_of
from models.matching_keys import key_to_open_with
from models.outbox import queue, supersede
from models.record_chain import append_chained
from models.shortcuts.bulk import insert_new
from models.tables.season import CityPhase, CityYear, ExtensionRow, Filing, ProgrammeYear, Transition, WaiverRow
from models.taking_back import cancel_untrue

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date, datetime

    from calendars.year import Year
    from gates.states import Event
    from models.letter_papers import EnclosedPaper
    from models.outbox import LetterRow
    from models.short_messages import OwedShort
    from models.stamp import Stamp
    from models.standing import Cell


class Stale(TalentError):
    """{count} 个城市的状态在此期间已被另一操作改变，本次未作任何改动；请重试。"""


@dataclass(frozen=True, slots=True)
class Move:
    """A log row to be: the city phase before and after, what happened, and why; nothing moved where `refused`.

    `request` is the number of what a city asked, whose words the row does not repeat.
    """

    before: Cell
    after: Cell
    event: Event
    reason: str | None
    refused: bool = False
    request: int | None = None


@dataclass(frozen=True, slots=True)
class Grant:
    """A later due day that one city phase is given."""

    phase: str
    city: str
    attempt: int
    cause: str
    until: date
    reason: str
    corrections: int = 0


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
    """A judgement to be kept. `number` is the filing's; `part` 'city', 'second' or 'province'."""

    phase: str
    city: str
    number: int
    part: str
    attempt: int
    passed: bool
    verdict: Mapping[str, Any]
    facts: Mapping[str, Any]
    digest: str


@dataclass(slots=True)
class Writes:
    """What one act adds to a year, gathered before it is written."""

    moves: list[Move] = field(default_factory=list)
    grants: list[Grant] = field(default_factory=list)
    waivings: list[Waiving] = field(default_factory=list)
    judged: list[Judged] = field(default_factory=list)
    letters: list[LetterRow] = field(default_factory=list)
    papers: list[EnclosedPaper] = field(default_factory=list)
    short: list[OwedShort] = field(default_factory=list)

    def __bool__(self) -> bool:
        return any(getattr(self, name) for name in self.__slots__)


def write(connection: Connection, year: int, writes: Writes, stamp: Stamp) -> None:
    """Write all of it, and bump the year's revision; nothing where there is nothing.

    Raises `Stale` where a city phase is no longer as it was read (compare-and-set on its count of moves).
    """
    if not writes:
        return
    signed = stamp.columns()
    _move(connection, year, writes.moves, signed | {"account": stamp.account})
    for model, rows in ((ExtensionRow, writes.grants), (WaiverRow, writes.waivings), (Filing, writes.judged)):
        _insert(connection, table_of(model), [{"year": year, **asdict(row), **signed} for row in rows])
    filed_rows.keep(
        connection, year, [(one.phase, one.city, one.number) for one in writes.judged if one.part == "city"]
    )
    cancel_untrue(connection, year, writes.moves)
    supersede(connection, year, writes.letters)
    letter_papers.keep(connection, writes.papers)
    queue(connection, year, writes.letters, stamp)
    short_messages.owe(connection, year, writes.short)
    bump(connection, year)


def bump(connection: Connection, year: int) -> None:
    """Say that something of this year was written: the revision is what pages are cached by."""
    connection.execute(_bump(), {"written_in": year})


@cache
def _bump() -> Update:
    table = table_of(ProgrammeYear)
    return update(table).where(table.c.year == bindparam("written_in")).values(revision=table.c.revision + 1)


def _move(connection: Connection, year: int, moves: Sequence[Move], signed: Mapping[str, Any]) -> None:
    if not moves:
        return
    first: dict[int, Cell] = {}
    last: dict[int, Cell] = {}
    for move in moves:
        first.setdefault(move.before.id, move.before)
        last[move.after.id] = move.after
    table = table_of(CityPhase)
    stands = ("state", "attempt", "moves", "filings", "since", "filed_at", "passed_at", "second_at", "as_of")
    columns = (*stands, "resume", "tally", "on_paper")
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
    log = [{"year": year, **_logged(move), **signed} for move in moves]
    append_chained(connection, table_of(Transition), log, year)


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
        "second_at": after.second_at,
        "tally": after.tally,
        "on_paper": after.on_paper,
        "reason": move.reason,
        "request": move.request,
    }


def _insert(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    if rows:
        connection.execute(insert(table).inline(), rows)


def open_rows(connection: Connection, year: Year, *, rehearsal: bool, stamp: Stamp, trial: str | None = None) -> bool:
    """Make the rows of a year, one a city and phase; they begin now. False where another opened it meanwhile."""
    row = {"year": year.year, "calendar": year.source_text, "rehearsal": rehearsal, "revision": 1, "trial": trial}
    row["rules"] = dict.fromkeys(book_of(connection).rules)
    row["matching_key"] = key_to_open_with(connection, rehearsal=rehearsal).id
    opening = {"opened_by": stamp.by, "opened_at": stamp.at, "opened_as_of": stamp.as_of}
    if not insert_new(connection, table_of(ProgrammeYear), [{**row, **opening}]):
        return False
    _insert(connection, table_of(CityYear), [
        {"year": year.year, "city": city.slug, "name": city.name, "code": city.code, "position": position}
        for position, city in enumerate(year.cities)
    ])  # fmt: skip
    put_phases(connection, year, stamp.as_of)
    return True


def put_phases(connection: Connection, year: Year, begun: datetime) -> None:
    """Make the rows of a year's city phases: all wait."""
    _insert(connection, table_of(CityPhase), [
        {"year": year.year, "phase": phase.slug, "city": city.slug, "state": State.WAITING,
         "attempt": 1, "moves": 0, "filings": 0, "as_of": begun}
        for phase in year.phases for city in year.cities
    ])  # fmt: skip


def add_rule(connection: Connection, year: int, rule: str, as_of: datetime) -> None:
    """Let a year judge by one rule more from an instant on."""
    table = table_of(ProgrammeYear)
    kept = connection.execute(select(table.c.rules).where(table.c.year == year)).scalar_one()
    rules = {**(dict.fromkeys(RULES) if kept is None else kept), rule: as_of.isoformat()}
    connection.execute(update(table).where(table.c.year == year).values(rules=rules))


def withdraw_city(connection: Connection, year: int, city: str, as_of: datetime | None) -> None:
    """Put the city's exit on record; None: it is back."""
    table = table_of(CityYear)
    connection.execute(update(table).where(table.c.year == year, table.c.city == city).values(withdrawn_as_of=as_of))
