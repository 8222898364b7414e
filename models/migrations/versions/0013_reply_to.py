"""The words of a letter say which mailbox an answer goes to: that of whom they name to be asked."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("letter_body", sa.Column("reply_to", sa.String(), nullable=True))


def downgrade() -> None:
    op.drop_column("letter_body", "reply_to")  # no copy of the table: letters name its rows
