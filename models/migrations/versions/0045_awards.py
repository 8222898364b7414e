"""The papers that the province issued, and which of them no longer hold."""

import sqlalchemy as sa
from alembic import op

from models.append_only import guard
from models.columns import UTCDateTime

revision = "0045"
down_revision = "0044"
branch_labels = None
depends_on = None


def upgrade() -> None:
    words = ("name", "place", "subject", "grade", "token", "by")
    op.create_table(
        "award",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("city", sa.String(), nullable=False),
        sa.Column("whose", sa.String(), nullable=False),
        sa.Column("edition", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.String(), nullable=False) for name in words),
        *(sa.Column(name, UTCDateTime(), nullable=False) for name in ("at", "as_of")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_award")),
        sa.ForeignKeyConstraint(["year"], ["programme_year.year"], name=op.f("fk_award_year_programme_year")),
        sa.UniqueConstraint("year", "kind", "number", name=op.f("uq_award_year_kind_number")),
        sa.UniqueConstraint("whose", "edition", name=op.f("uq_award_whose_edition")),
        sa.UniqueConstraint("token", name=op.f("uq_award_token")),
    )
    op.create_table(
        "award_revoked",
        sa.Column("award", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.String(), nullable=False) for name in ("reason", "by")),
        *(sa.Column(name, UTCDateTime(), nullable=False) for name in ("at", "as_of")),
        sa.PrimaryKeyConstraint("award", name=op.f("pk_award_revoked")),
        sa.ForeignKeyConstraint(["award"], ["award.id"], name=op.f("fk_award_revoked_award_award")),
    )
    op.create_index(op.f("ix_award_revoked_year"), "award_revoked", ["year"])
    guard(op.get_bind(), "award", "id", "year, kind, number", "whose, edition", "token")
    guard(op.get_bind(), "award_revoked", "award")


def downgrade() -> None:
    op.drop_table("award_revoked")
    op.drop_table("award")
