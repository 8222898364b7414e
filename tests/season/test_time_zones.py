"""Whatever zone the machine is set to, what is written, told and kept is the same."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator
from datetime import date, datetime
from pathlib import Path

import pytest

import season.correspondence
from acts.calendars import opened_calendar
from models import record_chain, sealed
from models.database import Database
from models.reports import matrix
from phases.book import BOOK
from tests.support import ledger
from tests.support.scenes import NANJING, XUZHOU, YEAR, Scene, calendar, instant

ZONES = ("Asia/Shanghai", "UTC", "America/Los_Angeles", "Pacific/Kiritimati")
ROLL = "mentor-recommendation"

Told = Callable[[str], object]


@pytest.fixture
def told(migrated_sqlite: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Told]:
    """Play three weeks of a year in a zone: all that the database holds of it, the matrix, a city's calendar."""
    monkeypatch.setattr(record_chain, "salt", lambda: "as if drawn")
    monkeypatch.setattr(sealed, "nonce", lambda: bytes(sealed.NONCE))

    def play(zone: str) -> object:
        monkeypatch.setenv("TZ", zone)
        time.tzset()
        path = shutil.copy(migrated_sqlite, tmp_path / f"{zone.replace('/', '-')}.db")
        scene = Scene.begin(Database(f"sqlite:///{path}", BOOK), calendar(3))
        scene.advance("2021-12-31T09:00")
        scene.file(ROLL, NANJING)
        scene.extend(ROLL, [XUZHOU], "2022-01-10T23:30", date(2022, 1, 20))
        for at in ("2022-01-13T09:00", "2022-01-16T00:00", "2022-01-17T09:00"):
            scene.advance(at)
        with scene.database.read() as connection:
            shown = matrix(connection, YEAR, instant("2022-01-17T09:00")).as_json()
            said = (
                ledger.everything(scene.database),
                shown,
                opened_calendar(connection, [(YEAR, instant("2022-01-17T09:00"))], NANJING),
            )
        scene.database.dispose()
        return said

    yield play
    monkeypatch.undo()
    time.tzset()


def test_four_zones_say_the_same(told: Told) -> None:
    first, *others = [told(zone) for zone in ZONES]
    assert others == [first] * 3


def test_a_day_read_off_the_machine_s_own_clock_is_found(told: Told, monkeypatch: pytest.MonkeyPatch) -> None:
    """The control."""
    monkeypatch.setattr(season.correspondence, "day_of", lambda at: datetime.fromtimestamp(at.timestamp()).date())  # noqa: DTZ006
    assert told(ZONES[0]) != told(ZONES[2])
