"""A letter in an office's own words, as its reader may ask for it: by the page's form, or of the API."""

from __future__ import annotations

from typing import TYPE_CHECKING

from acts.act import PROVINCE
from acts.own_letter import Attached, WantedLetter, When
from dashboard.serving.places import city_at, phase_at
from dashboard.serving.policy import NotThere

if TYPE_CHECKING:
    from collections.abc import Collection

    from calendars.year import Year
    from dashboard.signing_in.reader import Reader


def wanted_letter(
    reader: Reader,
    year: Year,
    group: str = "",
    phase: str = "",
    city: Collection[str] = (),
    one: str = "",
    subject: str = "",
    text: str = "",
    when: When = "now",
    papers: Collection[Attached] = (),
) -> WantedLetter:
    """Give what is asked for; a city writes to its own alone, and names no other. Raise `NotThere`."""
    if reader.city is not None and not {reader.city}.issuperset(city):
        raise NotThere
    cities = tuple(city_at(year, slug).slug for slug in city)
    about = phase_at(year, phase).slug if phase else None
    office = reader.city or PROVINCE
    only = () if reader.city else cities
    return WantedLetter(group, subject, text, about, only, one, office, when, tuple(dict.fromkeys(papers)))
