from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from types import MappingProxyType

import openpyxl
import pytest

from calendars.files import load
from calendars.limits import MOST_SCORES
from calendars.year import Year
from forms.workbook_rows import Reading, RowError
from phases.book import BOOK
from phases.year_end import DIMENSIONS
from rehearsal import generator, spellings
from rehearsal.cast import cast_of
from rehearsal.courses import COURSES
from rehearsal.events import events
from rehearsal.first_tries import FIRST_TRIES
from rehearsal.generator import NothingToWrite, TooManyStudents, generate
from rehearsal.makers import MAKERS
from rehearsal.packs import read_pack
from rehearsal.sheets import ROWS
from rehearsal.spellings import Spell
from tests.support.books import FORMS, form_of, read
from tests.support.packs import DEMO, RELEASED
from tests.support.years import parse

YEAR = load(2022)
COLUMNS = {(sheet.key, column.field): column for slug in FORMS for sheet in form_of(slug, YEAR).sheets
           for column in sheet.columns}  # fmt: skip


def form_in(workbook: Path) -> str:
    return workbook.stem.removesuffix("-first").removesuffix("-broken")


def readings(folder: Path, year: Year = YEAR) -> dict[str, Reading]:
    files = sorted(folder.glob("*/*.xlsx"))
    return {str(file.relative_to(folder)): read(file, form_in(file), year) for file in files}


def same(made: Path, kept: Path) -> bool:
    """Whether two workbooks read alike; the same bytes always do."""
    if made.read_bytes() == kept.read_bytes():
        return True
    return read(made, form_in(made), YEAR) == read(kept, form_in(kept), YEAR)


def test_the_demonstration_is_what_the_generator_makes(tmp_path: Path) -> None:
    generate(BOOK, YEAR, tmp_path)
    made = {str(file.relative_to(tmp_path)) for file in tmp_path.rglob("*.*")}
    assert made | {"expected.json"} == {str(file.relative_to(DEMO)) for file in DEMO.rglob("*.*")}, "run `make pack`"
    assert (tmp_path / "pack.toml").read_text() == (DEMO / "pack.toml").read_text(), "run `make pack`"
    stale = [name for name in sorted(made) if name.endswith("xlsx") and not same(tmp_path / name, DEMO / name)]
    assert stale == [], "run `make pack`"


def test_its_cities_do_what_those_of_the_first_release_did_and_say_when_they_meet() -> None:
    now = read_pack(DEMO).events
    assert tuple(event for event in now if event.do != "arrange") == read_pack(RELEASED).events
    assert len(events(YEAR, YEAR.cities)) == 263 + 12


def test_the_same_seed_makes_the_same_workbooks_and_another_seed_others(tmp_path: Path) -> None:
    for name, seed in (("one", 7), ("two", 7), ("three", 8)):
        generate(BOOK, YEAR, tmp_path / name, seed=seed, cities=["盐城", "nanjing"])
    one, two, three = (
        {file.name: file.read_bytes() for file in (tmp_path / name / "yancheng").iterdir()}
        for name in ("one", "two", "three")
    )
    assert one == two
    assert {name for name, data in one.items() if three[name] == data} == set()


def test_a_season_of_some_cities_names_no_other(tmp_path: Path) -> None:
    generate(BOOK, YEAR, tmp_path, cities=["苏州", "3206"])
    pack = read_pack(tmp_path)
    assert {event.city for event in pack.events} == {"suzhou", "nantong"}
    assert pack.visitor is None
    assert {file.name for file in tmp_path.iterdir()} == {"pack.toml", "suzhou", "nantong"}


def test_every_file_that_an_event_loads_is_there_and_no_other() -> None:
    loaded = {event.options["file"] for event in read_pack(DEMO).events if event.do == "load"}
    assert loaded == {str(file.relative_to(DEMO)) for file in DEMO.glob("*/*.xlsx")}
    assert {f"{one.city}/{one.form}-{one.again}.xlsx" for one in FIRST_TRIES} <= loaded


