"""Who is told what is urgent by a second way, beside mail: by which, and where."""

from __future__ import annotations

from collections import defaultdict
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal, NamedTuple

from sqlalchemy import String, delete, select, type_coerce, update

from models import contacts
from models.columns import table_of
from models.legible import legible
from models.shortcuts.bulk import inserting
from models.tables.second_ways import SecondWay

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from datetime import date

    from sqlalchemy import Connection

    from models.stamp import Stamp

Way = Literal["sms", "wecom", "dingtalk"]
WAYS: Mapping[Way, str] = MappingProxyType({"sms": "短信", "wecom": "企业微信", "dingtalk": "钉钉"})


ILLEGIBLE = "登记的号码读不出来"
"""Why a choice is stopped whose address does not open."""


class ChosenWay(NamedTuple):
    """Whose choice (`contact:5`, or a recipient as in a letter's key), by which way, where; why it is `stopped`."""

    whose: str
    way: Way
    address: str
    stopped: str | None


def covered(address: str) -> str:
    """Show the last two characters of an address, enough for who knows it: what else it holds is a secret."""
    return f"＊＊＊＊{address[-2:]}"


def choices(connection: Connection) -> dict[str, ChosenWay]:
    """Give every choice, by whose it is; one whose address does not open has none, and is stopped."""
    table = table_of(SecondWay)
    kept = type_coerce(table.c.address, String).label("kept")
    rows = connection.execute(select(table.c.whose, table.c.way, kept, table.c.stopped).order_by(table.c.whose)).all()
    opened = legible("second_way.address", ((row.whose, row.kept) for row in rows))
    return {
        row.whose: ChosenWay(row.whose, row.way, opened[row.whose] or "", row.stopped)
        if opened[row.whose] is not None
        else ChosenWay(row.whose, row.way, "", ILLEGIBLE)
        for row in rows
    }


def choose(connection: Connection, whose: str, way: Way, address: str, stamp: Stamp) -> None:
    """Let somebody be told that way, there, in the place of what was chosen before."""
    given = {"way": way, "address": address, "stopped": None, "by": stamp.by, "at": stamp.at}
    new = inserting(connection.dialect.name, table_of(SecondWay)).values(given | {"whose": whose})
    connection.execute(new.on_conflict_do_update(index_elements=["whose"], set_=given))


def drop(connection: Connection, whose: str) -> bool:
    """Let somebody be told by mail alone; tell whether anything had been chosen."""
    table = table_of(SecondWay)
    return bool(connection.execute(delete(table).where(table.c.whose == whose)).rowcount)


def stop(connection: Connection, way: str, address: str, why: str) -> None:
    """Send nothing more to an address for which its gateway takes nothing, until somebody chooses anew."""
    table = table_of(SecondWay)
    there = [one.whose for one in choices(connection).values() if (one.way, one.address) == (way, address)]
    connection.execute(update(table).where(table.c.whose.in_(there)).values(stopped=why))


def reached(connection: Connection, recipients: Collection[str], day: date) -> dict[str, ChosenWay]:
    """Give of these recipients, as in a letter's key, those who are told by a second way on a day, and by which.

    Of an office whoever is in charge on that day chooses.
    """
    chosen = {whose: one for whose, one in choices(connection).items() if one.address and not one.stopped}
    if not chosen or not recipients:
        return {}
    theirs: dict[str, list[contacts.ContactPerson]] = defaultdict(list)
    for person in contacts.of(connection):
        theirs[contacts.recipients(person.office)[0]].append(person)
    charged = {recipient: contacts.in_charge(those, day) for recipient, those in theirs.items()}
    whose = {recipient: f"contact:{one.id}" for recipient, one in charged.items() if one}
    return {one: chosen[key] for one in recipients if (key := whose.get(one, one)) in chosen}
