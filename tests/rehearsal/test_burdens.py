"""What the public season asks of the people in it: no figure here may rise but by a decision that says why."""

from __future__ import annotations

import pytest

from tests.support.shelf import Shelf

pytestmark = pytest.mark.slow

MOST = {
    "city": (36, 19, 1818),
    "institution": (1, 0, 0),  # asked for its summary: 七(二), decision 56
    "mentor": (16, 0, 0),
    "mentor-without": (8, 0, 0),
    "province": (47, 0, 0),
    "school": (6, 0, 0),  # hears which of its students are interviewed: decision 83
}
"""By kind of party, the most that one of them had: letters, acts, typed cells."""


def test_nobody_is_asked_for_more_than_was_reached(kind: str, request: pytest.FixtureRequest) -> None:
    shelf: Shelf = request.getfixturevalue(f"{kind}_shelf")
    found = {one["audience"]: (one["letters"], one["acts"], one["cells"]) for one in shelf.ended["burdens"]}
    assert found == MOST
