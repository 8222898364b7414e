"""The pool: many connections, none of which stalls the others, at the pace that the relay's quota allows."""

from __future__ import annotations

import asyncio
import time

import pytest

from letters.couriers import Delivery
from letters.pace import Pace
from letters.smtp import Relay, SmtpCourier
from tests.letters.post import letter
from tests.letters.relays import DROP, HANG, SLOW, Faulty

pytestmark = pytest.mark.slow  # real processes or a real relay: seconds, not milliseconds

MANY = [letter(number, recipient=f"n{number}@city.example") for number in range(40)]
ALL = {sent.recipient for sent in MANY}
FIRST = MANY[0].recipient


def _courier(relay: Faulty, connections: int = 4, per_minute: int | None = None, patience: float = 0.1) -> SmtpCourier:
    return SmtpCourier(
        Relay(
            "127.0.0.1",
            relay.port,
            "none",
            command_seconds=1,
            dot_seconds=1,
            connections=connections,
            per_minute=per_minute,
            patience=patience,
        )
    )


def _states(deliveries: list[Delivery]) -> dict[str, str]:
    return {delivery.key: delivery.state for delivery in deliveries}


@pytest.mark.parametrize("grouped", [False, True])
async def test_letters_share_the_connections_and_each_goes_once(grouped: bool) -> None:
    async with Faulty({}, grouped=grouped).serving() as relay:
        deliveries = await _courier(relay).deliver(MANY)
        assert [delivery.state for delivery in deliveries] == ["sent"] * 40
        assert (sorted(relay.accepted), relay.connections, relay.at_once) == (sorted(ALL), 4, 4)


async def test_connections_are_kept_between_deliveries_inside_a_series() -> None:
    async with Faulty({}, grouped=True).serving() as relay:
        async with _courier(relay) as courier:
            for begin in range(0, 40, 10):
                await courier.deliver(MANY[begin : begin + 10])
            assert relay.standing == 4
        assert (sorted(relay.accepted), relay.connections) == (sorted(ALL), 4)


async def test_a_connection_that_died_at_rest_is_no_try_of_a_letter() -> None:
    async with Faulty({}).serving() as relay, _courier(relay, connections=1) as courier:
        await courier.deliver(MANY[:1])
        relay.faults["MAIL"] = [DROP]
        assert [delivery.state for delivery in await courier.deliver(MANY[1:3])] == ["sent", "sent"]


@pytest.mark.parametrize("grouped", [False, True])
@pytest.mark.parametrize(("fault", "state"), [(f"dot {FIRST}", "unknown"), (f"RCPT {FIRST}", "retry")])
async def test_a_relay_that_hangs_over_one_letter_stalls_no_other(fault: str, state: str, grouped: bool) -> None:
    async with Faulty({fault: [HANG]}, grouped=grouped).serving() as relay:
        begun, courier = time.monotonic(), _courier(relay, connections=1)
        seen = [(time.monotonic() - begun, settled) async for settled in courier.settling(MANY)]
        last = seen.pop()
        assert [(delivery.key, delivery.state) for delivery in last[1]] == [(MANY[0].key, state)]
        assert seen[-1][0] < 0.9 < last[0]
        others = {delivery.key: delivery.state for _, settled in seen for delivery in settled}
        assert others == {sent.key: "sent" for sent in MANY[1:]}


async def test_a_slow_relay_is_waited_for_and_its_letters_are_sent() -> None:
    slow = {f"dot {sent.recipient}": [SLOW] for sent in MANY[:10]}
    async with Faulty(slow, grouped=True).serving() as relay:
        begun = time.monotonic()
        deliveries = await _courier(relay, connections=2).deliver(MANY)
        assert [delivery.state for delivery in deliveries] == ["sent"] * 40
        assert (sorted(relay.accepted), time.monotonic() - begun < 1.5) == (sorted(ALL), True)


async def test_one_poison_letter_costs_no_other() -> None:
    async with Faulty({f"RCPT {FIRST}": [DROP] * 9}, grouped=True).serving() as relay:
        deliveries = await _courier(relay).deliver(MANY)
        assert [delivery.state for delivery in deliveries] == ["retry", *["sent"] * 39]
        assert deliveries[0].tried


async def test_an_outage_is_one_trouble_however_many_connections_it_takes() -> None:
    """Counted by connection, the four losses would always be trouble enough to stop at.

    A busy machine may take up the second connection before the fourth is lost: one outage of five must be seen whole.
    """
    seen = []
    for _ in range(5):
        async with Faulty({"RCPT": [DROP] * 4}).serving() as relay:
            deliveries = await _courier(relay).deliver(MANY)
        seen.append(sorted(_states(list(deliveries)).values()))
    assert ["retry"] * 4 + ["sent"] * 36 in seen


async def test_a_sick_relay_gets_few_letters_and_the_rest_are_untried() -> None:
    async with Faulty({"dot": [DROP] * 40}, grouped=True).serving() as relay:
        deliveries = await _courier(relay).deliver(MANY)
    tried = [delivery for delivery in deliveries if delivery.tried]
    assert {delivery.state for delivery in tried} == {"unknown"}
    assert {delivery.state for delivery in deliveries if not delivery.tried} == {"retry"}
    assert len(tried) <= 4 + 2


async def test_a_relay_that_lets_in_fewer_gets_all_over_those() -> None:
    async with Faulty({}, grouped=True, most=2).serving() as relay:
        deliveries = await _courier(relay, connections=6).deliver(MANY)
        assert [delivery.state for delivery in deliveries] == ["sent"] * 40
        assert sorted(relay.accepted) == sorted(ALL)


@pytest.mark.parametrize("grouped", [False, True])
async def test_the_pace_is_kept(grouped: bool) -> None:
    async with Faulty({}, grouped=grouped).serving() as relay:
        begun = time.monotonic()
        await _courier(relay, per_minute=600).deliver(MANY[:6])
        assert 0.5 <= time.monotonic() - begun < 0.9


def test_a_pace_gives_places_evenly() -> None:
    pace = Pace(120)
    assert [pace.reserve(10.0), pace.reserve(10.0), pace.reserve(10.2)] == [0.0, 0.5, pytest.approx(0.8)]
    assert (pace.is_free(11.4), pace.is_free(11.5)) == (False, True)
    assert [Pace(None).reserve(10.0) for _ in range(3)] == [0.0] * 3


async def test_letters_that_nobody_waits_for_any_more_stay_where_they_are() -> None:
    async with Faulty({"dot": [HANG]}).serving() as relay:
        courier = _courier(relay, connections=1, patience=5)
        task = asyncio.create_task(courier.deliver(MANY))
        await asyncio.sleep(0.3)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await courier.deliver(MANY[1:3])
        assert relay.accepted == [sent.recipient for sent in MANY[:3]]


async def test_a_defect_of_a_worker_is_raised_and_not_swallowed(monkeypatch: pytest.MonkeyPatch) -> None:
    async def broken(_relay: Relay) -> None:
        raise RuntimeError("defect")

    monkeypatch.setattr("letters.smtp.connect", broken)
    with pytest.raises(RuntimeError, match="defect"):
        await SmtpCourier(Relay("127.0.0.1", 25, "none")).deliver(MANY)
