"""Who may sign in: accounts, their sessions, and the one-time links by which a password is first set."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import insert, select, update
from sqlmodel import Field, SQLModel

from models.columns import UTCDateTime, table_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection, Row


class Account(SQLModel, table=True):
    """A person who may sign in. `role` is `admin` or `viewer` (the province's) or `city`, which alone has a `city`.

    `password` is an argon2id hash, None until its owner has set one; `totp` the sealed secret of the second factor,
    `totp_step` the time step of the last code taken, which is never taken again.
    """

    __tablename__ = "account"

    id: int | None = Field(default=None, primary_key=True)
    name: str = Field(unique=True)
    shown: str
    role: str
    city: str | None = None
    password: str | None = None
    totp: str | None = None
    totp_step: int | None = None
    disabled_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    made_by: str
    made_at: datetime = Field(sa_type=UTCDateTime)


class SignIn(SQLModel, table=True):
    """A session: the SHA-256 of its cookie, never the cookie. `pending` until the second factor was shown."""

    __tablename__ = "sign_in"

    digest: str = Field(primary_key=True)
    account: int = Field(foreign_key="account.id", index=True)
    pending: bool
    since: datetime = Field(sa_type=UTCDateTime)
    seen: datetime = Field(sa_type=UTCDateTime)
    until: datetime = Field(sa_type=UTCDateTime)


class OneTimeLink(SQLModel, table=True):
    """A link that sets an account's password once: the SHA-256 of its token, never the token."""

    __tablename__ = "one_time_link"

    digest: str = Field(primary_key=True)
    account: int = Field(foreign_key="account.id", index=True)
    until: datetime = Field(sa_type=UTCDateTime)
    used_at: datetime | None = Field(default=None, sa_type=UTCDateTime)


def named(connection: Connection, name: str) -> Row[Any] | None:
    """Give the account of a sign-in name, whatever its case; None where there is none."""
    table = table_of(Account)
    return connection.execute(select(table).where(table.c.name == name.strip().casefold())).one_or_none()


def of_id(connection: Connection, account: int) -> Row[Any] | None:
    """Give an account, None where there is none."""
    table = table_of(Account)
    return connection.execute(select(table).where(table.c.id == account)).one_or_none()


def everybody(connection: Connection) -> Sequence[Row[Any]]:
    """Give every account, the province's first, then by city and name."""
    table = table_of(Account)
    return connection.execute(select(table).order_by(table.c.city.is_not(None), table.c.city, table.c.name)).all()


def add(connection: Connection, row: dict[str, Any]) -> int:
    """Make an account; its id. The unique name forbids two."""
    made: int = connection.execute(insert(table_of(Account)).values(row).returning(table_of(Account).c.id)).scalar_one()
    return made


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
