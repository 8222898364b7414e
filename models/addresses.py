"""The offices' addresses, and the letters held for want of one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import Row, select, update
from sqlalchemy.dialects import postgresql, sqlite

from models.columns import table_of
from models.season import Letter, Office

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Connection


def put(connection: Connection, office: str, given: Mapping[str, str]) -> None:
    """Set these columns of an office."""
    table = table_of(Office)
    dialect: Any = sqlite if connection.dialect.name == "sqlite" else postgresql
    new = dialect.insert(table).values({"office": office, **given})
    connection.execute(
        new.on_conflict_do_update(index_elements=["office"], set_=given) if given else new.on_conflict_do_nothing()
    )


def release(connection: Connection, office: str) -> int:
    """Address and queue the letters that were held because this office had no address; give how many."""
    table, letter = table_of(Office), table_of(Letter)
    row = connection.execute(select(table).where(table.c.office == office)).one()
    heads = "lead" if office == "province" else f"head:{office}"
    owns = "province" if office == "province" else f"city:{office}"
    freed = 0
    for recipient, address in ((owns, row.email), (heads, row.head)):
        if address:
            held = update(letter).where(
                letter.c.recipient == recipient, letter.c.state == "held", letter.c.address == ""
            )
            freed += connection.execute(held.values(state="queued", address=address, detail=None)).rowcount
    return freed


def on_file(connection: Connection) -> dict[str, Row[Any]]:
    """Give the offices with an address on file."""
    table = table_of(Office)
    return {row.office: row for row in connection.execute(select(table))}
