"""Parties whom the province excuses of their part in a phase."""

import sqlalchemy as sa
from alembic import op

from models.columns import UTCDateTime

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "excuse",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.String(), nullable=False) for name in ("phase", "city", "recipient", "reason", "by")),
        *(sa.Column(name, UTCDateTime(), nullable=False) for name in ("at", "as_of")),
        sa.PrimaryKeyConstraint("id", name="pk_excuse"),
        sa.UniqueConstraint("year", "phase", "city", "recipient", name="uq_excuse_year_phase_city_recipient"),
    )


def downgrade() -> None:
    op.drop_table("excuse")
