"""A mentor whom several cities name, each by an address of its own."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from acts.decide_address import Choice, decide_address
from models import party_addresses
from models.columns import table_of
from models.party_addresses import AddressDifference
from models.tables.pool import Party
from models.tables.season import Letter, Transition
from season.outcome import Outcome
from tests.support import sheets
from tests.support.scenes import YEAR, Scene, stamp
from tests.support.sheets import Sheets

ROLL, APPLICATION = "mentor-recommendation", "application"
AT, LATER, DECIDED = "2022-01-05T10:00", "2022-01-06T10:00", "2022-01-10T09:00"
OLD, NEW = "old@unit.example", "new@unit.example"


def roll(scene: Scene, city: str, email: str, unit: str = "kyc@unit.example", **said: str) -> Sheets:
    """The one mentor whom all these cities share, at an institution that they share, by these addresses.

    `said` is what the city says of him besides.
    """
    named: dict[str, Any] = {"name": "共用导师", "institution": "共用大学", **said}
    shared = sheets.mentor(scene.city(city), email=email, **named)
    filled = dict(sheets.roll(shared))
    filled["institutions"] = [row.model_copy(update={"email": unit}) for row in filled["institutions"]]
    return filled


def draft(scene: Scene, city: str, email: str, at: str = AT, **said: str) -> None:
    assert scene.load(ROLL, city, roll(scene, city, email, **said), at).done


def file(scene: Scene, city: str, email: str, at: str = AT, **said: str) -> Outcome:
    draft(scene, city, email, at, **said)
    return scene.submit(ROLL, city, at)


def again(scene: Scene, city: str, email: str, at: str) -> Outcome:
    """The province returns what stands submitted, and the city files it with this address."""
    assert scene.reject(ROLL, city, at).done
    return file(scene, city, email, at)


def address(scene: Scene, kind: str = "mentor", name: str = "共用导师") -> str:
    """The address in force of a party."""
    table = table_of(Party)
    query = select(table.c.email).where(table.c.kind == kind, table.c.name == name)
    with scene.database.read() as connection:
        return str(connection.execute(query).scalar_one())


def waiting(scene: Scene) -> tuple[AddressDifference, ...]:
    with scene.database.read() as connection:
        return party_addresses.differences(connection, YEAR, stamp("2022-12-31T09:00").as_of)


def decide(scene: Scene, choice: Choice, at: str = DECIDED) -> Outcome:
    (one,) = waiting(scene)
    return decide_address(scene.database, YEAR, one.id, stamp(at), choice=choice, reason="已电话核实")


def written(scene: Scene) -> dict[tuple[str, str], tuple[str, str]]:
    """The letters to mentors: kind and city that causes it, to address and state."""
    letter = table_of(Letter)
    columns = (letter.c.kind, letter.c.concerns, letter.c.address, letter.c.state)
    with scene.database.read() as connection:
        found = connection.execute(select(*columns).where(letter.c.recipient.like("mentor:%"))).all()
    return {(row.kind, row.concerns): (row.address, row.state) for row in found}


def logged(scene: Scene, city: str, event: str, phase: str = ROLL) -> list[str]:
    table = table_of(Transition)
    mine = (table.c.city == city, table.c.phase == phase, table.c.event == event)
    with scene.database.read() as connection:
        return [str(row.reason) for row in connection.execute(select(table.c.reason).where(*mine).order_by(table.c.id))]


def addressees(scene: Scene) -> set[tuple[str, str | None]]:
    """Whom the letters to mentors address, with the city that causes each."""
    letter = table_of(Letter)
    query = select(letter.c.concerns, letter.c.addressee).where(letter.c.recipient.like("mentor:%"))
    with scene.database.read() as connection:
        return set(connection.execute(query).tuples())
