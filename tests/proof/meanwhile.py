"""R4 and R8 together: acts at random moments while two workers send what the acts before have just caused.

The mentors of thirteen cities pass, which opens the students' phase to each city and, by the book that this plays by,
to its mentors; soon after a city is given a later day, taken out, or has its first phase opened again. What was told is
read from the sink's ledger, what was true when from the beginning and the end of each act: the outbox is not asked what
it believes.
"""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import partial
from typing import Any

from sqlalchemy import Connection, Row, select, update

from acts import extend
from calendars.deadlines import handed_in, resolve
from calendars.year import Year
from models import taking_back
from models.addresses import put
from models.columns import table_of
from models.database import Database
from models.tables.season import Letter
from post import claims
from tests.proof import hands
from tests.proof.downtime import DATED, STATES
from tests.proof.kills import Field, field
from tests.proof.templates import Template
from tests.support import sheets
from tests.support.all_told import tell_all
from tests.support.outbox import Account, Taken, ledger, now
from tests.support.scenes import OPENING, Scene, calendar, instant

FIRST, THEN = "mentor-recommendation", "application"
BEGIN = instant("2022-01-06T10:00")
DUE, LATER, LATEST = date(2022, 1, 20), date(2022, 1, 25), date(2022, 1, 28)
PLANS: Sequence[tuple[str, ...]] = (
    ("pass", "extend"),
    ("pass", "extend", "again"),
    ("pass", "withdraw"),
    ("pass", "rerun", "pass"),
    ("pass", "extend", "withdraw"),
    ("pass",),
)
"""What becomes of a city; the cities take these by turns."""

PAUSES = (0.4, 2.0)
"""Seconds within which a city's next act follows: while its letters are taken in hand, or while they are in it."""

MENTORS = 12
LINES = 2
BEGIN_SECONDS = 1.0
"""Within so long all cities pass: what they are owed is in hand soon, and takes the relay many times as long."""

PATIENT_SECONDS = 60.0
AT_FIRST = ((FIRST, "open"), (THEN, "waiting"))
INF, SOME_TIME = float("inf"), 1.0
Control = Callable[[], AbstractContextManager[None]]

LINGER_SECONDS = 0.1
"""How long a worker is kept between its claim and the question what is still owed."""

LATE_SECONDS = 10.0
"""How long after an act a letter that it made untrue may still be offered, as the design says."""


@dataclass(frozen=True)
class Stand:
    """How a city phase stood from one instant of the clock to another, in s: its state, its due day."""

    since: float
    until: float
    state: str
    due: date


class Play:
    """The acts, and how each city phase stood when, as far as their answers tell."""

    def __init__(self, there: Field) -> None:
        tell_all(there.database)
        self.scene, self.ahead = Scene(there.database, calendar()), there.hand.ahead
        self.cities = [city.slug for city in self.scene.year.cities]
        self.stood = {(phase, city): [Stand(0, INF, state, DUE)] for phase, state in AT_FIRST for city in self.cities}
        self.acts: dict[str, Callable[[str], None]] = {
            "pass": self._pass,
            "extend": partial(self._extend, until=LATER),
            "again": partial(self._extend, until=LATEST),
            "withdraw": self._withdraw,
            "rerun": self._rerun,
        }

    def run(self, chance: random.Random) -> None:
        """Act upon every city."""
        begun, acts = time.time(), []
        for place, city in enumerate(self.cities):
            at = chance.uniform(0, BEGIN_SECONDS)
            for what in PLANS[place % len(PLANS)]:
                acts.append((at, what, city))
                at += chance.uniform(0, chance.choice(PAUSES))
        for at, what, city in sorted(acts):
            time.sleep(max(begun + at - time.time(), 0))
            self.acts[what](city)

    def advance(self) -> None:
        """Do whatever is owed by now."""
        self.scene.advance(self._now())

    def _now(self) -> str:
        return f"{now() + self.ahead:%Y-%m-%dT%H:%M:%S}"

    def _pass(self, city: str) -> None:
        with self._changing(city, {FIRST: "submitted"}):
            assert self.scene.submit(FIRST, city, self._now()).done
        with self._changing(city, {FIRST: "passed", THEN: "open"}):
            assert self.scene.approve(FIRST, city, self._now()).done

    def _extend(self, city: str, until: date) -> None:
        with self._changing(city, {THEN: "open"}, until):
            assert self.scene.extend(THEN, [city], self._now(), until).done

    def _withdraw(self, city: str) -> None:
        with self._changing(city, {THEN: "withdrawn"}):
            assert self.scene.withdraw(city, self._now()).done

    def _rerun(self, city: str) -> None:
        with self._changing(city, {FIRST: "open", THEN: "waiting"}):
            assert self.scene.rerun(FIRST, city, self._now(), LATEST).done

    @contextmanager
    def _changing(self, city: str, states: Mapping[str, str], due: date | None = None) -> Iterator[None]:
        """While an act runs both may be true: how it stood before and how it stands after."""
        began = time.time()
        yield
        for phase, state in states.items():
            stood = self.stood[phase, city]
            stood.append(Stand(began, INF, state, due or stood[-1].due))
            stood[-2] = replace(stood[-2], until=time.time())


