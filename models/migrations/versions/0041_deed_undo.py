"""What a confirmation did, so that it can be taken back a moment later."""

import sqlalchemy as sa
from alembic import op

revision = "0041"
down_revision = "0040"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("deed", sa.Column("undo", sa.Text(), nullable=True))
    op.create_index(op.f("ix_deed_account"), "deed", ["account", "at"])


def downgrade() -> None:
    op.drop_index(op.f("ix_deed_account"), "deed")
    op.drop_column("deed", "undo")
