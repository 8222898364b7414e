"""A worker's round: what becomes untrue in its hand, whose locks it meets, and how it ends early."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import date, datetime
from threading import Event
from typing import Any

import pytest
from sqlalchemy import select

from acts import post as act
from acts import rounds
from acts.outgoing import outgoing
from acts.post import Posted, send
from letters import smtp
from letters.message import Outgoing
from letters.smtp import SmtpCourier
from models import claims, post
from models.columns import table_of
from models.database import Busy, Database
from models.season import Letter
from tests.letters.gate import Gate
from tests.proof.fates import counted, until
from tests.proof.outbox import fill
from tests.scenes import WUXI, Scene, stamp

ROLL, OPENING = "mentor-recommendation", "2021-12-31T09:00"
NOW = stamp("2022-01-14T09:00")
MANY = 40


@pytest.fixture
def filled(database: Database) -> Database:
    fill(database, MANY, at=NOW.as_of)
    return database


def sending(database: Database, courier: SmtpCourier, leave: Event | None = None) -> asyncio.Task[Posted]:
    return asyncio.create_task(send(database, courier, "省办 <office@talent.example>", NOW, leave=leave))


async def test_an_opening_that_an_extension_meets_in_a_workers_hand_is_owed_anew_and_goes_out_once_with_the_new_day(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(act, "TICK_SECONDS", 0.02)
    scene.advance(OPENING)
    gate, letter = Gate(), table_of(Letter)

    def fate() -> list[tuple[str, str]]:
        query = select(letter.c.slot, letter.c.state).where(letter.c.kind == "opened", letter.c.concerns == WUXI)
        with scene.database.read() as connection:
            return [tuple(row) for row in connection.execute(query.order_by(letter.c.id))]

    async with gate.serving() as courier:
        work = asyncio.create_task(send(scene.database, courier, "省办 <o@talent.example>", stamp("2022-01-05T09:00")))
        await gate.arrived.wait()
        assert fate() == [("*", "sending")]
        await asyncio.to_thread(scene.extend, ROLL, [WUXI], "2022-01-05T09:30", date(2022, 1, 21))
        await until(lambda: fate()[0] == ("*", "cancelled"))
        gate.opened.set()
        await work
        assert gate.taken.count("wuxi@city.example") == 0
        await send(scene.database, courier, "省办 <o@talent.example>", stamp("2022-01-05T09:30"))
    assert fate() == [("*", "cancelled"), ("0@2022-01-21", "sent")]
    assert gate.taken.count("wuxi@city.example") == 1


async def test_whoever_wants_a_round_to_end_leaves_nothing_in_doubt(filled: Database) -> None:
    gate, leave = Gate(), Event()
    async with gate.serving() as courier:
        work = sending(filled, courier, leave)
        await gate.arrived.wait()
        leave.set()
        await until(lambda: counted(filled)["sending"] < MANY // 2)
        gate.opened.set()
        done = await work
    assert (done.sent, len(gate.taken)) == (len(gate.taken), counted(filled)["sent"])
    assert counted(filled, "state", "tries") == {("sent", 1): done.sent, ("queued", 0): MANY - done.sent}


async def test_a_round_that_is_broken_off_instead_does(filled: Database) -> None:
    gate = Gate()
    async with gate.serving() as courier:
        work = sending(filled, courier)
        await gate.arrived.wait()
        work.cancel()
        await asyncio.wait({work})
        gate.opened.set()
    assert counted(filled) == {"sending": MANY}


@pytest.mark.parametrize("patience", [600.0, -1.0])
async def test_no_lock_of_anothers_loses_an_answer_of_the_relay(
    filled: Database, monkeypatch: pytest.MonkeyPatch, patience: float
) -> None:
    monkeypatch.setattr(rounds, "AT_IT_SECONDS", patience)
    monkeypatch.setattr(rounds, "BUSY_SECONDS", 0.01)
    mark, busy = post.mark, iter([True, True, True])

    def marking(*given: Any) -> None:  # noqa: ANN401
        if next(busy, False):
            raise Busy
        mark(*given)

    monkeypatch.setattr(post, "mark", marking)
    gate = Gate()
    gate.opened.set()
    async with gate.serving() as courier:
        if patience > 0:
            assert await sending(filled, courier) == Posted(sent=MANY)
            return
        with pytest.raises(Busy):
            await sending(filled, courier)
    assert len(gate.taken) > counted(filled).get("sent", 0), "without the guard it does"


async def test_a_trouble_of_its_own_cuts_a_round_off_from_no_answer(
    filled: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(act, "TICK_SECONDS", 0.02)
    monkeypatch.setattr(act, "LEAVE_SECONDS", 0.0)
    take, busy = claims.claim, iter([False])

    def taking(database: Database, token: str, as_of: datetime, at: datetime, _: int) -> list[claims.Claimed]:
        if next(busy, True):
            raise Busy
        return take(database, token, as_of, at, 20)

    monkeypatch.setattr(claims, "claim", taking)
    gate = Gate()
    async with gate.serving() as courier:
        work = sending(filled, courier)
        await gate.arrived.wait()
        await until(lambda: counted(filled, "state", "tries")["queued", 0] > MANY // 2)
        gate.opened.set()
        with pytest.raises(Busy):
            await work
    assert counted(filled) == {"sent": len(gate.taken), "queued": MANY - len(gate.taken)}


async def test_an_answer_that_cannot_be_put_on_record_lets_nothing_else_go_out_unseen(
    filled: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(smtp, "SETTLE_SECONDS", 0.0)
    mark, broken = post.mark, iter([True])

    def marking(*given: Any) -> None:  # noqa: ANN401
        if next(broken, False):
            raise ZeroDivisionError
        mark(*given)

    monkeypatch.setattr(post, "mark", marking)
    gate = Gate()
    gate.opened.set()
    async with gate.serving() as courier:
        with pytest.raises(ZeroDivisionError):
            await sending(filled, courier)
    found = counted(filled, "state", "address")
    assert {address for state, address in found if state != "queued"} == set(gate.taken)
    assert {state for state, _ in found} >= {"sending", "queued"}


async def test_a_letter_that_cannot_be_put_together_holds_up_no_other(
    filled: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(members: Sequence[claims.Claimed], *given: Any) -> Outgoing:  # noqa: ANN401
        if members[0].id == 1:
            raise TypeError
        return outgoing(members, *given)

    monkeypatch.setattr(rounds, "outgoing", failing)
    gate = Gate()
    gate.opened.set()
    async with gate.serving() as courier:
        assert await sending(filled, courier) == Posted(sent=MANY - 1, failed=1)
    assert counted(filled, "state", "detail")["failed", "写不成邮件：TypeError"] == 1
