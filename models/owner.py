"""Who may do what on PostgreSQL where tables belong to another role than the one that the programme works as."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import make_url, text

if TYPE_CHECKING:
    from sqlalchemy import Connection

CLOSED = text("SELECT tgrelid::regclass::text, tgname FROM pg_trigger WHERE tgname LIKE '%\\_no\\_truncate' ORDER BY 1")
"""The tables that are only added to, each with what keeps it from being emptied."""


def same(url: str, other: str) -> bool:
    """Tell whether two URLs name one database, by whatever role."""
    one, two = make_url(url), make_url(other)
    return (one.host, one.port or 5432, one.database) == (two.host, two.port or 5432, two.database)


def permit(connection: Connection, url: str) -> None:
    """Let the role of a URL work on every table there is: read, add, change; of what is only added to, no more."""
    role = connection.dialect.identifier_preparer.quote(str(make_url(url).username))
    adding = ", ".join(f'"{table}"' for table, _ in connection.execute(CLOSED))
    for statement in (
        f"GRANT USAGE ON SCHEMA public TO {role}",
        "REVOKE CREATE ON SCHEMA public FROM PUBLIC",
        f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {role}",
        f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {role}",
        f"REVOKE UPDATE, DELETE, TRUNCATE ON {adding} FROM {role}",
        f"REVOKE INSERT, UPDATE, DELETE ON alembic_version FROM {role}",
    ):
        connection.execute(text(statement))
