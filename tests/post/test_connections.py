"""The pool: many connections, none of which stalls the others, at the pace that the relay's quota allows."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from types import SimpleNamespace

import pytest

from post.couriers import Delivery
from post.pace import Pace
from post.smtp import Relay, SmtpCourier
from tests.support.letters_sent import letter
from tests.support.relays import DROP, HANG, SLOW, Faulty

pytestmark = pytest.mark.slow  # real processes or a real relay: seconds, not milliseconds

MANY = [letter(number, recipient=f"n{number}@city.example") for number in range(40)]
ALL = {sent.recipient for sent in MANY}
FIRST = MANY[0].recipient


LONG = 60.0
"""Seconds that no test waits: what takes so long has been held up for ever."""

AT_ONCE = 0.05


def _courier(relay: Faulty, connections: int = 4, per_minute: int | None = None, patience: float = LONG) -> SmtpCourier:
    return SmtpCourier(
        Relay(
            "127.0.0.1",
            relay.port,
            "none",
            command_seconds=LONG,
            dot_seconds=LONG,
            connections=connections,
            per_minute=per_minute,
            patience=patience,
        )
    )


async def _some(settling: AsyncIterator[Sequence[Delivery]], count: int, seconds: float = LONG / 2) -> dict[str, str]:
    """Give the states of the next so many letters that settle."""
    found: dict[str, str] = {}
    async with asyncio.timeout(seconds):
        while len(found) < count:
            found |= _states(await anext(settling))
    return found


def _states(deliveries: Sequence[Delivery]) -> dict[str, str]:
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
        settling = _courier(relay, connections=1, patience=AT_ONCE).settling(MANY)
        assert await _some(settling, 39) == {sent.key: "sent" for sent in MANY[1:]}
        relay.released.set()
        assert await _some(settling, 1) == {MANY[0].key: state}


async def test_without_patience_one_letter_stalls_all() -> None:
    async with Faulty({f"dot {FIRST}": [HANG]}).serving() as relay:
        settling = _courier(relay, connections=1).settling(MANY)
        with pytest.raises(TimeoutError):
            await _some(settling, 1, seconds=10 * AT_ONCE)
        assert relay.accepted == [FIRST]


async def test_a_slow_relay_is_waited_for_and_its_letters_are_sent() -> None:
    slow = {f"dot {sent.recipient}": [SLOW] for sent in MANY[:10]}
    async with Faulty(slow, grouped=True).serving() as relay:
        settling = _courier(relay, connections=2, patience=AT_ONCE).settling(MANY)
        assert await _some(settling, 30) == {sent.key: "sent" for sent in MANY[10:]}
        relay.released.set()
        assert await _some(settling, 10) == {sent.key: "sent" for sent in MANY[:10]}
        assert sorted(relay.accepted) == sorted(ALL)


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


async def test_whom_the_relay_keeps_at_the_door_goes_by_the_line_that_rests() -> None:
    async with Faulty({"greeting": ["220 relay", HANG]}).serving() as relay:
        settling = _courier(relay, connections=2).settling(MANY)
        assert set((await _some(settling, 39)).values()) == {"sent"}
        relay.released.set()
        assert list((await _some(settling, 1)).values()) == ["sent"]
        assert (sorted(relay.accepted), relay.connections) == (sorted(ALL), 2)


class _Clock:
    """A clock that goes on by what the pool sleeps alone; `woken` are the instants that it slept until."""

    def __init__(self) -> None:
        self.now = 0.0
        self.woken: list[float] = []

    def monotonic(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        until = self.now + seconds
        self.woken.append(until)
        await asyncio.sleep(0)
        self.now = max(self.now, until)


@pytest.mark.parametrize("grouped", [False, True])
@pytest.mark.parametrize(("per_minute", "gap"), [(600, 0.1), (None, 0.0)])
async def test_the_pace_is_kept_over_all_connections(
    grouped: bool, per_minute: int | None, gap: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = _Clock()
    monkeypatch.setattr("post.smtp.monotonic", clock.monotonic)
    monkeypatch.setattr("post.smtp.asyncio", SimpleNamespace(**vars(asyncio) | {"sleep": clock.sleep}))
    async with Faulty({}, grouped=grouped).serving() as relay:
        await _courier(relay, per_minute=per_minute).deliver(MANY[:6])
    places = [gap * place for place in range(len(clock.woken))]  # a connection may take one, and find no letter left
    assert sorted(clock.woken) == pytest.approx(places)
    assert len(places) >= 6 or not gap


def test_a_pace_gives_places_evenly() -> None:
    pace = Pace(120)
    assert [pace.reserve(10.0), pace.reserve(10.0), pace.reserve(10.2)] == [0.0, 0.5, pytest.approx(0.8)]
    assert (pace.is_free(11.4), pace.is_free(11.5)) == (False, True)
    assert [Pace(None).reserve(10.0) for _ in range(3)] == [0.0] * 3


def test_letters_that_come_too_fast_come_more_slowly_and_then_again_as_fast_as_before() -> None:
    pace = Pace(None, slowest=2.0)
    for _ in range(9):
        pace.slow_down()
    pace.reserve(0.0)
    assert pace.reserve(0.0) == 2.0
    assert {pace.reserve(float(at)) for at in range(10, 1_000, 10)} == {0.0}
    assert [pace.reserve(5_000.0) for _ in range(2)] == [0.0] * 2


def test_a_relay_with_a_small_quota_can_ask_for_less_still() -> None:
    pace = Pace(20, slowest=2.0)
    for _ in range(9):
        pace.slow_down()
    pace.reserve(0.0)
    assert pace.reserve(0.0) == 24.0


@pytest.mark.parametrize(
    ("reply", "state"),
    [
        ("550 Connection frequency limited", "deferred"),
        ("552 5.2.2 mailbox full", "deferred"),
        ("550 5.7.1 DMARC check failed", "deferred"),
        ("550 no such user", "failed"),
    ],
)
async def test_what_may_pass_is_deferred_whatever_its_code(reply: str, state: str) -> None:
    async with Faulty({f"RCPT {FIRST}": [reply]}).serving() as relay:
        [delivery] = await SmtpCourier(Relay("127.0.0.1", relay.port, "none")).deliver(MANY[:1])
    assert delivery.state == state


async def test_letters_that_nobody_waits_for_any_more_stay_where_they_are() -> None:
    async with Faulty({"dot": [HANG]}).serving() as relay:
        courier = _courier(relay, connections=1)
        task = asyncio.create_task(courier.deliver(MANY))
        await relay.kept.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await courier.deliver(MANY[1:3])
        assert relay.accepted == [sent.recipient for sent in MANY[:3]]


async def test_a_defect_of_a_worker_is_raised_and_not_swallowed(monkeypatch: pytest.MonkeyPatch) -> None:
    async def broken(_relay: Relay) -> None:
        raise RuntimeError("defect")

    monkeypatch.setattr("post.smtp.connect", broken)
    with pytest.raises(RuntimeError, match="defect"):
        await SmtpCourier(Relay("127.0.0.1", 25, "none")).deliver(MANY)
