"""A draft's table is made from its sheet: a field more is a column more, typed, and nothing else is written down."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Annotated

import pytest
from sqlalchemy import insert, select

from forms.kinds import DAY, PROSE, SCORE, Ask
from models.database import Database
from models.draft_rows import drafts
from models.tables.catalogue import declared
from models.tables.city_drafts import draft_table
from phases.book import BOOK, Book
from phases.shortlist import PHASE, SCORES, ScoreRow


class ScoreRowWithMore(ScoreRow):
    """The score sheet with an optional column of each kind."""

    remark: Annotated[str, Ask("备注", PROSE)] = ""
    written: Annotated[Decimal | None, Ask("笔试成绩", SCORE)] = None
    tested_on: Annotated[date | None, Ask("测试日期", DAY)] = None


MORE = replace(SCORES, row=ScoreRowWithMore)
WIDER = Book(
    replace(phase, form=replace(PHASE.form, sheets=(MORE, *PHASE.form.sheets[1:])))
    if phase is PHASE and PHASE.form
    else phase
    for phase in BOOK.phases.values()
)


def columns(book: Book) -> set[tuple[str, str, bool]]:
    """Table and column, type, and whether it may be null."""
    return {
        (f"{table.name}.{column.name}", str(column.type), bool(column.nullable))
        for table in declared(book).sorted_tables
        for column in table.columns
    }


def test_a_field_more_is_a_column_more_and_changes_no_other() -> None:
    assert columns(BOOK) - columns(WIDER) == set()
    assert columns(WIDER) - columns(BOOK) == {
        ("score.remark", "VARCHAR", False),
        ("score.written", "INTEGER", True),
        ("score.tested_on", "DATE", True),
    }


def test_a_table_is_asked_of_the_book_of_its_database(empty_database_url: str) -> None:
    database = Database(empty_database_url, WIDER)
    database.make()
    row = {"year": 2022, "city": "nanjing", "line": 2, "number": "1", "name": "甲", "subject": "物理"}
    with database.write() as connection:
        table = drafts(connection, "scores")
        table.create(connection)
        connection.execute(insert(table), row | {"score": Decimal("87.5"), "shortlisted": True, "written": Decimal(60)})
        found = connection.execute(select(table.c.score, table.c.written, table.c.remark, table.c.tested_on)).one()
    database.dispose()
    assert tuple(found) == (Decimal("87.50"), Decimal("60.00"), "", None)
    assert "written" not in draft_table(SCORES).c


def test_a_kind_that_no_table_keeps_is_refused() -> None:
    class Odd(ScoreRow):
        """A field whose type nothing keeps."""

        weight: Annotated[float, Ask("权重", SCORE)] = 0

    with pytest.raises(KeyError, match="float"):
        draft_table(replace(SCORES, row=Odd))
