"""Requests and their answers: what holds now and held then, and the step of the migrations that made answers rows."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from alembic import command
from sqlalchemy.exc import IntegrityError

from models import migrate
from models.city_requests import Answer, NewAnswer, Said, answer, requests, unanswered
from models.columns import table_of
from models.database import patience
from models.tables.city_requests import RequestAnswer
from tests.support.requests_asked import ask
from tests.support.scenes import YEAR, Scene, instant, stamp


def say(scene: Scene, number: int, said: Said, at: str, reason: str | None = None) -> None:
    with scene.database.write(YEAR) as connection:
        answer(connection, YEAR, [NewAnswer(number, said, reason)], stamp(at))


def held(scene: Scene, at: str | None = None) -> list[tuple[str | None, bool]]:
    """Of each request, what it was answered, and whether it waits."""
    then = instant(at) if at else None
    with scene.database.read() as connection:
        waiting = {one.id for one in unanswered(connection, YEAR, then)}
        found = requests(connection, YEAR, as_of=then)
    return [(one.answer.said if one.answer else None, one.id in waiting) for one in found]


def test_the_newest_answer_holds_and_a_look_back_shows_the_one_of_then(scene: Scene) -> None:
    number = ask(scene.database, "2022-01-05T09:00")
    say(scene, number, "granted", "2022-01-06T09:00")
    say(scene, number, "reopened", "2022-01-07T09:00")
    say(scene, number, "declined", "2022-01-08T09:00")
    moments = ["2022-01-04T09:00", "2022-01-05T09:00", "2022-01-06T09:00", "2022-01-07T09:00", None]
    assert [held(scene, at) for at in moments] == [
        [], [(None, True)], [("granted", False)], [(None, True)], [("declined", False)],
    ]  # fmt: skip


def test_answers_are_carried_over_and_back(scene: Scene) -> None:
    first, second, third = (ask(scene.database, f"2022-01-0{day}T09:00") for day in (5, 6, 7))
    say(scene, first, "granted", "2022-01-08T09:00", "情况属实")
    say(scene, second, "granted", "2022-01-08T09:00")
    say(scene, second, "reopened", "2022-01-09T09:00")
    with scene.database.engine.connect().execution_options(talent_write=patience()) as connection, connection.begin():
        command.downgrade(migrate._config(connection), "0011")
    with scene.database.read() as connection:
        columns = sa.text("SELECT id, answer, answered_by, answer_reason FROM request ORDER BY id")
        assert [tuple(row) for row in connection.execute(columns)] == [
            (first, "granted", "省办", "情况属实"), (second, None, None, None), (third, None, None, None),
        ]  # fmt: skip
    migrate.upgrade(scene.database)
    assert migrate.differences(scene.database) == []
    with scene.database.read() as connection:
        found = {one.id: one.last for one in requests(connection, YEAR)}
    at = instant("2022-01-08T09:00")
    assert found == {first: Answer("granted", "情况属实", None, "省办", at), second: None, third: None}


def test_no_two_answers_have_the_same_place(scene: Scene) -> None:
    """The key that forbids twice: two that counted the same answers before theirs cannot both be kept."""
    number = ask(scene.database, "2022-01-05T09:00")
    row = {"request": number, "number": 1, "said": "granted", **stamp("2022-01-06T09:00").columns()}
    with pytest.raises(IntegrityError), scene.database.write(YEAR) as connection:
        connection.execute(sa.insert(table_of(RequestAnswer)), [row, row])
    assert held(scene) == [(None, True)]
