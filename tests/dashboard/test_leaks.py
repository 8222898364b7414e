"""Every route × {nobody, each of 13 cities, viewer, admin} × own and foreign: nothing of another's is ever shown."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
from fastapi import APIRouter, Depends, FastAPI, WebSocket
from fastapi.responses import HTMLResponse
from fastapi.routing import APIRoute
from starlette.applications import Starlette

from dashboard.pages import acting, exports
from dashboard.serving import app as application
from dashboard.serving.app import make_app
from dashboard.serving.policy import EVERYONE, Signed, Unguarded, allow, guarded
from dashboard.signing_in.reader import Role
from tests.support import canaries, routes
from tests.support.canaries import Rows, rows
from tests.support.crawling import route_of
from tests.support.originals import PLANTED, Originals, remembered
from tests.support.routes import KeptWalk, Walk, starts, walk
from tests.support.window import ADMIN, CITIES, VIEWER, Window, a_window, copied

pytestmark = pytest.mark.slow


@dataclass
class Town:
    """The season with a canary in everything of everybody's, and where each reader has been in it."""

    window: Window
    walks: dict[str, KeptWalk]
    before: Rows
    after: Rows

    @property
    def app(self) -> FastAPI:
        return make_app(self.window.site)


@pytest.fixture(scope="session")
def town(kept: Path, sqlite_originals: Originals, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    folder = tmp_path_factory.mktemp("town")
    window = a_window(copied(sqlite_originals.file(PLANTED), folder), folder)
    yield Town(window, *remembered(kept / "walks", lambda: _walked(window)))
    window.database.dispose()


def _walked(window: Window) -> tuple[dict[str, KeptWalk], Rows, Rows]:
    """Where everybody goes, and the rows before and after."""
    app, before = make_app(window.site), rows(window.database)
    here = {city: city for city in CITIES} | dict.fromkeys((ADMIN, VIEWER), "yancheng")
    walks = {name: KeptWalk.of(walk(window.as_(name), starts(window, app, city))) for name, city in here.items()}
    return walks, before, rows(window.database)


def leaks(walked: Walk | KeptWalk, city: str) -> list[str]:
    """The addresses at which a city was shown something of another's or of the province's own."""
    others = [word for other in (*CITIES, canaries.EVERY) if other != city for word in canaries.marks_of(other)]
    return [address for address, text in walked.texts() if any(word in text for word in others)]


def test_every_path_parameter_is_known(town: Town) -> None:
    assert routes.unknown(town.app) == [], (
        "这些路径参数的含义还没有写明：请在 tests/support/routes.py 的 OWNED（属于某市）、SHARED（人人相同）、"
        "LINKED（只从链接得知）或 SECRET（不可猜测）中写上，这样每个角色才会被试到"
    )


def test_every_column_of_words_is_known() -> None:
    assert canaries.unclassified() == [], "请在 tests/support/canaries.py 写明：是人写的（FREE），还是程序定的（FIXED）"


def test_every_page_is_reached_by_somebody(town: Town) -> None:
    shown = set().union(*(walked.shown(town.app) for walked in town.walks.values()))
    pages = [route for route in routes.routes(town.app) if not routes.unsafe(route)]
    missed = [route.path for route in pages if route.path not in shown and not {*routes.named(route)} & routes.SECRET]
    assert missed == [], "没有人走到过这些页面；请让某一页链接到它，或在 tests/support/routes.py 教会怎样到达"


def test_a_canary_is_seen_where_it_may_be(town: Town) -> None:
    if any(routes.belongs(route) for route in routes.routes(town.app) if routes.roles(route) == EVERYONE):
        assert [city for city in CITIES if not _sees(town.walks[city], canaries.mark(city))] == []


def _sees(walked: KeptWalk, word: str) -> bool:
    """Whether it stands anywhere but in the reader's own name, which heads every page."""
    return any(text.count(word) > text.count(f"{word}{canaries.OWN_NAME}") for _, text in walked.texts())


def test_no_city_is_shown_anything_of_anothers(town: Town) -> None:
    assert {city: leaks(town.walks[city], city) for city in CITIES} == {city: [] for city in CITIES}


def test_a_foreign_address_is_not_there(town: Town) -> None:
    pages = [route for route in routes.routes(town.app) if not routes.unsafe(route) and routes.belongs(route)]
    wrong = []
    for city, other in zip(CITIES, (*CITIES[1:], CITIES[0]), strict=True):
        browser = town.window.as_(city)
        found = [one for route in pages for one in routes.foreign(town.window, route, city, other)]
        wrong += [(city, one) for one in found if browser.get(one).status_code != 404]
    assert wrong == []


def test_where_the_province_goes_a_city_is_shown_nothing_of_anothers(town: Town) -> None:
    visited = [*town.walks[ADMIN].statuses]
    for city in CITIES:
        answered = walk(town.window.as_(city), visited, follow=False)
        assert leaks(answered, city) == []


def test_nobody_is_asked_to_sign_in(town: Town) -> None:
    browser = town.window.as_(None)
    public = {route.path for route in routes.routes(town.app) if routes.roles(route) is None}
    visited = {address for walked in town.walks.values() for address in walked.statuses}
    wrong = []
    for address in visited:
        answer = browser.get(address)
        asked = answer.status_code == 303 and answer.headers["location"].startswith("/sign-in")
        if not asked and answer.status_code not in {401, 404} and route_of(town.app, address) not in public:
            wrong.append((address, answer.status_code))
        words = (canaries.mark(city) for city in (*CITIES, canaries.EVERY))
        assert not any(word in answer.text for word in words), address
    assert wrong == []


def test_who_only_looks_gets_only_what_is_to_be_looked_at(town: Town) -> None:
    pages = [route for route in routes.routes(town.app) if not routes.unsafe(route)]
    assert let_in(town.window, pages) == []


def test_looking_writes_nothing_but_who_took_what(town: Town) -> None:
    record = {"audit", "chain_link"}
    assert {name: town.after[name] for name in town.after.keys() - record} == {
        name: town.before[name] for name in town.before.keys() - record
    }
    added = {*town.after["audit"]} - {*town.before["audit"]}
    assert added, "what leaves in full is on record"
    assert [row for row in added if "'下载" not in row and "'导出" not in row] == []


def test_no_unsafe_request_reaches_anything_of_anothers(planted: Window) -> None:
    before = rows(planted.database)
    wrong = [
        (city, address, status)
        for route in filter(routes.unsafe, routes.routes(make_app(planted.site)))
        if routes.names_a_city(route) and routes.roles(route) is not None
        for city, other in (("yancheng", "suqian"), ("suqian", "nanjing"))
        for address, status in _tried(planted, route, city, other)
        if status not in ({404} if routes.belongs(route) else {403, 404})
    ]
    assert (wrong, rows(planted.database)) == ([], before)


def _tried(window: Window, route: APIRoute, city: str, other: str) -> Iterator[tuple[str, int]]:
    """Send a city's form to another's address, and another's form to its own."""
    browser = window.as_(city)
    theirs, uploads = routes.form_of(window, route, other)
    own, _ = routes.form_of(window, route, city)
    tried = [(address, fields) for address in routes.foreign(window, route, city, other) for fields in (theirs, own)]
    if not routes.belongs(route):
        tried = [(address, theirs) for address in routes.addresses(window, route, city)]
    for address, fields in tried:
        yield address, browser.post(address, data=fields | {"csrf": browser.csrf}, files=uploads or None).status_code


def test_no_unsafe_request_of_who_may_not_make_it_does_anything(planted: Window) -> None:
    before = rows(planted.database)
    forms = [route for route in routes.routes(make_app(planted.site)) if routes.unsafe(route)]
    assert (let_in(planted, forms), rows(planted.database)) == ([], before)


STRANGERS: Mapping[str, tuple[Role | None, set[int]]] = {
    "": (None, {401}),
    "yancheng": (Role.CITY, {404}),
    VIEWER: (Role.VIEWER, {403}),
    ADMIN: (Role.ADMIN, {403, 404}),
}
"""Who comes to a route that is not for them, and what they must be told."""


def let_in(window: Window, meant: Iterable[APIRoute]) -> list[tuple[str, str, int]]:
    """Who was told something else than that it is not for them, by the policies that are meant, and where."""
    wrong = []
    for route in meant:
        allowed = routes.roles(route)
        for name, (role, told) in STRANGERS.items():
            if allowed is None or role in allowed or not (role or routes.unsafe(route)):
                continue
            found = list(_knocked(window, route, name))
            assert found, route.path
            wrong += [(name, address, status) for address, status in found if status not in told]
    return wrong


def _knocked(window: Window, route: APIRoute, name: str) -> Iterator[tuple[str, int]]:
    """Go to a route's addresses, or send them a form, as somebody ("": nobody)."""
    browser = window.as_(name or None)
    fields, uploads = routes.form_of(window, route, "yancheng")
    for address in routes.addresses(window, route, "yancheng"):
        if not routes.unsafe(route):
            yield address, browser.get(address).status_code
            continue
        answer = browser.post(address, data=fields | {"csrf": browser.csrf}, files=uploads or None)
        yield address, answer.status_code


@pytest.mark.parametrize("area", [acting.area, exports.area], ids=["acts", "exports"])
def test_a_policy_that_is_opened_is_found(planted: Window, monkeypatch: pytest.MonkeyPatch, area: APIRouter) -> None:
    found = [route for route in area.routes if isinstance(route, APIRoute)]
    shut = [route for route in found if Role.VIEWER not in (routes.roles(route) or EVERYONE)]
    monkeypatch.setattr(application, "AREAS", (opened(area), *application.AREAS))
    let = {route.path: [name for name, *_ in let_in(planted, [route])] for route in shut}
    assert {path: VIEWER in names for path, names in let.items()} == dict.fromkeys(let, True) != {}


def opened(area: APIRouter) -> APIRouter:
    """The routes of an area, let through for everybody."""
    made = APIRouter(default_response_class=area.default_response_class)
    for route in area.routes:
        assert isinstance(route, APIRoute)
        everybody = [Depends(allow(EVERYONE))]
        made.add_api_route(route.path, route.endpoint, methods=list(route.methods or ()), dependencies=everybody)
    return made


LEAKY = APIRouter(default_response_class=HTMLResponse)


@LEAKY.get("/leaky", dependencies=[Depends(allow(EVERYONE))])
def leaky(reader: Signed) -> HTMLResponse:
    del reader
    return HTMLResponse(canaries.mark("suzhou"))


def test_a_page_that_leaks_is_found(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(application, "AREAS", (LEAKY, *application.AREAS))
    walked = walk(town.window.as_("wuxi"), ["/leaky"], follow=False)
    assert leaks(walked, "wuxi") == ["/leaky"]


def bare() -> HTMLResponse:
    return HTMLResponse("")


async def socket(socket: WebSocket) -> None:
    await socket.close()


def _with(change: str) -> FastAPI:
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    match change:
        case "route":
            app.add_api_route("/bare", bare)
        case "mount":
            app.mount("/static/other", Starlette())
        case "static":
            app.mount("/static", Starlette())
        case "websocket":
            app.add_api_websocket_route("/bare", socket)
        case "starlette":
            app.router.add_route("/bare", bare)  # type: ignore[arg-type]
        case "docs":
            app = FastAPI()
    return app


@pytest.mark.parametrize("change", ["route", "mount", "static", "websocket", "starlette", "docs"])
def test_a_route_without_a_policy_keeps_the_application_from_being_made(change: str) -> None:
    with pytest.raises(Unguarded):
        guarded(_with(change))


def test_an_area_without_a_policy_keeps_the_application_from_being_made(
    window: Window, monkeypatch: pytest.MonkeyPatch
) -> None:
    area = APIRouter()
    area.add_api_route("/bare", bare)
    monkeypatch.setattr(application, "AREAS", (*application.AREAS, area))
    with pytest.raises(Unguarded, match="/bare"):
        make_app(window.site)


def test_every_route_of_the_application_is_one_that_can_be_tried(town: Town) -> None:
    others = [getattr(route, "path", route) for route in town.app.routes if not isinstance(route, APIRoute)]
    assert others == ["/static"]
