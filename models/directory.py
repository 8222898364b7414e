"""Who is on record in a year: students, mentors, institutions and schools, found by name, number or id."""

from __future__ import annotations

from dataclasses import dataclass, fields
from itertools import islice
from typing import TYPE_CHECKING

from sqlalchemy import select, true

from forms.folding import fold
from models.columns import columns_of, table_of
from models.database import book_of
from models.tables.city_drafts import draft_table
from models.tables.pool import Party, PartyLikeness
from phases.application import STUDENTS
from phases.mentor_recommendation import MENTORS

if TYPE_CHECKING:
    from collections.abc import Collection

    from sqlalchemy import Connection

    from phases.stored_sheet import StoredSheet


@dataclass(frozen=True, slots=True)
class FoundStudent:
    """A student who applied, with the subject and the school of the application."""

    city: str
    number: str
    name: str
    subject: str
    school: str


@dataclass(frozen=True, slots=True)
class KnownParty:
    """A mentor, an institution or a school; the institution of a mentor is the `place`."""

    id: int
    kind: str
    name: str
    place: str

    @property
    def recipient(self) -> str:
        """How a letter's key names it."""
        return f"{self.kind}:{self.id}"

    @property
    def label(self) -> str:
        """How a person's change names it: a mentor with the institution."""
        return f"{self.name}（{self.place}）" if self.kind == "mentor" else self.name


def students(
    connection: Connection, year: int, city: str | None, words: str, *, by_name: bool, limit: int
) -> list[FoundStudent]:
    """Give the students of a city (None: of all) with these words in their number, or, where asked, in their name.

    One statement, ordered by number. Names compare by what they look like, which SQL cannot tell (decision 50).
    """
    table = draft_table(STUDENTS)
    mine = [table.c.year == year] if city is None else [table.c.year == year, table.c.city == city]
    columns = (table.c[one.name] for one in fields(FoundStudent))
    query = select(*columns).where(*mine).order_by(table.c.number)
    numbered = table.c.number.contains(words, autoescape=True)
    rows = connection.execute(query if by_name else query.where(numbered).limit(limit))
    wanted = _sought(words)
    found = (FoundStudent(*row) for row in rows)
    hits = (one for one in found if not by_name or words in one.number or wanted in _sought(one.name))
    return list(islice(hits, limit))


def _sought(name: str) -> str:
    """Give what names share that are one to who looks for them: whoever types them minds neither case nor space."""
    return fold(name).replace(" ", "").casefold()


def whose_student(connection: Connection, year: int, number: str) -> str | None:
    """Give the city that a student of the year belongs to; None where nobody has that number."""
    table = draft_table(STUDENTS)
    return connection.execute(select(table.c.city).where(table.c.year == year, table.c.number == number)).scalar()


def on_sheets(connection: Connection, year: int, city: str | None, about: Collection[str]) -> frozenset[str]:
    """Give which of these students and mentors a city has on its sheets (None: any has): as notes name them."""
    student, mentor = draft_table(STUDENTS), draft_table(MENTORS)
    named = {kind: [of.partition("/")[2] for of in about if of.startswith(kind)] for kind in ("student/", "party/")}
    wanted = (
        ("student/", student, student.c.number, named["student/"]),
        ("party/", mentor, mentor.c.party, [int(party) for party in named["party/"]]),
    )
    found: set[str] = set()
    for kind, table, key, these in wanted:
        mine = (table.c.year == year, key.in_(these), true() if city is None else table.c.city == city)
        found.update(f"{kind}{one}" for one in connection.execute(select(key).where(*mine)).scalars())
    return frozenset(found)


def parties(
    connection: Connection, year: int, city: str | None, words: str, *, limit: int
) -> list[tuple[KnownParty, tuple[str, ...]]]:
    """Give the parties of a city's sheets (None: of all) of that name, in part, however spelled, with their cities.

    A statement a sheet that is about parties.
    """
    party, alike = table_of(Party), table_of(PartyLikeness)
    named = select(alike.c.party).where(alike.c.name.icontains(fold(words), autoescape=True))
    found: dict[KnownParty, list[str]] = {}
    for sheet in sheets_of_parties(connection):
        table = draft_table(sheet)
        query = select(*columns_of(KnownParty, party), table.c.city)
        query = query.join_from(table, party, party.c.id == table.c.party)
        here = [table.c.year == year] if city is None else [table.c.year == year, table.c.city == city]
        for *row, place in connection.execute(query.where(*here, party.c.id.in_(named)).order_by(party.c.name)):
            of = found.setdefault(KnownParty(*row), [])
            of += [] if place in of else [place]
    return [(one, tuple(cities)) for one, cities in list(found.items())[:limit]]


def sheets_of_parties(connection: Connection) -> list[StoredSheet]:
    """Give the sheets whose rows are each about one party."""
    return [sheet for sheet in book_of(connection).sheets.values() if sheet.party]


def party(connection: Connection, key: int) -> KnownParty | None:
    """Give a party by its id."""
    table = table_of(Party)
    row = connection.execute(select(*columns_of(KnownParty, table)).where(table.c.id == key)).one_or_none()
    return None if row is None else KnownParty(*row)
