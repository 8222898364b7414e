"""A season in which a mentor's places are just enough, or one too few: as his form has them, by whoever chose him."""

from __future__ import annotations

import pytest

from tests.support import sheets
from tests.support.scenes import FILED, NANJING, Scene

INTERVIEW, PLACES = "interview", 2


@pytest.mark.parametrize(
    ("admitted", "refusals"),
    [(PLACES - 1, []), (PLACES, []), (PLACES + 1, [("interviews.places", "超员导师 1 名")])],
)
def test_no_mentor_trains_more_than_his_form_says(scene: Scene, admitted: int, refusals: list[tuple[str, str]]) -> None:
    where = scene.city(NANJING)
    applied = sheets.students(where, 3 * (PLACES + 1))
    roll = sheets.roll(sheets.mentor(where, places=PLACES), sheets.mentor(where, 2))
    filed = {"application": sheets.application(applied), "shortlist": sheets.shortlist(applied)}
    scene.through("shortlist", NANJING, **{"mentor-recommendation": roll, **filed})
    scene.load(INTERVIEW, NANJING, sheets.interview(applied, admitted, 0), FILED[INTERVIEW])
    verdict = scene.submit(INTERVIEW, NANJING, FILED[INTERVIEW]).verdict
    assert verdict is not None
    assert [(one.rule, one.found) for one in verdict.refusals] == refusals
