"""Tables of who may sign in: accounts, their sessions, the one-time links by which a password is first set."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, ForeignKey, Integer, String, Table

from models.columns import METADATA, UTCDateTime

Account = Table(
    "account",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("name", String, nullable=False, unique=True),
    Column("shown", String, nullable=False),
    Column("role", String, nullable=False),
    Column("city", String),
    Column("password", String),
    Column("totp", String),
    Column("totp_step", Integer),
    Column("disabled_at", UTCDateTime),
    Column("made_by", String, nullable=False),
    Column("made_at", UTCDateTime, nullable=False),
)
"""A person who may sign in. `role` is `admin` or `viewer` (the province's) or `city`, which alone has a `city`.

`password` is an argon2id hash, None until its owner has set one; `totp` the sealed secret of the second factor,
`totp_step` the time step of the last code taken, which is never taken again.
"""

SignIn = Table(
    "sign_in",
    METADATA,
    Column("digest", String, primary_key=True),
    Column("account", Integer, ForeignKey("account.id"), nullable=False, index=True),
    Column("pending", Boolean, nullable=False),
    Column("since", UTCDateTime, nullable=False),
    Column("seen", UTCDateTime, nullable=False),
    Column("until", UTCDateTime, nullable=False),
)
"""A session: the SHA-256 of its cookie, never the cookie. `pending` until the second factor was shown."""

OneTimeLink = Table(
    "one_time_link",
    METADATA,
    Column("digest", String, primary_key=True),
    Column("account", Integer, ForeignKey("account.id"), nullable=False, index=True),
    Column("until", UTCDateTime, nullable=False),
    Column("used_at", UTCDateTime),
)
"""A link that sets an account's password once: the SHA-256 of its token, never the token."""