def test_a_season_of_another_year_has_that_year_s_days(tmp_path: Path) -> None:
    year = load(2027)
    generate(BOOK, year, tmp_path, cities=["huaian"])
    assert {event.at.year for event in read_pack(tmp_path).events} == {2027}
    (first, *_) = (tmp_path / "huaian").glob("application.xlsx")
    assert {row.model_dump()["number"][:10] for row in read(first, "application", year).rows["students"]} == {
        "3208-2027-"
    }


def test_the_numbers_of_people_are_those_of_the_courses() -> None:
    for city in YEAR.cities:
        course, cast = COURSES[city.slug], cast_of(YEAR, city, 5, 3)
        assert len(cast.students) == 3 * course.applicants
        assert (len(cast.listed), len(cast.admitted)) == (3 * course.listed, 3 * course.admitted)
        assert sum(student.funded for student in cast.students) == course.funded
        assert sum(student.came for student in cast.students) == 3 * (course.listed - course.absent)
        for mentor in cast.mentors:
            trained = [student for student in cast.admitted if student.mentor == mentor]
            assert len(trained) <= mentor.places


def test_a_year_without_junior_grades_has_its_season_too(tmp_path: Path) -> None:
    text = re.sub(r"(?m)^junior_grades = \S.*$", "junior_grades = []", YEAR.source_text)
    year = parse(re.sub(r"(?m)^junior_subjects = \S.*$", "junior_subjects = []", text), "2022.toml")
    generate(BOOK, year, tmp_path, cities=["苏州"])
    first = read(tmp_path / "suzhou" / "application-first.xlsx", "application", year)
    assert {row.model_dump()["grade"] for row in first.rows["students"]} - {*year.figures.senior_grades} == {"初三"}


def test_no_more_students_than_numbers_reach() -> None:
    with pytest.raises(TooManyStudents, match="淮安"):
        generate(BOOK, YEAR, Path("nowhere"), cities=["huaian"], times=244)


def test_every_maker_makes_a_column_of_a_sheet() -> None:
    more = {
        ("evaluations", DIMENSIONS.field(place)) for place in range(len(YEAR.figures.dimensions) + 1, MOST_SCORES + 1)
    }
    assert set(MAKERS) - more <= set(COLUMNS)
    assert set(ROWS) == {sheet for sheet, _ in COLUMNS}


def without(monkeypatch: pytest.MonkeyPatch, sheet: str, field: str) -> None:
    left = {key: maker for key, maker in MAKERS.items() if key != (sheet, field)}
    monkeypatch.setattr(generator, "MAKERS", MappingProxyType(left))


