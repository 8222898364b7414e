"""What came back and nobody could tell of which letter: kept until a person has looked."""

import sqlalchemy as sa
from alembic import op

from models.columns import UTCDateTime

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "unclear_bounce",
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("addresses", sa.String(), nullable=False),
        sa.Column("letter", sa.Integer(), nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("since", UTCDateTime(), nullable=False),
        sa.Column("looked_at", UTCDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_unclear_bounce")),
    )


def downgrade() -> None:
    op.drop_table("unclear_bounce")
