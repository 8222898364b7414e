"""What is written back reads as the same value again: in a cell of a page, and in a filled workbook."""

from __future__ import annotations

import pytest

from forms.wording import as_text
from tests.support.books import FORMS, book, read, read_rows, render, sample


@pytest.mark.parametrize("slug", FORMS)
def test_a_row_written_back_is_the_same_row(slug: str) -> None:
    reading = read(book(sample(slug)), slug)
    typed = {
        sheet.key: [
            {column.field: as_text(column, getattr(row, column.field)) for column in sheet.columns}
            for row in reading.rows[sheet.key]
        ]
        for sheet in FORMS[slug].sheets
    }
    assert read_rows(typed, slug) == reading


@pytest.mark.parametrize("slug", FORMS)
def test_a_filled_workbook_reads_as_the_rows_it_was_filled_with_on_their_own_lines(slug: str) -> None:
    tables = {name: [rows[0], [], *rows[1:]] for name, rows in sample(slug).items()}
    reading = read(book(tables), slug)
    filling = {key: {row.line: dict(row) for row in rows} for key, rows in reading.rows.items()}
    assert [row.line for rows in reading.rows.values() for row in rows] == [3] * len(FORMS[slug].sheets)
    assert read(render(slug, rows=filling), slug) == reading
