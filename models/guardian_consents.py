"""Guardians' consent as a record: what was given and withdrawn, what of it decides, whose withdrawal is still open.

What was recorded in error stands with the word that it was, and counts nowhere (`in_force`).
Docs: docs/decisions/0069-consent-as-a-record.md.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, fields
from datetime import UTC, date, datetime
from functools import lru_cache
from hashlib import sha256
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import Integer, and_, bindparam, exists, func, insert, literal, or_, select

from gates.states import Event
from models.columns import columns_of, table_of
from models.database import book_of
from models.facts.scope import counting, in_training, on_list, withdrawn
from models.one_snapshot import once_a_snapshot
from models.shortcuts.bulk import insert_new
from models.tables.city_drafts import draft_table
from models.tables.guardian_consents import ConsentVoid, ConsentWording, GuardianConsent
from models.tables.season import Transition
from models.writing import bump
from phases.application import STUDENTS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from sqlalchemy import BindParameter, ColumnElement, Connection, Select

    from models.facts.scope import Scope
    from models.stamp import Stamp

RELATIONS: Mapping[str, str] = {"father": "父亲", "mother": "母亲", "other": "其他监护人"}
"""Who consents, or withdraws it; nobody's name is asked."""

WAYS: Mapping[str, str] = {
    "paper": "书面，由市办登记", "school": "学校收存的书面同意", "email": "电子邮件", "in-person": "当面",
}  # fmt: skip
"""How it came to the office."""

OWN = "own"
"""The wording that is not the programme's."""

SHOWN = 12
"""Characters of a digest that people compare."""

OF_STUDENT = ("year", "city", "number", "born")
"""What is kept of whose it is."""

FILED = "paper"
"""The way of what a city's workbook says: its 是 stands for a paper that the office holds."""


class NewConsent(NamedTuple):
    """A consent as it is recorded, or the withdrawal of one, by the columns of the table."""

    number: str
    given: bool
    day: date
    relation: str
    way: str
    wording: str = ""
    reason: str = ""
    born: date = date.min


@dataclass(frozen=True, slots=True)
class KeptConsent:
    """One on record; `filing` None where an office recorded it, else the number of the filing that said so."""

    id: int
    city: str
    number: str
    born: date
    given: bool
    day: date
    relation: str
    way: str
    wording: str
    reason: str
    filing: int | None
    by: str
    as_of: datetime
    office: str | None


@dataclass(frozen=True, slots=True)
class KeptVoid:
    """That the one of this number was recorded in error: whose student's, why, by whom."""

    record: int
    city: str
    reason: str
    by: str
    as_of: datetime


class OpenWithdrawal(NamedTuple):
    """A student whose guardian withdrew, and who is in the programme still: `trained`, or before that is decided."""

    city: str
    number: str
    day: date
    trained: bool


def consents(
    connection: Connection, year: int, *, city: str | None = None, number: str | None = None
) -> tuple[KeptConsent, ...]:
    """Give what is on record, the oldest first: of a city's students as they were then, of one student, or all."""
    table = table_of(GuardianConsent)
    named = (("city", city), ("number", number))
    wanted = [table.c[name] == value for name, value in named if value is not None]
    query = select(*columns_of(KeptConsent, table)).where(table.c.year == year, *wanted).order_by(table.c.id)
    return tuple(KeptConsent(*row) for row in connection.execute(query))


def voids(connection: Connection, year: int) -> dict[int, KeptVoid]:
    """Give which of what is on record was recorded in error, by its number."""
    table = table_of(ConsentVoid)
    query = select(*columns_of(KeptVoid, table)).where(table.c.year == year).order_by(table.c.record)
    return {one.record: one for one in (KeptVoid(*row) for row in connection.execute(query))}


def in_force(year: int | BindParameter[int]) -> ColumnElement[bool]:
    """Tell of a row of the record whether it counts: of that year, and not recorded in error."""
    table, void = table_of(GuardianConsent), table_of(ConsentVoid)
    return and_(table.c.year == year, table.c.id.not_in(select(void.c.record).where(void.c.year == year)))


def _newest(year: int | BindParameter[int]) -> Select[Any]:
    """Select what an office recorded last of each student, but for what was an error."""
    table = table_of(GuardianConsent)
    return select(func.max(table.c.id)).where(in_force(year), table.c.filing.is_(None)).group_by(table.c.number)


