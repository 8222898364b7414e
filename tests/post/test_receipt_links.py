"""The link by which a letter is acknowledged: signed, and at the end of the message."""

from __future__ import annotations

import html5lib  # type: ignore[import-untyped] # ships no types
import pytest
from hypothesis import given
from hypothesis import strategies as st
from itsdangerous import URLSafeSerializer

from post.receipt_links import BARE, ROW, acknowledged, letter_of, token, with_receipt

SECRET, OTHER = b"a secret of the tests, 32 bytes!", b"another one of the tests, 32 by!"
URL = "http://window.example/receipts/a.b-c_d"
CARD = '<html><body><table><tr><td>甲</td></tr>\n<tr><td class="faint" style="">乙</td></tr>\n</table></body></html>'


def test_a_token_names_its_letter_to_who_has_the_secret() -> None:
    assert [letter_of(SECRET, token(SECRET, 7)), letter_of(OTHER, token(SECRET, 7))] == [7, None]


@given(st.integers(0, 2**31), st.integers(0, 200), st.integers(0, 25))
def test_a_token_that_was_touched_names_none(letter: int, at: int, by: int) -> None:
    good = token(SECRET, letter)
    place = at % (len(good) - 1)  # the last character of a base64 text has bits that say nothing
    touched = good[:place] + chr(ord("a") + by) + good[place + 1 :]
    assert letter_of(SECRET, touched) == (letter if touched == good else None)


@pytest.mark.parametrize("payload", ["7", True, [7], {"letter": 7}, None])
def test_only_a_number_is_a_letter(payload: object) -> None:
    from post.receipt_links import _signer

    assert letter_of(SECRET, _signer(SECRET).dumps(payload)) is None


def test_what_was_signed_for_something_else_is_no_receipt() -> None:
    assert letter_of(SECRET, URLSafeSerializer(SECRET, salt="session").dumps(7)) is None


def test_offices_acknowledge_what_they_are_told_and_nobody_else() -> None:
    recipients = ("city:nanjing", "head:nanjing", "lead", "province", "mentor:1", "school:2", "institution:3")
    assert [acknowledged(each) for each in recipients] == [True] * 3 + [False] * 4


@pytest.mark.parametrize("page", [CARD, "<html><body><p>甲</p></body></html>", "<p>甲</p>"])
def test_the_link_stands_once_at_the_end_of_both_bodies(page: str) -> None:
    text, html = with_receipt("甲\n", page, URL)
    assert text == f"甲\n签收：收到本函后，请打开以下链接并点击“签收”（不需要登录）。\n{URL}\n"
    tree = html5lib.parse(html, namespaceHTMLElements=False)
    links = tree.findall(".//a")
    assert [(link.text, link.get("href")) for link in links] == [("签收本函", URL)]
    said = "".join(tree.itertext())
    assert said.index("甲") < said.index("签收本函")


@pytest.mark.parametrize("page", [CARD, "<html><body><p>甲</p></body></html>", "<p>甲</p>"])
def test_nothing_else_of_the_html_is_touched(page: str) -> None:
    _, html = with_receipt("甲\n", page, f"{URL}?a=1&b=2")
    row = str((ROW if page is CARD else BARE).format(url=f"{URL}?a=1&b=2"))
    assert (f'href="{URL}?a=1&amp;b=2"' in row, type(html)) == (True, str)
    assert html.replace(row, "") == page


def test_in_a_card_the_link_stands_before_its_foot() -> None:
    _, html = with_receipt("甲\n", CARD, URL)
    assert html.index("甲") < html.index("签收本函") < html.index("乙")
