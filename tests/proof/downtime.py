"""R8: the whole programme down for an hour, three days, forty days across deadlines, somewhere in a whole year.

The season is a real one (no rehearsal). Whatever a city would have done while it was down it does as soon as it is up.
The witness stands at the mailbox: of each letter that arrives it asks the season's rows whether it is true, and whether
another of the same obligation came with it.
"""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, Self

from sqlalchemy import Row, select

from acts.answer import answer
from acts.ask import ask
from acts.correct_result import correct_result
from acts.nudge import nudge
from calendars.deadlines import Due, day_of, end_of, handed_in, resolve, start_of
from letters.occurrences import OFFICES
from models import city_requests, standing, taking_back
from models.addresses import put
from models.columns import table_of
from models.database import Database
from models.stamp import Stamp
from models.tables.season import Letter, LetterBody
from phases.book import BOOK
from post.couriers import Delivery, Wanted, always
from post.evidence.witnesses import Nobody
from post.message import Outgoing
from post.sending import send
from rehearsal.play import moments
from season import correspondence
from tests.proof.hands import SENDER
from tests.support import sheets
from tests.support.outbox import Account
from tests.support.scenes import FILED, YEAR, Scene, calendar, instant, stamp

CITIES = 13
SPRING, END = instant("2022-03-15T10:00"), instant("2022-12-31T00:00")
"""Past most of the deadlines, and past all of them."""

OUTAGES = {"1 h": timedelta(hours=1), "3 d": timedelta(days=3), "40 d": timedelta(days=40)}
STATES = {
    "opened": {"open"}, "reminder": {"open", "returned", "submitted"}, "rerun": {"open"}, "returned": {"returned"},
    "overdue": {"overdue"}, "escalation": {"overdue"}, "approval-needed": {"submitted"}, "passed": {"passed"},
    "moved": {"waiting", "open", "returned"}, "corrected": {"waiting", "open", "returned"},
    "request": {"open", "returned", "overdue", "submitted"},
    "answered": {"waiting", "open", "returned", "submitted", "passed"}, "amended": {"passed"},
    "nudge": {"overdue", "submitted"}, "visits-short": {"open", "returned"},
}  # fmt: skip
DATED = ("opened", "reminder", "rerun", "returned", "moved", "corrected", "answered")
FILED_BY_NOW = ("submitted", "passed")
"""The states in which nothing is due any more: what names a day then is judged by its state alone."""
NEWEST = ("opened", "reminder", "overdue", "escalation", "digest", "visits-short")


