"""What the scores of a panel come to: exact where rules and ranks look, cut where people read."""

from __future__ import annotations

from decimal import Decimal

import pytest

from phases import scores
from tests.support.cards import FIGURES
from tests.support.scenes import calendar

THREE = FIGURES.model_copy(update={"panel": 3})
THIRDS = tuple(map(Decimal, (85, 85, 84, 85, 85, 85, 85, 84, 85, 85, 86, 86, 85, 85, 85)))
"""Of three scorers: means of 85 1/3, 85 1/3 and 84 1/3, which are 85 together."""

AT_THE_LINE = tuple(map(Decimal, (89, 81, 80, 89, 88, 80, 81, 85, 85, 85, 88, 80, 90, 85, 89)))


def test_each_scorer_has_a_column_for_each_dimension_and_one_alone_has_them_as_they_are() -> None:
    names = FIGURES.dimensions
    assert scores.columns(calendar()) == names
    two = scores.columns(calendar(panel=2))
    assert two == (*(f"评委1·{name}" for name in names), *(f"评委2·{name}" for name in names))


def test_a_total_at_the_line_is_at_the_line_and_means_added_up_are_not() -> None:
    assert scores.weighted(AT_THE_LINE, THREE) == scores.weighted(THIRDS, THREE) == 85
    assert sum(scores.averages(AT_THE_LINE, THREE)) / 5 < 85, "the control: what is divided early falls short"
    means = scores.averages(THIRDS, THREE)
    assert [scores.shown(mean) for mean in means] == ["85.33", "85.33", "84.33", "85", "85"]
    assert sum(map(scores.cut, means)) / 5 < 85, "and what is rounded early"


@pytest.mark.parametrize(
    ("weights", "total"), [((), "85"), ((2, 1, 1, 1, 1), "85.05"), ((1, 1, 2, 1, 1), "84.88"), ((3, 3, 3, 1, 1), "85")]
)
def test_weights_count_for_every_scorer_alike(weights: tuple[int, ...], total: str) -> None:
    assert scores.shown(scores.weighted(THIRDS, THREE.model_copy(update={"score_weights": weights}))) == total


@pytest.mark.parametrize(
    ("count", "panel", "absent"),
    [(15, 3, ()), (14, 3, ("评委3",)), (5, 3, ("评委2", "评委3")), (0, 2, ("评委1", "评委2")), (3, 1, ()), (0, 1, ())],
)
def test_whose_scores_are_not_there_is_named_where_there_are_several(
    count: int, panel: int, absent: tuple[str, ...]
) -> None:
    figures = FIGURES.model_copy(update={"panel": panel})
    assert scores.lacking(THIRDS[:count], figures) == absent
    assert scores.whole(THIRDS[:count], figures) is (count == 5 * panel)


def test_a_dimension_that_one_did_not_score_has_no_mean() -> None:
    assert [len(given) for given in scores.by_dimension(THIRDS[:12], THREE)] == [3, 3]
    assert len(scores.averages(THIRDS[:12], THREE)) == 2
    assert scores.averages(THIRDS[:4], FIGURES) == THIRDS[:4]


def test_what_is_shown_is_cut_and_never_rounded_up() -> None:
    assert (scores.shown(Decimal("84.996")), str(scores.cut(Decimal("84.999")))) == ("84.99", "84.99")
