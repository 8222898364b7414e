"""The second part of a filing, which has a later due day: when it was whole."""

import sqlalchemy as sa
from alembic import op

from models.columns import UTCDateTime

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None

TABLES = ("city_phase", "transition")


def upgrade() -> None:
    for name in TABLES:
        with op.batch_alter_table(name) as table:
            table.add_column(sa.Column("second_at", UTCDateTime(), nullable=True))


def downgrade() -> None:
    for name in TABLES:
        with op.batch_alter_table(name) as table:
            table.drop_column("second_at")
