"""A season made by a seed: `pack.toml` and the workbooks that its cities would file, written through `forms`.

The same seed makes the same rows. `deployments/demo` is made by it.
"""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from calendars.errors import TalentError
from forms.template import render
from rehearsal.cast import cast_of
from rehearsal.courses import COURSES, USUAL
from rehearsal.events import events, files, forms_of, stem
from rehearsal.first_tries import FIRST_TRIES
from rehearsal.makers import MAKERS
from rehearsal.sheets import ROWS
from rehearsal.spellings import spelt

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping
    from pathlib import Path

    from calendars.year import City, Year
    from forms.definitions import AskedSheet, Form
    from phases.book import Book
    from rehearsal.cast import Cast
    from rehearsal.first_tries import FirstTry, Row

SEED = 2022
"""What the demonstration is made with."""

VISITOR = "yancheng"
"""Whom a visitor of the demonstration acts for."""

_NUMBERS = 9999
"""So many students have a number of four digits."""


class NothingToWrite(TalentError):
    """演练材料里“{sheet}”表的“{column}”没有值可填；请在 rehearsal 的 MAKERS（新的表先在 ROWS）中补一行。"""


class TooManyStudents(TalentError):
    """{city}的报名人数（{count}）超过四位序号所能容纳的；请减小倍数。"""


def generate(
    book: Book, year: Year, folder: Path, *, seed: int = SEED, cities: Collection[str] = (), times: int = 1
) -> None:
    """Write the season of a year into a folder, which is made; what else lies there stays.

    `cities` by slug, name or code: none given are all of the year. `times` as many students apply, come and are
    admitted as today's courses say; the funded places stay as they are. Raise NothingToWrite for a required column
    that has no maker, TooManyStudents where numbers do not reach.
    """
    chosen = [year.city(city) for city in cities] or list(year.cities)
    for city in chosen:
        _within(city, times)
    for name, data in _workbooks(book, year, chosen, seed, times):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    (folder / "pack.toml").write_text("".join(_lines(year, chosen)), encoding="utf-8")


def _within(city: City, times: int) -> None:
    count = COURSES.get(city.slug, USUAL).applicants * times
    if count > _NUMBERS:
        raise TooManyStudents(city=city.name, count=count)


def _workbooks(book: Book, year: Year, cities: Collection[City], seed: int, times: int) -> Iterator[tuple[str, bytes]]:
    """Give each workbook's name and bytes, of those phases that the year has."""
    forms = forms_of(year)
    for city in cities:
        cast = cast_of(year, city, seed, times)
        for form in (book.form(slug, year) for slug in files(city.slug) if slug in forms):
            yield f"{city.slug}/{form.slug}.xlsx", _workbook(form, cast)
            for first in FIRST_TRIES:
                if (first.city, first.form) == (city.slug, form.slug):
                    yield f"{city.slug}/{stem(form.slug, first.again)}.xlsx", _workbook(form, cast, first)


def _workbook(form: Form[AskedSheet], cast: Cast, first: FirstTry | None = None) -> bytes:
    filled = {sheet.key: _filled(sheet, cast, first) for sheet in form.sheets}
    if first is not None:
        form = replace(form, sheets=tuple(_left_out(sheet, first) for sheet in form.sheets))
    return render(form, cast.year, filled)


def _left_out(sheet: AskedSheet, first: FirstTry) -> AskedSheet:
    if sheet.key != first.sheet:
        return sheet
    return replace(sheet, columns=tuple(column for column in sheet.columns if column.field not in first.without))


def _filled(sheet: AskedSheet, cast: Cast, first: FirstTry | None) -> Mapping[int, Row]:
    """Give a sheet's cells by line and field, as the city spells them."""
    if sheet.key not in ROWS:
        raise NothingToWrite(sheet=sheet.name, column=sheet.columns[0].label)
    rows = [_values(sheet, whose) for whose in ROWS[sheet.key](cast)]
    if first is not None and sheet.key == first.sheet:
        rows = [first.changed(row, cast.year) for row in rows]
    return {
        line: {column.field: spelt(cast.city.slug, column, line, row[column.field]) for column in sheet.columns}
        for line, row in enumerate(rows, start=2)
    }


def _values(sheet: AskedSheet, whose: object) -> Row:
    """Give the values of one row: what a maker makes of whose it is, else the column's default."""
    row: dict[str, Any] = {}
    for column in sheet.columns:
        maker = MAKERS.get((sheet.key, column.field))
        if maker is None and column.required:
            raise NothingToWrite(sheet=sheet.name, column=column.label)
        default = sheet.row.model_fields[column.field].get_default
        row[column.field] = maker(whose) if maker else default(call_default_factory=True)
    return row


def _lines(year: Year, cities: Collection[City]) -> Iterator[str]:
    """Give the lines of `pack.toml`."""
    yield f"# A season as {len(cities)} city offices would file it, made by a seed; played in this order.\n"
    yield f"year = {year.year}\n"
    if VISITOR in {city.slug for city in cities}:
        yield f"visitor = {json.dumps(VISITOR)}  # whom a visitor of the demonstration acts for\n"
    yield "events = [\n"
    for event in events(year, cities):
        keys = ", ".join(f"{key} = {json.dumps(value, ensure_ascii=False)}" for key, value in event.items())
        yield f"  {{{keys}}},\n"
    yield "]\n"
