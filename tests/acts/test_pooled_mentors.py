"""New or returning: the column says it while the pool is empty; then the pool does, and what differs is shown."""

from __future__ import annotations

import pytest
from sqlalchemy import insert, select

from models import loading
from models.columns import table_of
from models.tables.city_drafts import draft_table
from models.tables.pool import PoolEntry
from phases.mentor_recommendation import MENTORS
from season.outcome import Outcome
from tests.support import sheets
from tests.support.scenes import NANJING, YEAR, Scene

ROLL = "mentor-recommendation"


def loaded(scene: Scene, at: str = "2022-01-05T10:00") -> Outcome:
    """Two mentors: the first is said to be new, the second to have come along."""
    city = scene.city(NANJING)
    both = sheets.mentor(city), sheets.mentor(city, 2, returning_mentor=True)
    return scene.load(ROLL, NANJING, sheets.roll(*both), at)


def brought_along(scene: Scene) -> None:
    """The pool has the first of them, by another spelling."""
    city = scene.city(NANJING)
    with scene.database.write(YEAR) as connection:
        key = ("mentor", f"{city.name} 导师1", f"{city.name}大学")
        (party,) = loading.register(connection, [key]).values()
        row = {"year": YEAR, "city": "wuxi", "kind": "mentor", "key": f"{party}"}
        connection.execute(insert(table_of(PoolEntry)).values(row))


def returning(scene: Scene) -> list[bool]:
    table = draft_table(MENTORS)
    with scene.database.read() as connection:
        query = select(table.c.returning_mentor).where(table.c.city == NANJING).order_by(table.c.line)
        return list(connection.execute(query).scalars())


def appointed(scene: Scene) -> int:
    scene.submit(ROLL, NANJING, "2022-01-05T11:00")
    said = scene.approve(ROLL, NANJING, "2022-01-05T12:00")
    return sum(one.kind == "appointment" for one in said.changes.letters)


def test_with_an_empty_pool_the_column_says_it(scene: Scene) -> None:
    assert (loaded(scene).warnings, returning(scene), appointed(scene)) == ((), [False, True], 1)


def test_with_a_pool_that_says_it_and_what_differs_is_shown_and_refuses_nothing(scene: Scene) -> None:
    brought_along(scene)
    said = loaded(scene)
    assert said.done
    assert [(one.row, one.column, one.found, one.wrong) for one in said.warnings] == [
        (2, "往届导师", "否", "导师库里有这位导师"),
        (3, "往届导师", "是", "导师库里没有这位导师"),
    ]
    assert returning(scene) == [True, False]
    with scene.database.read() as connection:
        names = [row.name for row in connection.execute(select(draft_table(MENTORS)).order_by("line"))]
    scene.submit(ROLL, NANJING, "2022-01-05T11:00")
    letters = scene.approve(ROLL, NANJING, "2022-01-05T12:00").changes.letters
    (letter,) = [one for one in letters if one.kind == "appointment"]
    assert [name in (letter.addressee or "") for name in names] == [False, True]


def test_without_the_guard_whoever_is_in_the_pool_is_appointed_again(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The broken control."""
    monkeypatch.setattr(loading, "past_mentors", lambda *_: frozenset())
    brought_along(scene)
    assert (loaded(scene).warnings, returning(scene)) == ((), [False, True])
