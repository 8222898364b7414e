"""A rehearsal season on a database, filed in a line a phase: what the tests of the spine are played on."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from unittest.mock import patch
from weakref import WeakSet

from sqlalchemy import event

import acts.load
from acts.advance import Advance, advance
from acts.approve import approve, reject
from acts.extend import extend
from acts.open_year import open_year
from acts.rerun import rerun
from acts.submit import submit
from acts.waive import waive
from acts.why import ReportCard, report_card
from acts.withdraw import withdraw
from calendars import files
from calendars.deadlines import TZ
from calendars.year import City, Year
from forms.workbook_rows import Reading
from models import standing
from models.database import Database
from models.stamp import Stamp
from models.standing import Cell
from phases.book import BOOK
from season.outcome import Outcome
from tests.support import sheets
from tests.support.originals import Originals, filed_through
from tests.support.sheets import Sheets
from tests.support.years import parse

YEAR = 2022
NANJING, WUXI, XUZHOU = "nanjing", "wuxi", "xuzhou"
DECIDED = ("mentor-recommendation", "interview", "year-end")
OPENING = "2021-12-31T00:00"

FILED: Mapping[str, str] = {
    "mentor-recommendation": "2022-01-05T10:00",
    "application": "2022-01-10T10:00",
    "shortlist": "2022-01-24T10:00",
    "interview": "2022-02-10T10:00",
    "meeting": "2022-02-24T10:00",
    "midterm": "2022-07-20T10:00",
    "year-end": "2022-11-21T10:00",
    "cultivation": "2022-12-05T10:00",
}
"""When a city that is on time files each phase, in the order of time."""


def instant(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=TZ)


def stamp(text: str, by: str = "省办") -> Stamp:
    """At that instant, by the clock and by the programme alike."""
    return Stamp(by, instant(text), instant(text))


@cache
def calendar(cities: int = 13, **figures: int) -> Year:
    """The calendar of 2022 for so many cities, with these figures changed."""
    shipped = files.load(YEAR)
    text = shipped.source_text
    names = [(city.slug, city.name, city.code) for city in shipped.cities]
    names += [(f"city{place}", f"第{place}市", f"{4000 + place}") for place in range(len(names), cities)]
    table = "".join(f'{slug} = {{ name = "{name}", code = "{code}" }}\n' for slug, name, code in names[:cities])
    text = re.sub(r"(?s)\[cities\]\n.*?\n\n", lambda _: f"[cities]\n{table}\n", text, count=1)
    for figure, value in figures.items():
        text = re.sub(rf"(?m)^{figure} = \S+", f"{figure} = {value}", text, count=1)
    return parse(text, "2022.toml")


_written: WeakSet[Database] = WeakSet()
"""The databases in which something was done since they were copied."""


def untouched(database: Database) -> bool:
    """Whether nothing was written in a database whose writes are `watched`."""
    return database not in _written


def watched(database: Database) -> Database:
    """Note from now on whether anything is written in it: what only looks is rolled back."""
    event.listen(database.engine, "commit", lambda _: written(database))
    return database


def written(database: Database) -> None:
    _written.add(database)


@dataclass(frozen=True)
class Scene:
    """The acts on one database's year, at instants written as text."""

    database: Database
    year: Year
    originals: Originals | None = None
    """Where a year that was begun as this one, and in which nothing was done yet, is looked up further on."""

    @classmethod
    def begin(cls, database: Database, year: Year | None = None, *, rehearsal: bool = True, at: str = OPENING) -> Scene:
        scene = cls(database, year or calendar())
        open_year(database, scene.year, stamp(at), rehearsal=rehearsal)
        return scene

    def city(self, slug: str) -> City:
        return self.year.city(slug)

    def load(self, form: str, city: str, filled: Sheets, at: str, *, dry_run: bool = False) -> Outcome:
        """The act, with a workbook that is read as these sheets."""
        reading = Reading(BOOK.form(form, self.year), {key: tuple(rows) for key, rows in filled.items()}, (), ())
        with patch.object(acts.load, "read", lambda *_, **__: reading):
            return acts.load.load(self.database, YEAR, form, city, repr(filled).encode(), stamp(at), dry_run=dry_run)

    def submit(self, phase: str, city: str, at: str, *, dry_run: bool = False) -> Outcome:
        return submit(self.database, YEAR, phase, city, stamp(at), dry_run=dry_run)

    def approve(self, phase: str, city: str, at: str, *, dry_run: bool = False) -> Outcome:
        return approve(self.database, YEAR, phase, city, stamp(at), dry_run=dry_run)

    def reject(self, phase: str, city: str, at: str, until: date | None = None, *, dry_run: bool = False) -> Outcome:
        when = stamp(at)
        return reject(self.database, YEAR, phase, city, when, reason="材料不全", until=until, dry_run=dry_run)

    def waive(self, rule: str, phase: str, city: str, at: str, *, dry_run: bool = False) -> Outcome:
        return waive(self.database, YEAR, rule, phase, city, stamp(at), reason="省办同意", dry_run=dry_run)

    def extend(
        self, phase: str, cities: Sequence[str] | None, at: str, until: date, *, dry_run: bool = False
    ) -> Outcome:
        return extend(self.database, YEAR, phase, cities, stamp(at), until=until, reason="暴雪", dry_run=dry_run)

    def rerun(self, phase: str, city: str, at: str, until: date, *, dry_run: bool = False) -> Outcome:
        return rerun(self.database, YEAR, phase, city, stamp(at), until=until, reason="疫情封控", dry_run=dry_run)

    def withdraw(self, city: str, at: str, *, dry_run: bool = False) -> Outcome:
        return withdraw(self.database, YEAR, city, stamp(at), reason="本年度不再组织", dry_run=dry_run)

    def why(self, phase: str, city: str, at: str) -> ReportCard:
        return report_card(self.database, YEAR, phase, city, stamp(at))

    def advance(
        self,
        at: str,
        phases: Sequence[str] | None = None,
        cities: Sequence[str] | None = None,
        *,
        dry_run: bool = False,
    ) -> Advance:
        return advance(self.database, YEAR, stamp(at), phases, cities, dry_run=dry_run)

    def sheets(self, form: str, city: str) -> Sheets:
        """What a city files of a form where nothing is out of the way: 6 students, the first 2 admitted and funded."""
        where = self.city(city)
        applied = sheets.students(where)
        made = {
            "mentor-recommendation": lambda: sheets.roll(sheets.mentor(where)),
            "application": lambda: sheets.application(applied),
            "shortlist": lambda: sheets.shortlist(applied),
            "interview": lambda: sheets.interview(applied),
            "meeting": lambda: sheets.meeting(applied[:2]),
            "midterm": lambda: sheets.midterm(applied[:2]),
            "year-end": lambda: sheets.year_end(where, applied[:2]),
            "cultivation": lambda: sheets.cultivation(applied[:2]),
            "evaluation": lambda: sheets.evaluation(applied[:2], year=self.year),
        }
        return made[form]()

    def file(self, phase: str, city: str, filled: Sheets | None = None, at: str | None = None) -> Outcome:
        """Load and submit, and approve what the province decides; the answer to the last of it."""
        at = at or FILED[phase]
        self.load(phase, city, self.sheets(phase, city) if filled is None else filled, at)
        if phase == "year-end":
            self.load("cultivation", city, self.sheets("cultivation", city), at)
        said = self.submit(phase, city, at)
        ending = self.year.phase(phase).province
        if phase == "year-end" and ending:
            self.load("evaluation", city, self.sheets("evaluation", city), at)
        return self.approve(phase, city, at) if ending and said.done else said

    def through(self, phase: str, city: str, **filled: Sheets) -> Scene:
        """File every phase up to this one, each in its time; `filled` are other sheets than the usual, by phase."""
        if self.originals is not None and not filled and untouched(self.database):
            self.originals.put(filed_through(phase, city), self.database)
            written(self.database)
            return self
        for slug in FILED:
            said = self.file(slug, city, filled.get(slug))
            assert said.done, said
            if slug == phase:
                break
        return self

    def cell(self, phase: str, city: str) -> Cell:
        with self.database.read() as connection:
            return standing.cells(connection, YEAR, [city])[phase, city]

    def states(self, city: str) -> dict[str, str]:
        with self.database.read() as connection:
            return {phase: cell.state.value for (phase, _), cell in standing.cells(connection, YEAR, [city]).items()}
