"""Confirmations: a form's own token is taken once, so that a double click does it once; and what was answered."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import delete, select, update

from models.columns import columns_of, table_of
from models.shortcuts.bulk import insert_new
from models.tables.audit import Deed

if TYPE_CHECKING:
    from sqlalchemy import Connection


@dataclass(frozen=True, slots=True)
class Confirmation:
    """A form's token that was taken: by whom, for what, and what the act answered (None until it did)."""

    token: str
    account: int
    act: str
    at: datetime
    done: bool | None
    said: str | None
    back: str | None


def take(connection: Connection, token: str, account: int, act: str, at: datetime, back: str) -> bool:
    """Take a form's token; False where it was taken before."""
    row = {"token": token, "account": account, "act": act, "at": at, "back": back}
    return insert_new(connection, table_of(Deed), [row]) == 1


def answer(connection: Connection, token: str, *, done: bool, said: str) -> None:
    """Keep what the act answered."""
    table = table_of(Deed)
    connection.execute(update(table).where(table.c.token == token).values(done=done, said=said))


def find(connection: Connection, token: str) -> Confirmation | None:
    """Give what became of a form's token; None where it was not taken."""
    table = table_of(Deed)
    found = connection.execute(select(*columns_of(Confirmation, table)).where(table.c.token == token)).one_or_none()
    return Confirmation(*found) if found else None


def forget(connection: Connection, token: str) -> None:
    """Give a token back that was taken and came to nothing, so that the same may be asked again."""
    table = table_of(Deed)
    connection.execute(delete(table).where(table.c.token == token, table.c.said.is_(None)))
