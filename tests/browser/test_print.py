"""What comes out of the printer: the matrix whole on a page that lies, with nothing to click on it."""

from __future__ import annotations

from io import BytesIO
from unicodedata import normalize

import pytest
from pypdf import PdfReader

from calendars import files
from tests.browser.conftest import Town
from tests.support.window import ADMIN, YEAR

CITIES = tuple(city.name for city in files.load(YEAR).cities)

pytestmark = pytest.mark.slow


def printed(town: Town, path: str) -> list[tuple[bool, str]]:
    """By page, whether it lies, and what it says."""
    page = town.sign_in(town.context(), ADMIN)
    page.goto(path)
    pages = PdfReader(BytesIO(page.pdf(prefer_css_page_size=True))).pages
    return [(one.mediabox.width > one.mediabox.height, normalize("NFKC", one.extract_text())) for one in pages]


def test_the_matrix_prints_whole_on_a_page_that_lies(town: Town) -> None:
    pages = printed(town, "/2022")
    assert {lies for lies, _ in pages} == {True}
    assert [city in pages[0][1] for city in CITIES] == [True] * 13
    assert "年度日程" not in pages[0][1]


def test_what_is_no_matrix_prints_upright_without_its_forms(town: Town) -> None:
    pages = printed(town, "/2022/offices")
    assert {lies for lies, _ in pages} == {False}
    assert "".join(text for _, text in pages).count("登记联系人") == 14
