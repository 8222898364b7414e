"""A worker's round: what becomes untrue in its hand, whose locks it meets, and how it ends early."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import date, datetime
from threading import Event
from typing import Any

import pytest
from sqlalchemy import Connection, select, update

from letters.headers import UnfitHeader
from models import suppression
from models.columns import table_of
from models.database import Busy, Database, passes
from models.tables.season import Letter
from models.taking_back import take_back
from post import claims, marks, rounds, smtp, workers
from post import sending as act
from post.connection import Job
from post.couriers import Delivery
from post.message import Outgoing
from post.outgoing import outgoing
from post.rounds import Round
from post.sending import Posted, send
from post.smtp import SmtpCourier
from post.workers import Worker
from tests.support.fates import counted, until
from tests.support.gate import Gate
from tests.support.outbox import fill
from tests.support.scenes import WUXI, Scene, stamp

ROLL, OPENING = "mentor-recommendation", "2021-12-31T09:00"
NOW = stamp("2022-01-14T09:00")
MANY, MESSAGES = 40, 30


@pytest.fixture
def filled(database: Database) -> Database:
    fill(database, MANY, at=NOW.as_of)
    return database


def recorded(database: Database) -> tuple[set[str], set[str]]:
    """To whom letters are on record as sent, and all states that there are."""
    found = counted(database, "state", "address")
    return {address for state, address in found if state == "sent"}, {state for state, _ in found}


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
        assert fate() == [("2022-01-15", "sending")]
        await asyncio.to_thread(scene.extend, ROLL, [WUXI], "2022-01-05T09:30", date(2022, 1, 21))
        await until(lambda: fate()[0] == ("2022-01-15", "cancelled"))
        gate.opened.set()
        await work
        assert gate.taken.count("wuxi@city.example") == 0
        await send(scene.database, courier, "省办 <o@talent.example>", stamp("2022-01-05T09:30"))
    assert fate() == [("2022-01-15", "cancelled"), ("2022-01-21", "sent")]
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
    mark, busy = marks.mark, iter([True, True, True])

    def marking(*given: Any) -> None:  # noqa: ANN401
        if next(busy, False):
            raise Busy
        mark(*given)

    monkeypatch.setattr(marks, "mark", marking)
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
    mark, broken, loop = marks.mark, iter([True]), asyncio.get_running_loop()
    gate = Gate()

    def marking(*given: Any) -> None:  # noqa: ANN401
        if next(broken, False):
            loop.call_soon_threadsafe(gate.opened.set)
            raise ZeroDivisionError
        mark(*given)

    monkeypatch.setattr(marks, "mark", marking)
    async with gate.serving() as courier:
        work = sending(filled, courier)
        await gate.arrived.wait()
        gate.answer_who_waits()
        with pytest.raises(ZeroDivisionError):
            await work
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


async def test_an_answer_that_a_lock_keeps_off_the_record_is_not_dropped_by_who_wants_an_end(
    filled: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(act, "TICK_SECONDS", 0.01)
    monkeypatch.setattr(act, "LEAVE_SECONDS", 0.0)
    monkeypatch.setattr(rounds, "BUSY_SECONDS", 0.05)
    mark, leave, busy = marks.mark, Event(), iter([True] * 10)

    def marking(*given: Any) -> None:  # noqa: ANN401
        leave.set()
        if next(busy, False):
            raise Busy
        mark(*given)

    monkeypatch.setattr(marks, "mark", marking)
    gate = Gate()
    gate.opened.set()
    async with gate.serving() as courier:
        await sending(filled, courier, leave)
    assert recorded(filled) == (set(gate.taken), {"sent", "queued"} if len(gate.taken) < MESSAGES else {"sent"})


async def test_a_lost_lock_drops_no_answer_while_the_server_is_away(
    filled: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(act, "TICK_SECONDS", 0.01)
    monkeypatch.setattr(act, "LOCK_TICKS", 1)
    monkeypatch.setattr(act, "LEAVE_SECONDS", 0.0)
    monkeypatch.setattr(rounds, "BUSY_SECONDS", 0.05)
    mark, away, lost = marks.mark, iter([True] * 10), Event()

    def marking(*given: Any) -> None:  # noqa: ANN401
        lost.set()
        if next(away, False):
            raise Busy
        mark(*given)

    monkeypatch.setattr(marks, "mark", marking)
    monkeypatch.setattr(workers, "Worker", lambda token, _: Worker(token, lambda: not lost.is_set()))
    gate = Gate()
    gate.opened.set()
    async with gate.serving() as courier:
        with pytest.raises(act.LockLost):
            await sending(filled, courier)
    assert recorded(filled) == (set(gate.taken), {"sent", "queued"} if len(gate.taken) < MESSAGES else {"sent"})


@pytest.mark.parametrize(
    "sender", ["省级管理办公室", "江苏省中学生科技创新后备人才培养计划办公室 <office@talent.example>"]
)
async def test_a_sender_that_no_message_can_bear_fails_no_letter(filled: Database, sender: str) -> None:
    async with Gate().serving() as courier:
        with pytest.raises(UnfitHeader):
            await send(filled, courier, sender, NOW)
    assert counted(filled, "state", "tries") == {("queued", 0): MANY}


async def test_a_defect_in_the_pool_drops_no_answer_that_was_given(
    filled: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    is_fit, left = Job.is_fit, iter([True] * 5)

    def fit(self: Job) -> bool:
        if not next(left, False):
            raise ZeroDivisionError
        return is_fit(self)

    monkeypatch.setattr(Job, "is_fit", fit)
    gate = Gate()
    gate.opened.set()
    async with gate.serving() as courier:
        with pytest.raises(ZeroDivisionError):
            await sending(filled, courier)
    assert (recorded(filled)[0], len(gate.taken)) == (set(gate.taken), 5)


@pytest.mark.parametrize("said", ["retry", "withheld", "failed"])
def test_a_mark_made_twice_brings_nothing_back_that_was_taken_back_between(filled: Database, said: str) -> None:
    token, letter = "ab" * 8, table_of(Letter)
    held = claims.claim(filled, token, NOW.as_of, NOW.at)[:1]
    for again in (False, True):
        marks.mark(filled, token, held, [Delivery(held[0].message_id, said, "451")], NOW.as_of, NOW.at)  # type: ignore[arg-type]
        with filled.write() as connection:
            if not again:
                connection.execute(update(letter).where(letter.c.id == held[0].id).values(state="cancelled"))
    assert counted(filled, "id", "state")[held[0].id, "cancelled"] == 1


@pytest.mark.parametrize("kind", ["postgresql"], indirect=True)  # SQLite has one writer at a time
async def test_a_deadlock_with_an_act_is_tried_again(filled: Database) -> None:
    token, letter = "ab" * 8, table_of(Letter)
    held = claims.claim(filled, token, NOW.as_of, NOW.at)
    answers = [Delivery(one.message_id, "sent", "250") for one in held]
    first, last = min(one.id for one in held), max(one.id for one in held)
    troubles: list[BaseException] = []
    with suppress(Busy), filled.write() as connection:
        take_back(connection, "why", letter.c.id == last)
        marking = asyncio.create_task(asyncio.to_thread(marks.mark, filled, token, held, answers, NOW.as_of, NOW.at))
        await asyncio.sleep(0.5)
        await asyncio.to_thread(take_back, connection, "why", letter.c.id == first)
    try:
        await marking
    except Exception as trouble:  # noqa: BLE001 - what it was is the finding
        troubles.append(trouble)
    assert [trouble for trouble in troubles if not passes(trouble)] == []  # type: ignore[arg-type]


async def test_addresses_are_given_up_though_another_was_in_the_way_at_first(
    filled: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    troubles, asked = [Busy()], list[set[int]]()

    def give_up(_: Connection, failed: set[int], *_signed: object) -> list[str]:
        asked.append(failed)
        if troubles:
            raise troubles.pop()
        return []

    monkeypatch.setattr(suppression, "give_up", give_up)
    monkeypatch.setattr(rounds, "BUSY_SECONDS", 0)
    with ThreadPoolExecutor(1) as desk:
        its = Round(filled, Gate(), "省办 <office@talent.example>", NOW, "ab" * 8, desk, None)  # type: ignore[arg-type]
        its.refused.add(1)
        await its.give_up()
    assert asked == [{1}, {1}]
