"""Which consents on record were recorded in error, and which office recorded each: nobody said that of those before."""

import sqlalchemy as sa
from alembic import op

from models.append_only import guard
from models.columns import UTCDateTime

revision = "0048"
down_revision = "0047"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("guardian_consent", sa.Column("office", sa.String(), nullable=True))
    op.create_table(
        "consent_void",
        sa.Column("record", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.String(), nullable=False) for name in ("city", "reason", "by")),
        *(sa.Column(name, UTCDateTime(), nullable=False) for name in ("at", "as_of")),
        sa.PrimaryKeyConstraint("record", name=op.f("pk_consent_void")),
        sa.ForeignKeyConstraint(
            ["record"], ["guardian_consent.id"], name=op.f("fk_consent_void_record_guardian_consent")
        ),
    )
    op.create_index(op.f("ix_consent_void_year"), "consent_void", ["year"])
    guard(op.get_bind(), "consent_void", "record")


def downgrade() -> None:
    op.drop_table("consent_void")
    op.drop_column("guardian_consent", "office")
