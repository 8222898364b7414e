"""Faults that a workbook has only against what is on record: a number nobody has, a name that disagrees, a stranger."""

from __future__ import annotations

from typing import TYPE_CHECKING

from forms.reading import RowError
from models import loading

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from forms.definitions import AskedSheet, SheetRow
    from forms.reading import Reading
    from season.unit_of_work import Season


def faults(season: Season, city: str, reading: Reading) -> tuple[RowError, ...]:
    """Give every fault of the rows that could be read against this city's roll, schools and students.

    What a row of the same workbook must name is not looked for where that sheet has faults of its own.
    """
    check = CHECKS.get(reading.slug, _numbers)
    return tuple(check(season, city, reading))


def in_order(reading: Reading, found: tuple[RowError, ...]) -> tuple[RowError, ...]:
    """Give these and the reading's own faults, by sheet and row as the workbook has them."""
    at = {sheet.name: place for place, sheet in enumerate(reading.form.sheets)}
    return tuple(sorted((*reading.errors, *found), key=lambda fault: (at.get(fault.sheet, -1), fault.row or 0)))


def _whole(reading: Reading, sheet: str) -> bool:
    """Whether every row of a sheet could be read; nothing can be missed in one that could not."""
    return all(error.sheet != sheet for error in reading.errors)


def _rows(reading: Reading) -> Iterator[tuple[AskedSheet, SheetRow]]:
    return ((sheet, row) for sheet in reading.form.sheets for row in reading.rows[sheet.key])


def _fault(code: str, sheet: AskedSheet, row: SheetRow, field: str, wrong: str, right: str) -> RowError:
    label = next(column.label for column in sheet.columns if column.field == field)
    return RowError(code, sheet.name, row.line, label, str(getattr(row, field) or ""), wrong, right)


def _roll(_season: Season, _city: str, reading: Reading) -> Iterator[RowError]:
    """A member of a team belongs to a mentor of the same workbook."""
    if not _whole(reading, "导师"):
        return
    mentors = {(row.name, row.institution) for row in reading.rows["mentors"]}  # type: ignore[attr-defined]
    for sheet, row in _rows(reading):
        if sheet.key == "team" and (row.mentor, row.institution) not in mentors:  # type: ignore[attr-defined]
            yield _fault("mentor.unknown", sheet, row, "mentor", "“导师”表中没有这位导师", "请核对导师姓名和单位")


def _applications(season: Season, city: str, reading: Reading) -> Iterator[RowError]:
    roll = loading.roll(season.connection, season.year.year, city)
    schools = {row.name for row in reading.rows["schools"]}  # type: ignore[attr-defined]
    named = _whole(reading, "中学")
    prefix = f"{season.year.city(city).code}-{season.year.year}-"
    for sheet, row in _rows(reading):
        if sheet.key != "students":
            continue
        if not row.number.startswith(prefix):  # type: ignore[attr-defined]
            yield _fault("number.foreign", sheet, row, "number", "不是本市本年度的报名号", f"应以 {prefix} 开头")
        if (row.mentor, row.institution) not in roll:  # type: ignore[attr-defined]
            right = "请按导师名册核对姓名和单位，或改选在册导师"
            yield _fault("mentor.unknown", sheet, row, "mentor", "本市导师名册中没有这位导师", right)
        if named and row.school not in schools:  # type: ignore[attr-defined]
            yield _fault("school.unknown", sheet, row, "school", "“中学”表中没有这所中学", "请补入“中学”表或改正名称")


def _numbers(season: Season, city: str, reading: Reading) -> Iterator[RowError]:
    """Whoever is named by number has applied in this city, under that name."""
    students = loading.students(season.connection, season.year.year, city)
    for sheet, row in _rows(reading):
        number, name = getattr(row, "number", None), getattr(row, "name", "")
        if number is None:
            continue
        if number not in students:
            right = "请核对报名号；只有在学生申报阶段报名的学生才有报名号"
            yield _fault("number.unknown", sheet, row, "number", "本市没有这个报名号", right)
        elif students[number] != name:
            yield _fault("name.disagrees", sheet, row, "name", f"与报名号 {number} 的姓名不一致", "请核对报名号和姓名")


def _year_end(season: Season, city: str, reading: Reading) -> Iterator[RowError]:
    yield from _numbers(season, city, reading)
    roll = loading.roll(season.connection, season.year.year, city)
    schools = loading.schools(season.connection, season.year.year, city)
    for sheet, row in _rows(reading):
        if sheet.key != "summaries":
            continue
        kind, unit, mentor = row.type, row.unit, row.mentor  # type: ignore[attr-defined]
        if kind == "导师" and (mentor, unit) not in roll:
            yield _fault("mentor.unknown", sheet, row, "mentor", "本市导师名册中没有这位导师", "请核对导师姓名和单位")
        if kind == "中学" and unit not in schools:
            yield _fault("school.unknown", sheet, row, "unit", "本市参与中学中没有这所中学", "请核对中学名称")


CHECKS: Mapping[str, Callable[[Season, str, Reading], Iterator[RowError]]] = {
    "mentor-recommendation": _roll,
    "application": _applications,
    "year-end": _year_end,
}
