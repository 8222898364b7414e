"""Calendar feeds: unguessable addresses that can be revoked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import TYPE_CHECKING

from sqlalchemy import insert, select, update

from models.columns import table_of
from models.tables.accounts import Account
from models.tables.feeds import Feed

if TYPE_CHECKING:
    from sqlalchemy import Connection


@dataclass(frozen=True, slots=True)
class KeptFeed:
    """A feed that is not revoked: the digest of its token, of which city (None: all), since when, whose."""

    digest: str
    city: str | None
    made_at: datetime
    shown: str


def digest(token: str) -> str:
    """Give what is kept of a feed's token."""
    return sha256(token.encode()).hexdigest()


def make(connection: Connection, token: str, account: int, city: str | None, at: datetime) -> None:
    """Put a new feed on file."""
    row = {"digest": digest(token), "account": account, "city": city, "made_at": at}
    connection.execute(insert(table_of(Feed)).values(row))


def find(connection: Connection, token: str) -> KeptFeed | None:
    """Give a feed that is not revoked, and whose account may still sign in."""
    feed, account = table_of(Feed), table_of(Account)
    query = select(feed.c.digest, feed.c.city, feed.c.made_at, account.c.shown).where(
        feed.c.digest == digest(token),
        feed.c.revoked_at.is_(None),
        account.c.id == feed.c.account,
        account.c.disabled_at.is_(None),
    )
    return next((KeptFeed(*row) for row in connection.execute(query)), None)


def listed(connection: Connection, account: int | None) -> list[KeptFeed]:
    """Give an account's feeds (None: everybody's) that are not revoked, oldest first."""
    feed, owner = table_of(Feed), table_of(Account)
    query = select(feed.c.digest, feed.c.city, feed.c.made_at, owner.c.shown).where(
        feed.c.revoked_at.is_(None), owner.c.id == feed.c.account
    )
    whose = query if account is None else query.where(feed.c.account == account)
    return [KeptFeed(*row) for row in connection.execute(whose.order_by(feed.c.made_at, feed.c.digest))]


def revoke(connection: Connection, key: str, account: int | None, at: datetime) -> bool:
    """Revoke a feed by its digest; False where it is not this account's (None: any) or was revoked before."""
    table = table_of(Feed)
    query = update(table).where(table.c.digest == key, table.c.revoked_at.is_(None))
    mine = query if account is None else query.where(table.c.account == account)
    return bool(connection.execute(mine.values(revoked_at=at)).rowcount)
