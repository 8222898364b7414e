"""The season of the pack, opened on 7 February: what was done on paper is filled in, the rest is played to its end."""

from __future__ import annotations

import json

import pytest

from acts.load import load
from acts.on_paper import Paper
from acts.open_year import open_year
from models.database import Database
from rehearsal.packs import read_pack
from rehearsal.play import Play
from tests.support import ledger
from tests.support.kinds import ON_SQLITE
from tests.support.scenes import YEAR, Scene, calendar, instant, stamp
from tests.support.shelf import END, PACK

pytestmark = [pytest.mark.slow, ON_SQLITE]

LATE, FILLED = "2022-02-07T09:00", "2022-02-07T09:20"
DONE = ("mentor-recommendation", "application", "shortlist")


def test_the_season_goes_on_from_what_was_filled_in_and_ends_as_expected(database: Database) -> None:
    scene = Scene(database, calendar())
    assert open_year(database, scene.year, stamp(LATE), rehearsal=True, paper=Paper("shortlist", "会议纪要")).done
    scene.advance(LATE)
    written = ledger.letters(database)
    for phase in DONE:
        for city in scene.year.cities:
            said = load(database, YEAR, phase, city.slug, PACK / city.slug / f"{phase}.xlsx", stamp(FILLED))
            assert said.done, said.message
    told = ledger.letters(database)[len(written) :]
    assert {(phase, kind) for phase, _, _, kind, _ in told} == {("interview", "opened")}
    assert len(set(told)) == len(told)
    assert ledger.letters(database, state="held") == []
    play = Play(database, scene.year, read_pack(PACK), instant(END), "省办")
    for _ in play.resume(instant(FILLED)):
        pass
    ended, expected = play.ended().as_json(), json.loads((PACK / "expected.json").read_text())
    assert ended["unmet"] == []
    assert {name: ended["status"]["totals"][name] for name in expected["totals"]} == expected["totals"]
    for row in ended["status"]["cities"]:
        for phase in row["phases"]:
            wanted = expected["cities"][row["city"]][phase["phase"]]
            rerun = phase["attempt"] == 2  # of the one city whose shortlist the pack opens again
            if phase["phase"] in DONE and not rerun:
                wanted = {"state": "passed", "attempt": 1, "timeliness": None}
            assert {name: phase[name] for name in wanted} == wanted, (row["city"], phase["phase"])
            assert phase["on_paper"] is (phase["phase"] in DONE and not rerun)
