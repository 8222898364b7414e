"""R4: two workers claim while two ticks advance and file the same city, on the same database at the same time."""

from __future__ import annotations

import multiprocessing
import traceback
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from multiprocessing.synchronize import Barrier
from typing import Any

from sqlalchemy import func, insert, select, update

from models.columns import table_of
from models.database import Database
from models.outbox import Words, digest_of, keep
from models.tables.season import Letter, Transition
from phases.book import BOOK
from post import claims, marks, workers
from post.claims import Claimed
from post.couriers import Delivery
from tests.support.outbox import DOMAIN, Account
from tests.support.scenes import YEAR, Scene, instant

LETTERS = 6
PHASE = "application"
FIRST = instant("2022-01-11T10:00")
Claim = Callable[..., list[Claimed]]


@dataclass(frozen=True)
class Raced:
    """Letters claimed by two, by none; gates that passed twice, that did not pass; what was said of locks."""

    double: int
    missed: int
    passed_twice: int
    not_passed: int
    complaints: tuple[str, ...]

    @property
    def account(self) -> Account:
        return Account(self.missed + self.not_passed, self.double + self.passed_twice, len(self.complaints))


def prepare(database: Database) -> None:
    """A season whose thirteen cities have their application loaded and not filed."""
    scene = Scene.begin(database)
    for city in scene.year.cities:
        scene.through("mentor-recommendation", city.slug)
        scene.load(PHASE, city.slug, scene.sheets(PHASE, city.slug), "2022-01-10T10:00")
    with database.write() as connection:
        connection.execute(update(table_of(Letter)).values(state="sent"))


def race(url: str, ticks: int, claim: Claim = claims.claim) -> Raced:
    """Let two workers and two tickers meet at every tick; they start each at the same moment."""
    database = Database(url, BOOK)
    cities = [city.slug for city in Scene.begin(database).year.cities]
    _queue(database, cities, ticks)
    database.dispose()
    fork = multiprocessing.get_context("fork")
    barrier, results = fork.Barrier(4), fork.Queue()
    runs = [(_work, (url, ticks, claim))] * 2 + [(_tick, (url, ticks, cities))] * 2
    racers = [fork.Process(target=_run, args=(run, given, barrier, results)) for run, given in runs]
    for racer in racers:
        racer.start()
    told = [results.get() for _ in racers]
    for racer in racers:
        racer.join()
    claims = Counter(key for keys, _ in told for key in keys)
    complaints = tuple(complaint for _, said in told for complaint in said)
    passes = _passes(database)
    database.dispose()
    owed = len(cities) * LETTERS * ticks
    return Raced(
        double=sum(count - 1 for count in claims.values()),
        missed=owed - len(claims),
        passed_twice=sum(count > 1 for count in passes.values()),
        not_passed=len(cities) - len(passes),
        complaints=complaints,
    )


def _queue(database: Database, cities: list[str], ticks: int) -> None:
    rows = []
    words = Words("函", "函")
    body = digest_of(words)
    for tick in range(ticks):
        at = FIRST + timedelta(minutes=tick)
        for city in cities:
            rows += [_row(f"{tick}-{place}", city, at, body) for place in range(LETTERS)]
    with database.write() as connection:
        keep(connection, [words])
        connection.execute(insert(table_of(Letter)), rows)


def _row(slot: str, city: str, at: datetime, body: str) -> dict[str, object]:
    return {
        "year": YEAR, "phase": "*", "city": city, "attempt": "*", "recipient": f"{city}-{slot}", "kind": "withdrawn",
        "slot": slot, "concerns": city, "state": "queued", "tries": 0, "moot": False, "address": f"{city}@{DOMAIN}",
        "subject": slot, "body": body, "message_id": f"<{slot}.{city}@{DOMAIN}>",
        "queued_at": at, "queued_as_of": at, "due_at": at,
    }  # fmt: skip


def _run(race: Any, given: tuple[Any, ...], barrier: Barrier, results: Any) -> None:  # noqa: ANN401
    keys: list[int] = []
    said: list[str] = []
    try:
        race(*given, barrier, keys, said)
    except BaseException as error:  # noqa: BLE001 - what it was is the finding
        said.append("".join(traceback.format_exception_only(error)).strip())
        barrier.abort()
    results.put((keys, said))


def _work(url: str, ticks: int, claim: Claim, barrier: Barrier, keys: list[int], _: list[str]) -> None:
    database = Database(url, BOOK)
    with workers.at_work(database) as worker:
        for tick in range(ticks):
            at = FIRST + timedelta(minutes=tick)
            barrier.wait()
            while held := claim(database, worker.token, at, at, 20):
                keys += [one.id for one in held if one.kind == "withdrawn"]
                sent = [Delivery(one.message_id, "sent", "") for one in held]
                marks.mark(database, worker.token, held, sent, at, at)


def _tick(url: str, ticks: int, cities: list[str], barrier: Barrier, _: list[int], said: list[str]) -> None:
    database = Database(url, BOOK)
    scene = Scene.begin(database)
    each = max(ticks // len(cities), 1)
    for tick in range(ticks):
        at = f"{FIRST + timedelta(minutes=tick):%Y-%m-%dT%H:%M}"
        barrier.wait()
        done = scene.advance(at)
        said += [f"{city}: {failure}" for city, failure in done.failures.items()]
        if tick % each == 0 and tick // each < len(cities):
            scene.submit(PHASE, cities[tick // each], at)


def _passes(database: Database) -> dict[str, int]:
    log = table_of(Transition)
    query = select(log.c.city, func.count()).where(log.c.phase == PHASE, log.c.event == "pass").group_by(log.c.city)
    with database.read() as connection:
        return dict(connection.execute(query).tuples().all())


def claim_by_looking_first(
    database: Database, token: str, as_of: datetime, at: datetime, limit: int = claims.BATCH
) -> list[Claimed]:
    """The control: what is queued is looked up in one transaction and taken in the next."""
    letter = table_of(Letter)
    columns = (letter.c[name] for name in claims._Due._fields[:-1])
    due = select(*columns).where(letter.c.state == "queued", letter.c.due_at <= as_of).order_by(letter.c.id)
    with database.read() as connection:
        found = [claims._Due._make((*row, False)) for row in connection.execute(due.limit(limit))]
    if not found:
        return []
    with database.write() as connection:
        taken = {"state": "sending", "claim": token, "claimed_at": at, "envelope": letter.c.id}
        theirs = letter.c.id.in_([row.id for row in found])
        connection.execute(update(letter).where(theirs).values(**taken, tries=letter.c.tries + 1))
        return claims._claimed(connection, found, {})
