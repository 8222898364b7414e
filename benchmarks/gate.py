"""The application gate over many students: set-based facts against ORM rows, on the same database in the same run."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session, registry

from acts.open_year import open_year
from benchmarks.applicants import fill
from benchmarks.measuring import Table, middle, run, seconds
from calendars.deadlines import start_of
from calendars.files import load
from calendars.year import Year
from gates.found import NAMED
from gates.judge import judge
from gates.verdict import Verdict
from models import migrate
from models.database import Database
from models.facts.of_phase import facts_of
from models.facts.scope import Scope
from models.stamp import Stamp
from models.tables.city_drafts import draft_table
from phases.application import STUDENTS, ApplicationFacts, ApplicationProfile, breached, rank_within
from phases.book import BOOK
from phases.mentor_recommendation import MENTORS as ROLL

PHASE = "application"
MENTORS = 40
SIZES = {1_000: 15, 100_000: 9, 1_000_000: 5}
"""How many students, and how often the gate is run on them."""

SLOW = 100_000
"""From here on ORM rows are judged once: they take a minute."""

Verdicts = Mapping[str, Verdict]


Mentor: Any = type("Mentor", (), {})
Student: Any = type("Student", (), {})
"""Rows of the roll and of the applications as objects."""

registry().map_imperatively(Mentor, draft_table(ROLL))
registry().map_imperatively(Student, draft_table(STUDENTS))


def measure() -> Iterator[Table]:
    """One row a size: the gate for all 13 cities, from their rows to their verdicts."""
    rows = []
    for size, times in SIZES.items():
        with TemporaryDirectory(prefix="talent-bench-") as folder:
            rows.append(_row(Path(folder), size, times))
    yield Table(
        "The application gate",
        "13 cities on SQLite, from rows to verdicts, median; `ORM rows` loads objects city by city and "
        "judges each by the same rules. Both give equal verdicts, which is checked. Required: 200 × at 1,000,000.",
        ("applications", "the gate", "ORM rows", "times faster"),
        rows,
    )


def _row(folder: Path, size: int, times: int) -> tuple[str, ...]:
    database, year = Database(f"sqlite:///{folder / 'gate.db'}", BOOK), load(2022)
    migrate.upgrade(database)
    opens = start_of(year.phase(PHASE).opens)
    open_year(database, year, Stamp("bench", opens, opens), rehearsal=True)
    fill(database, year, size, MENTORS)
    filed = year.phase(PHASE).due
    try:
        _agree(set_based(database, year, filed), orm_rows(database, year, filed))
        ours = [seconds(lambda: set_based(database, year, filed)) for _ in range(times)]
        theirs = [seconds(lambda: orm_rows(database, year, filed)) for _ in range(1 if size >= SLOW else times)]
    finally:
        database.dispose()
    return f"{size:,}", middle(ours), middle(theirs), f"{median(theirs) / median(ours):.0f}"


def _agree(ours: Verdicts, theirs: Verdicts) -> None:
    if ours != theirs:
        raise SystemExit("the gate and the ORM rows give different verdicts: nothing was measured")


def set_based(database: Database, year: Year, filed: date) -> Verdicts:
    """As the programme does it: counted by profile in the database."""
    every = dict.fromkeys((city.slug for city in year.cities), filed)
    with database.read() as connection:
        facts = facts_of(PHASE, Scope(connection, year, every, every))
    return {city: judge(BOOK.gates[PHASE], found, year.figures) for city, found in facts.items()}


def orm_rows(database: Database, year: Year, filed: date) -> Verdicts:
    """As one would without thinking of a million: objects, one after the other."""
    twice = _repeated(database, year)
    return {city.slug: _judged(database, year, city.slug, filed, twice) for city in year.cities}


def _repeated(database: Database, year: Year) -> frozenset[str]:
    """Who applied twice, asked of the database here too: a million objects at once would not fit every machine."""
    with Session(database.engine) as session:
        same = select(Student.person).where(Student.year == year.year, Student.taken)
        return frozenset(session.scalars(same.group_by(Student.person).having(func.count() > 1)))


def _judged(database: Database, year: Year, city: str, filed: date, twice: frozenset[str]) -> Verdict:
    counts: Counter[ApplicationProfile] = Counter()
    offenders: dict[str, list[str]] = defaultdict(list)
    rejected = 0
    with Session(database.engine) as session:
        mine = select(Mentor).where(Mentor.year == year.year, Mentor.city == city, Mentor.taken)
        roll = {mentor.party: mentor.subject for mentor in session.scalars(mine)}
        rows = select(Student).where(Student.year == year.year, Student.city == city)
        for student in session.scalars(rows.order_by(Student.number)):
            if not student.taken:
                rejected += 1
                continue
            profile = _profile(student, roll, year, filed, repeated=student.person in twice)
            counts[profile] += 1
            for rule in breached(profile, year.figures):
                if len(offenders[rule]) < NAMED:
                    offenders[rule].append(student.number)
    named = {rule: tuple(numbers) for rule, numbers in offenders.items()}
    return judge(BOOK.gates[PHASE], ApplicationFacts(counts, rejected, named), year.figures)


def _profile(
    student: Any,  # noqa: ANN401 -- an object of a mapped row
    roll: Mapping[int, str],
    year: Year,
    filed: date,
    *,
    repeated: bool,
) -> ApplicationProfile:
    subject = roll.get(student.mentor_party)
    return ApplicationProfile(
        grade=student.grade,
        subject=student.subject,
        rank_within=rank_within(student.subject_rank, student.overall_rank, year.figures),
        mentor_on_roll=subject is not None,
        other_subject=subject is not None and subject != student.subject,
        recommended=student.recommended,
        consent_missing=not student.guardian_consent and student.consent_from > filed,
        repeated=repeated,
    )


if __name__ == "__main__":
    run(measure)
