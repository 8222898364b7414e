"""Every page, for every kind of account: it bars nobody, is no wider than a phone, no heavier than it may be.

None asks anybody to alter data.
"""

from __future__ import annotations

import gzip
from collections.abc import Iterable
from functools import cache
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import func, select

from dashboard.serving.app import make_app
from dashboard.serving.rendering import STATIC
from models.tables.city_drafts import draft_table
from phases.application import STUDENTS
from tests.support.barriers import FIRST, LOOKS, ONE, Look, barriers
from tests.support.crawling import crawl, route_of
from tests.support.inviting import INVITING

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.browser.conftest import Town

pytestmark = pytest.mark.slow
HEAVIEST = 100_000
"""Bytes of a page over the wire, its styles and scripts with it, by whoever has nothing of them yet."""

NEEDED = "link[rel~=stylesheet], script[src]"
WAITED_FOR = "head script:not([defer], [async], [type=module])"
"""What a browser would stop at before it paints anything."""

EVERYBODY = {
    *("/", "/account", "/account/authenticator"),
    *(
        f"/{{year:int}}/{page}"
        for page in (
            "awards",
            "calendar",
            "consent",
            "exports",
            "funds",
            "handover",
            "letters",
            "letters/write",
            "log",
            "notice",
            "offices",
            "pool",
            "search",
        )
    ),
    *("/{year:int}/told", "/{year:int}/letters/{letter:int}", "/{year:int}/cities/{city}"),
    *("/{year:int}/students/{student}", "/{year:int}/parties/{party}"),
    *("/{year:int}/{phase}/{city}", *(f"/{{year:int}}/{{phase}}/{{city}}/{page}" for page in ("expected", "filed"))),
}
WRITE = "/{year:int}/letters/write"
PROVINCE = EVERYBODY | {
    "/audit",
    "/{year:int}",
    "/{year:int}/evaluation",
    "/{year:int}/forecast",
    "/{year:int}/tasks",
    "/{year:int}/{phase}",
}
FORK = "/{year:int}/fork"
SETTING_UP = {"/years/draft", "/{year:int}/setup", "/{year:int}/setup/offices"}
ADDRESSES = "/{year:int}/{phase}/{city}/addresses"
OF_A_CITY = ("addresses", "question", "request", "rows", "trial", "workbook")
CITY = EVERYBODY | {WRITE, "/{year:int}/{phase}", *(f"/{{year:int}}/{{phase}}/{{city}}/{page}" for page in OF_A_CITY)}
REACHED = {
    "admin": PROVINCE
    | SETTING_UP
    | {WRITE, "/users", "/users/{account}", "/years", "/{year:int}/acts/{act}", FORK, ADDRESSES},
    "viewer": PROVINCE - {"/{year:int}/letters/write"},
    "yancheng": CITY,
    "nanjing": CITY,
}
"""The pages that each can reach by following links from the first and from a student's, by their routes."""


@cache
def packed(address: str) -> int:
    """Bytes over the wire of a style or a script, by its address."""
    return len(gzip.compress((STATIC / address.partition("/static/")[2].partition("?")[0]).read_bytes()))


def faults(page: Page, looks: Iterable[Look]) -> list[str]:
    """What is wrong with the page that is shown, in these looks."""
    needed: list[str] = page.locator(NEEDED).evaluate_all("all => all.map(one => one.href || one.src)")
    weight = len(gzip.compress(page.content().encode())) + sum(map(packed, needed))
    heavy = [f"{page.url}: {weight} bytes"] if weight > HEAVIEST else []
    heavy += [f"{page.url}: nothing is painted before a script"] if page.locator(WAITED_FOR).count() else []
    heavy += [f"{page.url}: {found[0]}" for found in INVITING.finditer(page.inner_text("body"))]
    return heavy + barriers(page, looks)


def a_student(town: Town, name: str) -> str:
    """The page of a student whom this account may see: found by what is typed, which no link does."""
    table, city = draft_table(STUDENTS), "yancheng" if name == "yancheng" else "nanjing"
    with town.site.database.read() as connection:
        number = connection.execute(select(func.min(table.c.number)).where(table.c.city == city)).scalar_one()
    return f"/2022/students/{number}"


LOOKED_AT = {"admin": LOOKS, "viewer": ONE, "yancheng": LOOKS, "nanjing": ONE}
"""The looks of the first address of a route; a second one is another state of the page, drawn by the same rules."""


@pytest.mark.parametrize("name", LOOKED_AT)
def test_every_page_bars_nobody(town: Town, name: str) -> None:
    with town.context() as context:
        page = town.sign_in(context, name)
        said: list[str] = []
        page.on("console", lambda line: said.append(f"{page.url}: {line.text}") if line.type == "error" else None)
        page.on("pageerror", lambda error: said.append(f"{page.url}: {error}"))
        app = make_app(town.site)
        visited: set[str | None] = set()
        wrong = []
        for address in crawl(page, app, "/", a_student(town, name)):
            route = route_of(app, address)
            wrong += faults(page, ONE if route in visited else LOOKED_AT[name])
            visited.add(route)
        assert (wrong, said) == ([], [])
        assert visited == REACHED[name]


def test_signing_in_bars_nobody(town: Town) -> None:
    with town.context() as context:
        page = context.new_page()
        page.goto("/sign-in")
        assert faults(page, LOOKS) == []
        page.evaluate("document.head.append(document.createElement('script'))")
        assert faults(page, ()) == [f"{page.url}: nothing is painted before a script"]


def test_what_bars_somebody_in_one_look_alone_is_seen_in_it(town: Town) -> None:
    faint = "@media (prefers-color-scheme: dark) { p { color: #333; background: #222 } }"
    wide = "@media (max-width: 400px) { body { margin: 0 } p { width: 500px } }"
    body = f"<style>{faint}{wide}</style><main><h1>标题</h1><p>看不清的字</p></main>"
    with town.context() as context:
        page = context.new_page()
        page.set_content(f'<!doctype html><html lang="zh"><title>页</title>{body}')
        seen = [line.split(" at ")[1].partition(":")[::2] for line in barriers(page, LOOKS)]
    assert [(look, said.split(":")[0].strip()) for look, said in seen] == [
        ("1440 px, dark", "color-contrast"),
        ("390 px, light", "110 px too wide"),
        ("390 px, dark", "110 px too wide"),
        ("390 px, dark", "color-contrast"),
    ]


def test_one_text_that_is_drawn_unlike_its_neighbours_is_seen_among_them(town: Town) -> None:
    faint = "<style>tr:nth-child(5) td { color: #ddd } tr:nth-child(7) { opacity: .2 }</style>"
    rows = "".join(f"<tr><td>第{row}行</td></tr>" for row in range(1, 9))
    body = f"{faint}<main><h1>标题</h1><table>{rows}</table></main>"
    with town.context() as context:
        page = context.new_page()
        page.set_content(f'<!doctype html><html lang="zh"><title>页</title>{body}')
        (seen,) = barriers(page, LOOKS[:1])
        asked = page.locator(f"[{FIRST}]").all_inner_texts()
    assert [f"第{row}行" in seen for row in (5, 6, 7)] == [True, False, True]
    assert asked == ["标题", "第1行", "第5行", "第7行"]
