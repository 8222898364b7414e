"""One advance over 13, 333 and 2,900 cities: with everything to do, and with nothing."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path
from tempfile import TemporaryDirectory

import sqlalchemy as sa
from sqlalchemy import update

from acts.advance import Advance, advance
from acts.open_year import open_year
from benchmarks.applicants import fill
from benchmarks.measuring import Table, counting, middle, run, seconds
from calendars.deadlines import TZ
from calendars.year import Year
from gates.states import State
from models import migrate
from models.columns import table_of
from models.database import Database
from models.stamp import Stamp
from models.tables.season import CityPhase
from phases.book import BOOK
from tests import postgres
from tests.support.scenes import calendar

CITIES = {13: 9, 333: 5, 2_900: 3}
"""How many cities, and how often each is measured."""

STUDENTS, MENTORS = 40, 3
"""Of each city; a mentor gets letters of his own."""

OPENED = datetime(2021, 12, 31, tzinfo=TZ)
FILED = datetime.combine(date(2022, 1, 20), time(17), TZ)
NOW = datetime.combine(date(2022, 1, 21), time(9), TZ)

Copy = Callable[[], Database]


def measure() -> Iterator[Table]:
    """Everything: each city's application judged and passed, its shortlist opened, the letters of both written."""
    rows = []
    for cities, times in CITIES.items():
        year = calendar(cities)
        with TemporaryDirectory(prefix="talent-bench-") as folder, ExitStack() as stack:
            copies = {"SQLite": copied_file(Path(folder), year)}
            try:
                copies["PostgreSQL"] = stack.enter_context(_postgresql(year))
            except postgres.NoServer as missing:
                print(missing)
            rows += [_row(name, copy, year, times) for name, copy in copies.items()]
    yield Table(
        "One advance",
        f"Everything: {STUDENTS} applications a city judged and passed, the next phase opened, letters to the city and "
        f"{MENTORS} mentors written, committed. Nothing: the same advance once more. Median; PostgreSQL without fsync.",
        ("", "cities", "letters", "everything", "statements", "nothing", "statements"),
        rows,
    )


def _row(name: str, copy: Copy, year: Year, times: int) -> tuple[str, ...]:
    everything, nothing = [], []
    for _ in range(times):
        database = copy()
        first, second = _passed(database, year), _passed(database, year)
        database.dispose()
        if second.letters or second.moves:
            raise SystemExit(f"the second of two advances did something: {second}")
        everything.append(first)
        nothing.append(second)
    said = (f"{first.letters:,}", middle([one.seconds for one in everything]), str(first.statements))
    return (name, f"{len(year.cities):,}", *said, middle([one.seconds for one in nothing]), str(second.statements))


@dataclass(frozen=True, slots=True)
class Passed:
    """One advance: how long it took, what it sent to the database, what it did."""

    seconds: float
    statements: int
    moves: int
    letters: int


def _passed(database: Database, year: Year) -> Passed:
    found: list[Advance] = []
    with counting(database) as sent:
        took = seconds(lambda: found.append(advance(database, year.year, Stamp("bench", NOW, NOW))))
    if found[0].failures:
        raise SystemExit(f"cities failed: {found[0].failures}")
    changes = found[0].changes
    return Passed(took, sent.total(), len(changes.transitions), len(changes.letters))


def copied_file(folder: Path, year: Year) -> Copy:
    """A file copied from one that is made once."""
    made = Database(f"sqlite:///{folder / 'made.db'}", BOOK)
    _make(made, year)

    def copy() -> Database:
        return Database(f"sqlite:///{shutil.copy(folder / 'made.db', folder / 'copy.db')}", BOOK)

    return copy


@contextmanager
def _postgresql(year: Year) -> Iterator[Copy]:
    """A database copied from one that is made once, on a server of its own."""
    with postgres.server() as address:
        server = sa.create_engine(address, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)

        def make(name: str, template: str) -> Database:
            with server.connect() as connection:
                connection.exec_driver_sql(f"DROP DATABASE IF EXISTS {name}")
                connection.exec_driver_sql(f"CREATE DATABASE {name} TEMPLATE {template}")
            return Database(sa.make_url(address).set(database=name).render_as_string(hide_password=False), BOOK)

        _make(make("made", "template0"), year)
        yield lambda: make("copy", "made")


def _make(database: Database, year: Year) -> None:
    """A year whose cities have all filed their application and none of which was judged."""
    migrate.upgrade(database)
    open_year(database, year, Stamp("bench", OPENED, OPENED), rehearsal=True)
    fill(database, year, STUDENTS * len(year.cities), MENTORS)
    phase = table_of(CityPhase)
    states = {"mentor-recommendation": (State.PASSED, FILED), "application": (State.SUBMITTED, None)}
    with database.write(year.year) as connection:
        for slug, (state, passed) in states.items():
            filed = {"state": state, "since": OPENED, "filed_at": FILED, "passed_at": passed, "filings": 1}
            connection.execute(update(phase).where(phase.c.year == year.year, phase.c.phase == slug).values(filed))
    database.dispose()


if __name__ == "__main__":
    run(measure)
