"""What is asked of a snapshot once is asked once; where something is written it is asked each time."""

from __future__ import annotations

from sqlalchemy import Connection, select, update

from models.columns import table_of
from models.database import Database
from models.one_snapshot import once_a_snapshot
from models.tables.season import ProgrammeYear
from tests.support.scenes import YEAR, Scene

asked: list[int] = []


@once_a_snapshot
def revision(connection: Connection, year: int) -> int | None:
    asked.append(year)
    table = table_of(ProgrammeYear)
    return connection.execute(select(table.c.revision).where(table.c.year == year)).scalar_one_or_none()


def written(database: Database, to: int) -> list[int | None]:
    """What is read in a transaction before and after it writes."""
    with database.write(YEAR) as connection:
        before = revision(connection, YEAR)
        connection.execute(update(table_of(ProgrammeYear)).values(revision=to))
        return [before, revision(connection, YEAR)]


def test_a_question_is_asked_once_in_a_snapshot(scene: Scene) -> None:
    asked.clear()
    with scene.database.one_snapshot():
        for _ in range(2):
            with scene.database.read() as connection:
                found = [revision(connection, YEAR), revision(connection, 1999), revision(connection, YEAR)]
    assert (found, asked) == ([1, None, 1], [YEAR, 1999])


def test_a_snapshot_knows_nothing_of_another(scene: Scene) -> None:
    asked.clear()
    with scene.database.one_snapshot():
        with scene.database.read() as connection:
            before = revision(connection, YEAR)
        within = written(scene.database, 7)
        with scene.database.read() as connection:
            after = revision(connection, YEAR)
    assert (before, within, after, len(asked)) == (1, [1, 7], 7, 4)
