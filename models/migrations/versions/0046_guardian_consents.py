"""What guardians consented to and withdrew. Nothing is made of what was filed before: nobody recorded who and when."""

import sqlalchemy as sa
from alembic import op

from models.columns import UTCDateTime

revision = "0046"
down_revision = "0045"
branch_labels = None
depends_on = None

KEPT = {"guardian_consent": ("id", "token"), "consent_wording": ("digest",)}
"""What is only added to, and what no two rows of it share: by any of these SQLite would replace a row."""

IGNORED = {"consent_wording"}
"""What the programme inserts twice and keeps once."""
JUDGED = (
    "year", "taken", "city", "grade", "subject", "mentor_party", "recommended", "guardian_consent", "consent_from",
    "subject_rank", "overall_rank",
)  # fmt: skip


def keep_for_ever(table: str) -> None:
    """Let nobody change, delete, replace or empty; `refuse_change` is of 0001."""
    if op.get_bind().dialect.name == "sqlite":
        for verb in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {table}_no_{verb} BEFORE {verb} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
            )
        there = " OR ".join(f"EXISTS (SELECT 1 FROM {table} WHERE {_same(key)})" for key in KEPT[table])  # noqa: S608 -- ours
        no = "IGNORE" if table in IGNORED else f"ABORT, '{table} is append-only'"
        op.execute(
            f"CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table} WHEN {there} BEGIN SELECT RAISE({no}); END"
        )
        return
    op.execute(
        f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table} "
        "FOR EACH ROW EXECUTE FUNCTION refuse_change()"
    )
    op.execute(
        f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
    )


def _same(key: str) -> str:
    return " AND ".join(f"{column} = NEW.{column}" for column in key.split(", "))


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
    for table in KEPT:
        keep_for_ever(table)
    op.drop_index("ix_student_judged", "student")
    op.create_index("ix_student_judged", "student", [*JUDGED, "number"])


def downgrade() -> None:
    op.drop_index("ix_student_judged", "student")
    op.create_index("ix_student_judged", "student", list(JUDGED))
    for table in KEPT:
        op.drop_table(table)
