"""What is beyond its term, by `personal_data`, and taking it out: statistics stay, and the record's chain holds.

Docs: docs/decisions/0067-a-purge-by-the-table-of-what-is-held.md.
"""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import (
    JSON,
    LargeBinary,
    String,
    Table,
    bindparam,
    cast,
    delete,
    exists,
    func,
    insert,
    literal,
    or_,
    select,
    update,
)

from models import audit, prepared_acts, record_chain, statistics, taking_back, verdicts
from models.append_only import lifted
from models.columns import table_of
from models.database import book_of
from models.open_years import all_years
from models.personal_data import Held, held
from models.purges_done import OF_NONE, PURGING, Ended, purged_years, subject
from models.record_chain import GONE
from models.tables.catalogue import declared
from models.tables.city_drafts import tables_of
from models.tables.city_requests import Request
from models.tables.contact_receipts import Contact
from models.tables.pool import Party, PartyLikeness, PoolEntry, StatedAddress
from models.tables.purges import Purge
from models.tables.record_chain import ChainLink
from models.tables.season import Letter, LetterBody
from models.tables.second_ways import SecondWay
from models.writing import bump

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping

    from sqlalchemy import Column, ColumnElement, Connection

    from models.stamp import Stamp

INSTANTS: Mapping[str, str] = {
    "audit": "at", "contact": "ended_at", "deed": "at", "one_time_link": "until", "restoration": "at",
    "unclear_bounce": "since",
}  # fmt: skip
"""By table, from when on a row's term runs that belongs to no year; where it is empty it does not run yet."""


EMPTY: Mapping[str | type, object] = {"prepared_act.given": "[]", LargeBinary: b""}
"""What stands for nothing in a column that has to say something, by its name or type; else words that say so."""


class BeyondTerm(NamedTuple):
    """So many rows of a table are beyond their term: they go `whole`, or what they say of people is emptied."""

    year: int
    table: str
    rows: int
    whole: bool


@dataclass(frozen=True, slots=True)
class _Part:
    year: int
    held: Held
    table: Table
    rows: ColumnElement[bool]


def ended(connection: Connection, as_of: datetime) -> list[Ended]:
    """Give the terms that are over by an instant, as the years' figures have them: the newest's for what has none."""
    years = all_years(connection)
    found = []
    for opened in years:
        closed, months = opened.closed_as_of, opened.year.figures.people_months
        if closed is not None and months and after_months(closed, months) <= as_of:
            found.append(Ended(opened.year.year, as_of))
    if years:
        found.append(Ended(OF_NONE, after_months(as_of, -years[-1].year.figures.access_months)))
    return found


def after_months(at: datetime, months: int) -> datetime:
    """Give the same day and hour so many months later, the month's last day where it has no such day."""
    years, month = divmod(at.year * 12 + at.month - 1 + months, 12)
    return at.replace(year=years, month=month + 1, day=min(at.day, calendar.monthrange(years, month + 1)[1]))


def due(connection: Connection, terms: Collection[Ended]) -> list[BeyondTerm]:
    """List what is beyond these terms and still there: counts alone."""
    found = []
    for part in _parts(connection, terms):
        count = connection.execute(select(func.count()).select_from(part.table).where(part.rows)).scalar_one()
        if count:
            found.append(BeyondTerm(part.year, part.table.name, count, part.held.keeping.term.whole))
    return found + _parties_due(connection, terms)


def purge(connection: Connection, terms: Collection[Ended], stamp: Stamp, reason: str) -> list[BeyondTerm]:
    """Take out what is beyond these terms, and put on record how much that was; nothing where there is nothing.

    For whoever owns the tables, and in a transaction that holds every year.
    """
    found, before = due(connection, terms), purged_years(connection)
    for term in terms:
        mine = [one for one in found if one.year == term.year]
        if not mine:
            continue
        if term.year != OF_NONE:
            if term.year not in before:
                statistics.keep(connection, term.year)
            taking_back.take_back_all(connection, term.year)
            prepared_acts.lapse_all(connection, term.year, stamp)
            bump(connection, term.year)
        rows = {one.table: one.rows for one in mine}
        said = {"year": term.year, "until": term.until, "rows": rows, "reason": reason, **stamp.columns()}
        connection.execute(insert(table_of(Purge)), [said])
    with lifted(connection, {one.table for one in found}):
        for part in _parts(connection, terms):
            _take_out(connection, part)
        _drop_parties(connection, terms)
        _drop_ways(connection)
    if found:
        years = {one.year for one in found}
        audit.record(connection, stamp, PURGING, subject([one for one in terms if one.year in years]), reason=reason)
    return found


