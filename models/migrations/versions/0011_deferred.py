"""A letter says since when a relay has put it off: it is tried for five days from then, not so many times."""

import sqlalchemy as sa
from alembic import op

from models.columns import UTCDateTime

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("letter", sa.Column("deferred_since", UTCDateTime(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("letter") as table:
        table.drop_column("deferred_since")