@dataclass
class Mailbox:
    """A courier that keeps what arrives and asks the rows, at that instant, whether it is true."""

    scene: Scene
    at: datetime = END
    is_down: bool = False
    letters: int = 0
    untrue: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    arrived: Counter[str] = field(default_factory=Counter)
    kinds: Counter[str] = field(default_factory=Counter)

    def wake(self) -> None:
        """Let the post run, where it is not down."""
        if not self.is_down:
            stamp = Stamp("proof", self.at, self.at)
            asyncio.run(send(self.scene.database, self, SENDER, stamp, witness=Nobody()))

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        pass

    async def deliver(self, letters: Sequence[Outgoing]) -> Sequence[Delivery]:
        return [delivery async for some in self.settling(letters) for delivery in some]

    async def settling(self, letters: Sequence[Outgoing], wanted: Wanted = always) -> AsyncIterator[Sequence[Delivery]]:
        assert all(wanted(letter.key) for letter in letters)
        self.arrived.update(letter.message_id for letter in letters)
        self._look()
        if letters:
            yield [Delivery(letter.key, "sent", "") for letter in letters]

    def _look(self) -> None:
        letter, body = table_of(Letter), table_of(LetterBody)
        with self.scene.database.read() as connection:
            said = select(letter, body.c.text).join(body, body.c.digest == letter.c.body)
            rows = connection.execute(said.where(letter.c.state == "sending")).all()
            cells = standing.cells(connection, YEAR, None)
            given = standing.extensions(connection, YEAR, None)
            asked = {f"{one.id}" for one in city_requests.unanswered(connection, YEAR, self.at)}
        self.letters += len(rows)
        self.kinds.update(row.kind for row in rows)
        current = Counter((row.kind, row.phase, row.concerns, row.recipient) for row in rows if row.kind in NEWEST)
        self.doubled += [f"{self.at} {key}" for key, count in current.items() if count > 1]
        for row in rows:
            cell = cells.get((row.phase, row.concerns))
            wrong = cell is not None and cell.state not in STATES.get(row.kind, {cell.state})
            if row.kind in DATED and cell is not None and cell.state not in FILED_BY_NOW and self._hands_in(row):
                due = resolve(self.scene.year.phase(row.phase).due, given.get((row.phase, row.concerns), ()))
                due = self._told(due, row.recipient, row.queued_as_of)
                wrong |= self.at >= due.instant or f"{due.day.month}月{due.day.day}日" not in row.text
            wrong |= row.kind == "digest" and row.slot != f"{self.at:%Y-%m-%d}"
            wrong |= row.kind == "request" and row.slot not in asked
            if wrong:
                self.untrue.append(f"{self.at} {row.kind} {row.phase} {row.concerns} {row.slot}")

    def _hands_in(self, row: Row[Any]) -> bool:
        """Whether its recipient hands anything in by the phase's day; who only comes to a meeting is told none.

        Nor is who owes only what comes after the materials: its day is the second part's.
        """
        year, audience = self.scene.year, row.recipient.partition(":")[0]
        dealings = BOOK.dealings(year.phase(row.phase), year)
        mailing = dealings.mailing(row.kind, audience)
        return bool(dealings.stakeholder(audience).hands_in) and (mailing is None or mailing.dated)

    def _told(self, due: Due, recipient: str, written: datetime) -> Due:
        """What is true of a city's due day for a recipient: a party hands in before, or as soon as that can be."""
        if recipient.partition(":")[0] in OFFICES:
            return due
        year = self.scene.year
        theirs = handed_in(due, year.figures.party_days, year.working_days)
        if day_of(written) < theirs.day:
            return theirs
        day = min(year.working_days.after(day_of(written), 1), due.day)
        return Due(day, end_of(day), due.because)


@dataclass(frozen=True)
class Endured:
    """How many letters came; those that were untrue as they came, came double, or were left behind for ever."""

    letters: int
    untrue: int
    doubled: int
    extra: int
    left: int

    @property
    def account(self) -> Account:
        return Account(lost=self.left, extra=self.extra + self.doubled, unexpected=self.untrue)


def endure(
    path: Path,
    outage: timedelta,
    begins: Sequence[datetime],
    *,
    until: datetime,
    post_only: bool,
    to_a_fault: bool = False,
) -> Endured:
    """Play the year, as far as `until`, with an outage from each of these instants: of all, or of the post alone.

    `to_a_fault` ends with the first day of a letter that ought not to have come.
    """
    database = Database(f"sqlite:///{path}", BOOK)
    scene = Scene.begin(database, calendar(CITIES), rehearsal=False, at="2021-12-31T00:00")
    with database.write() as connection:
        for office in ("province", *(city.slug for city in scene.year.cities)):
            put(connection, office, {"email": f"{office}@proof.example", "head": f"head.{office}@proof.example"})
    box = Mailbox(scene)
    events = _events(scene)
    first = min(start_of(phase.opens) for phase in scene.year.phases)
    ticks = (
        set(moments(scene.year, first, until)) | {at for at, _ in events if at < until} | {at + outage for at in begins}
    )
    for at in sorted(ticks):
        is_down = any(begin <= at < begin + outage for begin in begins)
        if is_down and not post_only:
            continue
        woken, box.at, box.is_down = box.is_down or at - box.at >= outage, at, is_down
        if woken:
            box.wake()  # after an outage the post may well be the first to wake
        while events and events[0][0] <= at:
            events.pop(0)[1](f"{at:%Y-%m-%dT%H:%M}")
        scene.advance(f"{at:%Y-%m-%dT%H:%M}")
        box.wake()
        if to_a_fault and (box.untrue or box.doubled):
            break
    letter = table_of(Letter)
    with database.read() as connection:
        states = Counter(connection.execute(select(letter.c.state)).scalars())
    database.dispose()
    left = states["queued"] + states["sending"] + states["unknown"]
    extra = sum(count - 1 for count in box.arrived.values())
    return Endured(box.letters, len(box.untrue), len(box.doubled), extra, left)


