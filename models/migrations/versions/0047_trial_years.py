"""A year that is tried: the one mailbox that its letters go to until it is live."""

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import AutoString

revision = "0047"
down_revision = "0046"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("programme_year", sa.Column("trial", AutoString(), nullable=True))


def downgrade() -> None:
    op.drop_column("programme_year", "trial")
