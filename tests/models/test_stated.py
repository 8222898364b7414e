"""The step of the migrations from which each office says what a party's address is."""

from __future__ import annotations

from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy import update

from models import migrate
from models.columns import table_of
from models.pool import Party
from tests.acts.test_addresses import LATER, NEW, OLD, ROLL, draft, file, waiting
from tests.scenes import NANJING, WUXI, XUZHOU, Scene


def _through_the_step(scene: Scene) -> None:
    """Take the step back, and then go it again with what the tables hold."""
    with scene.database.engine.connect().execution_options(talent_write=True) as connection, connection.begin():
        config = migrate._config(connection)
        step = ScriptDirectory.from_config(config).get_revision("0006")
        assert isinstance(step.down_revision, str)
        command.downgrade(config, step.down_revision)
    migrate.upgrade(scene.database)


def test_what_was_filed_till_then_is_what_the_cities_say(scene: Scene) -> None:
    file(scene, NANJING, OLD)
    file(scene, WUXI, NEW, LATER)
    draft(scene, XUZHOU, "draft@unit.example")
    scene.approve(ROLL, NANJING, LATER)
    (before,) = waiting(scene)
    table = table_of(Party)
    with scene.database.write() as connection:  # as a draft once did
        connection.execute(update(table).where(table.c.id == before.party).values(email="draft@unit.example"))
    _through_the_step(scene)
    assert migrate.differences(scene.database) == []
    (after,) = waiting(scene)
    kept = ("recipient", "city", "email", "as_of", "held", "held_by")
    assert [getattr(after, name) for name in kept] == [getattr(before, name) for name in kept]
