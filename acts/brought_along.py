"""What a student brought along from another city stays where his new city's workbook has nothing of it."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING, Any

from acts.single_persons import INTERVIEW
from calendars.deadlines import day_of
from forms.folding import fold
from models import draft_rows, personal_changes
from phases.on_record import fault, rows_read

if TYPE_CHECKING:
    from collections.abc import Iterator

    from forms.workbook_rows import Reading, RowError
    from phases.on_record import PlainSheets
    from season.unit_of_work import Season


def keep_brought_along(season: Season, city: str, reading: Reading, plain: PlainSheets) -> str:
    """Put behind what is loaded what stands of students who moved here; say of whom. `plain` is complete.

    Of a student whom the workbook does not name on a sheet: where it does, it is the city's own word that holds. What
    stands is, up to the interviews, where he was judged in another city, all of it; of what is done in training what
    has a row for each thing done and a day before he moved.
    """
    moved = personal_changes.moved_in(season.connection, season.year.year, season.year.city(city))
    elsewhere, kept = _was_judged_elsewhere(season, reading), dict[str, int]()
    for sheet in reading.form.sheets if moved else ():
        day = next((column.field for column in sheet.columns if column.kind.day), None)
        if "number" not in sheet.fields or not (elsewhere or (day and not sheet.unique)):
            continue
        rows = plain[sheet.key]
        named = {row["number"] for row in rows}
        lines = count(1 + max((row["line"] for row in rows), default=1))
        for row in draft_rows.rows(season.connection, season.year.year, city, sheet.key):
            number = row["number"]
            brought = number in moved and (elsewhere or (day and row[day] < day_of(moved[number])))
            if brought and number not in named:
                rows.append({**row, "line": next(lines)})
                kept[number] = kept.get(number, 0) + 1
    said = "、".join(f"{number} {rows} 行" for number, rows in sorted(kept.items()))
    return f"转入学生在转入前的记录照旧保留：{said}。" if said else ""


def brought_along_otherwise(season: Season, city: str, reading: Reading) -> Iterator[RowError]:
    """Find the rows that say otherwise of a student who moved here what he was judged by in another city."""
    if not _was_judged_elsewhere(season, reading):
        return
    moved = personal_changes.moved_in(season.connection, season.year.year, season.year.city(city))
    stands: dict[tuple[str, str], dict[str, Any]] = {}
    for key in {sheet.key for sheet, row in rows_read(reading) if getattr(row, "number", "") in moved}:
        rows = draft_rows.rows(season.connection, season.year.year, city, key)
        stands |= {(key, row["number"]): row for row in rows}
    for sheet, row in rows_read(reading) if stands else ():
        there = stands.get((sheet.key, getattr(row, "number", ""))) if getattr(row, "number", "") in moved else None
        field = next((one for one in sheet.fields if there and _alike(there[one]) != _alike(getattr(row, one))), None)
        if field is not None:
            right = "请删去这一行，转入时的记录照旧保留；确需更正的，请省级管理办公室逐人办理"
            yield fault("value.brought-along", sheet, row, field, "与该生转入时的记录不同", right)


def _alike(value: object) -> object:
    return fold(value) if isinstance(value, str) else value


def _was_judged_elsewhere(season: Season, reading: Reading) -> bool:
    """Whether who moved here was judged by what this form holds in the city where he was then."""
    slugs = [phase.slug for phase in season.year.phases]
    return INTERVIEW in slugs[slugs.index(season.book.owner(reading.slug).slug) :]
