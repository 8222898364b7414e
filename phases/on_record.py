"""What a draft is checked and completed by: what is on record of its city, and the faults that only show against it.

Pure: whoever loads hands over an `OnRecord`, which asks the database for each thing once, when it is first needed.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Protocol

from forms.workbook_rows import Reading, RowError

if TYPE_CHECKING:
    from calendars.year import City, Year
    from forms.definitions import AskedSheet, SheetRow

PartyKey = tuple[str, str, str]
"""Kind, name and place: what makes a mentor, institution or school one."""

PlainSheets = Mapping[str, list[dict[str, Any]]]
"""Rows by the sheet's key, each by its columns' fields."""


class OnRecord(Protocol):
    """What is on record of a city in a year."""

    @property
    def year(self) -> Year:
        """The year."""

    @property
    def city(self) -> City:
        """The city whose draft it is."""

    @property
    def students(self) -> Mapping[str, str]:
        """The city's students, taken or not: number to name."""

    @property
    def roll(self) -> Mapping[tuple[str, str], int]:
        """The mentors whom the city took: name and institution to party."""

    @property
    def schools(self) -> Collection[str]:
        """The names of the schools that the city named."""

    @property
    def past_students(self) -> Collection[str]:
        """Whom the year brought along from the year before, over the province, by fingerprint."""

    def parties(self, keys: Collection[PartyKey]) -> Mapping[PartyKey, int]:
        """Give these parties their ids; one that is new is registered."""


def rows_read(reading: Reading) -> Iterator[tuple[AskedSheet, Any]]:
    """Give every row that could be read, with its sheet."""
    return ((sheet, row) for sheet in reading.form.sheets for row in reading.rows[sheet.key])


def whole(reading: Reading, sheet: str) -> bool:
    """Whether every row of a sheet, by its name, could be read; nothing can be missed in one that could not."""
    return all(error.sheet != sheet for error in reading.errors)


def fault(code: str, sheet: AskedSheet, row: SheetRow, field: str, wrong: str, right: str) -> RowError:
    """Make a fault of what stands in a row's field."""
    label = next(column.label for column in sheet.columns if column.field == field)
    return RowError(code, sheet.name, row.line, label, str(getattr(row, field) or ""), wrong, right)


def by_number(known: OnRecord, reading: Reading) -> Iterator[RowError]:
    """Whoever is named by number has applied in this city, under that name."""
    for sheet, row in rows_read(reading):
        number, name = getattr(row, "number", None), getattr(row, "name", "")
        if number is None:
            continue
        if number not in known.students:
            right = "请核对报名号；只有在学生申报阶段报名的学生才有报名号"
            yield fault("number.unknown", sheet, row, "number", "本市没有这个报名号", right)
        elif known.students[number] != name:
            yield fault("name.disagrees", sheet, row, "name", f"与报名号 {number} 的姓名不一致", "请核对报名号和姓名")


def as_read(_known: OnRecord, plain: PlainSheets) -> PlainSheets:
    """Work nothing out: the draft is what was read."""
    return plain
