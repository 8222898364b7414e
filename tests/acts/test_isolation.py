"""One city that fails holds up nobody else: it is named, left as it was, and tried again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from sqlalchemy import text, update

from gates.judge import Gate, judge
from gates.verdict import Verdict
from letters.campaigns import campaign
from models import database as database_module
from models.columns import table_of
from models.database import Database
from models.tables.season import CityPhase
from phases.book import BOOK
from season import correspondence, judging
from tests.support import ledger
from tests.support.kinds import EACH_ON_BOTH
from tests.support.scenes import NANJING, YEAR, Scene

pytestmark = EACH_ON_BOTH

ROLL, APPLICATION = "mentor-recommendation", "application"
FIRST = "2022-01-05T10:00"


def by_city(scene: Scene, phase: str = ROLL) -> dict[str, str]:
    return {city.slug: scene.states(city.slug)[phase] for city in scene.year.cities}


def test_a_letter_that_cannot_be_written_stops_its_own_city(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    def poisoned(brief: Any, words: Any) -> Any:  # noqa: ANN401 - the campaign's own types
        if brief.city_name == "盐城":
            raise ZeroDivisionError("盐城的函件写不出来")
        return campaign(brief, words)

    monkeypatch.setattr(correspondence, "campaign", poisoned)
    done = scene.advance(FIRST)
    assert done.failures == {"yancheng": "ZeroDivisionError: 盐城的函件写不出来"}
    assert by_city(scene) == {city.slug: "open" for city in scene.year.cities} | {"yancheng": "waiting"}
    assert {move.after.city for move in done.changes.transitions} == set(by_city(scene)) - {"yancheng"}
    monkeypatch.undo()
    again = scene.advance(FIRST)
    assert (again.failures, {move.after.city for move in again.changes.transitions}) == ({}, {"yancheng"})
    assert len(ledger.letters(scene.database, kind="opened")) == 13


def test_facts_that_cannot_be_judged_stop_their_own_city(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """Three applications stand submitted, as a cut-off act would leave them; the facts of one are bad."""
    cities = ("nanjing", "wuxi", "yancheng")
    table = table_of(CityPhase)
    for city in cities:
        scene.through(ROLL, city)
        scene.load(APPLICATION, city, scene.sheets(APPLICATION, city), FIRST)
    with scene.database.write(YEAR) as connection:
        stranded = table.c.city.in_(cities), table.c.phase == APPLICATION
        connection.execute(update(table).where(*stranded).values(state="submitted"))

    def poisoned(gate: Gate[Any], facts: Any, figures: Any, waivers: Mapping[str, Any]) -> Verdict:  # noqa: ANN401
        if judged.pop(0) == "yancheng":
            raise ArithmeticError
        return judge(gate, facts, figures, waivers)

    judged = [*cities, *cities]
    monkeypatch.setattr(judging, "judge", poisoned)
    done = scene.advance("2022-01-06T10:00")
    assert done.failures == {"yancheng": "ArithmeticError: "}
    assert {city: by_city(scene, APPLICATION)[city] for city in cities} == {
        "nanjing": "passed",
        "wuxi": "passed",
        "yancheng": "submitted",
    }
    monkeypatch.undo()
    assert scene.advance("2022-01-06T10:00").failures == {}
    assert by_city(scene, APPLICATION)["yancheng"] == "passed"


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["postgresql"], indirect=True)  # SQLite locks no single row
def test_a_row_that_somebody_holds_stops_its_own_city(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database_module, "ROW_SECONDS", 1)
    other = Database(scene.database.url, BOOK)
    with other.engine.connect() as holder:
        holder.execute(text("SELECT 1 FROM city_phase WHERE city = 'yancheng' FOR UPDATE"))
        done = scene.advance(FIRST)
    other.dispose()
    assert list(done.failures) == ["yancheng"]
    assert by_city(scene) == {city.slug: "open" for city in scene.year.cities} | {"yancheng": "waiting"}
    assert scene.advance(FIRST).failures == {}
    assert by_city(scene)["yancheng"] == "open"


def test_a_digest_that_cannot_be_written_holds_up_no_city(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    scene.advance(FIRST)

    def poisoned(brief: Any, words: Any) -> Any:  # noqa: ANN401 - the campaign's own types
        if brief.kind == "digest":
            raise ZeroDivisionError("摘要写不出来")
        return campaign(brief, words)

    monkeypatch.setattr(correspondence, "campaign", poisoned)
    done = scene.advance("2022-01-17T09:00")
    assert done.failures == {"*": "ZeroDivisionError: 摘要写不出来"}
    assert set(by_city(scene).values()) == {"overdue"}
    monkeypatch.undo()
    assert [letter.kind for letter in scene.advance("2022-01-17T09:00").changes.letters] == ["digest"]


def test_without_savepoints_one_city_would_hold_up_all(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: a failure that no city is to blame for takes the whole pass with it."""
    from acts import advance

    def poisoned(_: Any, __: Any) -> Any:  # noqa: ANN401 - the campaign's own types
        raise ZeroDivisionError

    monkeypatch.setattr(correspondence, "campaign", poisoned)
    monkeypatch.setattr(advance, "NOT_OF_ONE_CITY", (ZeroDivisionError,))
    with pytest.raises(ZeroDivisionError):
        scene.advance(FIRST)
    assert by_city(scene)[NANJING] == "waiting"
