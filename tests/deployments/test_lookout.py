"""What a run is asked for: something new, something left undone after a minute, a beat that did not come."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

import anyio
import pytest

from calendars.deadlines import TZ
from deployments import lookout
from deployments.holding import Holding
from deployments.lookout import Lookout
from models.database import Database
from models.invariants import Contradiction
from models.pending_work import PendingWork
from models.signs_of_life import Work, silent
from phases.book import BOOK
from settings import Settings
from tests.support.scenes import Scene

NOTHING = PendingWork(((2022, 7),), None)
BEATS = frozenset({("watch", UUID(int=1)), ("post", UUID(int=2))})


async def nobody() -> None:
    """Take up nothing."""


@pytest.fixture
def under_way() -> dict[str, int]:
    return {}


@pytest.fixture
def looking(tmp_path: Path, under_way: Mapping[str, int]) -> Lookout:
    """One that has met what there is, on a server where nobody paused anything."""
    made = Lookout(Database(f"sqlite:///{tmp_path}/none.db", BOOK), Settings(), under_way, nobody)
    made._holding = Holding(BEATS, frozenset(), frozenset())
    assert made._owed(NOTHING) == ["watch"]
    made._last = {"watch": datetime.now(TZ)}  # and it ended
    return made


def test_nothing_new_asks_for_nothing_and_each_revision_for_one_run(looking: Lookout) -> None:
    later = PendingWork(((2022, 8),), None)
    assert [looking._owed(one) for one in (NOTHING, later, later)] == [[], ["watch"], []]


def test_a_letter_that_stays_due_is_tried_again_after_a_minute_and_a_newer_one_at_once(
    looking: Lookout, monkeypatch: pytest.MonkeyPatch
) -> None:
    due = NOTHING._replace(letter=3)
    assert [looking._owed(one) for one in (due, due)] == [["post"], []]
    assert looking._owed(NOTHING._replace(letter=4)) == ["post"]
    monkeypatch.setattr(lookout, "AGAIN_SECONDS", -1.0)
    assert looking._owed(NOTHING._replace(letter=4)) == ["post"]


def test_nothing_is_asked_for_while_a_run_is_under_way_and_it_is_not_forgotten(
    looking: Lookout, under_way: dict[str, int]
) -> None:
    under_way["watch"] = 1
    later = PendingWork(((2022, 8),), None)
    assert looking._owed(later) == []
    under_way["watch"] = 0
    assert looking._owed(later) == ["watch"]


def test_what_a_person_paused_is_asked_for_by_nobody(looking: Lookout) -> None:
    looking._holding = Holding(BEATS, frozenset({"watch"}), frozenset())
    assert looking._owed(PendingWork(((2022, 8),), 3)) == ["post"]


def test_a_beat_that_did_not_come_is_made_up_for(looking: Lookout, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lookout, "AGAIN_SECONDS", -1.0)
    beat = Settings().beat
    looking._wanted = datetime.now(TZ) - 3 * beat
    looking._last = {"watch": datetime.now(TZ) - beat, "post": datetime.now(TZ) - beat}
    assert looking._owed(NOTHING) == []
    looking._last = {"watch": datetime.now(TZ) - beat - 2 * lookout.SLACK, "post": datetime.now(TZ)}
    assert looking._owed(NOTHING) == ["watch"]


def test_a_watch_that_failed_is_asked_for_again_after_a_minute(
    looking: Lookout, monkeypatch: pytest.MonkeyPatch
) -> None:
    later, looking._last = PendingWork(((2022, 8),), None), {}
    assert [looking._owed(later) for _ in range(2)] == [["watch"], []]
    monkeypatch.setattr(lookout, "AGAIN_SECONDS", -1.0)
    assert looking._owed(later) == ["watch"]  # none ended since it was asked for
    looking._last = {"watch": datetime.now(TZ)}
    assert looking._owed(later) == []


async def test_records_that_cannot_even_be_read_are_an_alarm_and_stop_nothing(
    database: Database,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    Scene.begin(database, rehearsal=False)

    def contradictions(_: Database) -> list[Contradiction]:
        return json.loads("{")  # type: ignore[no-any-return]  # a tally that somebody spoilt

    monkeypatch.setattr(lookout, "contradictions", contradictions)
    with anyio.move_on_after(0.5) as stood:
        await Lookout(database, Settings(), {}, nobody)._check_rows()
    assert stood.cancelled_caught
    assert "数据没有核对成（JSONDecodeError）" in capsys.readouterr().out
    with database.read() as connection:
        assert "check" in [sign.work for sign in silent(connection, datetime.now(TZ))]


def test_the_records_are_checked_once_a_night_and_what_does_not_fit_is_an_alarm(
    database: Database, under_way: Mapping[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    Scene.begin(database, rehearsal=False)
    looking, checked = Lookout(database, Settings(), under_way, nobody), list[int]()
    night = datetime(2022, 1, 5, 3, tzinfo=TZ)

    def check(found: list[Contradiction], at: datetime) -> list[Work]:
        def contradictions(_: Database) -> list[Contradiction]:
            checked.append(len(found))
            return found

        monkeypatch.setattr(lookout, "contradictions", contradictions)
        looking.check_rows(at)
        with database.read() as connection:
            return [sign.work for sign in silent(connection, at + timedelta(seconds=1))]

    minute, wrong = timedelta(minutes=1), [Contradiction("合计", 2022, "shortlist/nanjing", "1 和 2")]
    assert check([], night - minute) == []
    assert check(wrong, night - minute / 2) == []  # that night had its check
    assert (check(wrong, night), len(checked)) == (["check"], 2)
    assert (check([], night + 23 * 60 * minute), len(checked)) == (["check"], 2)
    assert (check([], night + 24 * 60 * minute), len(checked)) == ([], 3)


def test_a_watch_that_does_not_end_in_this_process_is_known(looking: Lookout, under_way: dict[str, int]) -> None:
    long_ago, minutes = datetime.now(TZ) - timedelta(hours=1), 60.0
    looking._last = {"watch": long_ago}
    under_way["post"] = 1
    assert [looking.hangs(at * minutes) for at in (0, 9)] == [False, False]
    under_way["watch"] = 1
    assert [looking.hangs(at * minutes) for at in (10, 25, 26)] == [False, False, True]
    looking._last = {"watch": datetime.now(TZ)}  # others ended meanwhile
    assert not looking.hangs(27 * minutes)
    looking._last = {"watch": long_ago}
    under_way["watch"] = 0
    assert not looking.hangs(28 * minutes)
