"""R11: the clock set back and ahead, leap days, and the microseconds on both sides of a due instant.

Three kinds of case: readings of which it is known by how much the clock was set between them; due instants, a leap
day's among them, looked at from just before and just after; and walks of a whole programme whose clock is set at random
while it advances and sends.
"""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Self

from acts.advance import advance
from calendars.deadlines import Extension, end_of, resolve, start_of
from gates.projection import seen_at
from gates.states import State
from models import post_clock
from models.addresses import put
from models.database import Database
from models.post_clock import Ticks
from models.stamp import Stamp
from phases.book import BOOK
from post.couriers import Delivery, Wanted, always
from post.evidence.witnesses import Nobody
from post.message import Outgoing
from post.sending import send
from tests.proof.hands import SENDER
from tests.support.outbox import Account
from tests.support.scenes import Scene, calendar, instant

MICROSECOND = timedelta(microseconds=1)
SETTINGS = (timedelta(hours=-1), timedelta(days=-2), timedelta(days=365), timedelta(days=1), timedelta(minutes=3))
CLOSED = frozenset({"submitted", "passed", "overdue"})


@dataclass
class Kept:
    """Cases looked at; what un-closed, was sent twice, went out on a clock not to be believed, or was misjudged."""

    cases: int = 0
    unclosed: int = 0
    twice: int = 0
    on_a_wrong_clock: int = 0
    misjudged: int = 0

    @property
    def account(self) -> Account:
        return Account(extra=self.twice, unexpected=self.unclosed + self.on_a_wrong_clock + self.misjudged)


def readings(cases: int, seed: int) -> Kept:
    """Pairs of readings: the clock is believed where it was set by no more than a day, or nobody can tell."""
    chance, kept = random.Random(seed), Kept(cases)
    for _ in range(cases):
        then = instant("2024-01-01T00:00") + timedelta(seconds=chance.uniform(0, 4e8))
        gone = timedelta(seconds=chance.choice((60, 3600, 3 * 86400, 40 * 86400)))
        was_set = chance.choice((*SETTINGS, timedelta(), timedelta(days=1) + MICROSECOND, -timedelta(days=1)))
        is_same_boot = chance.random() < 0.7
        ticks = Ticks("a", 1000 + gone.total_seconds()) if is_same_boot else Ticks("b", chance.uniform(10, 1e6))
        found = post_clock.jump(then + gone + was_set, ticks, then, Ticks("a", 1000))
        seen = gone + was_set
        far = seen < -timedelta(days=1) or seen > post_clock.LONGEST_OUTAGE
        kept.misjudged += (found is not None) != (abs(was_set) > timedelta(days=1) if is_same_boot else far)
    return kept


def boundaries(cases: int, seed: int) -> Kept:
    """Due days, leap days among them: the instant is the next day's first, and a microsecond decides."""
    chance, kept = random.Random(seed), Kept(cases)
    leap = [date(2024, 2, 29), date(2028, 2, 29), date(2028, 12, 31), date(2027, 2, 28), date(2028, 2, 28)]
    for _ in range(cases):
        day = chance.choice((*leap, date(2022, 1, 1) + timedelta(days=chance.randrange(2500))))
        until = day + timedelta(days=chance.choice((-1, 0, 1, 366)))
        due = resolve(day, (Extension(until, "extension"),))
        last = due.instant - MICROSECOND
        kept.misjudged += not (last.date() == max(day, until) < due.instant.date())
        kept.misjudged += not start_of(due.day) <= last < due.instant == end_of(due.day)
        opens = start_of(due.day) - timedelta(days=9)
        seen = [seen_at(State.OPEN, due.instant, at, opens=opens) for at in (last, due.instant)]
        kept.misjudged += seen != [State.OPEN, State.OVERDUE]
    return kept


@dataclass
class _Mailbox:
    arrived: Counter[str] = field(default_factory=Counter)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        pass

    async def deliver(self, letters: Sequence[Outgoing]) -> Sequence[Delivery]:
        return [delivery async for some in self.settling(letters) for delivery in some]

    async def settling(self, letters: Sequence[Outgoing], wanted: Wanted = always) -> AsyncIterator[Sequence[Delivery]]:
        assert all(wanted(letter.key) for letter in letters)
        self.arrived.update(letter.message_id for letter in letters)
        if letters:
            yield [Delivery(letter.key, "sent", "") for letter in letters]


def walk(path: Path, cases: int, seed: int) -> Kept:
    """One programme, woken so many times by a clock that is set at random; the machine's ticks go on all the while."""
    chance, kept, box = random.Random(seed), Kept(cases), _Mailbox()
    database = Database(f"sqlite:///{path}", BOOK)
    scene = Scene.begin(database, calendar(2), rehearsal=False)
    with database.write() as connection:
        for office in ("province", *(city.slug for city in scene.year.cities)):
            put(connection, office, {"email": f"{office}@proof.example", "head": f"head.{office}@proof.example"})
    true, off, believed = instant("2022-01-01T00:00"), timedelta(), timedelta()
    started = true
    for _ in range(cases):
        true += timedelta(seconds=chance.uniform(1, 40_000))
        off = chance.choice((off, off, off, timedelta(), off + chance.choice(SETTINGS)))
        wall, ticks = true + off, Ticks("one", (true - started).total_seconds())
        is_believed = abs(off - believed) <= timedelta(days=1)
        believed = off if is_believed else believed
        closed, sent = _closed(scene), box.arrived.total()
        asyncio.run(send(database, box, SENDER, Stamp("proof", wall, wall), witness=Nobody(), ticks=ticks))
        _advance(scene, wall)
        kept.on_a_wrong_clock += box.arrived.total() > sent and not is_believed
        kept.unclosed += len(closed - _closed(scene))
    kept.twice = sum(count - 1 for count in box.arrived.values())
    database.dispose()
    return kept


def _advance(scene: Scene, wall: datetime) -> None:
    advance(scene.database, scene.year.year, Stamp("proof", wall, wall))


def _closed(scene: Scene) -> set[tuple[str, str]]:
    states = {city.slug: scene.states(city.slug) for city in scene.year.cities}
    return {(city, phase) for city, theirs in states.items() for phase, state in theirs.items() if state in CLOSED}


def add(*found: Kept) -> Kept:
    total = Kept()
    for one in found:
        for name in Kept.__dataclass_fields__:
            setattr(total, name, getattr(total, name) + getattr(one, name))
    return total


@contextmanager
def without_doubt() -> Iterator[None]:
    """The control: any clock is believed."""
    doubted = post_clock.doubted
    post_clock.doubted = lambda *_: None
    try:
        yield
    finally:
        post_clock.doubted = doubted
