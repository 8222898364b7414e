"""Years keep the ids of the rules that they judge by; those opened till now keep none, and judge by all there were."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("programme_year", sa.Column("rules", sa.JSON(none_as_null=True), nullable=True))


def downgrade() -> None:
    op.drop_column("programme_year", "rules")
