"""The offices' addresses, and the letters held for want of one."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite

from models import contacts
from models.columns import table_of
from models.one_snapshot import once_a_snapshot
from models.shortcuts.bulk import inserting
from models.suppression import readdress, redirect
from models.tables.pool import Party
from models.tables.season import Office

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date

    from sqlalchemy import Connection, Select


def put(connection: Connection, office: str, given: Mapping[str, str]) -> None:
    """Set these columns of an office."""
    table = table_of(Office)
    dialect: Any = sqlite if connection.dialect.name == "sqlite" else postgresql
    new = dialect.insert(table).values({"office": office, **given})
    connection.execute(
        new.on_conflict_do_update(index_elements=["office"], set_=given) if given else new.on_conflict_do_nothing()
    )


def put_all(connection: Connection, mailboxes: Mapping[str, str]) -> None:
    """Set the own addresses of these offices; their heads' stay."""
    table = table_of(Office)
    if mailboxes:
        new = inserting(connection.dialect.name, table).values(
            [{"office": office, "email": email} for office, email in mailboxes.items()]
        )
        given = {"email": new.excluded.email}
        connection.execute(new.on_conflict_do_update(index_elements=["office"], set_=given))


def release_all(connection: Connection, offices: Iterable[str], day: date) -> int:
    """Address anew what waits for these offices, as `release` does for one; give how many letters that were."""
    charged = contacts.addressed(on_file(connection), contacts.of(connection), day)
    own = {contacts.recipients(office)[0]: charged.get(office, (None, None))[0] for office in offices}
    return redirect(connection, {recipient: address for recipient, address in own.items() if address})


def release(connection: Connection, office: str, day: date | None) -> int:
    """Address anew what waits for this office: held letters are queued, queued ones go to who is in charge.

    On that day, that is; None asks for nobody. Give how many letters that were.
    """
    table = table_of(Office)
    row = connection.execute(select(table.c.email, table.c.head).where(table.c.office == office)).one_or_none()
    on_file = {office: (row.email, row.head) if row else (None, None)}
    people = contacts.of(connection, office) if day else []
    address, head_address = (contacts.addressed(on_file, people, day) if day else on_file)[office]
    own, head = contacts.recipients(office)
    moved = contacts.redirect(connection, own, address) if people and address else 0
    return moved + readdress(connection, {own: address or "", head: head_address or ""})


def present(connection: Connection, recipients: Iterable[str], day: date) -> dict[str, str]:
    """Give where letters to these recipients go on a day; one for whom no address is on file is left out."""
    wanted, party = set(recipients), table_of(Party)
    charged = contacts.addressed(on_file(connection), contacts.of(connection), day)
    pairs = [pair for office, those in charged.items() for pair in zip(contacts.recipients(office), those, strict=True)]
    numbers = [int(number) for _, _, number in (key.partition(":") for key in wanted) if number.isdecimal()]
    parties = select(party.c.kind, party.c.id, party.c.email).where(party.c.id.in_(numbers))
    pairs += [(f"{row.kind}:{row.id}", row.email) for row in connection.execute(parties)]
    return {key: address for key, address in pairs if address and key in wanted}


class OfficeOnFile(NamedTuple):
    """An office's own address, and its head's."""

    email: str | None
    head: str | None


@once_a_snapshot
def on_file(connection: Connection) -> dict[str, OfficeOnFile]:
    """Give the addresses on file, by office."""
    return {office: OfficeOnFile(*both) for office, *both in connection.execute(_on_file())}


@cache
def _on_file() -> Select[Any]:
    table = table_of(Office)
    return select(table.c.office, *(table.c[name] for name in OfficeOnFile._fields))
