"""Who may do what on PostgreSQL where tables belong to another role than the one that the programme works as."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import text

from calendars.errors import TalentError

if TYPE_CHECKING:
    from sqlalchemy import Connection

CLOSED = text("SELECT tgrelid::regclass::text, tgname FROM pg_trigger WHERE tgname LIKE '%\\_no\\_truncate' ORDER BY 1")
"""The tables that are only added to, each with what keeps it from being emptied."""

_PLACE = text("SELECT current_database(), pg_postmaster_start_time()")
_ROLE = text("SELECT current_user::text")
_STRANGE = text(
    "SELECT tableowner::text FROM pg_tables WHERE schemaname = 'public' "
    "AND (tableowner = :role OR NOT pg_has_role(current_user, tableowner, 'USAGE')) LIMIT 1"
)


class OthersTables(TalentError):
    """数据库的表现在归账户 {found}，不归 TALENT_DATABASE__OWNER_URL 的 {wanted}；请先按管理员手册“记录防改”改归属。"""


def role_of(connection: Connection) -> str:
    """Give the role that a connection works as, as the server knows it."""
    role: str = connection.execute(_ROLE).scalar_one()
    return role


def same(connection: Connection, other: Connection) -> bool:
    """Tell whether two connections are to one database, however it is named: the servers are asked."""
    return tuple(connection.execute(_PLACE).one()) == tuple(other.execute(_PLACE).one())


def check(connection: Connection, role: str) -> None:
    """Raise OthersTables where a table belongs to `role`, or to whoever else is not this connection's."""
    found = connection.execute(_STRANGE, {"role": role}).scalar_one_or_none()
    if found is not None:
        raise OthersTables(found=found, wanted=role_of(connection))


def permit(connection: Connection, role: str) -> None:
    """Let a role that owns no table work on every one there is: read, add, change; of what is only added to, no more.

    Raise OthersTables: who owns a table loses nothing.
    """
    check(connection, role)
    name = connection.dialect.identifier_preparer.quote(role)
    adding = ", ".join(f'"{table}"' for table, _ in connection.execute(CLOSED))
    for statement in (
        f"GRANT USAGE ON SCHEMA public TO {name}",
        "REVOKE CREATE ON SCHEMA public FROM PUBLIC",
        f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {name}",
        f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {name}",
        f"REVOKE UPDATE, DELETE, TRUNCATE ON {adding} FROM {name}",
        f"REVOKE INSERT, UPDATE, DELETE ON alembic_version FROM {name}",
    ):
        connection.execute(text(statement))
