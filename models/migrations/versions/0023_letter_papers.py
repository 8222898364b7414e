"""Papers go with letters: a blank workbook, kept once beside the words that name it."""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "letter_paper",
        *(sa.Column(name, sa.String(), nullable=False) for name in ("digest", "name", "type")),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_letter_paper")),
    )
    op.add_column("letter_body", sa.Column("papers", sa.String(), nullable=True))


def downgrade() -> None:
    op.drop_column("letter_body", "papers")  # no copy of the table: letters name its rows
    op.drop_table("letter_paper")
