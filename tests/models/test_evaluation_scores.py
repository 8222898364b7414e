"""Scores of the evaluation: as many as the year has dimensions, each a row; what five columns held was carried over."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa
from alembic import command

from acts.amend import amend
from calendars.year import Year
from models import draft_rows, evaluations, migrate
from models.database import Database, patience
from models.facts.scope import Scope
from models.facts.training import evaluations as facts_of
from phases.year_end import DIMENSIONS, EVALUATIONS
from tests.support import sheets
from tests.support.scenes import NANJING, WUXI, YEAR, Scene, calendar, stamp
from tests.support.years import parse, revision

AT = "2022-11-21T10:00"


def of_dimensions(count: int) -> Year:
    words = ", ".join(f'"方面{place}"' for place in range(1, count + 1))
    kept = [line for line in calendar().source_text.splitlines() if not line.startswith("dimensions")]
    kept.insert(kept.index("[cities]"), f"dimensions = [{words}]\n")
    return parse("\n".join(kept), "2022.toml")


def evaluated(scene: Scene, city: str, first: int) -> None:
    """Two students are given points that differ from place to place."""
    scene.through("midterm", city)
    for form in ("cultivation", "year-end"):
        scene.load(form, city, scene.sheets(form, city), AT)
    assert scene.submit("year-end", city, AT).done
    rows = scene.sheets("evaluation", city)["evaluations"]
    points = {field: Decimal(first + place) for place, field in enumerate(DIMENSIONS.fields(scene.year))}
    assert scene.load("evaluation", city, {"evaluations": [row.model_copy(update=points) for row in rows]}, AT).done


def kept(scene: Scene, city: str | None) -> list[list[Any]]:
    with scene.database.read() as connection:
        rows = draft_rows.rows(connection, YEAR, city, EVALUATIONS.key)
    return [[row["city"], *(row.get(field) for field in DIMENSIONS.fields(scene.year))] for row in rows]


@pytest.mark.parametrize("count", [1, 6, 12])
def test_a_year_of_other_dimensions_is_evaluated_and_its_results_published(database: Database, count: int) -> None:
    scene = Scene.begin(database, of_dimensions(count))
    evaluated(scene, NANJING, 70)
    evaluated(scene, WUXI, 80)
    scores = [Decimal(70 + place) for place in range(count)]
    assert kept(scene, NANJING) == [[NANJING, *scores]] * 2
    assert [row[0] for row in kept(scene, None)] == [NANJING, NANJING, WUXI, WUXI]
    with scene.database.read() as connection:
        shown = evaluations.students(connection, scene.year, NANJING)
    assert shown[0].given["score_1"] == "70"
    assert scene.approve("year-end", NANJING, AT).done
    assert scene.states(NANJING)["year-end"] == "passed"


def test_a_panel_scores_each_on_its_own_and_one_who_joins_later_is_named(database: Database) -> None:
    scene = Scene.begin(database, calendar(panel=2))
    evaluated(scene, NANJING, 75)
    assert kept(scene, NANJING) == [[NANJING, *(Decimal(75 + place) for place in range(10))]] * 2
    more = revision(scene.year.source_text.replace("panel = 2", "panel = 3"), "日历", scene.year)
    assert amend(database, YEAR, more, stamp("2022-11-21T11:00"), reason="增加评委").done
    refused = scene.approve("year-end", NANJING, "2022-11-21T12:00", dry_run=True)
    assert "3201-2022-0001 缺评委3" in refused.message
    assert amend(database, YEAR, scene.year, stamp("2022-11-21T13:00"), reason="评委未到").done
    assert scene.approve("year-end", NANJING, "2022-11-21T14:00").done


def test_of_a_dimension_that_came_later_no_score_is_there(scene: Scene) -> None:
    evaluated(scene, NANJING, 70)
    wider = of_dimensions(6)
    with scene.database.read() as connection:
        day = {NANJING: wider.phases[0].due}
        facts = facts_of(Scope(connection, wider, day, day))[NANJING]
    assert [len(row.scores) for row in facts.evaluations] == [5, 5]
    assert scene.approve("year-end", NANJING, AT).done


def test_a_load_takes_the_place_of_all_scores_of_its_city(scene: Scene) -> None:
    evaluated(scene, NANJING, 70)
    evaluated(scene, WUXI, 80)
    (one, _) = sheets.evaluation(sheets.students(scene.city(NANJING))[:2])["evaluations"]
    assert scene.load("evaluation", NANJING, {"evaluations": [one]}, AT).done
    assert kept(scene, NANJING) == [[NANJING, *[Decimal(85)] * 5]]
    assert len(kept(scene, WUXI)) == 2


def test_the_five_columns_there_were_are_carried_over_and_back(scene: Scene) -> None:
    evaluated(scene, NANJING, 70)
    evaluated(scene, WUXI, 80)
    before = kept(scene, None)
    with scene.database.engine.connect().execution_options(talent_write=patience()) as connection, connection.begin():
        command.downgrade(migrate._config(connection), "0009")
    with scene.database.read() as connection:
        query = "SELECT city, interest, knowledge, potential, ability, english FROM evaluation ORDER BY city, line"
        columns = [list(row) for row in connection.execute(sa.text(query))]
    assert columns == [[city, *(int(score * 100) for score in scores)] for city, *scores in before]
    migrate.upgrade(scene.database)
    assert migrate.differences(scene.database) == []
    assert kept(scene, None) == before
