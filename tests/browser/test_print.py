"""What comes out of the printer: the matrix whole on a page that lies, with nothing to click on it."""

from __future__ import annotations

import re
from io import BytesIO
from unicodedata import normalize

import pytest
from pypdf import PdfReader

from calendars import files
from phases.book import BOOK
from tests.browser.conftest import Town
from tests.support.window import ADMIN, YEAR

CITIES = tuple(city.name for city in files.load(YEAR).cities)

pytestmark = pytest.mark.slow


def printed(town: Town, *paths: str) -> list[list[tuple[bool, str]]]:
    """By address and sheet, whether it lies, and what it says."""
    page, found = town.sign_in(town.context(), ADMIN), []
    for path in paths:
        page.goto(path)
        sheets = PdfReader(BytesIO(page.pdf(prefer_css_page_size=True))).pages
        found.append(
            [(one.mediabox.width > one.mediabox.height, normalize("NFKC", one.extract_text())) for one in sheets]
        )
    return found


def test_the_matrix_prints_whole_on_a_page_that_lies(town: Town) -> None:
    ((lies, text),) = printed(town, "/2022")[0]
    assert lies
    assert [city in text for city in CITIES] == [True] * 13
    assert "年度日程" not in text


def test_what_is_no_matrix_prints_upright_without_its_forms(town: Town) -> None:
    (pages,) = printed(town, "/2022/offices")
    assert {lies for lies, _ in pages} == {False}
    assert "".join(text for _, text in pages).count("登记联系人") == 14


def test_the_matrix_fits_a_screen_without_scrolling(town: Town) -> None:
    page = town.sign_in(town.context(), ADMIN)
    page.goto("/2022")
    box = page.locator("table.matrix").bounding_box()
    assert box is not None
    assert box["x"] + box["width"] <= 1440
    assert box["y"] + box["height"] <= 900


def test_a_wide_table_is_printed_lying_to_its_last_column(town: Town) -> None:
    phase, filed = printed(town, "/2022/shortlist", "/2022/application/nanjing/filed?sheet=students")
    (lies, text), *_ = phase
    assert lies
    assert re.search(r"时效 [^\n]+ 豁免\n南京 ✓ 已通过 1 [^\n]+ 按时 — —\n", text), "every column of a line"
    assert "可以办理" not in text
    (lies, text), *_ = filed
    assert lies
    students = BOOK.form("application", files.load(YEAR)).sheets[1]
    assert [one.label for one in students.columns if one.label not in re.sub(r"\s", "", text)] == []
