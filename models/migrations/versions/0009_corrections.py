"""Later due days say how many corrections came before them: the same day may be given again after one."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

ONCE = "uq_extension_year_phase_city_attempt_cause_until"
COLUMNS = ["year", "phase", "city", "attempt", "cause", "until"]


def upgrade() -> None:
    with op.batch_alter_table("extension") as table:
        table.add_column(sa.Column("corrections", sa.Integer(), server_default="0", nullable=False))
        table.drop_constraint(ONCE, type_="unique")
        table.create_unique_constraint(f"{ONCE}_corrections", [*COLUMNS, "corrections"])


def downgrade() -> None:
    with op.batch_alter_table("extension") as table:
        table.drop_constraint(f"{ONCE}_corrections", type_="unique")
        table.create_unique_constraint(ONCE, COLUMNS)
        table.drop_column("corrections")
