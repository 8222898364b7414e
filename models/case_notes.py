"""What the offices note, ask and answer about a case: who may read what, which questions wait for whom."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import date, datetime
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import ColumnElement, and_, bindparam, exists, insert, or_, select, true

from models.columns import columns_of, table_of
from models.one_snapshot import once_a_snapshot
from models.tables.case_notes import CaseNote
from models.tables.season import ProgrammeYear
from models.taking_back import take_back_note
from models.writing import bump

if TYPE_CHECKING:
    from sqlalchemy import Connection, Select

    from models.stamp import Stamp

PROVINCE = "province"
"""What names the provincial office among the offices."""


@dataclass(frozen=True, slots=True)
class KeptNote:
    """A note as in the table."""

    id: int
    phase: str
    city: str
    about: str
    office: str
    owner: str | None
    until: date | None
    internal: bool
    answers: int | None
    text: str
    by: str
    as_of: datetime


@dataclass(frozen=True, slots=True)
class Thread:
    """A note or a question, and what it was answered; None where it was not, or waits for nobody."""

    note: KeptNote
    answer: KeptNote | None

    @property
    def waits_for(self) -> str | None:
        """The office that has not answered yet; None where nobody is asked."""
        return self.note.owner if self.answer is None else None


class NewNote(NamedTuple):
    """A note as it is written, by the columns of the table."""

    phase: str
    city: str
    about: str
    office: str
    text: str
    owner: str | None = None
    until: date | None = None
    internal: bool = False
    answers: int | None = None


def threads(
    connection: Connection,
    year: int,
    reader: str,
    as_of: datetime,
    *,
    city: str | None = None,
    phase: str | None = None,
    about: str | None = None,
) -> tuple[Thread, ...]:
    """Give what an office may read at an instant, the oldest first, with the answers; of a city, phase, person or all.

    A city reads of itself alone, and no office what another keeps `internal`. An answer stands with its question,
    from wherever it was given.
    """
    named = {"city": city, "phase": phase, "about": about}
    given = {f"of_{name}": value for name, value in named.items() if value is not None}
    query = _threads(reader, tuple(name for name, value in named.items() if value is not None))
    size = len(fields(KeptNote))
    found = connection.execute(query, {"of_year": year, "known_at": as_of, **given})
    rows = [(row[:size], row[size:]) for row in found]
    return tuple(Thread(KeptNote(*one), KeptNote(*said) if said[0] is not None else None) for one, said in rows)


@lru_cache(maxsize=256)
def _threads(reader: str, named: tuple[str, ...]) -> Select[Any]:
    table = table_of(CaseNote)
    answer, known_at = table.alias("answer"), bindparam("known_at", type_=table.c.as_of.type)
    until_then = and_(answer.c.answers == table.c.id, answer.c.as_of <= known_at)
    asked = (table.c.year == bindparam("of_year"), table.c.answers.is_(None), table.c.as_of <= known_at)
    wanted = (table.c[name] == bindparam(f"of_{name}") for name in named)
    note = columns_of(KeptNote, table)
    query = select(*note, *(answer.c[one.key] for one in note)).outerjoin(answer, until_then)
    return query.where(*asked, _theirs(reader), *wanted).order_by(table.c.id)


def _theirs(reader: str) -> ColumnElement[bool]:
    table = table_of(CaseNote)
    mine = true() if reader == PROVINCE else table.c.city == reader
    return and_(mine, or_(~table.c.internal, table.c.office == reader))


@once_a_snapshot
def unanswered(connection: Connection, year: int, owner: str, as_of: datetime) -> tuple[KeptNote, ...]:
    """Give the questions that wait for an office at an instant: those with a day first, by it; then the oldest.

    None do once the year is closed: nobody can answer them.
    """
    asked = {"of_year": year, "waits_for": owner, "known_at": as_of}
    return tuple(KeptNote(*row) for row in connection.execute(_unanswered(), asked))


@cache
def _unanswered() -> Select[Any]:
    table, programme = table_of(CaseNote), table_of(ProgrammeYear)
    known_at = bindparam("known_at", type_=table.c.as_of.type)
    closed = exists().where(programme.c.year == table.c.year, programme.c.closed_as_of <= known_at)
    answer = table.alias("answer")
    until_then = and_(answer.c.answers == table.c.id, answer.c.as_of <= known_at)
    theirs = (table.c.year == bindparam("of_year"), table.c.owner == bindparam("waits_for"))
    query = select(*columns_of(KeptNote, table)).outerjoin(answer, until_then)
    query = query.where(*theirs, table.c.as_of <= known_at, answer.c.id.is_(None), ~closed)
    return query.order_by(table.c.until.is_(None), table.c.until, table.c.id)


def add(connection: Connection, token: str, year: int, new: NewNote, stamp: Stamp) -> int:
    """Keep a note and give its number; what asked for it, and has not left, is taken back.

    Pages from memory show how many wait, so the year's revision moves with it.
    """
    row = {"token": token, "year": year, **new._asdict()} | stamp.columns()
    adding = insert(table_of(CaseNote)).values(row).returning(table_of(CaseNote).c.id)
    number = int(connection.execute(adding).scalar_one())
    if new.answers is not None:
        take_back_note(connection, year, new.answers)
    bump(connection, year)
    return number


def of_student(number: str) -> str:
    """Name a student, by his number, as what a note is about."""
    return f"student/{number}"


def of_party(party: int) -> str:
    """Name a mentor, by the party, as whom a note is about."""
    return f"party/{party}"