@lru_cache(maxsize=16)
def decided(year: int, *, given: bool) -> Select[Any]:
    """Select the numbers of whom an office recorded last that consent was given, or withdrawn.

    What filings recorded is the workbook's own word, and another may follow: it decides nothing beside it. What was
    given is the child's alone who was born then; a withdrawal holds whoever has the number, until it is given anew.
    """
    table = table_of(GuardianConsent)
    newest = (table.c.year == year, table.c.id.in_(_newest(year)))
    if not given:
        return select(table.c.number).where(*newest, ~table.c.given)
    student = draft_table(STUDENTS).alias("given_to")
    same = and_(*(student.c[name] == table.c[name] for name in ("year", "number", "born")))
    return select(table.c.number).join_from(table, student, same).where(*newest, table.c.given)


def add(
    connection: Connection, token: str, year: int, city: str, new: NewConsent, stamp: Stamp, office: str
) -> KeptConsent:
    """Keep one, and give it. Pages from memory count who waits, so the year's revision moves with it.

    A form's token is whatever was sent: it is kept apart from those that filings make.
    """
    row = {"token": f"form/{token}", "year": year, "city": city, **new._asdict(), "filing": None, "office": office}
    row |= stamp.columns()
    table = table_of(GuardianConsent)
    kept = KeptConsent(*connection.execute(insert(table).values(row).returning(*columns_of(KeptConsent, table))).one())
    bump(connection, year)
    return kept


def add_void(connection: Connection, year: int, one: KeptConsent, reason: str, stamp: Stamp) -> KeptVoid:
    """Put on record that one was recorded in error, and give that; its primary key forbids twice."""
    row = {"record": one.id, "year": year, "city": one.city, "reason": reason, **stamp.columns()}
    table = table_of(ConsentVoid)
    kept = KeptVoid(*connection.execute(insert(table).values(row).returning(*columns_of(KeptVoid, table))).one())
    bump(connection, year)
    return kept


def in_log(one: KeptConsent | KeptVoid) -> str:
    """Name one for the log, which is chained: by its number and a digest of all that it says.

    Which office recorded it is no part of those from before it was kept.
    """
    said = [getattr(one, field.name) for field in fields(one) if field.name not in {"as_of", "office"}]
    said.append(one.as_of.astimezone(UTC))
    if isinstance(one, KeptConsent) and one.office is not None:
        said.append(one.office)
    digest = sha256(json.dumps(said, ensure_ascii=False, default=str).encode()).hexdigest()[:SHOWN]
    return f"{one.id if isinstance(one, KeptConsent) else one.record} 号，校验 {digest}"


def unlogged(connection: Connection) -> Iterator[tuple[int, str, str]]:
    """Give year and place of what offices recorded and no log has so, and of what the log has and nobody finds.

    What was purged, rows and words of the log, is neither.
    """
    consent, void = table_of(GuardianConsent), table_of(ConsentVoid)
    by_office = select(consent.c.year, *columns_of(KeptConsent, consent)).where(consent.c.filing.is_(None))
    in_error = select(void.c.year, *columns_of(KeptVoid, void))
    recorded = [(year, KeptConsent(*row)) for year, *row in connection.execute(by_office.order_by(consent.c.id))]
    voided = [(year, KeptVoid(*row)) for year, *row in connection.execute(in_error.order_by(void.c.record))]
    for event, table, kept in ((Event.CONSENT, consent, recorded), (Event.CONSENT_VOID, void, voided)):
        for year, number, why in _misfits(connection, event, [(year, in_log(one)) for year, one in kept]):
            yield year, f"{table.name} {number}", why


def _misfits(connection: Connection, event: Event, kept: Sequence[tuple[int, str]]) -> Iterator[tuple[int, int, str]]:
    """Give what is kept, by year as the log is to name it, and is not in the log so; and the other way round."""
    log = table_of(Transition)
    told = select(log.c.year, log.c.reason).where(log.c.event == event.value).order_by(log.c.id)
    known = {(year, reason.rpartition("（")[2].rstrip("）")) for year, reason in connection.execute(told) if reason}
    numbers = [(year, int(said.partition(" ")[0])) for year, said in kept]
    for place, one in zip(numbers, kept, strict=True):
        if one not in known:
            yield *place, "办理记录中没有，或与入记录时不同"
    for place in sorted({(year, int(said.partition(" ")[0])) for year, said in known} - {*numbers}):
        yield *place, "办理记录中有，登记已不在"


