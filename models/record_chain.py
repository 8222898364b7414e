"""The chain that the log and the record of what people did hang on: what is changed in them afterwards does not fit it.

A strand is a year, whose writers exclude one another, or 0 for what is written outside of any; so nobody waits for
another to chain. What people wrote hangs on it by digests, which stay where the words are taken out.
Docs: docs/decisions/0060-a-chain-over-the-record.md, 0066-the-chain-outlives-its-words.md.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from hashlib import sha256
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import bindparam, delete, func, insert, select, text

from models.columns import columns_of, table_of
from models.tables.audit import AuditEntry
from models.tables.record_chain import ChainLink
from models.tables.season import Transition

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from sqlalchemy import Connection, RowMapping, Select, Table

RECORDS = tuple(table_of(model) for model in (Transition, AuditEntry))
"""What is chained. A column that comes to them later is empty in the rows that stand, or these no longer fit."""

WORDS: Mapping[str, tuple[str, ...]] = {"transition": ("by", "reason"), "audit": ("by", "reason", "address")}
"""By record, the columns that say who somebody is, or what people wrote: each is chained by a digest of its own."""

GONE = "已清除"
"""What stands where words were taken out."""

BEGUN = "begun"
"""What stands for the record of a link that tells where an upgrade began to chain."""

COMMON = 0
"""The strand of what is written outside of any year."""

SHOWN = 16
"""Characters of a head that people compare."""

_TURN = text("SELECT pg_advisory_xact_lock(7238146)")
"""PostgreSQL: one after another, where no year is held; to the end of the transaction."""


@dataclass(frozen=True, slots=True)
class Link:
    """A link as it stands; see `ChainLink`."""

    strand: int
    number: int
    record: str
    row: int
    content: str
    chained: str


class Head(NamedTuple):
    """The newest link of a strand, or what somebody wrote down of one: `chained` is then its first characters."""

    strand: int
    number: int
    chained: str

    def __str__(self) -> str:
        """Write it as people compare it: 2022-512-3f9a0c…"""
        return f"{self.strand}-{self.number}-{self.chained[:SHOWN]}"


class Misfit(NamedTuple):
    """What does not fit: in which strand, at which link or row, and how (Chinese)."""

    strand: int
    where: str
    found: str


def content(record: str, row: RowMapping | Mapping[str, Any]) -> str:
    """Give the hash of a row, whichever database it stands in: columns by name, those without a value left out.

    Of words their digests are hashed, of those that were taken out the ones that were left behind.
    """
    digests: Mapping[str, str] = row.get("purged") or _digests(record, row)
    taken = {name for name in digests if not row.get("purged") or row.get(name) in {None, GONE}}
    apart = taken | {"salt", "purged"}
    plain = {name: _plain(value) for name, value in row.items() if value is not None and name not in apart}
    said = json.dumps([record, plain, digests], ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return sha256(said.encode()).hexdigest()


def salt() -> str:
    """Draw what makes a row's digests tell nothing once it is thrown away: nobody can try names against them."""
    return secrets.token_hex(16)


def without_words(record: str, row: RowMapping | Mapping[str, Any]) -> dict[str, Any]:
    """Give what a row of a record holds in the place of its words; its content is the same. Once: then it says so."""
    digests = row["purged"] or _digests(record, row)
    return {**dict.fromkeys(digests, GONE), "salt": None, "purged": dict(digests)}


def _digests(record: str, row: RowMapping | Mapping[str, Any]) -> dict[str, str]:
    said = {name: row[name] for name in WORDS[record] if row.get(name) is not None}
    return {
        name: sha256(f"{row.get('salt') or ''} {name} {words}".encode()).hexdigest() for name, words in said.items()
    }


def _plain(value: object) -> object:
    return value.astimezone(UTC).isoformat(timespec="microseconds") if isinstance(value, datetime) else value


def next_link(before: Head, record: str, row: int, content: str) -> Link:
    """Give the link that hangs on that one."""
    strand, number = before.strand, before.number + 1
    said = f"{before.chained} {strand} {number} {record} {row} {content}"
    return Link(strand, number, record, row, content, sha256(said.encode()).hexdigest())


def append_chained(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]], strand: int) -> None:
    """Insert rows into one of `RECORDS`, and chain them as they then stand; in that strand's own transaction."""
    if not rows:
        return
    if strand == COMMON and connection.dialect.name == "postgresql":
        connection.execute(_TURN)
    head = connection.execute(_newest(), {"of": strand}).one_or_none()
    salted = [{**row, "salt": salt()} for row in rows]
    written = connection.execute(insert(table).returning(*table.c), salted).mappings().all()
    links = linked(Head(*head) if head else Head(strand, 0, ""), table.name, written)
    _put(connection, links)


def _put(connection: Connection, links: Iterable[Link]) -> None:
    columns = table_of(ChainLink).c.keys()
    rows = [{name: getattr(link, name) for name in columns} for link in links]
    if rows:
        connection.execute(insert(table_of(ChainLink)).inline(), rows)


