"""A letter's mark is found by its key alone; why a letter is held stands in its mark, no longer in its detail."""

import sqlalchemy as sa
from alembic import op

from models.columns import UTCDateTime

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

KEY = ("phase", "city", "attempt", "recipient", "kind", "slot")
COLUMNS = ", ".join(("year", *KEY, "mark", "reason", '"by"', "at", "as_of"))


def upgrade() -> None:
    _anew(sa.PrimaryKeyConstraint("year", *KEY, name=op.f("pk_letter_mark")))
    op.execute("UPDATE letter SET detail = NULL WHERE state = 'awaiting'")


def downgrade() -> None:
    _anew(
        sa.Column("id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_letter_mark")),
        sa.UniqueConstraint("year", *KEY, name=op.f(f"uq_letter_mark_year_{'_'.join(KEY)}")),
    )


def _anew(*beside: sa.Column[int] | sa.Constraint) -> None:
    """Make the table once more with these, and put the marks into it."""
    op.execute(f"CREATE TABLE kept AS SELECT {COLUMNS} FROM letter_mark")  # nosec B608 # noqa: S608 -- of the constants above
    op.drop_table("letter_mark")
    op.create_table(
        "letter_mark",
        sa.Column("year", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.String(), nullable=False) for name in (*KEY, "mark")),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("as_of", UTCDateTime(), nullable=False),
        *beside,
    )
    op.execute(f"INSERT INTO letter_mark ({COLUMNS}) SELECT {COLUMNS} FROM kept")  # nosec B608 # noqa: S608 -- of the constants above
    op.execute("DROP TABLE kept")
