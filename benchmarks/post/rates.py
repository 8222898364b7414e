"""What the post costs, beside others on the same relay, in one run: `python -m benchmarks.post.rates [PART…]`.

Ours is the acts themselves: ask who is owed a letter, render, queue, claim, hand over, mark, each commit on the disk.
"""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from statistics import median
from time import perf_counter

from benchmarks.measuring import Table, run
from benchmarks.post import rivals
from benchmarks.post.relay import Running, sink
from benchmarks.post.season import about_to_open, opened, posted
from post.couriers import Delivery, Wanted, always
from post.message import Outgoing
from post.relay import Relay
from post.smtp import SmtpCourier
from post.splice import flatten

LETTERS, FEW, FAR = 5_000, 1_500, 2_000
ROUNDS = 3
ROUND_TRIP, NEXT_DOOR = 0.02, 0.002
OURS = "ours, from the question to the mark"
WANTED = {"aiosmtplib": "≥ 5 ×", "Django": "≥ 10 ×"}
DURABLE = {**WANTED, "smtp-source": "≥ 1.0 ×"}
HEAD = ("", "letters/s", "ours is", "wanted")


class Kept(SmtpCourier):
    """The courier, with a copy of what it was given."""

    def __init__(self, relay: Relay) -> None:
        super().__init__(relay)
        self.letters: list[Outgoing] = []

    async def settling(self, letters: Sequence[Outgoing], wanted: Wanted = always) -> AsyncIterator[Sequence[Delivery]]:
        self.letters += letters
        async for some in super().settling(letters, wanted):
            yield some


def relay_of(running: Running) -> Relay:
    return Relay("127.0.0.1", running.port, "none", connections=rivals.CONNECTIONS)


def ours(running: Running, mentors: int) -> float:
    """Letters a second, from the question to the mark."""
    with about_to_open(mentors) as database:
        running.taken()
        begun = perf_counter()
        opened(database)
        done = posted(database, SmtpCourier(relay_of(running)))
        elapsed = perf_counter() - begun
    assert running.taken() == (done.sent, done.sent), "lost or sent twice"
    return done.sent / elapsed


def samples(running: Running) -> list[Outgoing]:
    """The very letters that ours sends."""
    kept = Kept(relay_of(running))
    with about_to_open(LETTERS) as database:
        opened(database)
        posted(database, kept)
    running.taken()
    return kept.letters


def rate(running: Running, letters: Sequence[Outgoing], seconds: Callable[[], float | None]) -> float | None:
    """Letters a second of a rival, once the sink has confirmed how many came."""
    running.taken()
    took = seconds()
    if took is None:
        return None
    assert running.taken()[0] == len(letters)
    return len(letters) / took


Rates = dict[str, float | None]


def together(title: str, delay: float = 0.0, *, durable: bool = False) -> Table:
    """Everybody to the same relay, one after the other, so many rounds."""
    with sink(delay, durable=durable) as running:
        letters = samples(running)
        few, size = letters[:FEW], len(flatten(letters[-1]))
        rounds = [round_of(running, letters, few, size) for _ in range(ROUNDS)]
    rates: Rates = {}
    for name in rounds[0]:
        found = [each for one in rounds if (each := one[name]) is not None]
        rates[name] = median(found) if found else None
    spread = ", ".join(f"{one[OURS]:,.0f}" for one in rounds)
    note = (
        f"Messages of {size:,} bytes, {LETTERS:,} of ours and of smtp-source, {FEW:,} of the others; median of {ROUNDS}"
    )
    rows = list(rows_of(rates, DURABLE if durable else WANTED))
    return Table(title, f"{note} rounds (ours: {spread} letters/s).", HEAD, rows)


def round_of(running: Running, letters: Sequence[Outgoing], few: Sequence[Outgoing], size: int) -> Rates:
    port = running.port
    return {
        OURS: ours(running, LETTERS),
        "aiosmtplib, 10 connections, fresh EmailMessages": rate(
            running, few, lambda: rivals.aiosmtplib_pool(port, few)
        ),
        "Django send_messages": rate(running, few, lambda: rivals.django(port, few)),
        "smtp-source -d -s 10": rate(running, letters, lambda: rivals.smtp_source(port, letters, size)),
    }


def rows_of(rates: Rates, wanted: Mapping[str, str]) -> Iterator[Sequence[str]]:
    first = rates[OURS] or 0.0
    for name, each in rates.items():
        goal = next((goal for rival, goal in wanted.items() if name.startswith(rival)), "")
        times = f"{first / each:.2f} ×" if each else "not to be had"
        yield name, f"{each:,.0f}" if each else "–", times, goal


def far() -> Table:
    rows = []
    for name, grouped, trips in (("commands in groups", True, 1), ("commands in turn", False, 4)):
        with sink(ROUND_TRIP, grouped=grouped) as running:
            each = median(ours(running, FAR // trips) for _ in range(ROUNDS))
        allowed = rivals.CONNECTIONS / (ROUND_TRIP * trips)
        rows.append((name, str(trips), f"{each:,.0f}", f"{each / allowed:.2f}", "≥ 0.90"))
    note = f"{rivals.CONNECTIONS} connections; median of {ROUNDS} rounds. The share is of what the round trips allow."
    columns = ("", "round trips a letter", "letters/s", "share", "wanted")
    return Table(f"A relay with a round trip of {ROUND_TRIP * 1000:.0f} ms", note, columns, rows)


PARTS: Mapping[str, Callable[[], Table]] = {
    "near": lambda: together("A relay that answers at once"),
    "durable": lambda: together("A relay that answers the dot once its ledger is on the disk", durable=True),
    "office": lambda: together(f"A relay {NEXT_DOOR * 1000:.0f} ms away", NEXT_DOOR),
    "far": far,
}


def measure(parts: Sequence[str] = ()) -> Iterator[Table]:
    """Against the others on relays of three kinds, then against what a far one allows."""
    for part in parts or PARTS:
        yield PARTS[part]()


if __name__ == "__main__":
    run(lambda: measure(sys.argv[1:]))
