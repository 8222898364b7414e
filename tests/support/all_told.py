"""A book in which one phase tells its day to each kind of party: what is said of moved days is tried on all at once."""

from __future__ import annotations

from dataclasses import replace

from models.database import Database
from phases.book import BOOK, Book
from phases.parties import Mailing, Rows

PHASE = "application"
"""It asks nothing of mentors; here they hand in for it, as they do for an interview."""

ITS_MENTORS = {"opened": Mailing(Rows("mentors", where=("taken",)))}
ALL_TOLD = Book(
    replace(
        phase,
        parties=tuple(
            replace(one, mailings={**one.mailings, **ITS_MENTORS}) if one.audience == "mentor" else one
            for one in phase.parties
        ),
    )
    if phase.slug == PHASE
    else phase
    for phase in BOOK.phases.values()
)


def tell_all(database: Database) -> None:
    """Have what is done on this database go by that book; workers, who only send, need not know."""
    database.book = ALL_TOLD
    database.engine.update_execution_options(talent_book=ALL_TOLD)
