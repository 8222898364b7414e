"""Drafts in: what a city loaded replaces what it had loaded, sheet by sheet, in one transaction."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from hashlib import sha256 as digest
from typing import TYPE_CHECKING, Any

from sqlalchemy import String, bindparam, cast, delete, func, insert, select, update

from forms.folding import fold, shown
from models.columns import table_of
from models.database import book_of
from models.shortcuts.bulk import insert_once
from models.tables.city_drafts import draft_table, value_table
from models.tables.pool import Party, PartyLikeness, PoolEntry
from models.tables.season import RefusedLoad, WorkbookLoad
from phases.application import SCHOOLS, STUDENTS
from phases.mentor_recommendation import MENTORS

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from sqlalchemy import Connection, Select, Table

    from models.stamp import Stamp
    from phases.on_record import PartyKey
    from phases.stored_sheet import StoredSheet

DraftRow = Mapping[str, Any]
"""A row of a sheet by its columns' fields."""


NOTHING = ""
"""The fingerprint of a draft that was taken away."""

EMPTIED = "emptied"
"""That of a draft of which contacts were emptied: it is no workbook's, so that the same loads again."""

CORRECTED = "corrected"
"""What that of a draft begins with whose addresses were put right without a load; what follows is never the same."""


def loaded(connection: Connection, year: int, form: str, city: str) -> bool:
    """Tell whether the city has a draft of that form: one that was taken away is none."""
    return newest_load(connection, year, form, city) not in {None, NOTHING}


def newest_load(connection: Connection, year: int, form: str, city: str) -> str | None:
    """Give the fingerprint of the rows that are the city's draft."""
    return connection.execute(_newest_load(), {"of_year": year, "of_form": form, "of_city": city}).scalar()


@cache
def _newest_load() -> Select[Any]:
    table = table_of(WorkbookLoad)
    mine = (table.c[name] == bindparam(f"of_{name}") for name in ("year", "form", "city"))
    return select(table.c.sha256).where(*mine).order_by(table.c.id.desc()).limit(1)


def emptied(connection: Connection, year: int, form: str, cities: Collection[str]) -> None:
    """Let these cities' drafts of a form be those of no workbook that was loaded: their contacts were emptied."""
    table = table_of(WorkbookLoad)
    theirs = (table.c.year == year, table.c.form == form, table.c.city.in_(sorted(cities)))
    newest = select(func.max(table.c.id)).where(*theirs).group_by(table.c.city)
    one = update(table).where(table.c.id.in_(newest), table.c.sha256 != NOTHING)
    connection.execute(one.values(sha256=EMPTIED))


def corrected(connection: Connection, year: int, form: str, city: str) -> None:
    """Let the city's draft of a form be no longer that of the workbook that was loaded: the same loads again.

    Whoever had it open edits another one by now. One that was emptied still is.
    """
    table = table_of(WorkbookLoad)
    mine = (table.c.year == year, table.c.form == form, table.c.city == city)
    query = select(table.c.id, table.c.sha256).where(*mine).order_by(table.c.id.desc()).limit(1)
    newest = connection.execute(query).one_or_none()
    if newest is not None and newest.sha256 not in {NOTHING, EMPTIED}:
        now = f"{CORRECTED} {digest(f'{newest.id} {newest.sha256}'.encode()).hexdigest()}"
        connection.execute(update(table).where(table.c.id == newest.id).values(sha256=now))


def emptied_drafts(connection: Connection, year: int) -> list[tuple[str, str]]:
    """Give the drafts, form and city, that nothing was loaded into since contacts of theirs were emptied."""
    table = table_of(WorkbookLoad)
    newest = select(func.max(table.c.id)).where(table.c.year == year).group_by(table.c.form, table.c.city)
    those = select(table.c.form, table.c.city).where(table.c.id.in_(newest), table.c.sha256 == EMPTIED)
    return [(form, city) for form, city in connection.execute(those.order_by(table.c.form, table.c.city))]


