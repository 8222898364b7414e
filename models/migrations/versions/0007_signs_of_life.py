"""Signs of life: when watch and post last ran, and by when they must have run again."""

import sqlalchemy as sa
from alembic import op

from models.columns import UTCDateTime

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "sign_of_life",
        sa.Column("work", sa.String(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("due", UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("work", name=op.f("pk_sign_of_life")),
    )


def downgrade() -> None:
    op.drop_table("sign_of_life")