def test_a_column_with_a_default_needs_no_maker(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    without(monkeypatch, "mentors", "department")
    generate(BOOK, YEAR, tmp_path, cities=["nanjing"])
    reading = read(tmp_path / "nanjing" / "mentor-recommendation.xlsx", "mentor-recommendation", YEAR)
    assert (reading.errors, reading.warnings) == ((), ())
    assert {row.model_dump()["department"] for row in reading.rows["mentors"]} == {""}


def test_a_required_column_without_a_maker_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    without(monkeypatch, "mentors", "research")
    with pytest.raises(NothingToWrite, match="“导师”表的“研究方向”"):
        generate(BOOK, YEAR, tmp_path, cities=["nanjing"])


def cells(folder: Path) -> Iterator[tuple[str, object]]:
    """What stands in each cell of each workbook, with how it is spelt."""
    labels = {(sheet.name, column.label): (sheet.key, column.field) for slug in FORMS
              for sheet in form_of(slug, YEAR).sheets for column in sheet.columns}  # fmt: skip
    for file in sorted(folder.glob("*/*.xlsx")):
        for page in openpyxl.load_workbook(file).worksheets:
            header, *rows = page.iter_rows()
            for row in rows:
                for label, cell in zip(header, row, strict=False):
                    column = COLUMNS[labels[page.title, str(label.value)]]
                    percent = "%" in str(cell.number_format) and isinstance(cell.value, int | float)
                    yield kind_of(column.kind.hint), spelling(cell.value, percent=percent)


def kind_of(hint: str) -> str:
    """What a column asks, without the words that its year lists."""
    return "一个选项" if hint.startswith("应为：") and "√" not in hint else hint.split("，", maxsplit=1)[0]


MARKS: Mapping[str, str] = {
    "\u3000": "wide space",
    " ": "space",
    "·": "interpunct",
    "䶮": "rare",
    "𬭸": "beyond plane 0",
}


def spelling(value: object, *, percent: bool) -> object:
    """How a value is written: its type, and of a text what marks it is made of; its words and digits aside."""
    if not isinstance(value, str):
        return "percentage" if percent else "day" if isinstance(value, date) else "number" if value else value
    if value in {"√", "×", "Y", "N"}:
        return value
    found = {name for mark, name in MARKS.items() if mark in value}
    found |= {"full-width digits" for mark in value if "０" <= mark <= "９"}
    found |= {mark for mark in value if mark in "%％/" or (mark in "年月日" and value[0].isdigit())}
    return frozenset(found)


@pytest.mark.slow
def test_every_spelling_of_the_first_release_s_season_is_met_with() -> None:
    assert set(cells(RELEASED)) - set(cells(DEMO)) == set()


@pytest.mark.slow
def test_every_fault_of_the_first_release_s_season_is_met_with_and_no_other() -> None:
    def faults(folder: Path) -> dict[str, list[tuple[str, str, str | None]]]:
        found = readings(folder)
        return {
            name: told
            for name, reading in found.items()
            if (
                told := [(one.code, one.sheet, one.column) for one in (*reading.errors, *reading.warnings) if real(one)]
            )
        }

    def real(fault: RowError) -> bool:
        # The best of the ranks differ, and are asked about; 定级理由 was not asked for then.
        return fault.code != "cell.doubtful" and (fault.code, fault.column) != ("column.missing", "定级理由")

    assert faults(DEMO) == faults(RELEASED)


def said(folder: Path, *fields: str) -> set[str]:
    """What stands in the fields of these names, in whatever sheet."""
    rows = (row.model_dump() for reading in readings(folder).values() for rows in reading.rows.values() for row in rows)
    return {str(row[field]) for row in rows for field in fields if row.get(field)}


@pytest.mark.slow
def test_nobody_in_it_could_be_somebody() -> None:
    roles = ("学生", "导师", "团队成员", "校长", "老师", "示范", "到会", "请假")
    people = said(DEMO, "name", "mentor", "teacher", "head")
    assert [name for name in people if not any(role in name for role in roles)] == []
    assert [address for address in said(DEMO, "email") if not address.endswith(".example.org")] == []
    assert {number[:4] for number in said(DEMO, "guardian_phone", "mobile")} == {"000-"}


def test_every_way_of_spelling_is_used(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    used: set[tuple[str, str, int]] = set()

    def noting(table: str, hint: str, at: int, way: Spell) -> Spell:
        def spell(value: object) -> object:
            used.add((table, hint, at))
            return way(value)

        return spell

    ways = {
        (table, kind.hint, at)
        for table in ("USUAL", "CARELESS")
        for kind, spellings_of in getattr(spellings, table).items()
        for at in range(len(spellings_of))
    }
    for table in ("USUAL", "CARELESS"):
        noted = {
            kind: [noting(table, kind.hint, at, way) for at, way in enumerate(spellings_of)]
            for kind, spellings_of in getattr(spellings, table).items()
        }
        monkeypatch.setattr(spellings, table, noted)
    generate(BOOK, YEAR, tmp_path, cities=["nanjing", spellings.BY_HAND])
    assert used == ways
