"""A letter, or a kind of letter in a phase, may wait for a person's release."""

import sqlalchemy as sa
from alembic import op

from models.columns import UTCDateTime

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

KEY = ("phase", "city", "attempt", "recipient", "kind", "slot")


def upgrade() -> None:
    op.create_table(
        "letter_mark",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.String(), nullable=False) for name in (*KEY, "mark")),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("as_of", UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_letter_mark")),
        sa.UniqueConstraint("year", *KEY, name=op.f(f"uq_letter_mark_year_{'_'.join(KEY)}")),
    )


def downgrade() -> None:
    op.execute("UPDATE letter SET state = 'queued' WHERE state = 'awaiting'")
    op.drop_table("letter_mark")
