"""What people wrote hangs on the chain by digests of its own, so that it can be taken out and the chain still holds.

The chain is made anew: what it held before was the words themselves.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

from models.columns import UTCDateTime
from models.guards import lifted
from models.record_chain import BEGUN, Head, content, next_link, salt

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None

RECORDS = ("transition", "audit")
CHAIN = "chain_link"
AT_ONCE = 1000


def upgrade() -> None:
    for name in RECORDS:
        op.add_column(name, sa.Column("salt", sa.String(), nullable=True))
        op.add_column(name, sa.Column("purged", sa.JSON(none_as_null=True), nullable=True))
    with lifted(op.get_bind(), (*RECORDS, CHAIN)):
        contents = {(name, row["id"]): content(name, row) for name in RECORDS for row in _salted(name)}
        _chain_anew(contents)


def _salted(name: str) -> list[dict[str, Any]]:
    table = sa.Table(name, sa.MetaData(), autoload_with=op.get_bind())
    for column in table.c:
        if isinstance(column.type, sa.DateTime):
            column.type = UTCDateTime()
    rows = [{**row, "salt": salt()} for row in op.get_bind().execute(sa.select(table)).mappings()]
    put = sa.update(table).where(table.c.id == sa.bindparam("of")).values(salt=sa.bindparam("with"))
    for start in range(0, len(rows), AT_ONCE):
        some = rows[start : start + AT_ONCE]
        op.get_bind().execute(put, [{"of": row["id"], "with": row["salt"]} for row in some])
    return rows


def _chain_anew(contents: dict[tuple[str, int], str]) -> None:
    """Give each link its new hash; a link whose row is gone keeps what it held, and is found as before."""
    columns = ("strand", "number", "record", "row", "content", "chained")
    table = sa.table(CHAIN, *map(sa.column, columns))
    links, head = [], Head(0, 0, "")
    for one in op.get_bind().execute(sa.select(table).order_by(table.c.strand, table.c.number)):
        if one.strand != head.strand:
            head = Head(one.strand, 0, "")
        said = "" if one.record == BEGUN else contents.get((one.record, one.row), one.content)
        link = next_link(head, one.record, one.row, said)
        links.append(link)
        head = Head(link.strand, one.number, link.chained)
    where = (table.c.strand == sa.bindparam("of")) & (table.c.number == sa.bindparam("at"))
    put = sa.update(table).where(where).values(content=sa.bindparam("said"), chained=sa.bindparam("hung"))
    for start in range(0, len(links), AT_ONCE):
        some = links[start : start + AT_ONCE]
        told = [{"of": one.strand, "at": one.number, "said": one.content, "hung": one.chained} for one in some]
        op.get_bind().execute(put, told)


def downgrade() -> None:
    for name in RECORDS:
        op.drop_column(name, "purged")
        op.drop_column(name, "salt")
