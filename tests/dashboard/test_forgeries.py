"""Requests that another site sends in a reader's name: refused on every unsafe route there is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import SimpleNamespace

import pytest
from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse, Response
from fastapi.routing import APIRoute

from dashboard.serving import app as application
from dashboard.serving import policy
from dashboard.serving.app import make_app
from dashboard.serving.forgery import Forged, same_origin
from dashboard.serving.policy import EVERYONE, allow
from dashboard.signing_in import sessions
from dashboard.signing_in.reader import Role
from settings import Settings
from tests.support import routes
from tests.support.canaries import rows
from tests.support.window import ADMIN, BASE, VIEWER, Browser, Window

CITY = "yancheng"
ENTITLED = ((Role.ADMIN, ADMIN), (Role.VIEWER, VIEWER), (Role.CITY, CITY))
FOREIGN: Mapping[str, Mapping[str, str | None]] = {
    "another site": {"origin": "https://evil.example"},
    "another port": {"origin": f"{BASE}:8443"},
    "our name as a prefix": {"origin": f"{BASE}.evil.example"},
    "a sandboxed frame": {"origin": "null"},
    "nothing said": {"origin": None},
    "a cross-site browser that names no origin": {"origin": None, "sec-fetch-site": "cross-site"},
    "a neighbour that names no origin": {"origin": None, "sec-fetch-site": "same-site"},
    "another site's page": {"origin": None, "referer": "https://evil.example/2022"},
}


@pytest.fixture
def town(planted: Window) -> Window:
    return planted


def unsafe(window: Window) -> list[APIRoute]:
    return [route for route in routes.routes(make_app(window.site)) if routes.unsafe(route)]


def entitled(window: Window) -> Callable[[APIRoute], Browser]:
    """Gives the browser of somebody who may use a route, to whom a forger would turn."""
    browsers = {role: window.as_(name) for role, name in ENTITLED}
    nobody = window.as_(None)

    def of(route: APIRoute) -> Browser:
        allowed = routes.roles(route) or ()
        return next((browser for role, browser in browsers.items() if role in allowed), nobody)

    return of


def bearer(route: APIRoute) -> bool:
    """Whether the secret that a forger cannot know is the address itself."""
    return routes.roles(route) is None and bool({*routes.named(route)} & routes.SECRET)


def let_in(window: Window, token: str | None, headers: Mapping[str, str | None], *, bearers: bool) -> list[str]:
    """The routes that took such a request; `bearers`: those too whose address is itself the secret."""
    taken, browser_for = [], entitled(window)
    for route in unsafe(window):
        if bearer(route) and not bearers:
            continue
        browser = browser_for(route)
        fields, uploads = routes.form_of(window, route, CITY)
        fields |= {"csrf": browser.csrf if token is None else token}
        for name in headers:
            browser.headers.pop(name, None)
        given = {name: value for name, value in headers.items() if value is not None}
        address = routes.addresses(window, route, CITY)[0]
        if browser.post(address, data=fields, files=uploads or None, headers=given).status_code != 403:
            taken.append(route.path)
    return taken


@pytest.mark.parametrize("headers", FOREIGN.values(), ids=FOREIGN)
def test_no_route_takes_a_form_from_elsewhere(town: Window, headers: Mapping[str, str | None]) -> None:
    before = rows(town.database)
    assert (let_in(town, None, headers, bearers=True), rows(town.database)) == ([], before)


@pytest.mark.parametrize("token", ["", "0" * 32, "令牌", "another's"])
def test_no_route_takes_a_form_without_its_own_sessions_token(town: Window, token: str) -> None:
    before = rows(town.database)
    given = town.as_("nanjing").csrf if token == "another's" else token
    assert (let_in(town, given, {}, bearers=False), rows(town.database)) == ([], before)


def test_no_route_takes_json_without_the_token_in_a_header(town: Window) -> None:
    before, taken, browser_for = rows(town.database), [], entitled(town)
    for route in unsafe(town):
        if bearer(route):
            continue
        browser = browser_for(route)
        for kind in ("application/json", "text/plain"):
            body = '{"csrf": "' + browser.csrf + '"}'
            address = routes.addresses(town, route, CITY)[0]
            status = browser.post(address, content=body, headers={"content-type": kind}).status_code
            # A form that is missing altogether is refused as such before anybody asks who sent it.
            if status not in {403, 422}:
                taken.append((route.path, kind, status))
    assert (taken, rows(town.database)) == ([], before)


PROBE = APIRouter(dependencies=[Depends(allow(EVERYONE))], default_response_class=HTMLResponse)


@PROBE.post("/probe")
def probe() -> Response:
    return Response("done")


def test_the_token_is_taken_from_a_form_or_a_header_and_nowhere_else(
    town: Window, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(application, "AREAS", (PROBE, *application.AREAS))
    browser = town.as_(ADMIN)
    token = {"csrf": browser.csrf}
    assert [
        browser.post("/probe", data=token).status_code,
        browser.post("/probe", headers={"x-csrf-token": browser.csrf}, json={}).status_code,
        browser.post("/probe", params=token).status_code,
        browser.post("/probe", json=token).status_code,
        browser.post("/probe", files={"csrf": ("csrf", browser.csrf.encode())}).status_code,
        browser.post("/probe").status_code,
    ] == [200, 200, 403, 403, 403, 403]


def test_without_the_guard_the_forgeries_are_taken(town: Window, monkeypatch: pytest.MonkeyPatch) -> None:
    async def trusting(_request: Request, _reader: object) -> None:
        return None

    monkeypatch.setattr(policy, "refuse_forged", trusting)
    monkeypatch.setattr(application, "AREAS", (PROBE, *application.AREAS))
    assert "/probe" in let_in(town, "", FOREIGN["another site"], bearers=False)


def request(base: str, seen: str = "http", **headers: str) -> Request:
    site = SimpleNamespace(settings=Settings(base_url=base))
    raw = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    host = dict(raw).get(b"host", b"window.example").decode()
    app = SimpleNamespace(state=SimpleNamespace(site=site))
    scope = {"type": "http", "scheme": seen, "server": (host, 80), "path": "/", "query_string": b"", "headers": raw}
    return Request(scope | {"app": app})


@pytest.mark.parametrize(
    ("given", "ours"),
    [
        (request("http://window.example", host="window.example", origin="http://window.example"), True),
        (request("http://window.example", host="10.0.0.5:8000", origin="http://10.0.0.5:8000"), True),
        (request("https://window.example/talent", host="window.example", origin="https://window.example"), True),
        # Behind the office's proxy every request is plain http: a page of the same name that somebody on the way put
        # there must not pass for ours.
        (request("https://window.example", host="window.example", origin="http://window.example"), False),
        (request("http://window.example", host="window.example", origin="null"), False),
        (request("http://window.example", host="window.example", referer="http://window.example/2022"), True),
        (request("http://window.example", host="window.example", referer="http://["), False),
        (request("http://window.example", host="window.example", sec_fetch_site="same-origin"), True),
        (request("http://window.example", host="window.example", sec_fetch_site="none"), False),
        (request("http://window.example", host="window.example"), False),
    ],
)
def test_an_origin_is_ours_or_it_is_not(given: Request, ours: bool) -> None:
    assert same_origin(given) is ours


def test_over_https_the_cookies_are_bound_to_this_very_host(window: Window) -> None:
    object.__setattr__(
        window.site, "settings", window.site.settings.model_copy(update={"base_url": "https://w.example"})
    )
    answer = Browser(window.site, None).get("/sign-in", headers={"host": "w.example"})
    shown = answer.headers["set-cookie"]
    assert shown.startswith("__Host-talent-visit=")
    assert {"HttpOnly", "Secure", "Path=/", "SameSite=lax"} <= {part.strip() for part in shown.split(";")}
    assert "Domain" not in shown


def test_a_cookie_is_never_read_by_script_nor_sent_along_from_elsewhere(window: Window) -> None:
    shown = Browser(window.site, None).get("/sign-in").headers["set-cookie"]
    assert {"HttpOnly", "SameSite=lax"} <= {part.strip() for part in shown.split(";")}
    assert sessions.named(window.site) == "talent"


def test_a_refusal_is_said_in_words(window: Window) -> None:
    answer = window.as_(ADMIN).post("/sign-out")
    assert (answer.status_code, str(Forged()) in answer.text) == (403, True)