def linked(before: Head, record: str, rows: Iterable[RowMapping]) -> Iterator[Link]:
    """Give the links of rows, in the order of their ids."""
    for row in sorted(rows, key=lambda one: int(one["id"])):
        link = next_link(before, record, row["id"], content(record, row))
        yield link
        before = Head(link.strand, link.number, link.chained)


def chain_anew(connection: Connection, strand: int) -> None:
    """Let a strand begin anew with what is left of its rows, as they were chained; for who may change the chain."""
    link = table_of(ChainLink)
    query = select(*columns_of(Link, link)).where(link.c.strand == strand).order_by(link.c.number)
    left = {table.name: set(connection.execute(select(table.c.id)).scalars()) for table in RECORDS}
    before, links = Head(strand, 0, ""), []
    for found in (Link(*row) for row in connection.execute(query)):
        if found.record == BEGUN or found.row in left[found.record]:
            links.append(next_link(before, found.record, found.row, found.content))
            before = Head(strand, links[-1].number, links[-1].chained)
    connection.execute(delete(link).where(link.c.strand == strand))
    _put(connection, links)


def strand_of(connection: Connection) -> int:
    """Give the strand of what is written in a transaction: that of the year that it holds, where it holds one alone."""
    held = connection.get_execution_options().get("talent_holds")
    return held if isinstance(held, int) else COMMON


@cache
def _newest() -> Select[Any]:
    table = table_of(ChainLink)
    query = select(table.c.strand, table.c.number, table.c.chained)
    return query.where(table.c.strand == bindparam("of")).order_by(table.c.number.desc()).limit(1)


def heads(connection: Connection) -> list[Head]:
    """Give the newest link of each strand."""
    table = table_of(ChainLink)
    newest = select(table.c.strand, func.max(table.c.number).label("number")).group_by(table.c.strand).subquery()
    same = (table.c.strand == newest.c.strand) & (table.c.number == newest.c.number)
    query = select(table.c.strand, table.c.number, table.c.chained).join(newest, same).order_by(table.c.strand)
    return [Head(*row) for row in connection.execute(query)]


def misfits(connection: Connection) -> Iterator[Misfit]:
    """Give where links do not hang together, and what of the record is not as it was chained, or never was."""
    kept = {
        (table.name, row["id"]): content(table.name, row)
        for table in RECORDS
        for row in connection.execute(select(table)).mappings()
    }
    met = set[tuple[str, int]]()
    for link in _links(connection):
        if isinstance(link, Misfit):
            yield link
            continue
        name, where = (link.record, link.row), f"第 {link.number} 环（{link.record} {link.row}）"
        if name in met:
            yield Misfit(link.strand, where, "同一条记录有两环")
        elif name not in kept:
            yield Misfit(link.strand, where, "记录已不在")
        elif kept[name] != link.content:
            yield Misfit(link.strand, where, "记录与入链时不同")
        met.add(name)
    for record, row in sorted(kept.keys() - met):
        yield Misfit(COMMON, f"{record} {row}", "记录没有入链")


def chained(connection: Connection, table: Table, rows: Sequence[RowMapping]) -> list[RowMapping]:
    """Give those of some rows of a record that hang on the chain as they stand."""
    link = table_of(ChainLink)
    query = select(link.c.row, link.c.content).where(link.c.record == table.name)
    of_these = query.where(link.c.row.in_([row["id"] for row in rows]))
    hung = {tuple(found) for found in connection.execute(of_these)}
    return [row for row in rows if (row["id"], content(table.name, row)) in hung]


def _links(connection: Connection) -> Iterator[Link | Misfit]:
    """Give the links of rows, each after what is wrong with how it hangs on the one before."""
    table = table_of(ChainLink)
    query = select(*columns_of(Link, table)).order_by(table.c.strand, table.c.number)
    before = Head(COMMON, 0, "")
    for found in connection.execute(query):
        link = Link(*found)
        if link.strand != before.strand:
            before = Head(link.strand, 0, "")
        if link.number != before.number + 1:
            yield Misfit(link.strand, f"第 {before.number + 1} 环", f"没有这一环，下一环是第 {link.number} 环")
        elif link != next_link(before, link.record, link.row, link.content):
            yield Misfit(link.strand, f"第 {link.number} 环", "与前一环接不上")
        before = Head(link.strand, link.number, link.chained)
        if link.record != BEGUN:
            yield link


def unmet(connection: Connection, known: Iterable[Head]) -> Iterator[Misfit]:
    """Give which heads, as they were written down, are no links any more: the tail was cut, or all was made anew."""
    table = table_of(ChainLink)
    for head in known:
        at = select(table.c.chained).where(table.c.strand == head.strand, table.c.number == head.number)
        found = connection.execute(at).scalar_one_or_none()
        if found is None or not found.startswith(head.chained):
            said = "已没有这一环" if found is None else f"现在是 {found[:SHOWN]}"
            yield Misfit(head.strand, f"第 {head.number} 环", f"记下的是 {head.chained[:SHOWN]}，{said}")
