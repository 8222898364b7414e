"""A city asks for more than a later day, and an answer is a row of its own: what was answered before is kept as one."""

import sqlalchemy as sa
from alembic import op

from models.columns import UTCDateTime

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

ANSWER = ("answer", "answered_by", "answered_as_of", "answer_reason")

REFUSE_SQLITE = """
CREATE TRIGGER request_answer_no_{verb} BEFORE {verb} ON request_answer
BEGIN SELECT RAISE(ABORT, 'request_answer is append-only'); END
"""


def keep_for_ever() -> None:
    """Let nobody change or delete an answer; `refuse_change` is of 0001."""
    if op.get_bind().dialect.name == "sqlite":
        for verb in ("UPDATE", "DELETE"):
            op.execute(REFUSE_SQLITE.format(verb=verb))
        return
    op.execute(
        "CREATE TRIGGER request_answer_append_only BEFORE UPDATE OR DELETE ON request_answer "
        "FOR EACH ROW EXECUTE FUNCTION refuse_change()"
    )


def upgrade() -> None:
    # SQLite makes an altered table anew: nothing may refer to it by then.
    op.execute(
        "CREATE TEMPORARY TABLE kept AS SELECT id, answer, answered_by, answered_as_of, answer_reason FROM request "
        "WHERE answer IS NOT NULL"
    )
    op.drop_index("ix_request_year_answer", table_name="request")
    with op.batch_alter_table("request") as table:
        table.add_column(sa.Column("kind", sa.String(), nullable=False, server_default="later-day"))
        table.add_column(sa.Column("about", sa.String(), nullable=True))
        table.alter_column("until", existing_type=sa.Date(), nullable=True)
        for name in ANSWER:
            table.drop_column(name)
    op.create_index("ix_request_year", "request", ["year"])
    op.create_table(
        "request_answer",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("request", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("said", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("move", sa.Integer(), nullable=True),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("as_of", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["request"], ["request.id"], name=op.f("fk_request_answer_request_request")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_request_answer")),
        sa.UniqueConstraint("request", "number", name=op.f("uq_request_answer_request_number")),
    )
    # Nothing kept when an answer came by the clock: it is said to have come when the programme says it did.
    op.execute(
        'INSERT INTO request_answer (request, number, said, reason, "by", at, as_of) '
        "SELECT id, 1, answer, answer_reason, answered_by, answered_as_of, answered_as_of FROM kept ORDER BY id"
    )
    op.execute("DROP TABLE kept")
    keep_for_ever()


def downgrade() -> None:
    op.execute(
        'CREATE TEMPORARY TABLE kept AS SELECT request, said, "by" AS signed, as_of, reason FROM request_answer one '
        "WHERE number = (SELECT max(number) FROM request_answer other WHERE other.request = one.request) "
        "AND said <> 'reopened'"
    )
    op.drop_table("request_answer")
    op.execute("DELETE FROM request WHERE kind = 'question'")
    op.drop_index("ix_request_year", table_name="request")
    with op.batch_alter_table("request") as table:
        for name in ("answer", "answered_by", "answer_reason"):
            table.add_column(sa.Column(name, sa.String(), nullable=True))
        table.add_column(sa.Column("answered_as_of", UTCDateTime(), nullable=True))
        table.alter_column("until", existing_type=sa.Date(), nullable=False)
        table.drop_column("about")
        table.drop_column("kind")
    for column, kept in zip(ANSWER, ("said", "signed", "as_of", "reason"), strict=True):
        op.execute(f"UPDATE request SET {column} = (SELECT {kept} FROM kept WHERE kept.request = request.id)")  # nosec B608 # noqa: S608 -- of the constants above
    op.execute("DROP TABLE kept")
    op.create_index("ix_request_year_answer", "request", ["year", "answer"])
