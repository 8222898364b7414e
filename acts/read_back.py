"""A city's rows as they would be written: those of its draft, to be edited or in a workbook; those that are owed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from forms.wording import as_text
from letters.phrases import office
from models import draft_rows, loading
from models.arrangements import arrangements
from models.database import book_of
from models.facts.scope import Scope, still_in
from models.facts.training import summaries_owing
from phases.mentor_recommendation import MENTORS
from phases.year_end import SUMMARIES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Connection

    from calendars.year import Year
    from forms.definitions import AskedSheet, Form, Sheet
    from forms.template import Notes

Lines = dict[int, dict[str, Any]]
"""Rows of a sheet by their line, each by its column's field."""


def values(
    connection: Connection, year: int, city: str, sheet: Sheet, *, start: int = 0, limit: int | None = None
) -> Lines:
    """Give the values of a sheet's rows, all of them or a page."""
    found = draft_rows.rows(connection, year, city, sheet.key, start=start, limit=limit)
    return {row["line"]: {field: row.get(field) for field in sheet.fields} for row in found}


def written(sheet: AskedSheet, lines: Lines) -> dict[int, dict[str, str]]:
    """Give the same rows as what one would write in each cell; nothing in one of which nothing is said."""
    return {
        line: {
            column.field: as_text(column, row[column.field]) if column.field in row else "" for column in sheet.columns
        }
        for line, row in lines.items()
    }


def draft(connection: Connection, year: int, form: Form[AskedSheet], city: str) -> dict[str, Lines]:
    """Give the whole draft of a form by sheet key, one statement a sheet; and what holds beside it."""
    found = {sheet.key: values(connection, year, city, sheet) for sheet in form.sheets}
    return found | _beside(connection, year, form, city)


def begun(connection: Connection, year: Year, phase: str, form: Form[AskedSheet], city: str) -> dict[str, Lines]:
    """Give what of a form is on record: on each sheet with a row a student, who has to stand on it.

    They are those whom the phases before let on and who are still in: nobody, where students only apply. On a roll they
    are the city's mentors of the year's pool, as the roll of the year before has them, to be reviewed anew.
    """
    who = still_in(Scope.undated(connection, year, [city]), phase).get(city, ())
    people = loading.people(connection, year.year, city, who)
    found = {
        sheet.key: {
            line: {field: person[field] for field in sheet.fields if field in person}
            for line, person in enumerate(people, start=2)
        }
        for sheet in form.sheets
        if sheet.unique == ("number",)
    }
    if (roll := next((sheet for sheet in form.sheets if sheet.key == MENTORS.key), None)) is not None:
        before = loading.pooled_mentors(connection, year.year, city)
        anew = {"returning_mentor": True}
        found[roll.key] = {
            line: {field: mentor[field] for field in roll.fields if field in mentor} | anew
            for line, mentor in enumerate(before, start=2)
        }
    # A row of it that is not filled in would refuse a workbook whose summaries are due later than the rest.
    if (
        any(sheet.key == SUMMARIES.key for sheet in form.sheets)
        and book_of(connection).second(year.phase(phase)) is None
    ):
        found[SUMMARIES.key] = summaries(connection, year, city, all_of_them=True)
    return found | _beside(connection, year.year, form, city)


def summaries(connection: Connection, year: Year, city: str, *, all_of_them: bool = False) -> Lines:
    """Give a row for each annual summary that is not in the draft, or for each that is owed, but for its day."""
    owing = summaries_owing(Scope.undated(connection, year, [city]), all_of_them=all_of_them)[city]
    rows: list[dict[str, Any]] = []
    for kind, whose in owing.items():
        for name, place in whose:
            unit = place if kind == "导师" else name or office("city", year.city(city).name)
            rows.append({"type": kind, "unit": unit, "mentor": name if kind == "导师" else None})
    return dict(enumerate(rows, start=2))


def beside(connection: Connection, year: int, city: str, rows: Mapping[str, Lines]) -> dict[str, Notes]:
    """Give what is said beside the rows that a form begins with: at each name, which mentor that student chose."""
    chosen = loading.mentors(connection, year, city)
    return {
        key: {
            (line, "name"): f"导师：{chosen[number]}"
            for line, row in lines.items()
            if (number := row.get("number")) in chosen and "name" in row
        }
        for key, lines in rows.items()
    }


def missing(rows: Lines, sheet: AskedSheet, draft: Lines) -> list[dict[str, Any]]:
    """Give the rows of those that a sheet would begin with (`begun`) that its draft does not have."""
    there = {tuple(row[field] for field in sheet.unique) for row in draft.values()}
    return [row for row in rows.values() if tuple(row[field] for field in sheet.unique) not in there]


def _beside(connection: Connection, year: int, form: Form[AskedSheet], city: str) -> dict[str, Lines]:
    """Give what holds that a workbook of the form may say beside its draft."""
    standing = arrangements(connection, year).get((form.slug, city)) if form.beside else None
    line = {2: {field: getattr(standing, field) for field in ("day", "begins", "place")}} if standing else {}
    return {sheet.key: line for sheet in form.beside}
