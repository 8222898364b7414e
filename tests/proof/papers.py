"""A filing as an office holds it: what stands on paper, what was typed from it, cell by cell, and what judges it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal

from calendars.year import City, Year
from forms.cells import Broken
from forms.definitions import AskedSheet, Column
from phases.matching_key import REHEARSED, MatchingKey
from phases.on_record import PartyKey
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

    def compare(self) -> bool:
        """Hold the sheet against its papers, row by row: each record stands there once; tell whether it did not."""
        typed = [line for line in self.lines if line.of is not None]
        twice = [line for at, line in enumerate(typed) if any(line.of is other.of for other in typed[:at])]
        self.lines[:] = [line for line in self.lines if all(line is not one for one in twice)]
        missing = [record for record in self.paper if all(line.of is not record for line in typed)]
        changed = [self.retype(line) for line in self.lines if line.of is not None]
        for record in missing:
            self.add(record)
        return bool(twice or missing) or any(changed)


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
    unlogged: Mapping[str, frozenset[int]] = field(default_factory=dict)
    """The stages of which a student has no growth log, by number."""
    visits: Mapping[str, int] = field(default_factory=dict)
    """Days on campus by number, where they are not as many as the year asks for."""
    year: Year = YEAR
    city: City = CITY
    day: date = TODAY
    schools: Collection[str] = (f"{CITY.name}一中",)
    past_students: Collection[str] = ()
    past_mentors: Collection[tuple[str, str]] = ()
    matching_key: MatchingKey = REHEARSED

    def earliest(self, phase: str) -> date:
        del phase
        return EARLIEST

    def parties(self, keys: Collection[PartyKey]) -> Mapping[PartyKey, int]:
        return {key: at for at, key in enumerate(keys)}


APPLIED = sheets.students(CITY, COUNT)
ADMITTED = APPLIED[: COUNT // 3]
TRAINED = ADMITTED[:-1]
"""Whom the midterm left in training."""
MENTORS = [sheets.mentor(CITY, place) for place in (1, 2, 3)]
SOUND: Mapping[str, sheets.Sheets] = {
    "mentor-recommendation": sheets.roll(*MENTORS),
    "application": sheets.application(APPLIED),
    "shortlist": sheets.shortlist(APPLIED, n8=55, n9=41),
    "interview": sheets.interview(APPLIED, admitted=len(ADMITTED), funded=2),
    "meeting": sheets.meeting(ADMITTED),
    "midterm": sheets.midterm(ADMITTED, leaving=1),
    "cultivation": sheets.cultivation(ADMITTED, visits=2),
    "year-end": {**sheets.year_end(CITY, TRAINED), "funds": sheets.funds(活动=12000, 差旅="6500.50", 结余="1499.50")},
    "evaluation": sheets.evaluation(TRAINED),
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


def broken(code: str) -> Broken:
    return Broken(code, "#N/A" if code == "cell.error" else "")


def typed_from(page: Page) -> Iterator[tuple[Line, Paper]]:
    """Give the rows that were typed from a record."""
    return ((line, line.of) for line in page.lines if line.of is not None)


def elsewhere(filing: Filing, **changed: object) -> None:
    """Have it otherwise in the rest of the province."""
    filing.world = replace(filing.world, **changed)  # type: ignore[arg-type] # fields of the world
