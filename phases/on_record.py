"""What a draft is checked and completed by: what is on record of its city, and the faults that only show against it.

Pure: whoever loads hands over an `OnRecord`, which asks the database for each thing once, when it is first needed.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any, Protocol

from forms.folding import apart, fold
from forms.workbook_rows import Reading, RowError

if TYPE_CHECKING:
    from datetime import date

    from calendars.year import City, Year
    from forms.definitions import AskedSheet, SheetRow
    from phases.matching_key import MatchingKey

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
    def day(self) -> date:
        """The day of the load."""

    @property
    def matching_key(self) -> MatchingKey:
        """The key that the year's children are matched by."""

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
        """Whom the year brought along from the year before, over the province, by `likeness`."""

    @property
    def past_mentors(self) -> Collection[tuple[str, str]]:
        """The mentors whom the year brought along, over the province: name and institution."""

    def earliest(self, phase: str) -> date:
        """Give the day before which nothing of a phase was done."""

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
    value = getattr(row, field)
    found = ("是" if value else "否") if isinstance(value, bool) else str(value or "")
    return RowError(code, sheet.name, row.line, label, found, wrong, right)


class Roll:
    """Mentors by name and institution, found by what both look like; rows that name one take the roll's spelling."""

    def __init__(self, mentors: Iterable[tuple[str, str]]) -> None:
        self._mentors = {(fold(name), fold(place)): (name, place) for name, place in mentors}
        self.institutions = spelled(place for _, place in self._mentors.values())

    def find(self, name: str, place: str) -> tuple[str, str] | None:
        """Give the mentor as the roll has him; None where he is not on it."""
        return self._mentors.get((fold(name), fold(place)))

    def spelling(self, name: str, place: str) -> tuple[str, str]:
        """Give name and institution as the roll has them, or as they are where it has no such mentor."""
        return self.find(name, place) or (name, place)

    def off_it(
        self, sheet: AskedSheet, row: SheetRow, fields: tuple[str, str], where: str, left_out: str = ""
    ) -> Iterator[RowError]:
        """Find what is at fault where a row names a mentor in two fields who is not on the roll, called `where`.

        The institution is at fault beside the name where the roll has neither.
        `left_out` says what to do where he should be on it.
        """
        name, place = (getattr(row, field) for field in fields)
        if self.find(name, place):
            return
        if elsewhere := [one for (of, _), (_, one) in self._mentors.items() if of == fold(name)]:
            there_are = f"登记的单位是{_quoted(elsewhere)}，请核对"
            right = "；".join(filter(None, (there_are, apart(place, elsewhere[0]), left_out)))
            yield fault("mentor.unknown", sheet, row, fields[1], f"{where}中这位导师的单位不是这个", right)
            return
        there = [one for (_, of), (one, _) in self._mentors.items() if of == fold(place)]
        near = get_close_matches(name, there, 1)
        same = f"登记的有“{near[0]}”" if near else ""
        said = ("请核对导师姓名和单位", same, apart(name, near[0]) if near else "", left_out)
        right = "；".join(filter(None, said))
        yield fault("mentor.unknown", sheet, row, fields[0], f"{where}中没有这位导师", right)
        if not there:
            right = "；".join(filter(None, ("请一并核对", left_out)))
            yield fault("mentor.unknown", sheet, row, fields[1], f"{where}中没有这个单位的导师", right)


def spelled(names: Iterable[str]) -> Mapping[str, str]:
    """Give how each name is spelled on record, by what it looks like."""
    return {fold(name): name for name in names}


def _quoted(names: Iterable[str]) -> str:
    return "、".join(f"“{name}”" for name in dict.fromkeys(names))


def by_number(known: OnRecord, reading: Reading) -> Iterator[RowError]:
    """Whoever is named by number has applied in this city, under that name."""
    for sheet, row in rows_read(reading):
        number, name = getattr(row, "number", None), getattr(row, "name", "")
        if number is None:
            continue
        if number not in known.students:
            right = "请核对报名号；只有在学生申报阶段报名的学生才有报名号"
            yield fault("number.unknown", sheet, row, "number", "本市没有这个报名号", right)
        elif fold(registered := known.students[number]) != fold(name):
            right = "；".join(
                filter(None, (f"登记的姓名是“{registered}”，请核对报名号和姓名", apart(name, registered)))
            )
            yield fault("name.disagrees", sheet, row, "name", f"与报名号 {number} 的姓名不一致", right)


def nothing(_known: OnRecord, _reading: Reading) -> Iterable[RowError]:
    """Find nothing to look at."""
    return ()


def as_read(_known: OnRecord, plain: PlainSheets) -> PlainSheets:
    """Work nothing out: the draft is what was read."""
    return plain
