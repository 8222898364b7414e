"""What was purged when its term was over, and the figures that stay of it."""

import sqlalchemy as sa
from alembic import op

from models.columns import UTCDateTime

revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "purge",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("until", UTCDateTime(), nullable=False),
        sa.Column("rows", sa.JSON(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("as_of", UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_purge")),
    )
    op.create_index(op.f("ix_purge_year"), "purge", ["year"])
    op.create_table(
        "student_count",
        sa.Column("year", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("city", sa.String(), nullable=False),
        sa.Column("school", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("year", "city", "school", "subject", "what", name=op.f("pk_student_count")),
    )


def downgrade() -> None:
    op.drop_table("student_count")
    op.drop_table("purge")
