"""Sessions: an opaque cookie, of which only the digest is kept; a new one at every step."""

from __future__ import annotations

import secrets
from contextlib import suppress
from datetime import timedelta
from hashlib import sha256
from hmac import compare_digest
from typing import TYPE_CHECKING

from fastapi.responses import RedirectResponse
from starlette.concurrency import run_in_threadpool

from dashboard.serving.forgery import token
from dashboard.signing_in.rate_limit import peer
from dashboard.signing_in.reader import Reader, Role
from models import accounts, audit, sign_ins
from models.database import Busy
from models.sign_ins import LASTS, PENDING

if TYPE_CHECKING:
    from fastapi import Request, Response

    from dashboard.serving.site import Site
    from models.accounts import KeptAccount
    from models.sign_ins import LiveSession

COOKIE = "talent"
"""Its name on plain http; over https the prefix `__Host-` binds it to this very host."""

VISIT = "talent-visit"
"""The cookie of who is not signed in yet: the sign-in form's token belongs to it."""

KNOWN, KNOWN_FOR = "talent-known", timedelta(days=180)
"""The cookie, one an account, of a browser in which that account was signed in to, and how long it is known."""

UNKNOWN, NOBODY, ORIGIN = "未登录者", "sign-in", "origin"
"""Who did what nobody signed in did; what a name is that no account has; what an address is, at whichever accounts."""

NOTED = timedelta(minutes=5)
"""How exactly it is known when somebody last did something: not every page is a write."""

__all__ = ["COOKIE", "LASTS", "VISIT", "begin", "csrf", "digest", "end", "find", "pending", "reader_of", "visit"]


def secure(site: Site) -> bool:
    """Tell whether the office's address is https."""
    return site.settings.base_url.startswith("https:")


def named(site: Site, name: str = COOKIE) -> str:
    """Give the name that a cookie has on this site."""
    return f"__Host-{name}" if secure(site) else name


def digest(cookie: str) -> str:
    """Give what is kept of a cookie."""
    return sha256(cookie.encode()).hexdigest()


async def reader_of(request: Request) -> Reader | None:
    """Give who is looking; None where nobody is signed in, or not all the way, or no longer."""
    site: Site = request.app.state.site
    cookie = request.cookies.get(named(site))
    if cookie is None:
        return None
    session = digest(cookie)
    living = await run_in_threadpool(_living, site, session, pending=False)
    if living is None:
        return None
    if site.wall() - living.seen > NOTED and not _by_itself(request):
        await run_in_threadpool(_seen, site, session)
    return _reader(site, living)


def _by_itself(request: Request) -> bool:
    """Whether the page asked without its reader: a screen that refreshes itself is not somebody who works at it."""
    headers = request.headers
    return request.method == "GET" and "hx-request" in headers and "hx-boosted" not in headers


def _seen(site: Site, session: str) -> None:
    """Note that somebody is there; while another writes, the next page notes it: who reads waits for no writer."""
    with suppress(Busy), site.database.write(patient=False) as connection:
        sign_ins.seen(connection, session, site.wall())


def _living(site: Site, session: str, *, pending: bool) -> LiveSession | None:
    with site.database.read() as connection:
        return sign_ins.find(connection, session, site.wall(), pending=pending)


def _reader(site: Site, living: LiveSession) -> Reader:
    own, key = living.account, living.digest
    return Reader(own.id, own.name, own.shown, Role(own.role), own.city, key, csrf(site, key))


def csrf(site: Site, session: str) -> str:
    """Give the token of a session's forms."""
    return token(site.secret, session)


def find(site: Site, session: str) -> Reader | None:
    """Give the reader of a session's digest."""
    living = _living(site, session, pending=False)
    return None if living is None else _reader(site, living)


def pending(request: Request) -> LiveSession | None:
    """Give the session whose password was right and whose code is waited for."""
    site: Site = request.app.state.site
    cookie = request.cookies.get(named(site))
    return None if cookie is None else _living(site, digest(cookie), pending=True)


def begin(site: Site, account: int, response: Response, *, pending: bool = False, old: str | None = None) -> None:
    """Start a session of its own for this sign-in in the place of an old one; give its cookie to the browser."""
    cookie = secrets.token_urlsafe(32)
    with site.database.write() as connection:
        if old is not None:
            sign_ins.end(connection, old)
        sign_ins.begin(connection, digest(cookie), account, site.wall(), pending=pending)
    _set(site, response, COOKIE, cookie, PENDING if pending else LASTS)


def _set(site: Site, response: Response, name: str, value: str, lasts: timedelta) -> None:
    seconds = int(lasts.total_seconds())
    response.set_cookie(
        named(site, name), value, max_age=seconds, path="/", httponly=True, samesite="lax", secure=secure(site)
    )


def end(site: Site, session: str) -> None:
    """End a session."""
    with site.database.write() as connection:
        sign_ins.end(connection, session)


def forget(site: Site, response: Response) -> None:
    """Take the session's cookie back from the browser."""
    response.delete_cookie(named(site), path="/", httponly=True, samesite="lax", secure=secure(site))


def known(request: Request, account: KeptAccount) -> bool:
    """Tell whether this is a browser in which an account was signed in to with the password that it has now."""
    site: Site = request.app.state.site
    mark, _, proof = request.cookies.get(named(site, f"{KNOWN}-{account.id}"), "").partition(".")
    return bool(mark) and compare_digest(proof.encode(), _proof(site, account, mark).encode())


def _proof(site: Site, account: KeptAccount, mark: str) -> str:
    return token(site.secret, f"known:{account.id}:{account.password}:{mark}")


def visit(request: Request) -> str | None:
    """Give the token of the sign-in form that this browser was shown; None where it has none of our cookies."""
    site: Site = request.app.state.site
    cookie = request.cookies.get(named(site, VISIT))
    return token(site.secret, f"visit:{cookie}") if cookie else None


def welcome(request: Request) -> tuple[str, str]:
    """Give a visitor's cookie, the one they have or a new one, and the token of the form they are shown."""
    site: Site = request.app.state.site
    cookie = request.cookies.get(named(site, VISIT)) or secrets.token_urlsafe(18)
    return cookie, token(site.secret, f"visit:{cookie}")


def greet(site: Site, response: Response, cookie: str) -> None:
    """Let a visitor keep their cookie."""
    _set(site, response, VISIT, cookie, LASTS)


def signed_in(request: Request, account: KeptAccount, after: str, old: str | None) -> Response:
    """Begin a whole session, put it on record, know the browser by it, and send its owner on."""
    site: Site = request.app.state.site
    response = RedirectResponse(after, 303)
    begin(site, account.id, response, old=old)
    with site.database.read() as connection:
        kept = accounts.of_id(connection, account.id) or account  # its password may be of this very moment
    mark = secrets.token_urlsafe(12)
    _set(site, response, f"{KNOWN}-{account.id}", f"{mark}.{_proof(site, kept, mark)}", KNOWN_FOR)
    on_record(request, "登录", account.id, account.city, by=account.shown)
    return response


def on_record(
    request: Request, what: str, account: int | None, city: str | None, *, by: str | None = None, other: str = NOBODY
) -> None:
    """Put on record what was done about a sign-in to an account, and from where: `by` its owner, or by nobody known.

    `other` is what it was done to where that is no account. Of a name that no account has the name is not kept: it may
    be a password.
    """
    site: Site = request.app.state.site
    subject, own = f"account:{account}" if account else other, account if by else None
    with site.database.write() as connection:
        stamp = site.sign(by or UNKNOWN)
        audit.record(connection, stamp, what, subject, account=own, city=city, address=peer(request))
