"""Where the own words of a letter stand in its frame."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("letter_body", sa.Column("framed", sa.String(), nullable=True))


def downgrade() -> None:
    op.drop_column("letter_body", "framed")  # no copy of the table: letters name its rows
