"""A second way to people: who chose which, and the short messages owed beside letters."""

import sqlalchemy as sa
from alembic import op

from models.columns import UTCDateTime

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "second_way",
        *(sa.Column(name, sa.String(), nullable=False) for name in ("whose", "way", "address")),
        sa.Column("stopped", sa.String(), nullable=True),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("whose", name=op.f("pk_second_way")),
    )
    op.create_table(
        "short_message",
        sa.Column("letter", sa.Integer(), autoincrement=False, nullable=False),
        *(sa.Column(name, sa.String(), nullable=False) for name in ("whose", "way", "address", "says", "state")),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("claim", sa.String(), nullable=True),
        sa.Column("claimed_at", UTCDateTime(), nullable=True),
        sa.Column("due_at", UTCDateTime(), nullable=False),
        sa.Column("deferred_since", UTCDateTime(), nullable=True),
        sa.Column("sent_at", UTCDateTime(), nullable=True),
        sa.Column("detail", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["letter"], ["letter.id"], name=op.f("fk_short_message_letter_letter")),
        sa.PrimaryKeyConstraint("letter", name=op.f("pk_short_message")),
    )
    op.create_index("ix_short_message_state_due_at", "short_message", ["state", "due_at"])


def downgrade() -> None:
    op.drop_table("short_message")
    op.drop_table("second_way")
