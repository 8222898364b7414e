"""Every page that somebody can reach by following links, one address a route."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit
from weakref import WeakKeyDictionary

from starlette.routing import Match

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fastapi import FastAPI
    from playwright.sync_api import Page

ADDRESSES_A_ROUTE = 2
"""Two of a kind: the second may be another state of the same page."""


_found: WeakKeyDictionary[FastAPI, dict[str, str | None]] = WeakKeyDictionary()
"""By application, as long as there is one: who keeps it keeps its database, and every page it remembers."""


def route_of(app: FastAPI, address: str) -> str | None:
    """Give the template of the route that answers an address."""
    known, path = _found.setdefault(app, {}), urlsplit(address).path
    if path not in known:
        known[path] = _route(app, path)
    return known[path]


def _route(app: FastAPI, path: str) -> str | None:
    scope = {"type": "http", "method": "GET", "path": path, "root_path": "", "headers": []}
    for route in app.routes:
        if route.matches(scope)[0] is Match.FULL:
            return str(getattr(route, "path", ""))
    return None


def crawl(page: Page, app: FastAPI, *starts: str) -> Iterator[str]:
    """Go to each page in turn and give its address while the browser shows it; downloads are passed over."""
    seen: dict[str, int] = {}
    waiting, known = list(starts), {*starts}
    while waiting:
        address = waiting.pop(0)
        route = route_of(app, address) or address
        if seen.get(route, 0) >= ADDRESSES_A_ROUTE or not _shown(page, address):
            continue
        seen[route] = seen.get(route, 0) + 1
        links = page.eval_on_selector_all("a[href]", "all => all.map(one => one.href)")
        yield address
        for link in links:
            parts = urlsplit(link)
            inside = parts.netloc == urlsplit(page.url).netloc
            found = parts.path + (f"?{parts.query}" if parts.query else "")
            if inside and found not in known:
                known.add(found)
                waiting.append(found)


def _shown(page: Page, address: str) -> bool:
    """Go there; False for what is no page."""
    answer = page.request.get(address)
    if not answer.headers.get("content-type", "").startswith("text/html"):
        return False
    page.goto(address)
    return True
