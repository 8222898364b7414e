"""The post: envelopes, what goes stale, addresses written to no more, and the clock that it believes."""

import sqlalchemy as sa
from alembic import op

from models.columns import UTCDateTime

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "suppressed",
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("since", UTCDateTime(), nullable=False),
        sa.Column("why", sa.String(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("address", name=op.f("pk_suppressed")),
    )
    op.create_table(
        "clock_reading",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("wall", UTCDateTime(), nullable=False),
        sa.Column("boot", sa.String(), nullable=False),
        sa.Column("ticks", sa.Float(), nullable=False),
        sa.Column("alarm", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_clock_reading")),
    )
    op.add_column("letter", sa.Column("ics", sa.Text(), nullable=True))
    op.add_column("letter", sa.Column("envelope", sa.Integer(), nullable=True))
    op.add_column("letter", sa.Column("moot", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column("letter", sa.Column("valid_until", UTCDateTime(), nullable=True))
    op.drop_index("ix_letter_state_due", "letter")
    op.create_index("ix_letter_state_due_at_id", "letter", ["state", "due_at", "id"])
    op.create_index("ix_letter_recipient_state", "letter", ["recipient", "state", "due_at"])


def downgrade() -> None:
    op.drop_index("ix_letter_recipient_state", "letter")
    op.drop_index("ix_letter_state_due_at_id", "letter")
    op.create_index("ix_letter_state_due", "letter", ["state", "due_at"])
    with op.batch_alter_table("letter") as letter:
        for column in ("valid_until", "moot", "envelope", "ics"):
            letter.drop_column(column)
    op.drop_table("clock_reading")
    op.drop_table("suppressed")
