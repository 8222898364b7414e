"""Tables of who may sign in: accounts, their sessions, the one-time links by which a password is first set."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Field, SQLModel

from models.columns import UTCDateTime


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


class WrongGuess(SQLModel, table=True):
    """A guess at a password or a code that was not right, for a while: `key` is the digest of what it counts against.

    One guess has a row for each of its keys, with one `token`.
    """

    __tablename__ = "guess"

    token: str = Field(primary_key=True)
    key: str = Field(primary_key=True, index=True)
    at: datetime = Field(sa_type=UTCDateTime, index=True)
