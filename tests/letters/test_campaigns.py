"""A letter of a campaign says what the same letter rendered alone says: every kind, phase and audience."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calendars.files import load
from letters.addressee import PLACE, in_html, in_text
from letters.brief import Brief
from letters.campaigns import campaign
from letters.framed import Framed
from letters.occurrences import occurrences
from letters.render import SHIPPED, Rendered, render
from letters.specimens import specimen
from phases.book import BOOK

YEAR = load(2022)
OCCURS = occurrences(BOOK, YEAR)
BRIEFS = [
    specimen(BOOK, YEAR, kind, phase, audience, YEAR.cities[8])
    for (kind, phase), audiences in OCCURS.items()
    for audience in audiences
]


def said(one: Brief, words: Mapping[str, str] = SHIPPED) -> Rendered:
    """What the recipient reads: the words kept, with the addressee in his place."""
    kept = campaign(one, words)
    addressee = kept.to(one.addressee)
    framed = Framed.read(kept.framed)
    framed = framed and replace(framed, addressee=in_text(framed.addressee, addressee), begin=0, end=0)
    return Rendered(kept.subject, in_text(kept.text, addressee), in_html(kept.html, addressee), framed)


def alone(one: Brief, words: Mapping[str, str] = SHIPPED) -> Rendered:
    """What is rendered for him alone; his name moves the places at which its own words stand."""
    rendered = render(one, words)
    return replace(rendered, framed=rendered.framed and replace(rendered.framed, begin=0, end=0))


NAMES = st.text(st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"]), min_size=1, max_size=40)


@pytest.mark.parametrize("brief", BRIEFS, ids=lambda brief: f"{brief.kind}-{brief.phase}-{brief.audience}")
def test_every_letter_is_the_one_rendered_alone(brief: Brief) -> None:
    for addressee in (brief.addressee, "<b>王&'\"小明</b>", "{{ 7 * 7 }}", "王" * 60, PLACE, f"{PLACE}老师"):
        one = replace(brief, addressee=addressee)
        assert said(one) == alone(one)


@given(NAMES.map(str.strip).filter(bool), st.sampled_from(BRIEFS))
def test_whatever_the_addressee_is_called(addressee: str, brief: Brief) -> None:
    one = replace(brief, addressee=addressee)
    assert said(one) == alone(one)


def test_letters_that_differ_in_the_addressee_alone_share_their_words() -> None:
    for brief in BRIEFS:
        assert campaign(replace(brief, addressee="王")) == campaign(replace(brief, addressee="<李>"))


def test_words_that_say_the_place_of_themselves_are_kept_whole() -> None:
    brief = replace(BRIEFS[0], link=f"https://talent.example/{PLACE}", addressee="王导师")
    kept = campaign(brief)
    assert (kept.open, kept.to("王导师"), said(brief)) == (False, None, alone(brief))


def test_letters_that_differ_in_anything_else_are_told_apart() -> None:
    brief = BRIEFS[0]
    others = [replace(brief, students=("甲",) * number) for number in (1, 2)]
    others += [replace(brief, link=f"https://talent.example/{number}") for number in (1, 2)]
    others += [replace(brief, provisional=True), replace(brief, reason="暴雪"), replace(brief, attempt=2)]
    assert [said(one) for one in others] == [alone(one) for one in others]


def test_the_office_s_own_words_are_rendered_each_alone() -> None:
    brief = replace(BRIEFS[0], addressee="王导师")
    words: dict[str, str] = {brief.kind: "{{ addressee|length }}"}
    assert said(brief, words) == alone(brief, words)
