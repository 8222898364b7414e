"""Who did not sit the test stands on the score sheet without a score."""

from alembic import op

from models.columns import Hundredths

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _score(nullable=True)


def downgrade() -> None:
    op.execute("UPDATE score SET score = 0 WHERE score IS NULL")
    _score(nullable=False)


def _score(*, nullable: bool) -> None:
    with op.batch_alter_table("score") as table:
        table.alter_column("score", existing_type=Hundredths(), nullable=nullable)