def _events(scene: Scene) -> list[tuple[datetime, Callable[[str], object]]]:
    """What the cities do by turns: one is on time, one late by nine days and rerun, one given a later day.

    The last of these asks for its day, the first that is late is urged. Who is on time uploads one visit a student in
    March, and the first of them has a result corrected.
    """
    cities = [city.slug for city in scene.year.cities]
    found: list[tuple[datetime, Callable[[str], object]]] = []
    for phase, text in FILED.items():
        at = instant(text)
        due = scene.year.phase(phase).due
        found += [(at, partial(_file, scene, phase, city)) for city in cities[::3]]
        *given, asks = cities[2::3]
        until = due + timedelta(days=4)
        found.append((at - timedelta(hours=1), partial(_longer, scene, phase, given, until)))
        found.append((at - timedelta(hours=2), partial(_ask, scene, phase, asks, until)))
        found.append((at - timedelta(hours=1), partial(_answer, scene, until)))
        found.append((start_of(due) + timedelta(days=5, hours=10), partial(_urge, scene, phase, cities[1])))
        found += [(at + timedelta(days=2), partial(_file, scene, phase, city)) for city in cities[2::3]]
        again = start_of(due) + timedelta(days=9, hours=10)
        for city in cities:
            found.append((again, partial(_again, scene, phase, city)))
            found.append((again + timedelta(days=1), partial(_file, scene, phase, city)))
    found += [(instant("2022-03-20T10:00"), partial(_upload, scene, city)) for city in cities[::3]]
    found.append((instant("2022-11-28T10:00"), partial(_correct, scene, cities[0])))
    return sorted(found, key=lambda event: event[0])


def _ask(scene: Scene, phase: str, city: str, until: date, at: str) -> None:
    if scene.states(city)[phase] == "open":
        ask(scene.database, YEAR, phase, city, stamp(at, city), until=until, reason="暴雪")


def _answer(scene: Scene, until: date, at: str) -> None:
    with scene.database.read() as connection:
        waiting = city_requests.unanswered(connection, YEAR, instant(at))
    for one in waiting:
        answer(scene.database, YEAR, one.id, stamp(at), grant=True, until=until, reason="情况属实")


def _urge(scene: Scene, phase: str, city: str, at: str) -> None:
    if scene.states(city)[phase] == "overdue":
        nudge(scene.database, YEAR, phase, city, stamp(at))


def _upload(scene: Scene, city: str, at: str) -> None:
    if scene.states(city)["cultivation"] == "open":
        trained = sheets.students(scene.city(city))[:2]
        scene.load("cultivation", city, sheets.cultivation(trained, visits=1), at)


def _correct(scene: Scene, city: str, at: str) -> None:
    if scene.states(city)["year-end"] == "passed":
        number = sheets.students(scene.city(city))[1].number
        correct_result(scene.database, YEAR, "year-end", city, (number, "不合格"), stamp(at), reason="评分录入有误")


def _file(scene: Scene, phase: str, city: str, at: str) -> None:
    if scene.states(city)[phase] in {"open", "returned"}:
        scene.file(phase, city, at=at)


def _longer(scene: Scene, phase: str, cities: Sequence[str], until: date, at: str) -> None:
    scene.extend(phase, cities, at, until)


def _again(scene: Scene, phase: str, city: str, at: str) -> None:
    if scene.states(city)[phase] == "overdue":
        scene.rerun(phase, city, at, instant(at).date() + timedelta(days=5))


def begins(seed: int, outage: timedelta, count: int, until: datetime) -> list[datetime]:
    """Instants from which an outage crosses a deadline; they do not touch each other."""
    chance = random.Random(f"{seed}/{outage}")
    dues = sorted({end_of(phase.due) for phase in calendar(CITIES).phases if end_of(phase.due) < until})
    found: list[datetime] = []
    for due in dues:
        at = due - outage * chance.uniform(0.05, 0.95)
        if not found or at > found[-1] + outage + timedelta(days=1):
            found.append(at.replace(second=0, microsecond=0))
    return found[:count]


@contextmanager
def without_taking_back() -> Iterator[None]:
    """The control: a letter that was queued goes out, whatever has happened since."""
    taken_back, valid_until = taking_back.take_back, correspondence._valid_until
    taking_back.take_back = lambda *_: None
    correspondence._valid_until = lambda *_: None
    try:
        yield
    finally:
        taking_back.take_back, correspondence._valid_until = taken_back, valid_until
