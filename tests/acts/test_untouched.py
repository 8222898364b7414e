"""A rerun for one late city: what it shows first, what it then does, and that twelve cities never notice."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest

import season.settle
from acts.load import load
from season.unit_of_work import Season
from tests.support import ledger
from tests.support.scenes import YEAR, Scene, stamp
from tests.support.shelf import BEFORE_YANCHENG, BEFORE_YANGZHOU, PACK

pytestmark = pytest.mark.slow

Played = Callable[[str], Scene]

ROLL, APPLICATION, SHORTLIST = "mentor-recommendation", "application", "shortlist"
CASES = [
    pytest.param(BEFORE_YANGZHOU, ROLL, "yangzhou", "2022-01-17T09:30", date(2022, 1, 18), id="yangzhou"),
    pytest.param(BEFORE_YANCHENG, SHORTLIST, "yancheng", "2022-02-07T09:30", date(2022, 2, 10), id="yancheng"),
    pytest.param(BEFORE_YANCHENG, APPLICATION, "nanjing", "2022-02-07T09:30", date(2022, 2, 10), id="nanjing"),
]


@pytest.mark.parametrize(("mark", "phase", "city", "at", "until"), CASES)
def test_a_dry_run_lists_what_then_happens_and_writes_nothing(
    played: Played, mark: str, phase: str, city: str, at: str, until: date
) -> None:
    scene = played(mark)
    before = ledger.fingerprint(scene.database)
    shown = scene.rerun(phase, city, at, until, dry_run=True)
    assert ledger.fingerprint(scene.database) == before
    assert scene.rerun(phase, city, at, until) == shown
    assert ledger.fingerprint(scene.database) != before
    assert {move.after.city for move in shown.changes.transitions} == {city}
    assert {letter.concerns for letter in shown.changes.letters} == {city}


@pytest.mark.parametrize(("mark", "phase", "city", "at", "until"), CASES)
def test_the_other_twelve_cities_are_untouched_to_the_last_byte(
    played: Played, mark: str, phase: str, city: str, at: str, until: date
) -> None:
    scene = played(mark)
    before = ledger.of_others(scene.database, city)
    assert scene.rerun(phase, city, at, until).done
    filing = at.replace("09:30", "10:00")
    if phase != APPLICATION:
        assert load(scene.database, YEAR, phase, city, PACK / city / f"{phase}.xlsx", stamp(filing)).done
    assert scene.submit(phase, city, filing).done
    if phase == ROLL:
        assert scene.approve(phase, city, filing).done
    assert ledger.of_others(scene.database, city) == before


def test_a_rerun_that_settled_everybody_would_touch_them(played: Played, monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: an act that reads every city advances those that are owed something, and the hashes show it."""
    scene = played(BEFORE_YANGZHOU)
    before = ledger.of_others(scene.database, "yangzhou")
    late = "2022-02-21T09:30"
    scene.rerun(ROLL, "yangzhou", late, date(2022, 2, 28))
    assert ledger.of_others(scene.database, "yangzhou") == before
    read = Season.__dict__["read"].__func__
    monkeypatch.setattr(Season, "read", classmethod(lambda cls, *args, **kw: read(cls, *args[:-1], None, **kw)))
    settle = season.settle.settle
    monkeypatch.setattr("acts.submit.settle", lambda season, _: settle(season, season.cities))
    scene.submit(ROLL, "yangzhou", late)
    assert ledger.of_others(scene.database, "yangzhou") != before


@pytest.mark.parametrize(("mark", "phase", "city", "at", "until"), CASES)
def test_the_same_rerun_again_changes_nothing(
    played: Played, mark: str, phase: str, city: str, at: str, until: date
) -> None:
    scene = played(mark)
    scene.rerun(phase, city, at, until)
    before = ledger.fingerprint(scene.database)
    again = scene.rerun(phase, city, at, until)
    assert again.message.endswith("已按此重新开放，正在办理，未作改动。")
    assert ledger.fingerprint(scene.database) == before
