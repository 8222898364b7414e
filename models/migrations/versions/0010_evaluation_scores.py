"""Scores of the evaluation in a table of their own, a row each: as many as the year has dimensions."""

import sqlalchemy as sa
from alembic import op

from models.columns import Hundredths

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

ROW = ("year", "city", "line")
SCORES = ("interest", "knowledge", "potential", "ability", "english")
"""The five columns there were, in the order of the dimensions."""

evaluation = sa.table("evaluation", *map(sa.column, (*ROW, *SCORES)))
score = sa.table("evaluation_score", *map(sa.column, (*ROW, "dimension", "score")))


def upgrade() -> None:
    op.create_table(
        "evaluation_score",
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("city", sa.String(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("dimension", sa.Integer(), nullable=False),
        sa.Column("score", Hundredths(), nullable=False),
        sa.PrimaryKeyConstraint("year", "city", "line", "dimension", name=op.f("pk_evaluation_score")),
    )
    for place, name in enumerate(SCORES, start=1):
        given = sa.select(*(evaluation.c[column] for column in ROW), sa.literal(place), evaluation.c[name])
        op.execute(score.insert().from_select([*ROW, "dimension", "score"], given))
    with op.batch_alter_table("evaluation") as table:
        for name in SCORES:
            table.drop_column(name)


def downgrade() -> None:
    """What a year of other dimensions has more goes with the table; what it has fewer is 0."""
    for name in SCORES:
        op.add_column("evaluation", sa.Column(name, Hundredths(), nullable=True))
    for place, name in enumerate(SCORES, start=1):
        same = sa.and_(*(score.c[column] == evaluation.c[column] for column in ROW), score.c.dimension == place)
        given = sa.select(score.c.score).where(same).scalar_subquery()
        op.execute(sa.update(evaluation).values({name: sa.func.coalesce(given, 0)}))
    with op.batch_alter_table("evaluation") as table:
        for name in SCORES:
            table.alter_column(name, existing_type=Hundredths(), nullable=False)
    op.drop_table("evaluation_score")
