"""Answering a request for a later day: with what applies, once, or not at all."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select

from acts.answer import answer
from models.city_requests import Answer, requests
from models.columns import table_of
from models.tables.season import Transition
from tests.support import ledger
from tests.support.requests_asked import ask
from tests.support.scenes import NANJING, YEAR, Scene, stamp

ROLL = "mentor-recommendation"


def events(scene: Scene) -> list[tuple[str, bool]]:
    log = table_of(Transition)
    with scene.database.read() as connection:
        query = select(log.c.event, log.c.refused).where(log.c.city == NANJING, log.c.phase == ROLL)
        return [(event, refused) for event, refused in connection.execute(query.order_by(log.c.id))]


@pytest.mark.parametrize(
    ("at", "done"),
    [("2022-01-14T10:00", ["open", "answer", "extend"]), ("2022-01-17T10:00", ["open", "lapse", "answer", "rerun"])],
)
def test_a_grant_is_the_extension_or_the_rerun_that_applies_once(scene: Scene, at: str, done: list[str]) -> None:
    scene.advance("2021-12-31T09:00")
    request = ask(scene.database, "2022-01-13T10:00")
    said = answer(scene.database, YEAR, request, stamp(at), grant=True, until=None, reason="同意")
    assert (said.outcome, events(scene)) == ("done", [(event, False) for event in done])
    before = ledger.everything(scene.database)
    again = answer(scene.database, YEAR, request, stamp(at), grant=False, until=None, reason="不同意")
    assert (again.outcome, again.message) == (
        "refused",
        f"{request} 号申请已由 省办 于 {at.replace('T', ' ')}:00 答复（同意），未作改动。",
    )
    assert ledger.everything(scene.database) == before


def test_a_grant_that_cannot_be_done_leaves_the_request_open(scene: Scene) -> None:
    scene.advance("2021-12-31T09:00")
    request = ask(scene.database, "2022-01-13T10:00")
    when, before = stamp("2022-01-14T10:00"), ledger.everything(scene.database)
    said = answer(scene.database, YEAR, request, when, grant=True, until=date(2022, 1, 10), reason="同意")
    assert said.outcome == "refused"
    assert ledger.everything(scene.database) == before


def test_what_needs_no_later_day_any_more_is_declined(scene: Scene) -> None:
    scene.through(ROLL, NANJING)
    request, when = ask(scene.database, "2022-01-05T09:00"), stamp("2022-01-14T10:00")
    said = answer(scene.database, YEAR, request, when, grant=True, until=None, reason="同意")
    assert (said.outcome, said.message) == (
        "refused",
        "南京 导师推荐 已经通过，不再需要延期；请答复不同意，复函只写明不再需要办理。",
    )
    declined = answer(scene.database, YEAR, request, when, grant=False, until=None, reason="已经通过")
    with scene.database.read() as connection:
        (found,) = requests(connection, YEAR)
    assert declined.done
    assert found.answer == Answer("declined", "已经通过", None, "省办", when.as_of)
    other = answer(scene.database, YEAR, request + 1, when, grant=True, until=None, reason="同意")
    assert other.message == f"2022 年度没有 {request + 1} 号申请。"