def register(connection: Connection, parties: Collection[PartyKey]) -> dict[PartyKey, int]:
    """Give these parties their ids: who is on record by a name that looks the same is the same.

    A draft writes no address: one that is new has none until a city files it. Nor does it choose how all others see
    the name: that is what its spellings share.
    """
    alike = {key: (key[0], fold(key[1]), fold(key[2])) for key in parties}
    known = _alike(connection, alike.values())
    if new := {key: one for key, one in alike.items() if one not in known}:
        table = table_of(Party)
        named = {key: (key[0], shown(key[1]), key[2]) for key in new}
        insert_once(connection, table, [{**_named(one), "email": ""} for one in named.values()])
        query = select(table.c.kind, table.c.name, table.c.place, table.c.id)
        rows = connection.execute(query.where(table.c.name.in_(sorted({name for _, name, _ in named.values()}))))
        ids = {(kind, name, place): key for kind, name, place, key in rows}
        likeness = [{**_named(new[key]), "party": ids[one]} for key, one in named.items()]
        insert_once(connection, table_of(PartyLikeness), likeness)
        known = _alike(connection, alike.values())
    return {key: known[one] for key, one in alike.items()}


def _named(key: PartyKey) -> dict[str, Any]:
    return dict(zip(("kind", "name", "place"), key, strict=True))


def _alike(connection: Connection, folded: Collection[PartyKey]) -> dict[PartyKey, int]:
    """Give the parties whose folded names and places are among these."""
    table = table_of(PartyLikeness)
    query = select(table.c.kind, table.c.name, table.c.place, table.c.party)
    rows = connection.execute(query.where(table.c.name.in_(sorted({name for _, name, _ in folded}))))
    return {(kind, name, place): party for kind, name, place, party in rows}


def loaded_by(connection: Connection, year: int) -> frozenset[tuple[str, str]]:
    """Give the drafts that there are: form and city."""
    table = table_of(WorkbookLoad)
    newest = select(func.max(table.c.id)).where(table.c.year == year).group_by(table.c.form, table.c.city)
    there = select(table.c.form, table.c.city).where(table.c.id.in_(newest), table.c.sha256 != NOTHING)
    return frozenset(connection.execute(there).tuples())


def forms_loaded(connection: Connection, year: int, city: str) -> frozenset[str]:
    """Give the forms that the city has a draft of."""
    return frozenset(form for form, one in loaded_by(connection, year) if one == city)


def roll(connection: Connection, year: int, city: str) -> dict[tuple[str, str], int]:
    """Give the mentors on the city's roll whom it took: name and institution to party."""
    table = draft_table(MENTORS)
    query = select(table.c.name, table.c.institution, table.c.party).where(
        table.c.year == year, table.c.city == city, table.c.taken
    )
    return {(name, institution): party for name, institution, party in connection.execute(query)}


def schools(connection: Connection, year: int, city: str) -> dict[str, int]:
    """Give the schools that the city named: name to party."""
    table = draft_table(SCHOOLS)
    query = select(table.c.name, table.c.party).where(table.c.year == year, table.c.city == city)
    return dict(connection.execute(query).tuples().all())


def pool(connection: Connection, year: int, kind: str) -> frozenset[str]:
    """Give whom the year brought along from the year before, over the province."""
    table = table_of(PoolEntry)
    query = select(table.c.key).where(table.c.year == year, table.c.kind == kind)
    return frozenset(connection.execute(query).scalars())


def past_mentors(connection: Connection, year: int) -> frozenset[tuple[str, str]]:
    """Give the mentors of the year's pool, over the province, by name and institution."""
    entry, party = table_of(PoolEntry), table_of(Party)
    query = select(party.c.name, party.c.place).join(entry, entry.c.key == cast(party.c.id, String))
    found = query.where(entry.c.year == year, entry.c.kind == "mentor", party.c.kind == "mentor")
    return frozenset((name, place) for name, place in connection.execute(found))


