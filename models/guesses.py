"""Wrong guesses at a password or a code: how many of late, by a key that says of what, and by whom."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import delete, func, insert, select, text

from models.columns import table_of
from models.tables.accounts import WrongGuess

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from datetime import datetime

    from sqlalchemy import Connection

_TURN = text("SELECT pg_advisory_xact_lock(7238147)")
"""PostgreSQL: one guess is counted after another; to the end of the transaction."""


def late(connection: Connection, keys: Collection[str], since: datetime, most: int) -> Mapping[str, datetime]:
    """Give the keys that have so many guesses since an instant or more, with the oldest of the newest so many."""
    table = table_of(WrongGuess)
    number = func.row_number().over(partition_by=table.c.key, order_by=table.c.at.desc()).label("number")
    ranked = select(table.c.key, table.c.at, number).where(table.c.key.in_(keys), table.c.at > since).subquery()
    found = connection.execute(select(ranked.c.key, ranked.c.at).where(ranked.c.number == most))
    return {row.key: row.at for row in found}


def one_at_a_time(connection: Connection) -> None:
    """Let nobody else count until this transaction ends."""
    if connection.dialect.name == "postgresql":
        connection.execute(_TURN)


def count(connection: Connection, token: str, keys: Collection[str], at: datetime, since: datetime) -> None:
    """Count a guess under each key, and forget those from before an instant."""
    table = table_of(WrongGuess)
    connection.execute(delete(table).where(table.c.at <= since))
    connection.execute(insert(table), [{"token": token, "key": key, "at": at} for key in keys])


def forgive(connection: Connection, token: str, key: str) -> None:
    """Take a guess that was right back, and all that was counted under a key."""
    table = table_of(WrongGuess)
    connection.execute(delete(table).where((table.c.token == token) | (table.c.key == key)))
