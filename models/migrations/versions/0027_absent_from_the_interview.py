"""Who did not come to the interview stands on its sheet without a day."""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _held_on(nullable=True)


def downgrade() -> None:
    op.execute("UPDATE interview SET held_on = '1970-01-01' WHERE held_on IS NULL")
    _held_on(nullable=False)


def _held_on(*, nullable: bool) -> None:
    with op.batch_alter_table("interview") as table:
        table.alter_column("held_on", existing_type=sa.Date(), nullable=nullable)