def pooled_mentors(connection: Connection, year: int, city: str) -> list[dict[str, Any]]:
    """Give a city's mentors of the year's pool by their name and institution, with what the roll before says of each.

    What is decided anew of everybody, whether the city takes him, is left out.
    """
    entry, party, before = table_of(PoolEntry), table_of(Party), draft_table(MENTORS)
    mine = (entry.c.year == year, entry.c.city == city, entry.c.kind == "mentor")
    then = connection.execute(select(before).where(before.c.year == year - 1, before.c.city == city)).mappings()
    said = {row["party"]: {name: value for name, value in row.items() if name != "taken"} for row in then}
    known = select(party.c.id, party.c.name, party.c.place).join(entry, entry.c.key == cast(party.c.id, String))
    rows = connection.execute(known.where(*mine).order_by(party.c.id)).tuples()
    return [said.get(key, {"name": name, "institution": place}) for key, name, place in rows]


def students(connection: Connection, year: int, city: str) -> dict[str, str]:
    """Give the city's students, taken or not: number to name."""
    table = draft_table(STUDENTS)
    query = select(table.c.number, table.c.name).where(table.c.year == year, table.c.city == city)
    return dict(connection.execute(query).tuples().all())


def taken(connection: Connection, year: int, city: str) -> int:
    """Count the students in the city's draft whom it took."""
    table = draft_table(STUDENTS)
    query = select(func.count()).where(table.c.year == year, table.c.city == city, table.c.taken)
    return connection.execute(query).scalar_one()


def people(connection: Connection, year: int, city: str, numbers: Collection[str]) -> list[dict[str, str]]:
    """Give number, name and subject of the city's students of these numbers, by number."""
    table = draft_table(STUDENTS)
    query = select(table.c.number, table.c.name, table.c.subject).where(table.c.year == year, table.c.city == city)
    wanted = frozenset(numbers)
    return [
        dict(row) for row in connection.execute(query.order_by(table.c.number)).mappings() if row["number"] in wanted
    ]


def mentors(connection: Connection, year: int, city: str) -> dict[str, str]:
    """Give the mentors whom the city's students chose: number to name."""
    table = draft_table(STUDENTS)
    query = select(table.c.number, table.c.mentor).where(table.c.year == year, table.c.city == city)
    return dict(connection.execute(query).tuples().all())


def replace(connection: Connection, year: int, city: str, sheets: Mapping[str, Sequence[DraftRow]]) -> None:
    """Put these rows, by sheet key, in the place of what the city had in these sheets."""
    for key, rows in sheets.items():
        for table, given in _by_table(book_of(connection).sheets[key], rows):
            connection.execute(delete(table).where(table.c.year == year, table.c.city == city))
            if given:
                connection.execute(insert(table).inline(), [{"year": year, "city": city, **row} for row in given])


def _by_table(sheet: StoredSheet, rows: Sequence[DraftRow]) -> Iterator[tuple[Table, Sequence[DraftRow]]]:
    """Give each table of a sheet, with its part of the rows."""
    each = sheet.each
    if each is None:
        yield draft_table(sheet), rows
        return
    yield draft_table(sheet), [{field: row[field] for field in row if each.place_of(field) is None} for row in rows]
    yield (
        value_table(sheet),
        [
            {"line": row["line"], each.place: place, each.name: row[field]}
            for row in rows
            for field in row
            if (place := each.place_of(field)) is not None
        ],
    )


def record(
    connection: Connection, year: int, form: str, city: str, attempt: int, sha256: str, rows: int, stamp: Stamp
) -> None:
    """Put the load itself on record."""
    row = {"year": year, "form": form, "city": city, "attempt": attempt, "sha256": sha256, "rows": rows}
    connection.execute(insert(table_of(WorkbookLoad)), row | stamp.columns())


def record_refused(
    connection: Connection,
    year: int,
    form: str,
    city: str,
    attempt: int,
    faults: int,
    places: Sequence[Mapping[str, Any]],
    stamp: Stamp,
) -> None:
    """Put on record that a load was refused for its faults, with where the first of them are."""
    row = {"year": year, "form": form, "city": city, "attempt": attempt, "faults": faults, "places": list(places)}
    connection.execute(insert(table_of(RefusedLoad)), row | stamp.columns())
