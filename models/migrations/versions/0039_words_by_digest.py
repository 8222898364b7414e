"""What people wrote hangs on the chain by digests of its own, so that it can be taken out and the chain still holds.

The chain is made anew, either way. What did not fit it before does not fit it afterwards: a row that was changed keeps
the content that it hung by, and a link that hung on nothing its hash.
"""

import json
import secrets
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

import sqlalchemy as sa
from alembic import op

from models.append_only import lifted
from models.columns import UTCDateTime
from models.record_chain import Head, next_link

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None

WORDS = {"transition": ("by", "reason"), "audit": ("by", "reason", "address")}
CHAIN = "chain_link"
AT_ONCE = 1000

Row = Mapping[str, Any]
Contents = dict[tuple[str, int], str]


def upgrade() -> None:
    for name in WORDS:
        op.add_column(name, sa.Column("salt", sa.String(), nullable=True))
        op.add_column(name, sa.Column("purged", sa.JSON(none_as_null=True), nullable=True))
    before, after = Contents(), Contents()
    with lifted(op.get_bind(), (*WORDS, CHAIN)):
        for name in WORDS:
            salted = [{**row, "salt": secrets.token_hex(16)} for row in _rows(name)]
            before |= {(name, row["id"]): _whole(name, row) for row in salted}
            after |= {(name, row["id"]): _by_digests(name, row) for row in salted}
            table = sa.table(name, sa.column("id"), sa.column("salt"))
            put = sa.update(table).where(table.c.id == sa.bindparam("of")).values(salt=sa.bindparam("with"))
            _write(put, [{"of": row["id"], "with": row["salt"]} for row in salted])
        _chain_anew(before, after)


def downgrade() -> None:
    before, after = Contents(), Contents()
    for name in WORDS:
        rows = list(_rows(name))
        if any(row["purged"] for row in rows):
            msg = f"{name}: words were taken out, and an earlier release hashes them whole"
            raise ValueError(msg)
        before |= {(name, row["id"]): _by_digests(name, row) for row in rows}
        after |= {(name, row["id"]): _whole(name, row) for row in rows}
    with lifted(op.get_bind(), (CHAIN,)):
        _chain_anew(before, after)
    for name in WORDS:
        op.drop_column(name, "purged")
        op.drop_column(name, "salt")


def _rows(name: str) -> Iterator[Row]:
    table = sa.Table(name, sa.MetaData(), autoload_with=op.get_bind())
    for column in table.c:
        if isinstance(column.type, sa.DateTime):
            column.type = UTCDateTime()
    yield from op.get_bind().execute(sa.select(table)).mappings()


def _whole(name: str, row: Row) -> str:
    """Give the content of a row as it was before: words like the rest."""
    return _hash([name, _plain(row, without=())])


def _by_digests(name: str, row: Row) -> str:
    """Give the content of a row as it is from then on: a digest for each of its words, with its salt."""
    said = {column: row[column] for column in WORDS[name] if row[column] is not None}
    digests = {
        column: sha256(f"{row['salt'] or ''} {column} {words}".encode()).hexdigest() for column, words in said.items()
    }
    return _hash([name, _plain(row, without=WORDS[name]), digests])


def _plain(row: Row, without: tuple[str, ...]) -> dict[str, object]:
    kept = {
        name: value for name, value in row.items() if value is not None and name not in {*without, "salt", "purged"}
    }
    return {
        name: value.astimezone(UTC).isoformat(timespec="microseconds") if isinstance(value, datetime) else value
        for name, value in kept.items()
    }


def _hash(said: object) -> str:
    return sha256(json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def _chain_anew(before: Contents, after: Contents) -> None:
    table = sa.table(CHAIN, *map(sa.column, ("strand", "number", "record", "row", "content", "chained")))
    told, old, new = [], Head(0, 0, ""), Head(0, 0, "")
    for one in op.get_bind().execute(sa.select(table).order_by(table.c.strand, table.c.number)):
        if one.strand != old.strand:
            old = new = Head(one.strand, 0, "")
        key, said = (one.record, one.row), one.content
        if key in before and before[key] == one.content:
            said = after[key]
        hung = next_link(old, *key, one.content).chained == one.chained
        chained = next_link(new, *key, said).chained if hung else one.chained
        told.append({"of": one.strand, "at": one.number, "said": said, "hung": chained})
        old, new = Head(one.strand, one.number, one.chained), Head(one.strand, one.number, chained)
    where = (table.c.strand == sa.bindparam("of")) & (table.c.number == sa.bindparam("at"))
    _write(sa.update(table).where(where).values(content=sa.bindparam("said"), chained=sa.bindparam("hung")), told)


def _write(put: sa.Update, told: list[dict[str, Any]]) -> None:
    for start in range(0, len(told), AT_ONCE):
        op.get_bind().execute(put, told[start : start + AT_ONCE])
