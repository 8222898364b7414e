"""A filing as an office holds it: what stands on paper, what was typed from it, cell by cell, and what judges it."""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any

from calendars.year import City, Year
from forms.cells import Broken
from forms.definitions import AskedSheet, Column, SheetRow
from forms.folding import fold
from forms.reading import judged
from forms.unpacked import Unpacked
from forms.workbook_rows import Reading, RowError
from gates.judge import judge
from gates.verdict import Finding
from phases.application import ApplicationFacts, ApplicationProfile, breached, rank_within
from phases.book import BOOK
from phases.interview import Crowded, Interview, InterviewFacts
from phases.made_of import CityRows
from phases.matching_key import REHEARSED, MatchingKey
from phases.on_record import PartyKey
from phases.shortlist import Score, ShortlistFacts
from tests.support import sheets
from tests.support.books import FORMS, YEAR

CITY = YEAR.city("yancheng")
TODAY = date(2022, 8, 31)
"""The day of every filing here: the last on which one of these phases is due."""
EARLIEST = date(2022, 2, 1)
DUE = date(2022, 8, 31)
COUNT = 9
"""Students who applied; a third of them are admitted."""

Paper = dict[str, object]
"""A record of the office's own, by the labels of the sheet that it is typed into."""


@dataclass
class Line:
    """A row as it was typed; `of` is the record that it was typed from, None for what is no record."""

    cells: list[object]
    of: Paper | None = None


@dataclass
class Page:
    """A sheet: its header as typed, its rows from Excel's row 2 on, and the records that belong on it."""

    sheet: AskedSheet
    name: str
    header: list[object]
    lines: list[Line]
    paper: list[Paper]

    @property
    def labels(self) -> list[str]:
        return [column.label for column in self.sheet.columns]

    def line(self, row: int | None) -> Line | None:
        return self.lines[row - 2] if row is not None and 2 <= row < len(self.lines) + 2 else None

    def retype(self, line: Line, labels: Collection[str] | None = None) -> bool:
        """Type cells of a row anew from its record; tell whether that changed any."""
        assert line.of is not None
        before = list(line.cells)
        for at, label in enumerate(self.header):
            if isinstance(label, str) and label in line.of and (labels is None or label in labels):
                line.cells += [""] * (at + 1 - len(line.cells))
                line.cells[at] = line.of[label]
        return line.cells != before

    def add(self, record: Paper) -> None:
        """Type a row from a record."""
        self.lines.append(Line([""] * len(self.header), record))
        self.retype(self.lines[-1])


@dataclass
class Filing:
    """A workbook of a phase, what the office is to keep to, and who else the last answer named."""

    slug: str
    pages: list[Page]
    world: World

    def page(self, name: str) -> Page | None:
        return next((page for page in self.pages if page.name == name), None)

    def sheet(self, key: str) -> Page | None:
        return next((page for page in self.pages if page.sheet.key == key), None)

    def of_sheet(self, key: str) -> Page:
        page = self.sheet(key)
        assert page is not None
        return page


@dataclass(frozen=True)
class World:
    """What is on record of the city, and of the others as far as a rule asks: an `OnRecord`."""

    roll: Mapping[tuple[str, str], int]
    students: Mapping[str, str]
    subjects: Mapping[str, str]
    places: int = 9
    funded_elsewhere: int = 0
    unsettled: frozenset[str] = frozenset()
    year: Year = YEAR
    city: City = CITY
    day: date = TODAY
    schools: Collection[str] = ()
    past_students: Collection[str] = ()
    past_mentors: Collection[tuple[str, str]] = ()
    matching_key: MatchingKey = REHEARSED

    def parties(self, keys: Collection[PartyKey]) -> Mapping[PartyKey, int]:
        return {key: at for at, key in enumerate(keys)}


