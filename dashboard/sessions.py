"""Sessions: an opaque cookie, of which only the digest is kept."""

from __future__ import annotations

import secrets
from datetime import timedelta
from hashlib import sha256
from typing import TYPE_CHECKING

from sqlalchemy import delete, insert, select

from dashboard.forged import token
from dashboard.reader import Reader, Role
from models.accounts import Account, SignIn
from models.columns import table_of

if TYPE_CHECKING:
    from fastapi import Request, Response

    from dashboard.site import Site

COOKIE = "talent"
LASTS = timedelta(hours=12)


def digest(cookie: str) -> str:
    """Give what is kept of a cookie."""
    return sha256(cookie.encode()).hexdigest()


async def reader_of(request: Request) -> Reader | None:
    """Give who is looking; None where nobody is signed in, or not all the way, or no longer."""
    cookie = request.cookies.get(COOKIE)
    return None if cookie is None else find(request.app.state.site, digest(cookie))


def find(site: Site, session: str) -> Reader | None:
    """Give the reader of a session's digest."""
    sign_in, account = table_of(SignIn), table_of(Account)
    query = select(account.c.id, account.c.name, account.c.shown, account.c.role, account.c.city).where(
        sign_in.c.digest == session,
        sign_in.c.pending.is_(False),
        sign_in.c.until > site.wall(),
        account.c.id == sign_in.c.account,
        account.c.disabled_at.is_(None),
    )
    with site.database.read() as connection:
        row = connection.execute(query).one_or_none()
    if row is None:
        return None
    return Reader(row.id, row.name, row.shown, Role(row.role), row.city, session, token(site.secret, session))


def begin(site: Site, account: int, response: Response, *, pending: bool = False) -> None:
    """Start a session of its own for this sign-in and give its cookie to the browser."""
    cookie, now = secrets.token_urlsafe(32), site.wall()
    row = {"digest": digest(cookie), "account": account, "pending": pending, "since": now, "seen": now}
    with site.database.write() as connection:
        connection.execute(insert(table_of(SignIn)).values(row | {"until": now + LASTS}))
    response.set_cookie(
        COOKIE,
        cookie,
        max_age=int(LASTS.total_seconds()),
        httponly=True,
        samesite="lax",
        secure=site.settings.base_url.startswith("https:"),
    )


def end(site: Site, session: str) -> None:
    """End a session."""
    table = table_of(SignIn)
    with site.database.write() as connection:
        connection.execute(delete(table).where(table.c.digest == session))
