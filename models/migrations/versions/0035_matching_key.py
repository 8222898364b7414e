"""Years name the key that their children are matched by; what was stored without one is worked out after this."""

import sqlalchemy as sa
from alembic import op

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("programme_year", sa.Column("matching_key", sa.String(), nullable=True))


def downgrade() -> None:
    op.drop_column("programme_year", "matching_key")
