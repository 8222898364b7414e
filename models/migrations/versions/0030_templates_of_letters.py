"""A kept letter says to whom it goes and what goes with it."""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for name in ("whom", "papers"):
        op.add_column("letter_template", sa.Column(name, sa.String(), nullable=False, server_default=""))


def downgrade() -> None:
    for name in ("papers", "whom"):
        op.drop_column("letter_template", name)