def _parts(connection: Connection, terms: Collection[Ended]) -> Iterator[_Part]:
    """Give what goes of each table, as long as it is there: rows after those that are found by them."""
    book = book_of(connection)
    tables = declared(book).tables
    gone = _years(terms)
    for one in sorted(held(book), key=lambda found: found.table == "letter_body"):  # papers are found by it
        table = tables[one.table]
        for term in terms:
            reached = _reached(one, table, term, gone)
            if reached is not None:
                left = literal(value=True) if one.keeping.term.whole else _still_says(one, table)
                yield _Part(term.year, one, table, reached & left)


def _reached(one: Held, table: Table, term: Ended, gone: Collection[int]) -> ColumnElement[bool] | None:
    """Tell which rows of a table a term is about; None where it is about none."""
    if table.name == "audit":
        link = table_of(ChainLink)
        strand = table.c.id.in_(select(link.c.row).where(link.c.record == table.name, link.c.strand == term.year))
        return strand if term.year != OF_NONE else strand & (table.c.at < term.until)
    if one.keeping.term.ends != ("access" if term.year == OF_NONE else "year"):
        return None
    if term.year == OF_NONE:
        return table.c[INSTANTS[table.name]] < term.until
    return FOUND_BY[table.name](table, term.year, gone) if table.name in FOUND_BY else table.c.year == term.year


def _by_letter(table: Table, year: int, _: Collection[int]) -> ColumnElement[bool]:
    letter = table_of(Letter)
    return table.c.letter.in_(select(letter.c.id).where(letter.c.year == year))


def _by_request(table: Table, year: int, _: Collection[int]) -> ColumnElement[bool]:
    request = table_of(Request)
    return table.c.request.in_(select(request.c.id).where(request.c.year == year))


def _by_body(table: Table, year: int, gone: Collection[int]) -> ColumnElement[bool]:
    """Of words that letters of this year have, and none of a year whose term is not over."""
    letter = table_of(Letter)
    others = select(letter.c.body).where(letter.c.year.not_in(gone))
    return table.c.digest.in_(select(letter.c.body).where(letter.c.year == year)) & table.c.digest.not_in(others)


def _by_paper(table: Table, year: int, gone: Collection[int]) -> ColumnElement[bool]:
    """Of papers that such words name, and no others."""
    body = table_of(LetterBody)
    named = exists().where(body.c.papers.contains(table.c.digest))
    goes = _by_body(body, year, gone)
    return named.where(goes) & ~named.where(~goes)


FOUND_BY: Mapping[str, Callable[[Table, int, Collection[int]], ColumnElement[bool]]] = {
    "receipt": _by_letter, "short_message": _by_letter, "request_answer": _by_request, "letter_paper": _by_paper,
    "letter_body": _by_body,
}  # fmt: skip
"""By table without a year, which of its rows are of one: by rows that say it."""


def _emptied(one: Held, table: Table) -> dict[str, Column[Any]]:
    return {name: table.c[name] for name, says in one.columns.items() if says in {"person", "encrypted", "words"}}


def _still_says(one: Held, table: Table) -> ColumnElement[bool]:
    """Tell of a row that is emptied whether it says anything yet; what is no text goes with the text beside it."""
    if "purged" in table.c:
        return table.c.purged.is_(None)
    texts = [column for column in _emptied(one, table).values() if not isinstance(column.type, (JSON, LargeBinary))]
    return or_(*(column.is_not(None) & (column != _nothing(column)) for column in texts))


