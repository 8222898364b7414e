"""What a year file may say of a phase, as the phase's own definition states it: the book hands it down."""

from __future__ import annotations

from collections.abc import Container, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PhaseTerms:
    """The terms of one phase.

    It uses the outcome of the phase that it `stands_on`, which must have passed; one left out of the year stands aside
    for the one that it stands on itself. `left_out` are the phases that cannot do without it, where a year can;
    None where no year can. One that is `monthly` may have months in which who falls behind is reminded, one in `two`
    parts a later due day for the second of what is filed.
    """

    stands_on: str = ""
    left_out: tuple[str, ...] | None = None
    monthly: bool = False
    two: bool = False


Terms = Mapping[str, PhaseTerms]
"""By slug: every phase that a year file may state, in the order of the year."""


def standing_on(slug: str, stated: Container[str], terms: Terms) -> str:
    """Give the phase whose outcome a phase uses in a year that states these; "" for none."""
    needed = terms[slug].stands_on if slug in terms else ""
    while needed in terms and terms[needed].left_out is not None and needed not in stated:
        needed = terms[needed].stands_on
    return needed
