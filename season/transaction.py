"""One act, start to end: a season inside one transaction, its letters written with it, or all of it taken back."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from season.correspondence import correspond
from season.unit_of_work import Season

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sqlalchemy import Connection

    from models.database import Database, Which
    from models.stamp import Stamp


class _Undone(Exception):
    """Nothing of this is to stay."""


@contextmanager
def written(database: Database, year: Which = None, *, dry_run: bool, patient: bool = True) -> Iterator[Connection]:
    """Give a connection inside one transaction, committed where the block ends well.

    A dry run does all of it and takes it back: what it shows is what then happens. Who is not `patient` hears `Busy`.
    """
    try:
        with database.write(year, patient=patient) as connection:
            yield connection
            if dry_run:
                raise _Undone  # noqa: TRY301 -- only an exception takes the whole transaction back
    except _Undone:
        pass


@contextmanager
def sitting(
    database: Database, year: int, stamp: Stamp, cities: Sequence[str] | None = None, *, dry_run: bool = False
) -> Iterator[Season]:
    """Give a season inside one transaction; its letters are written and it is committed where the block ends well."""
    with written(database, year, dry_run=dry_run) as connection:
        season = Season.read(connection, year, stamp, cities, reading=dry_run)
        season.after_what_stands()
        yield season
        season.flush()
        correspond(season)
        season.flush()
