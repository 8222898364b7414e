"""The season of 13 cities, as filed, ends as expected; and nothing is owed twice."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from acts.advance import Advance
from tests import ledger
from tests.acts.shelf import MARKS, PACK, Shelf
from tests.scenes import Scene

pytestmark = pytest.mark.slow

Played = Callable[[str], Scene]


def test_the_season_ends_as_expected(kind: str, request: pytest.FixtureRequest) -> None:
    shelf: Shelf = request.getfixturevalue(f"{kind}_shelf")
    ended = shelf.ended.as_json()
    totals = {name: count for name, count in ended["status"]["totals"].items() if name != "funded_cap"}
    cities = {
        row["city"]: {
            phase["phase"]: {name: phase[name] for name in ("state", "attempt", "timeliness")}
            for phase in row["phases"]
        }
        for row in ended["status"]["cities"]
    }
    assert {"totals": totals, "cities": cities} == json.loads((PACK / "expected.json").read_text())
    assert ended["unmet"] == []


def test_every_refusal_is_one_that_the_pack_expects(kind: str, request: pytest.FixtureRequest) -> None:
    shelf: Shelf = request.getfixturevalue(f"{kind}_shelf")
    said = [(one.event.city, one.event.do, one.outcome.outcome, one.rules) for one in shelf.ended.refusals]
    assert said == [
        ("xuzhou", "submit", "returned", ["mentors.standing"]),
        ("xuzhou", "load", "refused", []),
        ("yangzhou", "submit", "refused", []),
        ("changzhou", "submit", "returned", ["applications.rank"]),
        ("suzhou", "submit", "returned", ["applications.grade"]),
        ("taizhou", "load", "form-errors", []),
        ("nantong", "submit", "returned", ["interviews.ratio"]),
        ("huaian", "submit", "returned", ["funding.city-cap"]),
    ]


@pytest.mark.parametrize("mark", MARKS)
def test_a_hundred_and_one_advances_at_the_same_instant_do_nothing(played: Played, mark: str) -> None:
    scene = played(mark)
    scene.advance(mark)
    before = ledger.fingerprint(scene.database)
    assert [scene.advance(mark) for _ in range(101)] == [Advance()] * 101
    assert ledger.fingerprint(scene.database) == before
