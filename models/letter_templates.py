"""The letters that an office keeps to write again: a name, a subject, words. Nobody else's are there for it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import delete, select

from models.columns import table_of
from models.shortcuts.bulk import inserting
from models.tables.season import LetterTemplate

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from models.stamp import Stamp


class KeptWords(NamedTuple):
    """Words that an office keeps under a name; they have their fields as they were typed.

    `whom` is the group that they go to, "" for none; `papers` are what goes with them, with a space between.
    """

    id: int
    name: str
    subject: str
    text: str
    whom: str
    papers: str


def of(connection: Connection, office: str) -> list[KeptWords]:
    """Give what an office, a city by its slug or `province`, keeps, by its names."""
    table = table_of(LetterTemplate)
    query = select(*(table.c[name] for name in KeptWords._fields)).where(table.c.office == office)
    return [KeptWords._make(row) for row in connection.execute(query.order_by(table.c.name))]


def keep(
    connection: Connection,
    office: str,
    name: str,
    subject: str,
    text: str,
    stamp: Stamp,
    *,
    whom: str = "",
    papers: str = "",
) -> None:
    """Keep words under a name, in the place of what the office had under it."""
    said = {"subject": subject, "text": text, "whom": whom, "papers": papers, **stamp.columns()}
    new = inserting(connection.dialect.name, table_of(LetterTemplate)).values({"office": office, "name": name, **said})
    connection.execute(new.on_conflict_do_update(index_elements=["office", "name"], set_=said))


def drop(connection: Connection, office: str, number: int) -> bool:
    """Keep it no longer; tell whether the office had it."""
    table = table_of(LetterTemplate)
    gone = delete(table).where(table.c.id == number, table.c.office == office)
    return bool(connection.execute(gone).rowcount)
