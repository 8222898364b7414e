"""Scores of the evaluation: which columns they have, who gave them, and what they come to. Pure.

A student's scores stand one after another: the first scorer's on each dimension of the year, then the next one's.
Docs: docs/decisions/0088-a-panel-in-columns.md.
"""

from __future__ import annotations

from decimal import ROUND_DOWN, Decimal
from itertools import cycle
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from calendars.year import Figures, Year

_HUNDREDTH = Decimal("0.01")


def scorer(at: int) -> str:
    """Name a scorer by the place, from 1: who sat on a panel is on record nowhere here."""
    return f"评委{at}"


def columns(year: Year) -> tuple[str, ...]:
    """Name the columns: the dimensions of the year, for each scorer where there are several."""
    dimensions, panel = year.figures.dimensions, year.figures.panel
    if panel == 1:
        return dimensions
    return tuple(f"{scorer(at)}·{dimension}" for at in range(1, panel + 1) for dimension in dimensions)


def whole(scores: Sequence[Decimal], figures: Figures) -> bool:
    """Tell whether every scorer scored every dimension."""
    return len(scores) == figures.panel * len(figures.dimensions)


def lacking(scores: Sequence[Decimal], figures: Figures) -> tuple[str, ...]:
    """Name the scorers of a panel whose scores are not all there; nobody where one alone scores."""
    done = len(scores) // len(figures.dimensions)
    return tuple(scorer(at) for at in range(done + 1, figures.panel + 1)) if figures.panel > 1 else ()


def by_dimension(scores: Sequence[Decimal], figures: Figures) -> tuple[tuple[Decimal, ...], ...]:
    """Give the scores of each dimension that every scorer scored, in the order of the scorers."""
    count = len(figures.dimensions)
    found = (tuple(scores[at::count]) for at in range(count))
    return tuple(given for given in found if len(given) == figures.panel)


def averages(scores: Sequence[Decimal], figures: Figures) -> tuple[Decimal, ...]:
    """Give the mean of each dimension that every scorer scored, to be shown: nothing is reckoned on from it."""
    return tuple(sum(given, Decimal(0)) / len(given) for given in by_dimension(scores, figures))


def weighted(scores: Sequence[Decimal], figures: Figures) -> Decimal:
    """Give the total of a student's scores by the weights of the year (none: all alike), 0 to 100, unrounded.

    It is divided once, at the end: means of three scorers that add up to the line would else fall a hair short of it.
    """
    weights = figures.score_weights or (1,) * len(figures.dimensions)
    total = sum((score * weight for score, weight in zip(scores, cycle(weights), strict=False)), Decimal(0))
    return total / (sum(weights) * figures.panel)


def cut(score: Decimal) -> Decimal:
    """Give a mean or a total as it is shown: two decimals, cut and never rounded up, for 84.996 must not read 85."""
    return score.quantize(_HUNDREDTH, ROUND_DOWN)


def shown(score: Decimal) -> str:
    """Write a mean or a total with the decimals that it has, two at most."""
    return f"{cut(score).normalize():f}"
