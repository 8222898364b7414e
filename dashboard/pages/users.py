"""The accounts, for who administers them: made, invited anew, shut, opened."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from fastapi import Depends, Form, Request
from fastapi.responses import HTMLResponse, Response

from acts import accounts as acts
from dashboard.acts.once import form_token
from dashboard.acts.once import once as confirmed
from dashboard.serving.area import Area
from dashboard.serving.policy import ADMIN_ONLY, NotThere, Signed, allow
from dashboard.serving.rendering import page
from dashboard.serving.row_ids import Id
from dashboard.signing_in.reader import Role
from dashboard.signing_in.totp import one_time
from models import accounts, deeds, sign_ins, standing
from models.database import Within
from season.outcome import Outcome

if TYPE_CHECKING:
    from collections.abc import Callable

    from acts.accounts import Invited
    from calendars.year import City
    from dashboard.serving.site import Site
    from dashboard.signing_in.reader import Reader
    from models.accounts import KeptAccount
    from models.database import Database

area = Area(prefix="/users", dependencies=[Depends(allow(ADMIN_ONLY))], default_response_class=HTMLResponse)
ANSWERED = "这张表已经办理过；链接只显示一次，若没有记下，请重新发一个。"

Typed = Annotated[str, Form()]


def cities(site: Site) -> tuple[City, ...]:
    """Give the cities of the newest year, in the customary order."""
    with site.database.read() as connection:
        return tuple(standing.newest_calendar(connection).cities)


@area.get("")
def users(request: Request) -> HTMLResponse:
    """List the accounts, with a form for another."""
    return _list(request, None)


def _list(request: Request, said: str | None, status: int = 200, **typed: str) -> HTMLResponse:
    site: Site = request.app.state.site
    with site.database.read() as connection:
        everybody = accounts.everybody(connection)
        newest = max(standing.years_open(connection), default=None)
    found = cities(site)
    names = {city.slug: city.name for city in found}
    facts = {"everybody": everybody, "newest": newest, "cities": found, "names": names}
    wanted = {"name": "", "shown": "", "role": Role.CITY, "city": ""} | typed
    return page("users.html", request, status=status, token=form_token(), roles=Role, typed=wanted, said=said, **facts)


@area.post("")
def add(
    request: Request, reader: Signed, once: Typed, name: Typed, shown: Typed, role: Typed, city: Typed = ""
) -> Response:
    """Make an account and show its link."""
    site: Site = request.app.state.site
    slug = _slug(site, city) if role == Role.CITY else None
    token = one_time(site.secret, once)

    def do(database: Database) -> Invited:
        stamp = site.sign(reader.shown)
        return acts.add(database, stamp, name, role=role, city=slug, shown=shown, token=token, by=reader.account)

    invited = _invited(site, reader, once, f"新建账号 {name}", token, do)
    if not invited.outcome.done:
        return _list(request, invited.outcome.message, 409, name=name, shown=shown, role=role, city=city)
    return page("users/link.html", request, invited=invited)


def _slug(site: Site, city: str) -> str | None:
    return next((one.slug for one in cities(site) if one.slug == city), None)


def _invited(site: Site, reader: Reader, form: str, act: str, token: str, do: Callable[[Database], Invited]) -> Invited:
    """Invite somebody once a form; who sends it twice sees the same link, as long as nobody has used it.

    The form is taken, and answered, in the transaction that invites: a second click waits for the link.
    """
    with site.database.write() as connection:
        if deeds.take(connection, form, reader.account, act, site.wall(), "/users"):
            invited = do(Within(site.database, connection))
            deeds.answer(connection, form, done=invited.outcome.done, said=invited.outcome.message)
            return invited
    with site.database.read() as connection:
        deed = deeds.find(connection, form)
        waiting = sign_ins.offered(connection, acts.digest(token), site.wall())
    if deed is None or deed.account != reader.account or waiting is None:
        return acts.Invited(Outcome("refused", ANSWERED))
    return acts.Invited(Outcome("done", deed.said or ""), waiting.id, acts.link_of(site.sign(reader.shown), token))


@area.get("/{account}")
def user(request: Request, account: Id) -> HTMLResponse:
    """Show an account with what may be done to it."""
    return _one(request, account, None)


def _one(request: Request, account: int, said: str | None, status: int = 200) -> HTMLResponse:
    site: Site = request.app.state.site
    found = _row(site, account)
    names = {city.slug: city.name for city in cities(site)}
    facts = {"user": found, "role": Role(found.role), "names": names, "said": said, "token": form_token}
    return page("users/user.html", request, status=status, **facts)


def _row(site: Site, account: int) -> KeptAccount:
    with site.database.read() as connection:
        found = accounts.of_id(connection, account)
    if found is None:
        raise NotThere
    return found


@area.post("/{account}/reset")
def reset(request: Request, reader: Signed, account: Id, once: Typed) -> Response:
    """Take password and authenticator back, and show the new link."""
    site: Site = request.app.state.site
    name, token = _row(site, account).name, one_time(site.secret, once)

    def do(database: Database) -> Invited:
        return acts.reset(database, site.sign(reader.shown), name, token=token, by=reader.account)

    invited = _invited(site, reader, once, f"给 {name} 重新发登录链接", token, do)
    if not invited.outcome.done:
        return _one(request, account, invited.outcome.message, 409)
    return page("users/link.html", request, invited=invited)


@area.post("/{account}/disable")
def disable(request: Request, reader: Signed, account: Id, once: Typed, reason: Typed = "") -> Response:
    """Shut an account; not one's own."""
    site: Site = request.app.state.site
    name = _row(site, account).name
    if account == reader.account:
        return _one(request, account, "不能停用自己的账号；请由另一位省办管理员办理。", 409)

    def do(database: Database) -> Outcome:
        stamp = site.sign(reader.shown)
        return acts.disable(database, stamp, name, by=reader.account, reason=reason.strip())

    return confirmed(site, reader, once, f"停用账号 {name}", f"/users/{account}", do)


@area.post("/{account}/enable")
def enable(request: Request, reader: Signed, account: Id, once: Typed) -> Response:
    """Open an account again."""
    site: Site = request.app.state.site
    name = _row(site, account).name

    def do(database: Database) -> Outcome:
        return acts.enable(database, site.sign(reader.shown), name, by=reader.account)

    return confirmed(site, reader, once, f"启用账号 {name}", f"/users/{account}", do)
