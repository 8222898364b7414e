"""What of persons is held: every table and column is described, and the page for the office says it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import Column, String

from models import personal_data
from models.personal_data import KEEPINGS, Held, held, in_words
from models.tables.catalogue import declared
from phases.book import BOOK

if TYPE_CHECKING:
    from collections.abc import Mapping

    from models.personal_data import Keeping, Says

PAGE = Path(__file__).parents[2] / "docs" / "privacy.md"


def _of(table: str) -> Held:
    return next(one for one in held(BOOK) if one.table == table)


def test_every_table_is_held() -> None:
    assert {one.table for one in held(BOOK)} == set(declared(BOOK).tables)


def test_nothing_is_described_that_is_not_there() -> None:
    kinds = ("person", "words", "key", "sealed", "plain")
    described = {
        name: {word for kind in kinds for word in getattr(one, kind).split()} for name, one in KEEPINGS.items()
    }
    assert described == {one.table: set(one.columns) for one in held(BOOK) if one.table in KEEPINGS}


def test_a_sheet_says_by_its_columns_what_it_holds() -> None:
    said: Mapping[str, Says] = {
        "number": "plain", "name": "person", "gender": "plain", "born": "person", "school": "plain", "grade": "plain",
        "subject": "plain", "mentor": "plain", "institution": "plain", "email": "encrypted",
        "guardian_phone": "encrypted", "person": "key", "likeness": "key", "city": "plain",
    }  # fmt: skip
    found = _of("student").columns
    assert {name: found[name] for name in said} == said
    assert _of("visit").columns["content"] == "words"


def test_a_new_table_or_column_that_nobody_described_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    table = declared(BOOK).tables["call"]
    monkeypatch.setattr(personal_data, "_telling", lambda one: [Column("new", String)] if one.name == "call" else [])
    with pytest.raises(KeyError, match=r"call\.new"):
        held(BOOK)
    left: dict[str, Keeping] = {name: one for name, one in KEEPINGS.items() if name != table.name}
    monkeypatch.setattr(personal_data, "KEEPINGS", left)
    with pytest.raises(KeyError, match="call"):
        held(BOOK)


def test_the_page_says_what_is_held() -> None:
    """`make privacy` writes it anew."""
    assert f"<!-- held -->\n{in_words(BOOK)}<!-- /held -->" in PAGE.read_text("utf-8")
