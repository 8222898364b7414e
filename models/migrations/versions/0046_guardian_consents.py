"""What guardians consented to and withdrew. Nothing is made of what was filed before: nobody recorded who and when."""

import sqlalchemy as sa
from alembic import op

from models.append_only import guard
from models.columns import UTCDateTime

revision = "0046"
down_revision = "0045"
branch_labels = None
depends_on = None

JUDGED = (
    "year", "taken", "city", "grade", "subject", "mentor_party", "recommended", "guardian_consent", "consent_from",
    "subject_rank", "overall_rank",
)  # fmt: skip


def upgrade() -> None:
    op.create_table(
        "guardian_consent",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("token", sa.String(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.String(), nullable=False) for name in ("city", "number")),
        sa.Column("born", sa.Date(), nullable=False),
        sa.Column("given", sa.Boolean(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        *(sa.Column(name, sa.String(), nullable=False) for name in ("relation", "way", "wording", "reason")),
        sa.Column("filing", sa.Integer(), nullable=True),
        sa.Column("by", sa.String(), nullable=False),
        *(sa.Column(name, UTCDateTime(), nullable=False) for name in ("at", "as_of")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_guardian_consent")),
        sa.UniqueConstraint("token", name=op.f("uq_guardian_consent_token")),
    )
    op.create_index(op.f("ix_guardian_consent_year_number"), "guardian_consent", ["year", "number"])
    op.create_index(op.f("ix_guardian_consent_year_filing"), "guardian_consent", ["year", "filing", "number"])
    op.create_table(
        "consent_wording",
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("as_of", UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_consent_wording")),
    )
    guard(op.get_bind(), "guardian_consent", "id", "token")
    guard(op.get_bind(), "consent_wording", "digest", repeated=True)
    op.drop_index("ix_student_judged", "student")
    op.create_index("ix_student_judged", "student", [*JUDGED, "number"])


def downgrade() -> None:
    op.drop_index("ix_student_judged", "student")
    op.create_index("ix_student_judged", "student", list(JUDGED))
    op.drop_table("consent_wording")
    op.drop_table("guardian_consent")
