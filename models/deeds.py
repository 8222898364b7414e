"""Confirmations: a form's own token is taken once, so that a double click does it once; and what was answered."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, select, update

from models.columns import table_of
from models.shortcuts.bulk import insert_new
from models.tables.audit import Deed

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection, Row


def take(connection: Connection, token: str, account: int, act: str, at: datetime, back: str) -> bool:
    """Take a form's token; False where it was taken before."""
    row = {"token": token, "account": account, "act": act, "at": at, "back": back}
    return insert_new(connection, table_of(Deed), [row]) == 1


def answer(connection: Connection, token: str, *, done: bool, said: str) -> None:
    """Keep what the act answered."""
    table = table_of(Deed)
    connection.execute(update(table).where(table.c.token == token).values(done=done, said=said))


def find(connection: Connection, token: str) -> Row[Any] | None:
    """Give a confirmation: token, account, act, at, done, said, back."""
    table = table_of(Deed)
    return connection.execute(select(table).where(table.c.token == token)).one_or_none()


def forget(connection: Connection, token: str) -> None:
    """Give a token back that was taken and came to nothing, so that the same may be asked again."""
    table = table_of(Deed)
    connection.execute(delete(table).where(table.c.token == token, table.c.said.is_(None)))
