"""The log says by its number which request of a city a row is about: what people wrote there stands in `request`."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("transition", sa.Column("request", sa.Integer(), nullable=True))


def downgrade() -> None:
    op.drop_column("transition", "request")  # no copy of the table: it is append-only
