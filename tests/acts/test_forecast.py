"""What is forecast is what then goes out, word for word; and nothing of it is written."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from acts.advance import Forecast, forecast
from calendars.deadlines import Due
from models.outbox import LetterKey, LetterRow
from models.standing import Cell
from season import owing
from season.unit_of_work import Season
from tests.support import ledger
from tests.support.scenes import NANJING, YEAR, Scene, instant, stamp

FRIDAY, MONDAY = "2022-01-14T10:00", "2022-01-17T16:59"


def foreseen(scene: Scene, at: str) -> Forecast:
    return forecast(scene.database, YEAR, stamp(at))


def words(letters: Iterable[LetterRow]) -> dict[LetterKey, tuple[str, str, object]]:
    return {row.key: (row.subject, row.text, row.leaves_at) for row in letters}


@pytest.fixture
def begun(scene: Scene) -> Scene:
    """Nanjing has its roll approved, and its applications open; the other rolls are due on Saturday."""
    scene.advance("2021-12-31T09:00")
    scene.file("mentor-recommendation", NANJING)
    scene.advance(FRIDAY)
    return scene


def test_over_a_weekend_with_a_deadline_it_is_what_the_watch_then_writes(begun: Scene) -> None:
    before = ledger.everything(begun.database)
    found = foreseen(begun, FRIDAY)
    assert ledger.everything(begun.database) == before
    assert (found.until, found.failures) == (instant("2022-01-17T16:59:59.999999"), {})
    assert {row.kind for row in found.letters} == {"overdue", "digest", "reminder"}
    at_once = begun.advance(MONDAY, dry_run=True).changes.letters
    assert {row.key for row in found.letters} == {row.key for row in at_once}
    beats = ("2022-01-14T17:00", "2022-01-15T00:00", "2022-01-16T00:00", "2022-01-17T09:00", MONDAY)
    then = [row for at in beats for row in begun.advance(at).changes.letters]
    assert words(found.letters) == words(then)
    assert [row.slot for row in foreseen(begun, MONDAY).letters] == ["2022-01-18"]


def test_a_city_that_cannot_be_done_is_named_and_holds_up_no_other(
    begun: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    overdue = owing.overdue

    def broken(season: Season, cell: Cell, due: Due) -> None:
        if cell.city == "wuxi":
            raise RuntimeError("坏数据")
        overdue(season, cell, due)

    monkeypatch.setattr(owing, "overdue", broken)
    found = foreseen(begun, FRIDAY)
    assert found.failures == {"wuxi": "RuntimeError: 坏数据"}
    late = {row.concerns for row in found.letters if row.kind == "overdue"}
    assert late == {city.slug for city in begun.year.cities} - {NANJING, "wuxi"}
