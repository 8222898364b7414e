"""The step of the migrations that marks what was done on paper, there and back."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import command
from alembic.script import ScriptDirectory

from calendars.deadlines import TZ
from models import migrate, standing
from models.database import Database, patience
from tests.support.scenes import OPENING, YEAR, Scene, instant


def _there_and_back(database: Database) -> None:
    before = ScriptDirectory.from_config(migrate._config()).get_revision("0005").down_revision
    with database.engine.connect().execution_options(talent_write=patience()) as connection, connection.begin():
        command.downgrade(migrate._config(connection), str(before))
    migrate.upgrade(database)


def test_a_rehearsal_begins_when_its_city_phases_do_and_nothing_was_on_paper(scene: Scene) -> None:
    """One that was opened by the clock, years after its calendar, is played from its first day."""
    with scene.database.write(YEAR) as connection:
        connection.execute(sa.text("UPDATE programme_year SET opened_as_of = :late"), {"late": "2026-11-01 01:00:00"})
    _there_and_back(scene.database)
    assert migrate.differences(scene.database) == []
    with scene.database.read() as connection:
        begun = standing.opened(connection, YEAR).begun
        assert not any(cell.on_paper for cell in standing.cells(connection, YEAR, None).values())
    assert begun is not None
    assert begun.astimezone(TZ) == instant(OPENING)
