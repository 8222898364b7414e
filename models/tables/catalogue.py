"""Every table there is, for whoever compares or makes them all."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from sqlalchemy import MetaData
from sqlmodel import SQLModel

from models.tables import (
    accounts,
    audit,
    contact_receipts,
    extension_requests,
    feeds,
    pool,
    revised_calendars,
    season,
    signs_of_life,
)
from models.tables.city_drafts import draft_table

if TYPE_CHECKING:
    from phases.book import Book

__all__ = [
    "accounts",
    "audit",
    "contact_receipts",
    "declared",
    "extension_requests",
    "feeds",
    "pool",
    "revised_calendars",
    "season",
    "signs_of_life",
]


@cache
def declared(book: Book) -> MetaData:
    """Give every table of a database that is made for a book: those of any, and one a sheet of the book.

    To be read, not added to: they are copied once for a book.
    """
    found = MetaData(naming_convention=SQLModel.metadata.naming_convention)
    for table in (*SQLModel.metadata.sorted_tables, *map(draft_table, book.sheets.values())):
        table.to_metadata(found)
    return found
