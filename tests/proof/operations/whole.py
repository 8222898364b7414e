"""Everything that `talent up` runs, and what may befall a part of it or all; looked at from outside."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from urllib.request import urlopen

from sqlalchemy import func, select

from acts.on_paper import NOTHING, Paper
from acts.open_year import open_year
from calendars.files import load
from deployments.instance import running as announced
from models.columns import table_of
from models.database import Database
from models.stamp import Stamp
from models.tables.season import Letter
from phases.book import BOOK
from tests.proof import kills
from tests.proof.operations.rows import AT_ONCE, NEVER, WITH_PREFECT, Findings, Stood
from tests.proof.templates import Template
from tests.support.outbox import DOMAIN, Account, Taken, account, fill
from tests.support.ports import free_port
from tests.support.prefect_server import foreign
from tests.support.upped import BEAT_SECONDS, alive, running

PAGES, SERVER, WORKER = "dashboard.serve", "prefect server start", "deployments.warm_worker"
LETTERS = 60
START_SECONDS = 300.0
LOOK_SECONDS = 0.1


@dataclass
class Office:
    """A folder in which `up` runs on a database of SQLite, and what was put into its queue so far."""

    home: Path
    ports: tuple[int, int] = field(default_factory=lambda: (free_port(), free_port()))
    queued: int = 0

    @property
    def database(self) -> Database:
        return Database(f"sqlite:///{self.home}/var/talent.db", BOOK)

    def queue(self, count: int = LETTERS) -> None:
        database = self.database
        fill(database, count, self.queued)
        database.dispose()
        self.queued += count

    def taken(self) -> list[Taken]:
        """What lies in the mailbox: each file is a message that was sent."""
        found = []
        for path in (self.home / "var" / "mail").rglob("*"):
            if path.is_file() and path.parent.name != "tmp":
                mail = message_from_bytes(path.read_bytes(), policy=default)
                body = mail.get_body(("plain",))
                text = body.get_content() if isinstance(body, EmailMessage) else ""
                found.append(Taken(str(mail["Message-ID"]), str(mail["To"]), path.stat().st_mtime, text))
        return [one for one in found if one.recipient.endswith(DOMAIN)]

    def account(self) -> Account:
        database = self.database
        try:
            return account(database, self.taken())
        finally:
            database.dispose()

    def left(self) -> int:
        """How many letters wait, or are in a hand."""
        database, letter = self.database, table_of(Letter)
        try:
            with database.read() as connection:
                ours = (letter.c.address.endswith(DOMAIN), letter.c.state.in_(("queued", "sending")))
                return connection.scalar(select(func.count()).where(*ours)) or 0
        finally:
            database.dispose()

    def answers(self) -> bool:
        with suppress(OSError), urlopen(f"http://127.0.0.1:{self.ports[1]}/livez", timeout=2):
            return True
        return False

    def works(self) -> bool:
        """Tell whether its pages answer and its post has nothing left to send."""
        return self.answers() and not self.left()


def until(true: Callable[[], bool], limit: float) -> float:
    """Give after how many seconds it was so; NEVER where it was not within the limit."""
    since = time.monotonic()
    while time.monotonic() - since < limit:
        if true():
            return time.monotonic() - since
        time.sleep(LOOK_SECONDS)
    return NEVER


@contextmanager
def office(empty: Template) -> Iterator[Office]:
    """One whose year 2022 is under way now; its queue is empty."""
    with kills.folder() as home:
        (home / "var").mkdir()
        shutil.copy(empty.file, home / "var" / "talent.db")
        made, now = Office(home), datetime.now(UTC)
        database = made.database
        open_year(database, load(2022), Stamp("省办", now, now), paper=Paper(NOTHING, "试验"))
        database.dispose()
        yield made


@contextmanager
def whole(there: Office, before: str = "", seconds: float = START_SECONDS) -> Iterator[subprocess.Popen[bytes]]:
    """All of it, seen to work: what was queued before it began has left. `before` is done in it first."""
    there.queue(3)
    with running(there.home, *there.ports, before=before) as (process, log):
        if until(there.works, seconds) == NEVER:
            raise RuntimeError(log.read_text())
        yield process


def number_of(process: subprocess.Popen[bytes], part: str) -> int | None:
    return next((number for number, command in alive(process.pid).items() if part in command), None)


def befallen(there: Office, strike: Callable[[], object], again: Callable[[], bool], limit: float) -> Stood:
    """Strike while letters leave; give when what was struck is there again, and what became of these and of more.

    Where Prefect has to begin anew it works again once they have left; the pages, once they answer.
    """
    there.queue()
    until(lambda: there.left() < LETTERS, 2 * BEAT_SECONDS)
    strike()
    seconds = until(again, limit)
    there.queue(10)
    left = until(there.works, max(WITH_PREFECT - seconds, 0.0) if seconds < NEVER else 0.0)
    return Stood.of(there.account(), seconds + left if limit > AT_ONCE else seconds)


def killed(there: Office, process: subprocess.Popen[bytes], part: str, limit: float) -> Stood:
    """One part is killed."""
    number = number_of(process, part)
    assert number is not None

    def strike() -> None:
        os.kill(number, signal.SIGKILL)

    def again() -> bool:
        return number_of(process, part) not in {None, number} and there.answers()

    return befallen(there, strike, again, limit)


def hung(there: Office, process: subprocess.Popen[bytes], limit: float) -> Stood:
    """The server is there and does nothing."""
    number = number_of(process, SERVER)
    assert number is not None

    def strike() -> None:
        os.kill(number, signal.SIGSTOP)

    return befallen(there, strike, lambda: number_of(process, SERVER) not in {None, number}, limit)


def forgotten(there: Office, limit: float) -> Stood:
    """What Prefect keeps is deleted while it runs: it is there again, and runs come of schedules made anew."""
    kept = there.home / "var" / "prefect"

    def strike() -> None:
        for path in kept.glob("prefect.db*"):
            path.unlink()

    return befallen(there, strike, (kept / "prefect.db").exists, limit)


def joined(there: Office, before: str = "") -> Stood:
    """A second one is started on the same database, elsewhere: it ends, in one sentence, and disturbs nobody."""
    with kills.folder() as home:
        given = foreign(os.environ) | {"TALENT_DATABASE__URL": f"sqlite:///{there.home}/var/talent.db"}
        ports = (str(free_port()), str(free_port()))
        run = f"{before}\nfrom pathlib import Path; from deployments.up import up; import sys\n"
        run += "sys.exit(up(Path('var'), int(sys.argv[1]), web=int(sys.argv[2])))"
        with (home / "log").open("wb") as out:
            second = subprocess.Popen(
                [sys.executable, "-P", "-c", run, *ports],
                cwd=home, env=given, stdout=out, stderr=out, start_new_session=True,
            )  # fmt: skip
        try:
            ended = until(lambda: second.poll() is not None, 30.0)
            told = "RunsElsewhere" in (home / "log").read_text()
        finally:
            with suppress(ProcessLookupError):
                os.killpg(second.pid, signal.SIGKILL)
            second.wait()
        stood = befallen(there, lambda: None, lambda: True, AT_ONCE)
    return stood + Stood(0, 0 if ended < NEVER and told else 1, ended)


def one_of_two(there: Office, process: subprocess.Popen[bytes], limit: float) -> Stood:
    """A second worker is there, as on another machine; the first is killed with letters in hand."""
    found = announced(there.home / "var")
    assert found is not None
    given = foreign(os.environ) | dict(found.variables) | {"TALENT_MAILDIR": str(there.home / "var" / "mail")}
    command = [sys.executable, "-P", "-m", WORKER, "--runs-only"]
    with (there.home / "second.log").open("wb") as out:
        second = subprocess.Popen(command, cwd=there.home, env=given, stdout=out, stderr=out)
    try:
        time.sleep(2 * BEAT_SECONDS)
        return killed(there, process, WORKER, limit)
    finally:
        second.kill()
        second.wait()


def children(empty: Template) -> Findings:
    """What may befall a part, one after the other while the rest runs on."""
    with office(empty) as there, whole(there) as process:
        yield "kill -9 of the pages", killed(there, process, PAGES, AT_ONCE)
        yield "kill -9 of the worker", killed(there, process, WORKER, WITH_PREFECT)
        yield "kill -9 of Prefect's server", killed(there, process, SERVER, WITH_PREFECT)
        yield "two workers, one killed mid-flow", one_of_two(there, process, WITH_PREFECT)
        yield "two `up` on one database", joined(there)
        yield "prefect.db deleted", forgotten(there, WITH_PREFECT)
        yield "Prefect's server hung (SIGSTOP)", hung(there, process, WITH_PREFECT)


def begun_again(empty: Template, how: signal.Signals, quarters: Sequence[int], before: str = "") -> Stood:
    """All of it is ended at these quarters of a beat while letters leave, and started again: what it leaves stays."""
    found = Stood(0, 0, 0.0)
    with office(empty) as there, ExitStack() as stack:
        process, log = stack.enter_context(running(there.home, *there.ports, before=before))
        _begun(there, process, log, START_SECONDS)
        for quarter in quarters:
            time.sleep((quarter * BEAT_SECONDS / 4 - time.time()) % BEAT_SECONDS)
            there.queue()
            process.send_signal(how)
            process.wait(60)
            process, log = stack.enter_context(running(there.home, *there.ports, before=before))
            found += Stood(0, 0, _begun(there, process, log, WITH_PREFECT))
        return found + Stood.of(there.account(), 0.0)


def _begun(there: Office, process: subprocess.Popen[bytes], log: Path, limit: float) -> float:
    """Give after how many seconds it said that it runs, and has sent what waited; it may end instead."""
    seconds = until(lambda: process.poll() is not None or ("运行中" in log.read_text() and there.works()), limit)
    return seconds if process.poll() is None else NEVER


def stops(empty: Template) -> Findings:
    """Everything is told to end, and started again."""
    yield "SIGTERM at every quarter of a beat", begun_again(empty, signal.SIGTERM, range(4))


def kills_of_all(empty: Template) -> Findings:
    """Everything is killed, and started again."""
    yield "kill -9 of all at every quarter of a beat", begun_again(empty, signal.SIGKILL, range(4))


# -- the controls, done in the process of `up` before it begins --

NOT_AGAIN = """
from deployments.children import Child
keep = Child.keep
Child.keep = lambda self: keep(self) if self.process is None else False
"""
NOBODY_ASKS = """
from deployments import house_parts
house_parts.MISSES = 1_000_000
"""
NO_LOCK = """
from contextlib import nullcontext
from deployments import up as of_up
of_up.sole = lambda _: nullcontext(lambda: None)
"""
LEFT_BEHIND = """
from deployments import children, orphans
from deployments import up as of_up
children._TIED, orphans.end, of_up.stop = None, lambda _: 0, lambda _: None
"""
CONTROL_SECONDS = 20.0
"""How long a control waits for what comes by itself within ten seconds where the guard is there."""


def children_unattended(empty: Template) -> Findings:
    """Nobody starts again what has ended; nobody keeps a second one from the database."""
    with office(empty) as there, whole(there, NOT_AGAIN) as process:
        yield "two `up` on one database", joined(there, NO_LOCK)
        yield "kill -9 of the pages", killed(there, process, PAGES, AT_ONCE)
        worker = killed(there, process, WORKER, CONTROL_SECONDS)
        yield "kill -9 of the worker", worker
        yield "two workers, one killed mid-flow", worker  # there is no second
        yield "kill -9 of Prefect's server", killed(there, process, SERVER, CONTROL_SECONDS)


def children_unasked(empty: Template) -> Findings:
    """Nobody asks whether a part that is there does anything."""
    with office(empty) as there, whole(there, NOBODY_ASKS) as process:
        yield "prefect.db deleted", forgotten(there, WITH_PREFECT)
        yield "Prefect's server hung (SIGSTOP)", hung(there, process, WITH_PREFECT)


def stops_half(empty: Template) -> Findings:
    """What is told to end leaves its parts, and the next does not look for them."""
    yield "SIGTERM at every quarter of a beat", begun_again(empty, signal.SIGTERM, [1], LEFT_BEHIND)


def kills_of_one(empty: Template) -> Findings:
    """The same of what is killed."""
    yield "kill -9 of all at every quarter of a beat", begun_again(empty, signal.SIGKILL, [1], LEFT_BEHIND)
