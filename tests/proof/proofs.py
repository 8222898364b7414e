"""The proofs of the post, each with its broken control: one table of what is run, at full length or short."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path

from models import migrate
from models.database import Database
from phases.book import BOOK
from post.claims import claim
from post.marks import TRIES
from tests.proof import clocks, downtime, halfway, hands, kills, meanwhile, misbehaviour, races
from tests.proof.templates import Template, closed, made
from tests.support import proof_relay
from tests.support.outbox import Account

SEED = 20221122


@dataclass(frozen=True)
class Proof:
    """A fault, its load, what comes of it, and what comes of it with a guard taken out."""

    number: str
    fault: str
    load: str
    run: Callable[[], Account]
    control: Callable[[], Account]


@dataclass(frozen=True)
class Length:
    """How much of each is done."""

    letters: int
    kills: int
    times: int
    pauses: int
    ticks: int
    modes: int
    outages: tuple[str, ...]
    cases: int
    answer: float
    until: datetime


FULL = Length(2500, 60, 20, 10, 500, len(misbehaviour.MODES), ("1 h", "3 d", "40 d"), 10_000, 0.25, downtime.END)
SHORT = Length(160, 6, 1, 1, 20, 5, ("3 d",), 400, 0.02, downtime.SPRING)


@dataclass(frozen=True)
class Ground:
    """Migrated databases to copy, an empty one and a season with drafts loaded; a server for the same, or None.

    `templates` are empty, `begun` a season whose mentors may be passed, on each kind of database that there is.
    """

    empty: Path
    season: Path
    server: str | None
    templates: tuple[Template, ...]
    begun: tuple[Template, ...]

    @classmethod
    def prepare(cls, folder: Path, server: str | None) -> Ground:
        empty, season = folder / "empty.db", folder / "season.db"
        database = Database(f"sqlite:///{empty}", BOOK)
        migrate.upgrade(database)
        closed(database)
        shutil.copy(empty, season)
        database = Database(f"sqlite:///{season}", BOOK)
        races.prepare(database)
        closed(database)
        begun = Template(Path(shutil.copy(empty, folder / "begun.db")))
        database = Database(f"sqlite:///{begun.file}", BOOK)
        meanwhile.prepare(database)
        closed(database)
        if server is None:
            return cls(empty, season, server, (Template(empty),), (begun,))
        both = (Template.on(server, "empty"), Template.on(server, "begun", meanwhile.prepare))
        return cls(empty, season, server, (both[0], Template(empty)), (both[1], begun))

    def file(self, name: str) -> Path:
        return Path(shutil.copy(self.empty, self.empty.with_name(f"{name}.db")))

    def raced(self, kind: str, name: str) -> str:
        if kind == "SQLite":
            return f"sqlite:///{shutil.copy(self.season, self.season.with_name(f'{name}.db'))}"
        assert self.server is not None
        database = Database(made(self.server, name), BOOK)
        migrate.upgrade(database)
        races.prepare(database)
        database.dispose()
        return database.url


def proofs(ground: Ground, length: Length) -> list[Proof]:
    """All of them, the longest first."""
    kinds = ground.templates
    sinks = [False, True] if proof_relay.is_here() else [False]

    def on(place: int) -> Sequence[Template]:
        """Every kind of database, and in the short form each in its turn."""
        return kinds if length is FULL else (kinds[place % len(kinds)],)

    return [
        *(_r4(ground, length, kind.kind) for kind in reversed(kinds)),
        *(_r1(kind, length, real=real) for place, real in enumerate(sinks) for kind in on(place)),
        *(_r8(ground, length, outage) for outage in length.outages),
        _r11(ground, length),
        *(_r2(kind, length, point) for place, point in enumerate(reversed(hands.FAILPOINTS)) for kind in on(place)),
        *(_r4_acts(kind, length) for kind in ground.begun if length is FULL or kind.server is None),
        *(_r7(ground, mode) for mode in misbehaviour.MODES[-length.modes :]),
        *(_r2(kinds[-1], length, hands.NEXT_IS_REFUSED, real=True) for real in sinks if real),
        *(_r3(kind, length) for kind in kinds),
        *(_r3_cut_off(kind, length) for kind in kinds if kind.server is not None),
        _r2_acts(ground, length),
        _r2_in_a_row(kinds[-1]),
    ]


def _r1(template: Template, length: Length, *, real: bool) -> Proof:
    run = partial(kills.at_random, template, seed=SEED, real=real)
    return Proof(
        "R1",
        f"kill -9, {'Postfix' if real else 'sink'}, {template.kind}",
        f"{length.letters} letters, 2 workers, {length.kills} kills",
        partial(run, length.letters, length.kills),
        partial(run, min(length.letters, 300), min(length.kills, 10), control=hands.without_a_look_at_the_log),
    )


def _r2(template: Template, length: Length, point: str, *, real: bool = False) -> Proof:
    control = CONTROLS.get(point, hands.without_a_look_at_the_log)
    times = -(-length.times // 4) if real else length.times
    run = partial(kills.at_points, template, point, seed=SEED, letters=30, real=real)
    return Proof(
        "R2",
        f"exit {point}, {'Postfix, ' if real else ''}{template.kind}",
        f"x {times}",
        partial(run, times=times),
        partial(run, times=1, control=control),
    )


CONTROLS: Mapping[str, hands.Control] = {
    "claim before commit": hands.with_claims_that_no_transaction_holds,
    "claim after commit": hands.without_a_mark_of_its_own,
    "before the dot": hands.without_a_mark_of_its_own,
    hands.NEXT_IS_REFUSED: hands.by_the_last_of_its_session,
    "mark after commit": hands.without_a_mark_that_lasts,
}
"""By point the guard that is taken out; elsewhere the look at the relay's log."""


