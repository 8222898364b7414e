"""Answering a request for a later day: with what applies, once, or not at all."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select, update

from acts.answer import answer, answer_question
from acts.ask import ask as asked
from acts.question import question
from acts.retract import retract
from models import histories
from models.city_requests import Answer, requests
from models.columns import table_of
from models.tables.city_requests import Request
from models.tables.season import Transition
from tests.support import ledger
from tests.support.requests_asked import UNTIL, ask
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


@pytest.mark.parametrize("at", ["2022-01-14T10:00", "2022-01-17T10:00"])
def test_what_a_city_wrote_stands_in_its_request_alone_and_can_be_deleted_there(scene: Scene, at: str) -> None:
    """Of the log, which is append-only, a child's name could not be taken back."""
    here, name = (scene.database, YEAR, ROLL, NANJING), "张小明"
    scene.advance("2021-12-31T09:00")
    for hour in ("09", "11"):
        assert asked(*here, stamp(f"2022-01-13T{hour}:00"), until=UNTIL, reason=f"{name}住院").done
        if hour == "09":
            retract(*here, stamp("2022-01-13T10:00"), reason="已另行联系")
    with scene.database.read() as connection:
        *_, waits = requests(connection, YEAR)
    assert answer(scene.database, YEAR, waits.id, stamp(at), grant=True, until=None, reason="情况属实").done
    later = f"{at[:10]}T15:00"
    assert question(*here, stamp(later), about="decision", reason=f"{name}仍未出院").done
    told = (scene.database, YEAR, waits.id + 1, stamp(later))
    assert answer_question(*told, changed=False, reason="再议").done
    log, table, span = table_of(Transition), table_of(Request), histories.Span(YEAR, None, ROLL, NANJING)
    with scene.database.write() as connection:
        kept = "".join(filter(None, connection.execute(select(log.c.reason)).scalars()))
        shown = [move.reason for move in histories.as_written(connection, span) if move.reason]
        connection.execute(update(table).values(reason=""))
        rest = [move.reason for move in histories.as_written(connection, span) if move.reason]
    assert not any(word in kept for word in (name, "已另行联系", "情况属实", "再议"))
    given = "至 2022-01-25：" if at.startswith("2022-01-14") else ""
    assert shown == [
        f"延期至 2022-01-25：{name}住院",
        "延期至 2022-01-25 的申请：已另行联系",
        f"延期至 2022-01-25：{name}住院",
        "同意（延期申请）：情况属实",
        f"{given}{name}住院",
        f"省级管理办公室“{'延期' if given else '重新开放'}”的决定：{name}仍未出院",
        "维持（异议）：再议",
    ]
    assert not any(name in reason for reason in rest)
