"""Every table there is, for whoever compares or makes them all."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from sqlalchemy import MetaData
from sqlmodel import SQLModel

from models.tables import (
    accounts,
    arrangements,
    audit,
    awards,
    calendar_drafts,
    case_notes,
    city_requests,
    contact_receipts,
    feeds,
    filed_rows,
    fund_transfers,
    guardian_consents,
    likely_children,
    personal_changes,
    pool,
    prepared_acts,
    purges,
    record_chain,
    restorations,
    revised_calendars,
    season,
    second_ways,
    signs_of_life,
)
from models.tables.city_drafts import tables_of

if TYPE_CHECKING:
    from phases.book import Book

__all__ = [
    "accounts",
    "arrangements",
    "audit",
    "awards",
    "calendar_drafts",
    "case_notes",
    "city_requests",
    "contact_receipts",
    "declared",
    "feeds",
    "filed_rows",
    "fund_transfers",
    "guardian_consents",
    "likely_children",
    "personal_changes",
    "pool",
    "prepared_acts",
    "purges",
    "record_chain",
    "restorations",
    "revised_calendars",
    "season",
    "second_ways",
    "signs_of_life",
]


@cache
def declared(book: Book) -> MetaData:
    """Give every table of a database that is made for a book: those of any, and those of the book's sheets.

    To be read, not added to: they are copied once for a book.
    """
    found = MetaData(naming_convention=SQLModel.metadata.naming_convention)
    of_sheets = (table for sheet in book.sheets.values() for table in tables_of(sheet))
    for table in (*SQLModel.metadata.sorted_tables, *of_sheets):
        table.to_metadata(found)
    return found