def _nothing(column: Column[Any]) -> object:
    return EMPTY.get(str(column), EMPTY.get(type(column.type), GONE))


def _take_out(connection: Connection, part: _Part) -> None:
    table = part.table
    if part.held.keeping.term.whole:
        connection.execute(delete(table).where(part.rows))
    elif "purged" in table.c:
        _take_words_out(connection, part)
    elif table.name == "filing":
        rows = connection.execute(select(table.c.id, table.c.verdict, table.c.facts).where(part.rows)).all()
        put = update(table).where(table.c.id == bindparam("of"))
        put = put.values(verdict=bindparam("judged"), facts=bindparam("stood"), by=GONE)
        told = [
            {"of": key, "judged": verdicts.without_people(verdict), "stood": verdicts.facts_without_people(facts)}
            for key, verdict, facts in rows
        ]
        if told:
            connection.execute(put, told)
    else:
        emptied = _emptied(part.held, table).items()
        values = {name: None if column.nullable else _nothing(column) for name, column in emptied}
        connection.execute(update(table).where(part.rows).values(values))


def _take_words_out(connection: Connection, part: _Part) -> None:
    table = part.table
    put = update(table).where(table.c.id == bindparam("of"))
    names = (*record_chain.WORDS[table.name], "salt", "purged")
    rows = connection.execute(select(table).where(part.rows)).mappings().all()
    told = []
    for row in rows:
        left = record_chain.without_words(table.name, row)
        told.append({"of": row["id"], **{f"to_{name}": left.get(name) for name in names}})
    if told:
        connection.execute(put.values({name: bindparam(f"to_{name}") for name in names}), told)


def _unnamed(connection: Connection, gone: Collection[int]) -> ColumnElement[bool]:
    """Tell of a party that no year names whose term is not over: by a sheet, the pool, or an address that it filed."""
    party, pool, stated = table_of(Party), table_of(PoolEntry), table_of(StatedAddress)
    sheets = (table for sheet in book_of(connection).sheets.values() for table in tables_of(sheet))
    named = [(table.c.year, column) for table in sheets for column in table.c if column.name.endswith("party")]
    named.append((stated.c.year, stated.c.party))
    pooled = select(pool.c.key).where(pool.c.year.not_in(gone), pool.c.kind != "student")
    free = cast(party.c.id, String).not_in(pooled) & party.c.name.not_like(f"{GONE}%")
    for year, column in named:
        free &= party.c.id.not_in(select(column).where(year.not_in(gone), column.is_not(None)))
    return free


def _parties_due(connection: Connection, terms: Collection[Ended]) -> list[BeyondTerm]:
    gone, party = _years(terms), table_of(Party)
    if not gone:
        return []
    count = connection.execute(select(func.count()).where(_unnamed(connection, gone))).scalar_one()
    return [BeyondTerm(max(gone), party.name, count, whole=False)] if count else []


def _drop_parties(connection: Connection, terms: Collection[Ended]) -> None:
    """Leave of a party that no year names any more its number, by which letters call it."""
    gone, party, ways = _years(terms), table_of(Party), table_of(SecondWay)
    if not gone:
        return
    free, number = _unnamed(connection, gone), cast(party.c.id, String)
    for table in (table_of(PartyLikeness), table_of(StatedAddress)):
        connection.execute(delete(table).where(table.c.party.in_(select(party.c.id).where(free))))
    connection.execute(delete(ways).where(ways.c.whose.in_(select(party.c.kind + ":" + number).where(free))))
    connection.execute(update(party).where(free).values(name=literal(f"{GONE} ") + number, email=""))


def _drop_ways(connection: Connection) -> None:
    """Keep no number of a contact who is not on record any more."""
    ways, contact = table_of(SecondWay), table_of(Contact)
    kept = select(literal("contact:") + cast(contact.c.id, String))
    connection.execute(delete(ways).where(ways.c.whose.like("contact:%"), ways.c.whose.not_in(kept)))


def _years(terms: Collection[Ended]) -> list[int]:
    return [term.year for term in terms if term.year != OF_NONE]