@dataclass(frozen=True)
class Told:
    """A letter that arrived, with the words of the message that it arrived in."""

    kind: str
    phase: str
    city: str
    recipient: str
    at: float
    text: str

    def is_true(self, play: Play) -> bool:
        """Tell whether it was true when it arrived, or a little before."""
        stood = play.stood.get((self.phase, self.city), ())
        about = [one for one in stood if one.since <= self.at and one.until >= self.at - LATE_SECONDS]
        return not stood or any(self._fits(one, play.scene.year) for one in about)

    def _fits(self, stand: Stand, year: Year) -> bool:
        due = resolve(stand.due)
        if self.recipient.startswith("mentor"):  # a party hands in to the city, before
            due = handed_in(due, year.figures.party_days, year.working_days)
        said = f"{due.day.month}月{due.day.day}日" in self.text or self.kind not in DATED or self.phase == FIRST
        return said and stand.state in STATES.get(self.kind, {stand.state})


def prepare(database: Database) -> None:
    """Thirteen cities whose mentors are loaded and not filed, and nothing left to be sent."""
    scene = Scene.begin(database, calendar(), rehearsal=False, at=OPENING)
    with database.write() as connection:
        for office in ("province", *(city.slug for city in scene.year.cities)):
            put(connection, office, {"email": f"{office}@proof.example", "head": f"head.{office}@proof.example"})
    scene.advance(OPENING)
    for city in scene.year.cities:
        roll = sheets.roll(*(sheets.mentor(city, place) for place in range(1, MENTORS + 1)))
        scene.load(FIRST, city.slug, roll, "2022-01-05T10:00")
    with database.write() as connection:
        connection.execute(update(table_of(Letter)).values(state="sent"))


def act(template: Template, seed: int, seconds: float, control: Control = nullcontext) -> Account:
    """Act while two workers send, to a relay that takes so many seconds over a message, until nothing is left."""
    with field(template, 0, seconds=seconds) as there, control():
        relay = replace(there.hand.relay, connections=LINES)
        there.hand = replace(there.hand, relay=relay, ahead=BEGIN - now(), control=lingering)
        workers = [there.hand.start(again=True) for _ in range(2)]
        try:
            play = Play(there)
            play.run(random.Random(seed))
            _drained(there)
            play.advance()
            _drained(there)
        finally:
            for worker in workers:
                hands.kill(worker)
        return _account(there.database, ledger(there.sink.ledger), play)


def lingering() -> None:
    """Have every worker wait between its claim and whatever comes next."""
    claim = claims.claim

    def slowly(*given: Any) -> list[claims.Claimed]:  # noqa: ANN401
        held = claim(*given)
        time.sleep(LINGER_SECONDS if held else 0)
        return held

    claims.claim = slowly  # type: ignore[assignment]


def _drained(there: Field) -> None:
    """Wait until nothing waits and nothing is in a hand, or for as long as it may take."""
    letter, until = table_of(Letter), time.time() + PATIENT_SECONDS
    on_its_way = select(letter.c.id).where(letter.c.state.in_(("queued", "sending"))).limit(1)
    while time.time() < until:
        with there.database.read() as connection:
            if connection.execute(on_its_way).scalar() is None:
                return
        time.sleep(0.1)


def _account(database: Database, taken: Sequence[Taken], play: Play) -> Account:
    letter = table_of(Letter)
    query = select(letter).where(letter.c.queued_at >= BEGIN)
    with database.read() as connection:
        rows = connection.execute(query).all()
    arrived = Counter(one.message_id for one in taken)
    told = list(_told(rows, taken))
    came = {(one.kind, one.city, one.recipient): one.at for one in told}
    return Account(
        lost=sum(came.get(what, 0.0) < since for what, since in _owed(play))
        + sum(row.state in {"failed", "held"} for row in rows),
        extra=sum(count - 1 for count in arrived.values()),
        unexpected=sum(not one.is_true(play) for one in told),
        unknown=sum(row.state in {"queued", "sending", "unknown"} for row in rows),
    )


def _told(rows: Sequence[Row[Any]], taken: Sequence[Taken]) -> Iterator[Told]:
    """What arrived in each message: the letters that share its envelope, and were not left out of it."""
    lead = {row.message_id: row.id for row in rows}
    for one in taken:
        for row in rows:
            if row.envelope == lead[one.message_id] and row.state == "sent":
                yield Told(row.kind, row.phase, row.concerns, row.address, one.at, one.text)


def _owed(play: Play) -> Iterator[tuple[tuple[str, str, str], float]]:
    """What must have been told at the end, of which kind and city and to which address, and since when: last of all."""
    for city in play.cities:
        office, passed, stands = f"{city}@proof.example", play.stood[FIRST, city][-1], play.stood[THEN, city][-1]
        if stands.state == "withdrawn":  # that it passed is taken back with it, where it had not left
            yield ("withdrawn", city, office), stands.since
        else:
            yield ("passed", city, office), passed.since
            for address in (office, *(f"mentor{place}@{city}.example" for place in range(1, MENTORS + 1))):
                yield ("opened", city, address), SOME_TIME


# -- the controls --


@contextmanager
def without_writing_anew() -> Iterator[None]:
    """What a later day takes back is not written again."""
    say_anew = extend.say_anew
    extend.say_anew = lambda *_: None
    try:
        yield
    finally:
        extend.say_anew = say_anew


@contextmanager
def without_recall() -> Iterator[None]:
    """A worker takes in hand whatever is queued, and keeps it, whatever an act makes of it."""
    take_back, claim = taking_back.take_back, claims.claim

    def waiting(connection: Connection, *which: Any) -> None:  # noqa: ANN401
        take_back(connection, *which, table_of(Letter).c.state.in_(("queued", "held")))

    def all_there_is(database: Database, token: str, as_of: datetime, at: datetime, _: int) -> list[claims.Claimed]:
        return claim(database, token, as_of, at)

    taking_back.take_back, claims.claim = waiting, all_there_is  # type: ignore[assignment]
    try:
        yield
    finally:
        taking_back.take_back, claims.claim = take_back, claim
