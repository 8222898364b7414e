"""A letter that nobody's hand causes keeps office hours: when it may first leave. What was written leaves at once."""

import sqlalchemy as sa
from alembic import op

from models.columns import UTCDateTime

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("letter", sa.Column("leaves_at", UTCDateTime(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("letter") as table:
        table.drop_column("leaves_at")