def wordings(connection: Connection) -> tuple[str, ...]:
    """Give what names each wording that is kept, the newest first."""
    table = table_of(ConsentWording)
    return tuple(connection.execute(select(table.c.digest).order_by(table.c.as_of.desc(), table.c.digest)).scalars())


def keep_wording(connection: Connection, digest: str, text: str, stamp: Stamp) -> None:
    """Keep what was shown, once."""
    row = {"digest": digest, "text": text, "as_of": stamp.as_of}
    insert_new(connection, table_of(ConsentWording), [row])


def keep_filed(connection: Connection, year: int, city: str, filing: int, day: date, stamp: Stamp) -> None:
    """Record what a filing says: consent of each of its students who has 是, and nothing on record yet.

    One statement, however many there are.
    """
    table, student = table_of(GuardianConsent), draft_table(STUDENTS)
    his = or_(table.c.born == student.c.born, ~table.c.given)
    known = exists().where(in_force(year), table.c.number == student.c.number, his)
    same = {
        "given": True, "day": day, "relation": "", "way": FILED, "wording": "", "reason": "", "filing": filing,
        **stamp.columns(),
    }  # fmt: skip
    values = [literal(value, table.c[name].type) for name, value in same.items()]
    token = literal(f"filing/{year}/{filing}/").concat(student.c.number)
    rows = select(token, *(student.c[name] for name in OF_STUDENT), *values)
    mine = (student.c.year == year, student.c.city == city, student.c.guardian_consent)
    columns = ["token", *OF_STUDENT, *same]
    connection.execute(insert(table).from_select(columns, rows.where(*mine, ~known).order_by(student.c.line)))


def open_withdrawals(scope: Scope) -> tuple[OpenWithdrawal, ...]:
    """Give whose guardian withdrew and who is still in: taken, and on the last list of those that count in his city.

    In the order of their numbers. One statement where nobody withdrew; how many cities there are adds none.
    """
    rows = _withdrew(scope.connection, scope.year.year, scope.cities)
    if not rows:
        return ()
    lists, gone = _lists(scope), withdrawn(scope)
    found = (
        OpenWithdrawal(city, number, day, trained=city in lists and lists[city].trains)
        for city, number, day in rows
        if city not in gone and (city not in lists or number in lists[city].numbers)
    )
    return tuple(found)


@once_a_snapshot
def _withdrew(connection: Connection, year: int, cities: tuple[str, ...]) -> Sequence[tuple[str, str, date]]:
    """Give city, number and day of whoever withdrew last and is taken there, in the order of the numbers."""
    rows = connection.execute(_withdrawals(cities), {"withdrew_in": year})
    return [(city, number, day) for city, number, day in rows]


@lru_cache(maxsize=32)
def _withdrawals(cities: tuple[str, ...]) -> Select[Any]:
    table, student, year = table_of(GuardianConsent), draft_table(STUDENTS), bindparam("withdrew_in", type_=Integer)
    his = and_(student.c.year == table.c.year, student.c.number == table.c.number)
    query = select(student.c.city, table.c.number, table.c.day).join_from(table, student, his)
    mine = (student.c.year == year, student.c.city.in_(cities), student.c.taken)
    return query.where(table.c.id.in_(_newest(year)), ~table.c.given, *mine).order_by(table.c.number)


class _List(NamedTuple):
    """Who is still in, and whether that is in training."""

    numbers: frozenset[str]
    trains: bool


def _lists(scope: Scope) -> dict[str, _List]:
    """Give by city the last list of students that counts there; nothing of a city where none does yet."""
    found: dict[str, _List] = {}
    book = book_of(scope.connection)
    for by, phase in ((one.lets_on, one.slug) for one in map(book.find, (p.slug for p in scope.year.phases)) if one):
        if by is not None and (counts := counting(scope, phase, decided=True)):
            numbers = in_training(scope) if by.trains else on_list(scope, by)
            found |= {city: _List(frozenset(numbers.get(city, ())), by.trains) for city in counts}
    return found
