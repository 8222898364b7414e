"""What a replaced database knew to have gone out is met with as many parameters, however many letters there are."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import event, select

from models import restorations
from models.columns import table_of
from models.database import Database
from models.tables.season import Letter
from tests.support.scenes import OPENING, Scene, instant, stamp


@contextmanager
def parameters(database: Database) -> Iterator[list[int]]:
    """How many each statement had."""
    counted: list[int] = []

    def seen(_c: Any, _cursor: Any, _s: str, given: Any, *_: Any) -> None:  # noqa: ANN401 - the event's arguments
        counted.append(len(given))

    event.listen(database.engine, "before_cursor_execute", seen)
    try:
        yield counted
    finally:
        event.remove(database.engine, "before_cursor_execute", seen)


@pytest.mark.parametrize("asked", ["all", "these"])
def test_a_parameter_for_all_letters_and_not_one_for_each(scene: Scene, asked: str) -> None:
    scene.advance(OPENING)
    letter = table_of(Letter)
    with scene.database.write("every") as connection:
        rows = connection.execute(select(letter.c.id, letter.c.message_id)).all()
        sent = [row.message_id for row in rows]
        restorations.begin(connection, instant(OPENING), sent, stamp("2022-01-01T10:00"), "磁盘坏了", [])
    with parameters(scene.database) as counted, scene.database.write("every") as connection:
        ids = None if asked == "all" else {row.id for row in rows}
        assert restorations.known_as_sent(connection, ids) == {row.id for row in rows}
    assert len(rows) > max(counted)
