"""What was done with personal data of a year: consents by city, who read or took what in full, what was purged."""

from __future__ import annotations

import re
from collections import Counter
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import func, or_, select

from models.columns import table_of
from models.guardian_consents import in_force
from models.tables.audit import AuditEntry
from models.tables.guardian_consents import GuardianConsent
from models.tables.purges import Purge

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection

READ = ("查看", "下载", "导出", "打印", "按姓名查找")
"""How the deeds begin by which somebody saw, or took out of the house, who somebody is."""

ROWS = re.compile(r"（(?:标出错误，)?(\d+) (?:行|份|处)）$")
"""How such a deed says how much it was."""


class ConsentCount(NamedTuple):
    """So many consents, or withdrawals of one, that a city has on record."""

    city: str
    given: bool
    times: int
    newest: datetime


class ReadCount(NamedTuple):
    """How often somebody read or took something, of how many rows in all; 0 where the deeds do not say."""

    by: str
    what: str
    times: int
    rows: int
    newest: datetime


class PurgeDone(NamedTuple):
    """So many rows of a table that a purge took out, or emptied."""

    by: str
    table: str
    rows: int
    at: datetime


def consents_by_city(connection: Connection, year: int) -> list[ConsentCount]:
    """Count what is on record of guardians, by city, but for what was recorded in error."""
    table = table_of(GuardianConsent)
    by = (table.c.city, table.c.given)
    query = select(*by, func.count(), func.max(table.c.as_of)).where(in_force(year))
    return [ConsentCount(*row) for row in connection.execute(query.group_by(*by).order_by(table.c.city, by[1].desc()))]


def reads(connection: Connection, year: int) -> list[ReadCount]:
    """Count by whom and what; the deeds of other years are theirs."""
    table = table_of(AuditEntry)
    of_year = or_(*(table.c.subject.startswith(f"{lead}{year}/") for lead in ("", "export:", "award/")))
    read = or_(*(table.c.what.startswith(word) for word in READ))
    query = select(table.c.by, table.c.what, table.c.at).where(of_year, read).order_by(table.c.id)
    times, rows, newest = Counter[tuple[str, str]](), Counter[tuple[str, str]](), dict[tuple[str, str], datetime]()
    for by, what, at in connection.execute(query):
        how_much = ROWS.search(what)
        key = (by, ROWS.sub("", what))
        times[key] += 1
        rows[key] += int(how_much[1]) if how_much else 0
        newest[key] = at
    return [ReadCount(*key, times[key], rows[key], newest[key]) for key in sorted(times)]


def purges_of(connection: Connection, year: int) -> Iterator[PurgeDone]:
    """Give what was taken out of each table, the oldest purge first."""
    table = table_of(Purge)
    query = select(table.c.by, table.c.rows, table.c.at).where(table.c.year == year).order_by(table.c.id)
    for by, rows, at in connection.execute(query):
        yield from (PurgeDone(by, name, count, at) for name, count in sorted(rows.items()))
