"""The step of the migrations from which each office says what a party's address is."""

from __future__ import annotations

import threading

from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy import insert, select, update

from models import migrate, party_addresses
from models.columns import table_of
from models.database import Database, patience
from models.tables.pool import Party
from models.tables.season import Letter
from phases.book import BOOK
from tests.models.test_turns import waits_for_a_lock
from tests.support.scenes import NANJING, WUXI, XUZHOU, YEAR, Scene, stamp
from tests.support.shared_addresses import DECIDED, LATER, NEW, OLD, ROLL, address, draft, file, waiting, written


def _through_the_step(scene: Scene) -> None:
    """Take the step back, and then go it again with what the tables hold."""
    with scene.database.engine.connect().execution_options(talent_write=patience()) as connection, connection.begin():
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


def _as_a_draft_once_did(scene: Scene, email: str, kind: str = "mentor") -> None:
    table = table_of(Party)
    with scene.database.write() as connection:
        connection.execute(update(table).where(table.c.kind == kind).values(email=email))


def _queued(scene: Scene, city: str) -> None:
    """A letter for the shared mentor in the queue, to where the draft would have it."""
    letter, table = table_of(Letter), table_of(Party)
    with scene.database.write() as connection:
        party = connection.execute(select(table.c.id).where(table.c.kind == "mentor")).scalar_one()
        first = connection.execute(select(letter).where(letter.c.concerns == city).order_by(letter.c.id)).mappings()
        row = {**first.fetchall()[0], "id": None, "recipient": f"mentor:{party}", "address": "draft@unit.example"}
        row |= {"kind": "appointment", "state": "queued", "message_id": "<draft@unit.example>"}
        connection.execute(insert(letter).values({name: value for name, value in row.items() if name != "id"}))


def test_whom_nobody_filed_has_no_address_and_what_is_queued_for_him_is_held(scene: Scene) -> None:
    draft(scene, XUZHOU, "draft@unit.example")
    _as_a_draft_once_did(scene, "draft@unit.example")
    _as_a_draft_once_did(scene, "draft@unit.example", "institution")
    _queued(scene, XUZHOU)
    _through_the_step(scene)
    assert (address(scene), address(scene, "institution", "共用大学")) == ("", "")
    assert written(scene) == {("appointment", XUZHOU): ("", "held")}
    file(scene, XUZHOU, NEW, LATER)
    assert written(scene)["appointment", XUZHOU] == (NEW, "queued")


def test_what_is_queued_where_a_draft_would_have_it_goes_where_it_was_filed(scene: Scene) -> None:
    file(scene, NANJING, OLD)
    draft(scene, XUZHOU, "draft@unit.example")
    _as_a_draft_once_did(scene, "draft@unit.example")
    _queued(scene, XUZHOU)
    _through_the_step(scene)
    assert (address(scene), written(scene)["appointment", XUZHOU]) == (OLD, (OLD, "queued"))


def test_what_was_filed_once_and_is_open_again_keeps_its_address(scene: Scene) -> None:
    file(scene, NANJING, OLD)
    assert scene.reject(ROLL, NANJING, LATER).done
    _through_the_step(scene)
    assert address(scene) == OLD


def test_of_two_decisions_at_once_one_finds_that_there_is_none_left(scene: Scene) -> None:
    """Parties are shared: the other decision is of another year, whose lock is another."""
    file(scene, NANJING, OLD)
    file(scene, WUXI, NEW, LATER)
    (one,) = waiting(scene)
    other, found = Database(scene.database.url, BOOK), list[object]()

    def decide() -> None:
        with other.write() as connection:
            found.append(party_addresses.hold(connection, YEAR, one.id))

    thread = threading.Thread(target=decide)
    with scene.database.write() as connection:
        held = party_addresses.hold(connection, YEAR, one.id)
        assert held == one
        thread.start()
        while not other.embedded and thread.is_alive() and not waits_for_a_lock(scene.database):
            pass
        party_addresses.decide(connection, YEAR, held, take=True, stamp=stamp(DECIDED))
    thread.join()
    other.dispose()
    assert found == [None]
