"""疑似同一人: what applicants of one name and birth date share, what was settled of them; last year's go by it."""

import hashlib

import sqlalchemy as sa
from alembic import op

from forms.folding import fold
from models.columns import UTCDateTime

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "child_settled",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("likeness", sa.String(), nullable=False),
        sa.Column("persons", sa.Text(), nullable=False),
        sa.Column("same", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("as_of", UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_child_settled")),
    )
    op.create_index("ix_child_settled_likeness", "child_settled", ["year", "likeness"])
    with op.batch_alter_table("student") as batch_op:
        batch_op.add_column(sa.Column("likeness", sa.String(), nullable=False, server_default=""))
    _liken()
    with op.batch_alter_table("student") as batch_op:
        batch_op.alter_column("likeness", existing_type=sa.String(), existing_nullable=False, server_default=None)
        batch_op.create_index("ix_student_likeness", ["year", "taken", "likeness", "person"], unique=False)


def _liken() -> None:
    """Give every student what he shares with his likes, in the drafts and in the pool of the year after."""
    connection = op.get_bind()
    student = sa.table(
        "student", sa.column("name"), sa.column("born", sa.Date()), sa.column("person"), sa.column("likeness")
    )
    pool = sa.table("pool", *map(sa.column, ("year", "city", "kind", "key")))
    wanted = sa.select(student.c.name, student.c.born, student.c.person).distinct()
    for name, born, person in connection.execute(wanted).all():
        shared = hashlib.sha256(f"{fold(name)}|{born.isoformat()}".encode()).hexdigest()[:32]
        mine = (student.c.person == person) & (student.c.name == name)
        connection.execute(sa.update(student).where(mine).values(likeness=shared))
        brought = (pool.c.kind == "student") & (pool.c.key == person)
        there = sa.select(pool.c.year, pool.c.city).where(pool.c.kind == "student", pool.c.key == shared)
        connection.execute(sa.delete(pool).where(brought, sa.tuple_(pool.c.year, pool.c.city).in_(there)))
        connection.execute(sa.update(pool).where(brought).values(key=shared))


def downgrade() -> None:
    with op.batch_alter_table("student") as batch_op:
        batch_op.drop_index("ix_student_likeness")
        batch_op.drop_column("likeness")
    op.drop_table("child_settled")