def _r2_in_a_row(template: Template) -> Proof:
    return Proof(
        "R2",
        "exit with all in hand, then nobody is there",
        f"30 letters, {TRIES + 1} in a row",
        partial(kills.again_and_again, template, 30),
        partial(kills.again_and_again, template, 30, control=hands.with_every_claim_a_try),
    )


def _r2_acts(ground: Ground, length: Length) -> Proof:
    def both(times: int, control: hands.Control | None = None) -> Account:
        given = (times, SEED, control)
        return halfway.killed(ground.season, halfway.GATE, *given) + halfway.killed(
            ground.season, halfway.RERUN, *given
        )

    wanting = partial(both, 3, halfway.without_a_transaction)
    return Proof("R2", "exit mid-gate, mid-rerun", f"x {length.times} each", partial(both, length.times), wanting)


def _r3(template: Template, length: Length) -> Proof:
    return Proof(
        "R3",
        f"SIGSTOP past the lease, then SIGCONT, {template.kind}",
        f"x {length.pauses}",
        partial(kills.stopped, template, length.pauses, 60, SEED),
        partial(kills.stopped, template, 1, 60, SEED, control=hands.without_proof_of_death),
    )


def _r3_cut_off(template: Template, length: Length) -> Proof:
    run = partial(kills.stopped, template, is_cut_off=True)
    return Proof(
        "R3",
        f"the same, its session cut off, {template.kind}",
        f"x {length.pauses}",
        partial(run, length.pauses, 60, SEED),
        partial(run, 1, 60, SEED, control=hands.without_a_sight_of_the_living),
    )


def _r4(ground: Ground, length: Length, kind: str) -> Proof:
    def run(name: str, ticks: int, claiming: races.Claim) -> Account:
        return races.race(ground.raced(kind, name), ticks, claiming).account

    return Proof(
        "R4",
        f"2 workers, 2 ticks race, {kind}",
        f"13 cities x {races.LETTERS} letters x {length.ticks} ticks",
        partial(run, f"raced_{kind.lower()}", length.ticks, claim),
        partial(run, f"control_{kind.lower()}", 20, races.claim_by_looking_first),
    )


def _r4_acts(template: Template, length: Length) -> Proof:
    """On one kind of database what a later day takes back is not written anew, on the other nothing is recalled."""
    run = partial(meanwhile.act, template, SEED, length.answer)
    wanting = meanwhile.without_writing_anew if template.server is None else meanwhile.without_recall
    return Proof(
        "R4",
        f"acts while 2 workers send, {template.kind}",
        f"13 cities x {meanwhile.MENTORS + 1}, {length.answer} s a letter",
        run,
        partial(run, wanting),
    )


def _r7(ground: Ground, mode: misbehaviour.Mode) -> Proof:
    run = partial(misbehaviour.treat, Template(ground.empty), mode)
    return Proof("R7", mode.name, f"{misbehaviour.LETTERS} letters", run, partial(run, mode.control))


def _r8(ground: Ground, length: Length, outage: str) -> Proof:
    lasting = downtime.OUTAGES[outage]
    begins = downtime.begins(SEED, lasting, 9, length.until)

    def run(name: str, *, post_only: bool, to_a_fault: bool = False) -> Account:
        path = ground.file(f"{name}-{outage.replace(' ', '')}-{post_only}")
        down = partial(downtime.endure, path, lasting, begins, until=length.until)
        return down(post_only=post_only, to_a_fault=to_a_fault).account

    def both() -> Account:
        return run("down", post_only=False) + run("down", post_only=True)

    def wanting() -> Account:
        with downtime.without_taking_back():
            return run("control", post_only=True, to_a_fault=length is SHORT)

    load = f"the year to {length.until:%-d %B}, {len(begins)} outages, of all and of the post"
    return Proof("R8", f"down {outage} across deadlines", load, both, wanting)


def _r11(ground: Ground, length: Length) -> Proof:
    each = length.cases // 10

    def walks(name: str, counts: Sequence[int]) -> Account:
        paths = [ground.file(f"{name}{place}") for place, _ in enumerate(counts)]
        found = [
            clocks.walk(path, count, SEED + place)
            for place, (path, count) in enumerate(zip(paths, counts, strict=True))
        ]
        return sum((one.account for one in found), Account())

    def run() -> Account:
        pure = clocks.readings(4 * each, SEED).account + clocks.boundaries(4 * each, SEED).account
        return pure + walks("walk", (each, each + 1))

    def wanting() -> Account:
        with clocks.without_doubt():
            return walks("control", (200,))

    return Proof("R11", "clock back 2 d, 1 h, ahead 1 y; leap day; 1 µs", f"{length.cases} cases", run, wanting)
