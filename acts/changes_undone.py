"""An old workbook does not take back what was changed about single persons since: such rows are faults that say so."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from acts.single_persons import APPLICATION, INTERVIEW
from forms.folding import fold
from models import personal_changes
from phases.on_record import fault, rows_read

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from forms.workbook_rows import Reading, RowError
    from models.personal_changes import What
    from season.unit_of_work import Season

STANDS: Mapping[str, Mapping[What, tuple[str, Callable[[Any, str], str]]]] = {
    APPLICATION: {
        "name": ("name", lambda row, _: row.name),
        "school": ("school", lambda row, _: row.school),
        "grade": ("grade", lambda row, _: row.grade),
        "mentor": ("mentor", lambda row, _: f"{row.mentor}（{row.institution}）"),
        "city": ("number", lambda _, here: here),
    },
    INTERVIEW: {"admitted": ("admitted", lambda row, _: row.funding if row.admitted else "否")},
}
"""By form and by what was changed: the field to blame, and what a row of a city says there, as a change has it."""


def changes_undone(season: Season, city: str, reading: Reading) -> Iterator[RowError]:
    """Find the rows of a city's workbook that say what was so before a change, and is not what holds."""
    stands, here = STANDS.get(reading.slug, {}), season.year.city(city).name
    former: dict[tuple[str, What], list[str]] = defaultdict(list)
    holds: dict[tuple[str, What], str] = {}
    for one in personal_changes.changes(season.connection, season.year.year, [city]) if stands else ():
        if one.what in stands:
            former[one.number, one.what].append(fold(one.was))
            holds[one.number, one.what] = one.now
    rows = {row.number: (sheet, row) for sheet, row in rows_read(reading) if hasattr(row, "number")} if holds else {}
    for (number, what), now in holds.items():
        if number in rows:
            (sheet, row), (field, said) = rows[number], stands[what]
            given = fold(said(row, here))
            if given != fold(now) and (now == "否" or given in former[number, what]):  # whoever declined is out
                wrong, right = _said(what, now)
                yield fault("value.corrected", sheet, row, field, wrong, right)


def _said(what: What, now: str) -> tuple[str, str]:
    """Say what was decided, and what would be right."""
    if what == "city":
        return f"该生已转往{now}市", "请删去这一行"
    return "省级管理办公室已经更正", f"应为“{now}”；确需改回的，请省级管理办公室再作更正"
