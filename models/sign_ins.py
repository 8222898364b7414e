"""Sessions and one-time links as rows: only digests are kept, and an account's end with what ended them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, delete, insert, select, update

from models.accounts import KeptAccount
from models.columns import columns_of, table_of
from models.tables.accounts import Account, OneTimeLink, SignIn
from models.taking_back import take_back_invitations

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from sqlalchemy import Connection, Select

IDLE = timedelta(hours=2)
"""How long a session lives without anything being done in it."""

LASTS = timedelta(hours=12)
"""How long a session lives whatever is done in it."""

PENDING = timedelta(minutes=10)
"""How long the second factor is waited for."""


@dataclass(frozen=True, slots=True)
class LiveSession:
    """A session that holds: whose, and since when; `seen` is when something was last done in it."""

    account: KeptAccount
    digest: str
    since: datetime
    seen: datetime


def begin(connection: Connection, digest: str, account: int, now: datetime, *, pending: bool) -> None:
    """Start a session, and clear away those that are over."""
    table = table_of(SignIn)
    connection.execute(delete(table).where((table.c.until <= now) | (table.c.seen <= now - IDLE)))
    row = {"digest": digest, "account": account, "pending": pending, "since": now, "seen": now}
    connection.execute(insert(table).values(row | {"until": now + (PENDING if pending else LASTS)}))


def _living() -> Select[Any]:
    """The sessions that hold `now` and were `used_since`, each with its account; one that was disabled has none."""
    sign_in, account = table_of(SignIn), table_of(Account)
    return (
        select(sign_in.c.digest, sign_in.c.since, sign_in.c.seen, *columns_of(KeptAccount, account))
        .join_from(sign_in, account, account.c.id == sign_in.c.account)
        .where(
            sign_in.c.until > bindparam("now"),
            sign_in.c.seen > bindparam("used_since"),
            account.c.disabled_at.is_(None),
        )
    )


def _sessions(connection: Connection, query: Select[Any], asked: Mapping[str, object]) -> list[LiveSession]:
    return [
        LiveSession(KeptAccount(*account), digest, since, seen_)
        for digest, since, seen_, *account in connection.execute(query, asked)
    ]


def find(connection: Connection, digest: str, now: datetime, *, pending: bool) -> LiveSession | None:
    """Give a session; None where it is over or waits for its code."""
    asked = {"session": digest, "now": now, "used_since": now - IDLE}
    return next(iter(_sessions(connection, _session(pending), asked)), None)


@cache
def _session(pending: bool) -> Select[Any]:
    sign_in = table_of(SignIn)
    return _living().where(sign_in.c.digest == bindparam("session"), sign_in.c.pending.is_(pending))


def of_account(connection: Connection, account: int, now: datetime) -> list[LiveSession]:
    """Give an account's sessions, newest first."""
    sign_in = table_of(SignIn)
    found = _living().where(sign_in.c.account == account, sign_in.c.pending.is_(False))
    asked = {"now": now, "used_since": now - IDLE}
    return _sessions(connection, found.order_by(sign_in.c.since.desc(), sign_in.c.digest), asked)


def seen(connection: Connection, digest: str, now: datetime) -> None:
    """Put down that something was done in a session."""
    table = table_of(SignIn)
    connection.execute(update(table).where(table.c.digest == digest).values(seen=now))


def end(connection: Connection, digest: str) -> None:
    """End a session."""
    table = table_of(SignIn)
    connection.execute(delete(table).where(table.c.digest == digest))


def end_all(connection: Connection, account: int) -> None:
    """End an account's sessions, pending ones too."""
    table = table_of(SignIn)
    connection.execute(delete(table).where(table.c.account == account))


def offer(connection: Connection, digest: str, account: int, until: datetime) -> None:
    """Make a one-time link the only one of its account."""
    offer_all(connection, {digest: account}, until)


def offer_all(connection: Connection, links: Mapping[str, int], until: datetime) -> None:
    """Make one-time links, by their digests, the only ones of their accounts."""
    if links:
        revoke_all(connection, [*links.values()])
        rows = [{"digest": digest, "account": account, "until": until} for digest, account in links.items()]
        connection.execute(insert(table_of(OneTimeLink)), rows)


def waiting(connection: Connection, now: datetime) -> dict[str, int]:
    """Give the links that still hold, by digest: the account of each."""
    table = table_of(OneTimeLink)
    held = select(table.c.digest, table.c.account).where(table.c.used_at.is_(None), table.c.until > now)
    return dict(connection.execute(held).tuples().all())


def revoke(connection: Connection, account: int) -> None:
    """Make an account's links that were not used worthless."""
    revoke_all(connection, [account])


def revoke_all(connection: Connection, of: Collection[int]) -> None:
    """Make the links of these accounts that were not used worthless; letters that would carry them are taken back."""
    table = table_of(OneTimeLink)
    connection.execute(delete(table).where(table.c.account.in_([*of]), table.c.used_at.is_(None)))
    take_back_invitations(connection, of)


def revoke_unset(connection: Connection, city: str) -> bool:
    """Make the links of a city's accounts that have no password yet worthless; False where none was held."""
    link, account = table_of(OneTimeLink), table_of(Account)
    held = select(link.c.account).join_from(link, account, account.c.id == link.c.account)
    unset = held.where(account.c.city == city, account.c.password.is_(None), link.c.used_at.is_(None))
    theirs = connection.execute(unset).scalars().all()
    revoke_all(connection, theirs)
    return bool(theirs)


def offered(connection: Connection, digest: str, now: datetime) -> KeptAccount | None:
    """Give the account of a link that still holds; looking at it uses nothing up."""
    link, account = table_of(OneTimeLink), table_of(Account)
    found = (
        select(*columns_of(KeptAccount, account))
        .join_from(link, account, account.c.id == link.c.account)
        .where(link.c.digest == digest, link.c.used_at.is_(None), link.c.until > now, account.c.disabled_at.is_(None))
    )
    row = connection.execute(found).one_or_none()
    return KeptAccount(*row) if row else None


def use(connection: Connection, digest: str, now: datetime) -> bool:
    """Use a link up; False where somebody did before, or it is too late."""
    table = table_of(OneTimeLink)
    fresh = (table.c.digest == digest) & table.c.used_at.is_(None) & (table.c.until > now)
    return connection.execute(update(table).where(fresh).values(used_at=now)).rowcount == 1
