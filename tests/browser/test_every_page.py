"""Every page, for every kind of account: it bars nobody, is no wider than a phone, no heavier than it may be."""

from __future__ import annotations

import gzip
import json
from typing import TYPE_CHECKING

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]

from dashboard.serving.app import make_app
from tests.support.crawling import crawl, route_of

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.browser.conftest import Town

pytestmark = pytest.mark.slow
LOOKS = [(width, scheme) for width in (1440, 390) for scheme in ("light", "dark")]
TWO = [(1440, "light"), (390, "dark")]
"""Where another has looked at the same pages in all four: each width and each scheme once."""

SIDEWAYS = "() => document.scrollingElement.scrollWidth - window.innerWidth"
HEAVIEST = 100_000
"""Bytes of a page over the wire."""

EVERYBODY = {
    *("/", "/account", "/account/authenticator"),
    *(f"/{{year:int}}/{page}" for page in ("calendar", "exports", "letters", "log", "offices")),
    *("/{year:int}/letters/{letter:int}", "/{year:int}/cities/{city}"),
    *("/{year:int}/{phase}/{city}", "/{year:int}/{phase}/{city}/filed"),
}
PROVINCE = EVERYBODY | {"/audit", "/{year:int}", "/{year:int}/tasks", "/{year:int}/{phase}"}
CITY = EVERYBODY | {f"/{{year:int}}/{{phase}}/{{city}}/{page}" for page in ("request", "rows", "trial")}
REACHED = {
    "admin": PROVINCE | {"/users", "/users/{account}", "/years", "/{year:int}/acts/{act}"},
    "viewer": PROVINCE,
    "yancheng": CITY,
    "nanjing": CITY,
}
"""The pages that each can reach by following links from the first, by their routes."""


def faults(page: Page, address: str, looks: list[tuple[int, str]]) -> list[str]:
    """What is wrong with the page that is shown, in these looks."""
    found = []
    if (weight := len(gzip.compress(page.content().encode()))) > HEAVIEST:
        found.append(f"{address}: {weight} bytes")
    for width, scheme in looks:
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
        where = f"{address} at {width} px, {scheme}"
        if (over := page.evaluate(SIDEWAYS)) > 0:
            found.append(f"{where}: {over} px too wide")
        for violation in Axe().run(page).response["violations"]:
            nodes = [node["html"][:160] for node in violation["nodes"][:3]]
            found.append(f"{where}: {violation['id']}: {json.dumps(nodes, ensure_ascii=False)}")
    return found


LOOKED_AT = {"admin": LOOKS, "viewer": TWO, "yancheng": LOOKS, "nanjing": TWO}


@pytest.mark.parametrize("name", LOOKED_AT)
def test_every_page_bars_nobody(town: Town, name: str) -> None:
    with town.context() as context:
        page = town.sign_in(context, name)
        said: list[str] = []
        page.on("console", lambda line: said.append(f"{page.url}: {line.text}") if line.type == "error" else None)
        page.on("pageerror", lambda error: said.append(f"{page.url}: {error}"))
        visited = []
        wrong = []
        for address in crawl(page, make_app(town.site), "/"):
            visited.append(address)
            wrong += faults(page, address, LOOKED_AT[name])
        assert (wrong, said) == ([], [])
        assert {route_of(make_app(town.site), address) for address in visited} == REACHED[name]


def test_signing_in_bars_nobody(town: Town) -> None:
    with town.context() as context:
        page = context.new_page()
        page.goto("/sign-in")
        assert faults(page, "/sign-in", LOOKS) == []
