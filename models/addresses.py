"""The offices' addresses, and the letters held for want of one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import Row, select
from sqlalchemy.dialects import postgresql, sqlite

from models.columns import table_of
from models.season import Office
from models.suppression import readdress

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
    """Address anew and queue the letters that were held because this office had no usable address; give how many."""
    table = table_of(Office)
    row = connection.execute(select(table).where(table.c.office == office)).one()
    own, head = ("province", "lead") if office == "province" else (f"city:{office}", f"head:{office}")
    return readdress(connection, {own: row.email or "", head: row.head or ""})


def on_file(connection: Connection) -> dict[str, Row[Any]]:
    """Give the offices with an address on file."""
    table = table_of(Office)
    return {row.office: row for row in connection.execute(select(table))}
