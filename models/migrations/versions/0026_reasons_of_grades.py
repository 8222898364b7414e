"""The province may say why it gave a grade that the weighted total does not reach."""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("evaluation") as table:
        table.add_column(sa.Column("reason", sa.String(), nullable=False, server_default=""))
    with op.batch_alter_table("evaluation") as table:
        table.alter_column("reason", existing_type=sa.String(), server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("evaluation") as table:
        table.drop_column("reason")
