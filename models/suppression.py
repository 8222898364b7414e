"""Addresses that are written to no more, the letters held for them, and the letters that came back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import case, delete, func, select, update

from models.alarms import suppressed
from models.columns import table_of
from models.letter_states import LetterEvent, LetterState, may, moved
from models.mail_answers import of_the_address, words
from models.shortcuts.bulk import insert_once
from models.tables.season import Letter, ProgrammeYear, Suppressed, UnclearBounce

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from sqlalchemy import Connection, Select

REFUSALS = 3
"""So many messages refused for good, with none taken in between, and an address is written to no more."""

AFRESH = {"detail": None, "deferred_since": None}
"""What a letter that waited for its address has behind it."""

HELD, REFUSED, RETURNED = "已停止向此邮箱发函", "连续 {count} 封被对方邮局拒收：{last}", "退信：{reason}"


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
        held = update(letter).where(may(letter, LetterEvent.HOLD), theirs)
        connection.execute(held.values(**moved(LetterEvent.HOLD), detail=HELD))
        _bump(connection)
    return sorted(new)


def unsuppress(connection: Connection, address: str) -> int | None:
    """Write to an address again; give how many letters had waited for that, None where it was not suppressed."""
    table, letter = table_of(Suppressed), table_of(Letter)
    if not connection.execute(delete(table).where(table.c.address == address.lower())).rowcount:
        return None
    theirs = func.lower(letter.c.address) == address.lower()
    waiting = update(letter).where(may(letter, LetterEvent.RELEASE), theirs)
    freed = connection.execute(waiting.values(**moved(LetterEvent.RELEASE), **AFRESH)).rowcount
    _bump(connection)
    return int(freed)


def give_up(connection: Connection, failed: Collection[int], since: datetime, by: str) -> list[str]:
    """Suppress the addresses of these letters where so many messages were refused for them; give the new ones.

    A letter that failed otherwise says nothing of its address. Nor does a relay that took nobody else's meanwhile.
    """
    letter = table_of(Letter)
    recipients = select(letter.c.recipient).where(letter.c.id.in_(sorted(failed)))
    programme = table_of(ProgrammeYear)
    tried = select(programme.c.year).where(programme.c.trial.is_not(None))  # what went elsewhere tells nothing
    refused: dict[str, dict[int, _Outcome]] = {}
    taken: set[str] = set()
    found = connection.execute(_outcomes().where(letter.c.recipient.in_(recipients), letter.c.year.not_in(tried)))
    for row in map(_Outcome._make, found):
        if row.state == LetterState.SENT:
            taken.add(row.address)
        elif row.address not in taken and of_the_address(row.detail or ""):
            refused.setdefault(row.address, {}).setdefault(row.envelope, row)
    reasons = {}
    for address, messages in refused.items():
        newest, first = next(iter(messages.values())), min(row.due_at for row in messages.values())
        others = select(letter.c.id).where(letter.c.state == LetterState.SENT.value, letter.c.due_at >= first).limit(1)
        if len(messages) >= REFUSALS and connection.execute(others).scalar() is not None:
            reasons[address] = REFUSED.format(count=len(messages), last=words(newest.detail or ""))
    return suppress(connection, reasons, since, by)


class _Outcome(NamedTuple):
    """What became of a letter; `address` in lower case."""

    address: str
    envelope: int
    state: str
    detail: str | None
    due_at: datetime


def _outcomes() -> Select[Any]:
    """What became of letters that were taken or failed, the newest first."""
    letter = table_of(Letter)
    envelope = func.coalesce(letter.c.envelope, letter.c.id).label("envelope")
    columns = (
        func.lower(letter.c.address).label("address"),
        envelope,
        letter.c.state,
        letter.c.detail,
        letter.c.due_at,
    )
    return (
        select(*columns)
        .where(letter.c.state.in_((LetterState.SENT.value, LetterState.FAILED.value)))
        .order_by(letter.c.id.desc())
    )


class Lead(NamedTuple):
    """The letter that leads a message; `address` is where it went, in a trial to that one's mailbox, `trial`."""

    message_id: str
    id: int
    recipient: str
    address: str
    sent_at: datetime | None
    trial: str | None


def leads(connection: Connection, message_ids: Collection[str]) -> dict[str, Lead]:
    """Find the letters that lead these messages, by Message-ID."""
    letter = table_of(Letter)
    programme = table_of(ProgrammeYear)
    its = select(programme.c.trial).where(programme.c.year == letter.c.year).scalar_subquery()
    said = {"address": func.coalesce(its, letter.c.address), "trial": its}
    columns = (said[name] if name in said else letter.c[name] for name in Lead._fields)
    query = select(*columns).where(letter.c.message_id.in_(sorted(message_ids)))
    return {row[0]: Lead._make(row) for row in connection.execute(query)}


