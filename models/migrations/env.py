"""Alembic's entry: the connection comes from `models.migrate`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from alembic import context
from sqlmodel import AutoString

from models.columns import Hundredths, UTCDateTime
from models.database import book_of
from models.sealed import Sealed
from models.tables.catalogue import declared

if TYPE_CHECKING:
    from alembic.autogenerate.api import AutogenContext


def render(kind: str, item: Any, autogen: AutogenContext) -> str | Literal[False]:  # noqa: ANN401
    """Write our own column types by name, and SQLModel's text, and what is encrypted, as plain text."""
    if kind == "type" and isinstance(item, (AutoString, Sealed)):
        return "sa.String()"
    if kind == "type" and isinstance(item, (UTCDateTime, Hundredths)):
        autogen.imports.add(f"from models.columns import {type(item).__name__}")
        return f"{type(item).__name__}()"
    return False


connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=declared(book_of(connection)),
    render_as_batch=connection.dialect.name == "sqlite",
    compare_type=True,
    render_item=render,
)
with context.begin_transaction():
    context.run_migrations()
