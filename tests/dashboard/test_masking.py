from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import insert, update

from dashboard.serving.api_shapes import ROOT
from dashboard.signing_in.reader import Reader, Role
from dashboard.views.masking import for_reader
from models.columns import table_of
from models.tables.season import Letter, Office, Suppressed
from tests.support.window import ADMIN, UNTIL, VIEWER, Window

HANDS = Reader(1, "admin", "甲", Role.ADMIN, None, "", "")
LOOKS = replace(HANDS, role=Role.VIEWER)
OWN = replace(HANDS, role=Role.CITY, city="yancheng")
ADDRESS, SHOWN = "keeper@office.example", "k＊＊@office.example"
WHY = f"550 5.1.1 <{ADDRESS}>: unknown"
LETTER = 1


@pytest.mark.parametrize("words", [ADDRESS, WHY, f"（{ADDRESS}），退回：{ADDRESS}", "", "没有登记", "@", "a@b@c"])
def test_to_who_only_looks_every_address_is_covered(words: str) -> None:
    assert [for_reader(words, reader) for reader in (HANDS, OWN)] == [words] * 2
    assert for_reader(words, LOOKS) == words.replace(ADDRESS, SHOWN).replace("a@b@c", "a＊＊@b@c")


@pytest.fixture
def stuck(window: Window) -> Window:
    """A city whose one address is given up, with a letter that did not arrive there."""
    office, letter = table_of(Office), table_of(Letter)
    with window.database.write() as connection:
        connection.execute(office.delete().where(office.c.office == "yancheng"))
        row = {"office": "yancheng", "email": ADDRESS, "head": ADDRESS}
        connection.execute(insert(office).values(row))
        given_up = {"address": ADDRESS, "since": UNTIL, "why": WHY, "by": "省办"}
        connection.execute(insert(table_of(Suppressed)).values(given_up))
        failed = {"address": ADDRESS, "state": "failed", "detail": WHY, "concerns": "yancheng"}
        connection.execute(update(letter).where(letter.c.id == LETTER).values(failed))
    return window


@pytest.mark.parametrize(
    "address",
    ["/2022/tasks", "/2022/cities/yancheng", "/2022/offices", f"/2022/letters/{LETTER}", f"{ROOT}/years/2022/status"],
)
def test_no_page_shows_who_only_looks_what_another_covers(stuck: Window, address: str) -> None:
    seen = {name: stuck.as_(name).get(address).text for name in (ADMIN, VIEWER)}
    assert {name: (ADDRESS in text, SHOWN in text) for name, text in seen.items()} == {
        ADMIN: (True, False),
        VIEWER: (False, True),
    }


TEMPLATES = Path(__file__).parents[2] / "dashboard" / "templates"
OWN_WORDS = re.compile(r"<textarea (?!id=\"pasted\")(?:id|name)=|<input name=\"reason\"")


def test_every_field_for_words_of_ones_own_says_not_to_name_students() -> None:
    text = {path: path.read_text("utf-8") for path in TEMPLATES.rglob("*.html")}
    fields = {path: len(OWN_WORDS.findall(said)) for path, said in text.items() if OWN_WORDS.search(said)}
    assert fields == {path: text[path].count(".unnamed()") for path in fields}
    assert sum(fields.values()) >= 7, "those of acts, of years, exports, filings, accounts, calls"