def came_back(connection: Connection, lead: Lead, reason: str) -> int:
    """Put on record that a message came back: all letters in it have failed. Give how many."""
    letter = table_of(Letter)
    carried = (letter.c.id == lead.id) | (letter.c.envelope == lead.id)
    gone = update(letter).where(letter.c.recipient == lead.recipient, carried, may(letter, LetterEvent.BOUNCE))
    values = {**moved(LetterEvent.BOUNCE), "detail": RETURNED.format(reason=reason)}
    return int(connection.execute(gone.values(values)).rowcount)


def written_to(connection: Connection, addresses: Collection[str]) -> frozenset[str]:
    """Give those of these addresses (lower case) that a letter was ever sent to."""
    letter = table_of(Letter)
    query = select(func.lower(letter.c.address)).where(func.lower(letter.c.address).in_(sorted(addresses)))
    return frozenset(connection.execute(query.where(letter.c.tries > 0).distinct()).scalars())


def readdress(connection: Connection, addresses: Mapping[str, str]) -> int:
    """Address anew and queue what is held for these recipients, but not to an address that is suppressed itself."""
    letter, table = table_of(Letter), table_of(Suppressed)
    waiting = select(letter.c.recipient).where(
        may(letter, LetterEvent.RELEASE), letter.c.recipient.in_(sorted(addresses))
    )
    freed = 0
    for recipient in connection.execute(waiting.distinct()).scalars().all():
        address = addresses[recipient]
        given_up = connection.execute(select(table.c.address).where(table.c.address == address.lower())).scalar()
        if address and given_up is None:
            held = update(letter).where(may(letter, LetterEvent.RELEASE), letter.c.recipient == recipient)
            freed += connection.execute(held.values(**moved(LetterEvent.RELEASE), **AFRESH, address=address)).rowcount
    return freed


def redirect(connection: Connection, addresses: Mapping[str, str]) -> int:
    """Send what waits for these recipients to these addresses; it is held where that one is given up. Give how many."""
    letter, table = table_of(Letter), table_of(Suppressed)
    queued = may(letter, LetterEvent.HOLD) & letter.c.recipient.in_(sorted(addresses))
    if not addresses:
        return 0
    sent_on = connection.execute(update(letter).where(queued).values(address=case(addresses, value=letter.c.recipient)))
    given_up = func.lower(letter.c.address).in_(select(table.c.address))
    connection.execute(update(letter).where(queued, given_up).values(**moved(LetterEvent.HOLD), detail=HELD))
    return int(sent_on.rowcount) + readdress(connection, addresses)


def _bump(connection: Connection) -> None:
    """Pages of every year that is not closed show what cannot be delivered."""
    table = table_of(ProgrammeYear)
    connection.execute(update(table).where(table.c.closed_as_of.is_(None)).values(revision=table.c.revision + 1))


@dataclass(frozen=True, slots=True)
class Unclear:
    """A bounce for a person to look at: the addresses that it names, if any, the letter it returns (None: not said).

    `year` is that letter's, once it is kept; None where there is no such letter.
    """

    addresses: tuple[str, ...]
    letter: int | None
    reason: str
    year: int | None = None


def put_aside(connection: Connection, bounces: Mapping[str, Unclear], since: datetime) -> None:
    """Keep bounces, by the digest of each, until a person has looked; one that is kept already stays as it is."""
    rows = [
        {"digest": digest, "addresses": ",".join(one.addresses), "letter": one.letter, "reason": one.reason}
        for digest, one in bounces.items()
    ]
    insert_once(connection, table_of(UnclearBounce), [row | {"since": since} for row in rows])


def unclear(connection: Connection) -> list[tuple[datetime, Unclear]]:
    """Give the bounces that nobody has looked at, each with when it was read, the oldest first."""
    table, letter = table_of(UnclearBounce), table_of(Letter)
    query = select(*(table.c[name] for name in BOUNCE), letter.c.year).where(table.c.looked_at.is_(None))
    held = query.outerjoin(letter, letter.c.id == table.c.letter)
    return _unclear(connection.execute(held.order_by(table.c.since, table.c.digest)))


def looked_at(connection: Connection, at: datetime) -> list[tuple[datetime, Unclear]]:
    """Put on record that a person looked at them, and give these and no other."""
    table = table_of(UnclearBounce)
    looked = update(table).where(table.c.looked_at.is_(None)).values(looked_at=at)
    found = _unclear(connection.execute(looked.returning(*(table.c[name] for name in BOUNCE))))
    return sorted(found, key=lambda one: (one[0], one[1].addresses, one[1].reason))


BOUNCE = ("since", "addresses", "letter", "reason")


def _unclear(rows: Iterable[Sequence[Any]]) -> list[tuple[datetime, Unclear]]:
    return [(since, Unclear(tuple(filter(None, named.split(","))), *rest)) for since, named, *rest in rows]
