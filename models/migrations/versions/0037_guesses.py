"""Wrong guesses at passwords and codes are counted where a restart does not forget them."""

import sqlalchemy as sa
from alembic import op

from models.columns import UTCDateTime

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "guess",
        sa.Column("token", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("token", "key", name=op.f("pk_guess")),
    )
    op.create_index(op.f("ix_guess_key"), "guess", ["key"])
    op.create_index(op.f("ix_guess_at"), "guess", ["at"])


def downgrade() -> None:
    op.drop_table("guess")
