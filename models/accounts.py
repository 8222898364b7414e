"""Who may sign in: accounts, their sessions, and the one-time links by which a password is first set."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import insert, select, update

from models.columns import columns_of, table_of
from models.shortcuts.bulk import inserting
from models.tables.accounts import Account

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy import ColumnElement, Connection


@dataclass(frozen=True, slots=True)
class KeptAccount:
    """An account as it is kept: the columns of its table (`Account`), which says what they hold."""

    id: int
    name: str
    shown: str
    role: str
    city: str | None
    password: str | None
    totp: str | None
    totp_step: int | None
    disabled_at: datetime | None
    made_by: str
    made_at: datetime


def named(connection: Connection, name: str) -> KeptAccount | None:
    """Give the account of a sign-in name, whatever its case; None where there is none."""
    return _one(connection, table_of(Account).c.name == name.strip().casefold())


def of_id(connection: Connection, account: int) -> KeptAccount | None:
    """Give an account, None where there is none."""
    return _one(connection, table_of(Account).c.id == account)


def _one(connection: Connection, which: ColumnElement[bool]) -> KeptAccount | None:
    found = connection.execute(select(*columns_of(KeptAccount, table_of(Account))).where(which)).one_or_none()
    return KeptAccount(*found) if found else None


def add_all(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Make accounts of these columns in a database that has none of their names."""
    connection.execute(insert(table_of(Account)), list(rows))


def everybody(connection: Connection) -> list[KeptAccount]:
    """Give every account, the province's first, then by city and name."""
    table = table_of(Account)
    query = select(*columns_of(KeptAccount, table)).order_by(table.c.city.is_not(None), table.c.city, table.c.name)
    return [KeptAccount(*row) for row in connection.execute(query)]


def add(connection: Connection, row: dict[str, Any]) -> int:
    """Make an account; its id. The unique name forbids two."""
    made: int = connection.execute(insert(table_of(Account)).values(row).returning(table_of(Account).c.id)).scalar_one()
    return made


def add_new(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> dict[str, int]:
    """Make accounts of these columns; give the ids of those whose names nobody had, by name."""
    table = table_of(Account)
    if not rows:
        return {}
    new = inserting(connection.dialect.name, table).values(list(rows)).on_conflict_do_nothing()
    return dict(connection.execute(new.returning(table.c.name, table.c.id)).tuples().all())


def change(connection: Connection, account: int, **columns: object) -> None:
    """Set columns of an account."""
    table = table_of(Account)
    connection.execute(update(table).where(table.c.id == account).values(columns))


def take_step(connection: Connection, account: int, step: int) -> bool:
    """Take the code of a time step; False where that one, or a later one, was taken before."""
    table = table_of(Account)
    newer = table.c.totp_step.is_(None) | (table.c.totp_step < step)
    taken = update(table).where(table.c.id == account, newer).values(totp_step=step)
    return connection.execute(taken).rowcount == 1


def other_admins(connection: Connection, account: int) -> int:
    """Count the administrators beside this one who can sign in."""
    table = table_of(Account)
    able = select(table.c.id).where(
        table.c.role == "admin", table.c.id != account, table.c.disabled_at.is_(None), table.c.password.is_not(None)
    )
    return len(connection.execute(able).all())