APPLIED = sheets.students(CITY, COUNT)
ADMITTED = APPLIED[: COUNT // 3]
MENTORS = [sheets.mentor(CITY, place) for place in (1, 2, 3)]
SOUND: Mapping[str, sheets.Sheets] = {
    "mentor-recommendation": sheets.roll(*MENTORS),
    "application": sheets.application(APPLIED),
    "shortlist": sheets.shortlist(APPLIED, n8=55, n9=41),
    "interview": sheets.interview(APPLIED, admitted=len(ADMITTED), funded=2),
    "meeting": sheets.meeting(ADMITTED),
    "midterm": sheets.midterm(ADMITTED, leaving=1),
    "cultivation": sheets.cultivation(ADMITTED, visits=2),
}
"""What the office files of each phase where nothing is wrong."""


def typed(column: Column, value: object) -> object:
    """Give what is typed for a value."""
    if isinstance(value, bool):
        return column.kind.choices[0 if value else 1]
    if isinstance(value, tuple):
        return "、".join(value)
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    return column.kind.none if value is None else str(value) if isinstance(value, int) else value


def sound(slug: str) -> Filing:
    """Give a filing in which nothing is wrong."""
    pages = []
    for sheet in FORMS[slug].sheets:
        rows = SOUND[slug].get(sheet.key, ())
        paper: list[Paper] = [{one.label: typed(one, getattr(row, one.field)) for one in sheet.columns} for row in rows]
        header: list[object] = [column.label for column in sheet.columns]
        pages.append(Page(sheet, sheet.name, header, [Line(list(record.values()), record) for record in paper], paper))
    roll = {(one.name, one.institution): place for place, one in enumerate(MENTORS, start=1)}
    students = {one.number: one.name for one in APPLIED}
    return Filing(slug, pages, World(roll, students, {one.number: one.subject for one in APPLIED}))


def read(filing: Filing) -> Reading:
    """Read the workbook as it stands."""
    tables = {page.name: [page.header, *(line.cells for line in page.lines)] for page in filing.pages}
    opened = Unpacked(tuple(page.name for page in filing.pages), tables, {}, "")  # type: ignore[arg-type] # any cell
    return judged(opened, FORMS[filing.slug], BOOK.whose)


def faults(filing: Filing) -> tuple[Reading, list[RowError]]:
    """Give what a load says of it: its own faults, and what disagrees with the record."""
    reading = read(filing)
    return reading, [*reading.errors, *BOOK[filing.slug].check(filing.world, reading)]


def refusals(filing: Filing, reading: Reading) -> tuple[Finding, ...]:
    """Give what the gate refuses in rows without a fault."""
    phase = BOOK[filing.slug]
    facts = _FACTS[filing.slug](filing.world, reading) if filing.slug in _FACTS else _made(filing.slug, reading)
    return judge(phase.gate, facts, YEAR.figures).refusals


def _made(slug: str, reading: Reading) -> Any:  # noqa: ANN401 - the facts of any phase
    made = BOOK[slug].made_of
    assert made is not None
    given: Mapping[str, Sequence[SheetRow]] = {"interviews": SOUND["interview"]["interviews"], **reading.rows}
    rows = {key: [_as_queried(one, columns) for one in given[key]] for key, columns in made.columns.items()}
    numbers = tuple(one.number for one in ADMITTED)
    return made.make(CityRows(rows, earliest=EARLIEST, filed_on=TODAY, due_day=DUE, students=numbers))


def _as_queried(row: SheetRow, columns: tuple[str, ...]) -> Any:  # noqa: ANN401 - a row of these columns and its city
    return _shape(columns)(CITY.slug, *(getattr(row, one) for one in columns))


@cache
def _shape(columns: tuple[str, ...]) -> Any:  # noqa: ANN401 - as above
    return namedtuple("_Queried", ("city", *columns))  # noqa: PYI024 - its fields are the query's


def _application(world: World, reading: Reading) -> ApplicationFacts:
    rows: list[Any] = [row for row in reading.rows["students"] if row.taken]  # type: ignore[attr-defined]
    profiles: dict[ApplicationProfile, int] = {}
    offenders: dict[str, list[str]] = {}
    persons = [(fold(row.name), row.born, fold(row.school)) for row in rows]
    for row, person in zip(rows, persons, strict=True):
        born: date = row.born
        of_age = born.replace(year=born.year + YEAR.figures.consent_age) <= world.day
        profile = ApplicationProfile(
            grade=row.grade,
            subject=row.subject,
            rank_within=rank_within(row.subject_rank, row.overall_rank, YEAR.figures),
            mentor_on_roll=(row.mentor, row.institution) in world.roll,
            other_subject=False,
            recommended=row.recommended,
            consent_missing=not of_age and not row.guardian_consent,
            repeated=persons.count(person) > 1,
        )
        profiles[profile] = profiles.get(profile, 0) + 1
        for rule in breached(profile, YEAR.figures):
            offenders.setdefault(rule, []).append(row.number)
    return ApplicationFacts(profiles, offenders={rule: tuple(numbers) for rule, numbers in offenders.items()})


def _shortlist(world: World, reading: Reading) -> ShortlistFacts:
    rows: Sequence[Any] = reading.rows["scores"]
    lines: Sequence[Any] = reading.rows["cut_lines"]
    scores = [Score(row.number, row.subject, row.score, row.shortlisted, row.number in world.subjects) for row in rows]
    return ShortlistFacts(tuple(scores), {row.subject: row.line_score for row in lines}, world.subjects)


def _interview(world: World, reading: Reading) -> InterviewFacts:
    rows: Sequence[Any] = reading.rows["interviews"]
    admitted = tuple(row.number for row in rows if row.admitted)
    interviews = [
        Interview(
            row.number, row.subject, row.came, row.admitted, row.funding == sheets.FUNDED, True, row.held_on,
            row.score is not None,
        )
        for row in rows
    ]  # fmt: skip
    on_sheet = {row.number for row in rows}
    return InterviewFacts(
        tuple(interviews),
        world.funded_elsewhere,
        EARLIEST,
        world.day,
        (Crowded("导师1", world.places, admitted),) if len(admitted) > world.places else (),
        left_off=tuple(number for number in world.students if number not in on_sheet),
        unsettled=tuple(number for number in admitted if number in world.unsettled),
    )


_FACTS: Mapping[str, Any] = {"application": _application, "shortlist": _shortlist, "interview": _interview}


def broken(code: str) -> Broken:
    return Broken(code, "#N/A" if code == "cell.error" else "")


def students_of(page: Page) -> Iterator[tuple[Line, Paper]]:
    """Give the rows that were typed from a record."""
    return ((line, line.of) for line in page.lines if line.of is not None)


def elsewhere(filing: Filing, **changed: object) -> None:
    """Have it otherwise in the rest of the province."""
    filing.world = replace(filing.world, **changed)  # type: ignore[arg-type] # fields of the world
