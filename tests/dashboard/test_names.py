"""Names as people have them, and as nobody should: shown as they are, on every page, and nothing else with them."""

from __future__ import annotations

import html
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import html5lib  # type: ignore[import-untyped]
import pytest
from fastapi.responses import HTMLResponse
from markupsafe import Markup, escape
from sqlalchemy import update

from dashboard.serving.app import make_app
from dashboard.serving.rendering import environment
from models.columns import table_of
from models.tables.accounts import Account
from tests.support.canaries import plant
from tests.support.routes import Walk, starts, walk
from tests.support.window import ADMIN, Window, a_window, copied

pytestmark = pytest.mark.slow

PLAIN = "王小明"
NAMES = {
    "a script": "<script>alert(1)</script>",
    "quotes": "\"'`><img src=x onerror=alert(1)>",
    "a formula": "=cmd|' /C calc'!A0",
    "a comment": "<!-- --><b>&amp;&#60;i&#62;",
    "a template": "{{ 7 * 7 }}{% raw %}</textarea></title></style>",
    "an interpunct": "阿卜杜热合曼·买买提明",
    "rare characters": "䶮𬭸𠮷",
    "sixty characters": "诸葛" * 30,
}
HOSTILE = "".join(NAMES.values())
READERS = (ADMIN, "yancheng")


def season(season_file: Path, folder: Path, name: str) -> Window:
    """The season with a name in front of everything that anybody wrote."""
    window = a_window(copied(season_file, folder), folder)
    # What a letter says in html was escaped when it was written: here it is shown in a frame as it stands.
    plant(window.database, lambda _city: name, letters=False)
    return window


def pages(window: Window, addresses: list[str] | None, reader: str) -> Walk:
    """Every page that a reader can reach, or those that were reached before."""
    app = make_app(window.site)
    if addresses is None:
        return walk(window.as_(reader), starts(window, app, "yancheng" if reader == ADMIN else reader))
    return walk(window.as_(reader), addresses, follow=False)


def is_page(answer: Any) -> bool:  # noqa: ANN401 -- what the test client gives
    return str(answer.headers.get("content-type", "")).startswith("text/html")


def shape(text: str) -> list[str]:
    """The nodes of a page in their order, comments too, each with the names of its attributes."""
    tree = html5lib.parse(text, treebuilder="etree", namespaceHTMLElements=False)
    return [f"{node.tag} {' '.join(sorted(map(str, node.attrib)))}" for node in tree.iter()]


@pytest.fixture(scope="module")
def plain(season_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Walk]]:
    window = season(season_file, tmp_path_factory.mktemp("plain"), PLAIN)
    yield {reader: pages(window, None, reader) for reader in READERS}
    window.database.dispose()


def grown(plain: dict[str, Walk], window: Window) -> list[tuple[str, str]]:
    """The pages that have other nodes with this name than with a plain one."""
    found = []
    for reader, walked in plain.items():
        # Downloads too: they are put on record, and the page of that record is one of these.
        for address, answer in pages(window, list(walked.answers), reader).answers.items():
            if not is_page(answer):
                continue
            before, after = walked.answers[address].text, answer.text
            # To parse costs about what the page did: what reads alike with the plain name in it has its nodes.
            if after.replace(str(escape(HOSTILE)), PLAIN) != before and shape(after) != shape(before):
                found.append((reader, address))
    return found


def test_a_name_adds_no_node_to_any_page(plain: dict[str, Walk], season_file: Path, tmp_path: Path) -> None:
    window = season(season_file, tmp_path, HOSTILE)
    assert grown(plain, window) == []
    window.database.dispose()


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES)
def test_a_name_is_shown_as_it_is(window: Window, name: str) -> None:
    table = table_of(Account)
    with window.database.write() as connection:
        connection.execute(update(table).where(table.c.name == "yancheng").values(shown=name))
    tree = html5lib.parse(window.as_("yancheng").get("/account").text, namespaceHTMLElements=False)
    assert next(node.text for node in tree.iter("dd")) == name


def test_without_escaping_the_names_are_found(
    plain: dict[str, Walk], season_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(environment(), "finalize", _trusting)
    monkeypatch.setattr(environment(), "cache", {})
    window = season(season_file, tmp_path, HOSTILE)
    try:
        assert ("yancheng", "/account") in grown({"yancheng": plain["yancheng"]}, window)
    finally:
        window.database.dispose()


def _trusting(value: object) -> object:
    return Markup(value) if isinstance(value, str) else value


def test_the_shape_of_a_page_tells_nodes_apart() -> None:
    one, other = HTMLResponse("<p>a</p>"), HTMLResponse(f"<p>{html.escape('<b>')}</p>")
    assert shape(bytes(one.body).decode()) == shape(bytes(other.body).decode())
    assert shape("<p><b>a</p>") != shape("<p>a</p>")
