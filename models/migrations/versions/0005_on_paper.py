"""What was done on paper: city phases that passed before their year was opened here; and when a rehearsal began."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

TABLES = ("city_phase", "transition")

BEGUN = """
UPDATE programme_year SET opened_as_of = (SELECT min(as_of) FROM city_phase WHERE city_phase.year = programme_year.year)
WHERE rehearsal AND opened_as_of > (SELECT min(as_of) FROM city_phase WHERE city_phase.year = programme_year.year)
"""
"""A rehearsal that was opened by the clock begins with its calendar: that is what its city phases say."""


def upgrade() -> None:
    for table in TABLES:
        op.add_column(table, sa.Column("on_paper", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.execute(BEGUN)


def downgrade() -> None:
    for table in TABLES:
        op.drop_column(table, "on_paper")
