"""The papers that the province issued, and which of them no longer hold."""

import sqlalchemy as sa
from alembic import op

from models.columns import UTCDateTime

revision = "0045"
down_revision = "0044"
branch_labels = None
depends_on = None

KEPT = {
    "award": ("id", "year, kind, number", "whose, edition", "token"),
    "award_revoked": ("award",),
}
"""What is only added to, and what no two rows of it share: by any of these SQLite would replace a row."""


def keep_for_ever(table: str) -> None:
    """Let nobody change, delete, replace or empty; `refuse_change` is of 0001."""
    if op.get_bind().dialect.name == "sqlite":
        for verb in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {table}_no_{verb} BEFORE {verb} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
            )
        there = " OR ".join(f"EXISTS (SELECT 1 FROM {table} WHERE {_same(key)})" for key in KEPT[table])  # noqa: S608 -- ours
        op.execute(
            f"CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table} WHEN {there} "
            f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
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
    for table in KEPT:
        keep_for_ever(table)


def downgrade() -> None:
    op.drop_table("award_revoked")
    op.drop_table("award")
