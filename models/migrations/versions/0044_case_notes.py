"""What the offices note, ask and answer about a case."""

import sqlalchemy as sa
from alembic import op

from models.append_only import guard
from models.columns import UTCDateTime

revision = "0044"
down_revision = "0043"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "case_note",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("token", sa.String(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("phase", sa.String(), nullable=False),
        sa.Column("city", sa.String(), nullable=False),
        sa.Column("about", sa.String(), server_default="", nullable=False),
        sa.Column("office", sa.String(), nullable=False),
        sa.Column("owner", sa.String(), nullable=True),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("internal", sa.Boolean(), nullable=False),
        sa.Column("answers", sa.Integer(), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("as_of", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["answers"], ["case_note.id"], name=op.f("fk_case_note_answers_case_note")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_note")),
        sa.UniqueConstraint("token", name=op.f("uq_case_note_token")),
        sa.UniqueConstraint("answers", name=op.f("uq_case_note_answers")),
    )
    op.create_index(op.f("ix_case_note_city"), "case_note", ["year", "city"])
    guard(op.get_bind(), "case_note", "id", "token", "answers")


def downgrade() -> None:
    op.drop_table("case_note")
