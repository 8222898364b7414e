"""What is on record hangs on a chain; nobody empties or replaces it either; whose act it is, and where from."""

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

import sqlalchemy as sa
from alembic import op

from models.columns import UTCDateTime
from models.record_chain import BEGUN, COMMON, Head, next_link

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None

CHAIN = "chain_link"
KEYS = {
    "transition": ("id", "year, phase, city, seq"),
    "filing": ("id", "year, phase, city, number, part"),
    "audit": ("id",),
    "amendment": ("id",),
    "call": ("id",),
    "request_answer": ("id", "request, number"),
    "receipt": ("letter",),
    CHAIN: ("strand, number",),
}
"""What is append-only, and what no two rows of it share: by any of these SQLite would replace a row, asking nobody."""

IGNORED = {"receipt"}
"""What the programme inserts twice and keeps once: here a second row is left out instead of refused."""

AT_ONCE = 1000


def close_the_rest() -> None:
    """Let nobody change a link, nor empty or replace what nobody may change; `refuse_change` is of 0001."""
    if op.get_bind().dialect.name == "sqlite":
        for verb in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {CHAIN}_no_{verb} BEFORE {verb} ON {CHAIN} "
                f"BEGIN SELECT RAISE(ABORT, '{CHAIN} is append-only'); END"
            )
        for table, keys in KEYS.items():
            there = " OR ".join(f"EXISTS (SELECT 1 FROM {table} WHERE {_same(key)})" for key in keys)  # nosec B608 # noqa: S608 -- ours
            no = "IGNORE" if table in IGNORED else f"ABORT, '{table} is append-only'"
            op.execute(
                f"CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table} WHEN {there} BEGIN SELECT RAISE({no}); END"
            )
        return
    op.execute(
        f"CREATE TRIGGER {CHAIN}_append_only BEFORE UPDATE OR DELETE ON {CHAIN} "
        "FOR EACH ROW EXECUTE FUNCTION refuse_change()"
    )
    for table in KEYS:
        op.execute(
            f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )


def _same(key: str) -> str:
    return " AND ".join(f"{column} = NEW.{column}" for column in key.split(", "))


def upgrade() -> None:
    # No copies of these tables: they are append-only, and a copy would lose its triggers.
    op.add_column("audit", sa.Column("address", sa.String(), nullable=True))
    op.add_column("transition", sa.Column("account", sa.Integer(), nullable=True))
    op.create_table(
        CHAIN,
        sa.Column("strand", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("record", sa.String(), nullable=False),
        sa.Column("row", sa.Integer(), nullable=False),
        sa.Column("content", sa.String(), nullable=False),
        sa.Column("chained", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("strand", "number", name=op.f("pk_chain_link")),
    )
    _chain_what_stands()
    close_the_rest()


def _chain_what_stands() -> None:
    """Chain what was written before there was a chain, and say in it how much that was."""
    years = [row[0] for row in op.get_bind().execute(sa.text("SELECT DISTINCT year FROM transition ORDER BY year"))]
    for strand in (COMMON, *years):
        head, found = Head(strand, 0, ""), []
        for record, row, what in _standing(strand):
            link = next_link(head, record, row, what)
            head = Head(strand, link.number, link.chained)
            found.append(link)
        if found:
            found.append(next_link(head, BEGUN, len(found), ""))
        _insert(found)


def _standing(strand: int) -> Iterator[tuple[str, int, str]]:
    name = "audit" if strand == COMMON else "transition"
    table = sa.Table(name, sa.MetaData(), autoload_with=op.get_bind())
    for column in table.c:
        if isinstance(column.type, sa.DateTime):
            column.type = UTCDateTime()
    query = sa.select(table).order_by(table.c.id)
    rows = op.get_bind().execute(query if strand == COMMON else query.where(table.c.year == strand))
    for row in rows.mappings():
        yield name, row["id"], _content(name, row)


def _content(name: str, row: Mapping[str, Any]) -> str:
    """Give the hash of a row as it was at first, words like the rest: 0039 holds rows against it."""
    plain = {
        name: value.astimezone(UTC).isoformat(timespec="microseconds") if isinstance(value, datetime) else value
        for name, value in row.items()
        if value is not None
    }
    said = json.dumps([name, plain], ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return sha256(said.encode()).hexdigest()


def _insert(links: list[Any]) -> None:
    columns = ("strand", "number", "record", "row", "content", "chained")
    table = sa.table(CHAIN, *map(sa.column, columns))
    for start in range(0, len(links), AT_ONCE):
        some = links[start : start + AT_ONCE]
        op.bulk_insert(table, [{name: getattr(link, name) for name in columns} for link in some])


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for table in KEYS:
            op.execute(f"DROP TRIGGER {table}_no_replace")
    else:
        for table in KEYS:
            op.execute(f"DROP TRIGGER {table}_no_truncate ON {table}")
    op.drop_table(CHAIN)
    op.drop_column("transition", "account")
    op.drop_column("audit", "address")
