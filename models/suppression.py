"""Addresses that are written to no more, the letters held for them, and the letters that came back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, func, select, update

from models.columns import table_of
from models.season import Letter, ProgrammeYear, Suppressed
from models.writing import insert_once

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from datetime import datetime

    from sqlalchemy import Connection, Row

REFUSALS = 3
"""So many letters refused for good, with none taken in between, and an address is written to no more."""

HELD, REFUSED, RETURNED = "地址已停用", "连续 {count} 封被对方邮局拒收：{last}", "退信：{reason}"
PARKED = "已试%"
"""How the detail of a letter begins that was given up after many tries, and not refused."""


def suppress(connection: Connection, reasons: Mapping[str, str], since: datetime, by: str) -> list[str]:
    """Write to these addresses no more, each for its reason; give those that are new. Their letters in the queue wait.

    Addresses are told apart without regard to case.
    """
    known = {row.address for row in suppressed(connection)}
    new = {address.lower(): why for address, why in reasons.items() if address.lower() not in known}
    rows = [{"address": address, "since": since, "why": why, "by": by} for address, why in sorted(new.items())]
    insert_once(connection, table_of(Suppressed), rows)
    letter = table_of(Letter)
    theirs = func.lower(letter.c.address).in_(sorted(new))
    if new:
        held = update(letter).where(letter.c.state == "queued", theirs)
        connection.execute(held.values(state="held", detail=HELD))
        _bump(connection)
    return sorted(new)


def unsuppress(connection: Connection, address: str) -> int | None:
    """Write to an address again; give how many letters had waited for that, None where it was not suppressed."""
    table, letter = table_of(Suppressed), table_of(Letter)
    if not connection.execute(delete(table).where(table.c.address == address.lower())).rowcount:
        return None
    waiting = update(letter).where(letter.c.state == "held", func.lower(letter.c.address) == address.lower())
    freed = connection.execute(waiting.values(state="queued", detail=None)).rowcount
    _bump(connection)
    return int(freed)


def suppressed(connection: Connection) -> list[Row[Any]]:
    """Give the suppressed addresses: address, since, why, by; the oldest first."""
    table = table_of(Suppressed)
    return list(connection.execute(select(table).order_by(table.c.since, table.c.address)))


def give_up(connection: Connection, recipients: Collection[str], since: datetime, by: str) -> list[str]:
    """Suppress the addresses of these recipients whose last letters were all refused for good; give the new ones."""
    letter = table_of(Letter)
    query = (
        select(func.lower(letter.c.address), letter.c.state, letter.c.detail)
        .where(letter.c.recipient.in_(sorted(recipients)), letter.c.state.in_(("sent", "failed")))
        .where(letter.c.detail.is_(None) | letter.c.detail.not_like(PARKED))
        .order_by(letter.c.id.desc())
    )
    refused: dict[str, list[str]] = {}
    taken: set[str] = set()
    for address, state, detail in connection.execute(query):
        if state == "sent":
            taken.add(address)
        elif address not in taken:
            refused.setdefault(address, []).append(detail or "")
    reasons = {
        address: REFUSED.format(count=len(details), last=details[0])
        for address, details in refused.items()
        if len(details) >= REFUSALS
    }
    return suppress(connection, reasons, since, by)


def leads(connection: Connection, message_ids: Collection[str]) -> dict[str, Row[Any]]:
    """Find the letters that these messages carried: Message-ID to id, recipient and address of the one that leads."""
    letter = table_of(Letter)
    columns = (letter.c.message_id, letter.c.id, letter.c.recipient, letter.c.address)
    query = select(*columns).where(letter.c.message_id.in_(sorted(message_ids)), letter.c.tries > 0)
    return {row.message_id: row for row in connection.execute(query)}


def came_back(connection: Connection, lead: Row[Any], reason: str) -> int:
    """Put on record that a message came back: all letters in it have failed. Give how many."""
    letter = table_of(Letter)
    carried = (letter.c.id == lead.id) | (letter.c.envelope == lead.id)
    gone = update(letter).where(letter.c.recipient == lead.recipient, carried, letter.c.state.in_(("sent", "unknown")))
    return int(connection.execute(gone.values(state="failed", detail=RETURNED.format(reason=reason))).rowcount)


def written_to(connection: Connection, addresses: Collection[str]) -> frozenset[str]:
    """Give those of these addresses (lower case) that a letter was ever sent to."""
    letter = table_of(Letter)
    query = select(func.lower(letter.c.address)).where(func.lower(letter.c.address).in_(sorted(addresses)))
    return frozenset(connection.execute(query.where(letter.c.tries > 0).distinct()).scalars())


def readdress(connection: Connection, addresses: Mapping[str, str]) -> int:
    """Address anew and queue what is held for these recipients, but not to an address that is suppressed itself."""
    letter, table = table_of(Letter), table_of(Suppressed)
    waiting = select(letter.c.recipient).where(letter.c.state == "held", letter.c.recipient.in_(sorted(addresses)))
    freed = 0
    for recipient in connection.execute(waiting.distinct()).scalars().all():
        address = addresses[recipient]
        given_up = connection.execute(select(table.c.address).where(table.c.address == address.lower())).scalar()
        if address and given_up is None:
            held = update(letter).where(letter.c.state == "held", letter.c.recipient == recipient)
            freed += connection.execute(held.values(state="queued", address=address, detail=None)).rowcount
    return freed


def _bump(connection: Connection) -> None:
    """Pages of every year that is not closed show what cannot be delivered."""
    table = table_of(ProgrammeYear)
    connection.execute(update(table).where(table.c.closed_as_of.is_(None)).values(revision=table.c.revision + 1))
