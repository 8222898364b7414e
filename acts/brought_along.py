"""What a student brought along from another city stays where his new city's workbook has nothing of it."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING

from calendars.deadlines import day_of
from models import draft_rows, personal_changes

if TYPE_CHECKING:
    from forms.workbook_rows import Reading
    from phases.on_record import PlainSheets
    from season.unit_of_work import Season


def keep_brought_along(season: Season, city: str, reading: Reading, plain: PlainSheets) -> str:
    """Put behind what is loaded what stands of students who moved here, dated before they did; say of whom.

    Of sheets that have a row for each thing done alone, and of a student whom the workbook does not name there: where
    it does, it is the city's own word that holds.
    """
    moved = personal_changes.moved_in(season.connection, season.year.year, season.year.city(city))
    kept: dict[str, int] = {}
    for sheet in reading.form.sheets if moved else ():
        day = next((column.field for column in sheet.columns if column.kind.day), None)
        if sheet.unique or day is None or "number" not in sheet.fields:
            continue
        rows = plain[sheet.key]
        named = {row["number"] for row in rows}
        lines = count(1 + max((row["line"] for row in rows), default=1))
        for row in draft_rows.rows(season.connection, season.year.year, city, sheet.key):
            number = row["number"]
            if number in moved and number not in named and row[day] < day_of(moved[number]):
                rows.append({**row, "line": next(lines)})
                kept[number] = kept.get(number, 0) + 1
    said = "、".join(f"{number} {rows} 行" for number, rows in sorted(kept.items()))
    return f"转入学生在转入前的记录照旧保留：{said}。" if said else ""
