"""The rows of each filing are kept as they were judged."""

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None

KEY = ("year", "phase", "city", "number", "sheet", "line")


def upgrade() -> None:
    numbers = {"year", "number", "line"}
    op.create_table(
        "filed_row",
        *(sa.Column(name, sa.Integer() if name in numbers else sa.String(), nullable=False) for name in KEY),
        sa.Column("cells", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint(*KEY, name=op.f("pk_filed_row")),
    )


def downgrade() -> None:
    op.drop_table("filed_row")
