"""What a year file may say of a phase, as the phase's own definition states it: the book hands it down."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PhaseTerms:
    """The terms of one phase.

    It uses the outcome of the phase that it `stands_on`, which must have passed; one left out of the year stands aside
    for the one that it stands on itself. `left_out` are the phases that cannot do without it, where a year can;
    None where no year can. One that is `monthly` may have months in which who falls behind is reminded.
    """

    stands_on: str = ""
    left_out: tuple[str, ...] | None = None
    monthly: bool = False


Terms = Mapping[str, PhaseTerms]
"""By slug: every phase that a year file may state, in the order of the year."""
