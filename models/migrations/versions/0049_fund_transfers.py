"""What was paid to the cities, and what came back; no release before kept any of it."""

import sqlalchemy as sa
from alembic import op

from models.append_only import guard
from models.columns import Hundredths, UTCDateTime

revision = "0049"
down_revision = "0048"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "fund_transfer",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("serial", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.String(), nullable=False) for name in ("purpose", "way", "city", "number")),
        sa.Column("edition", sa.Integer(), nullable=False),
        sa.Column("amount", Hundredths(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        *(sa.Column(name, sa.String(), nullable=False) for name in ("voucher", "reason", "by")),
        *(sa.Column(name, UTCDateTime(), nullable=False) for name in ("at", "as_of")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fund_transfer")),
        sa.ForeignKeyConstraint(["year"], ["programme_year.year"], name=op.f("fk_fund_transfer_year_programme_year")),
        sa.UniqueConstraint("year", "serial", name=op.f("uq_fund_transfer_year_serial")),
        sa.UniqueConstraint(
            *("year", "purpose", "way", "city", "number", "edition"),
            name=op.f("uq_fund_transfer_year_purpose_way_city_number_edition"),
        ),
    )
    op.create_table(
        "transfer_void",
        sa.Column("transfer", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.String(), nullable=False) for name in ("reason", "by")),
        *(sa.Column(name, UTCDateTime(), nullable=False) for name in ("at", "as_of")),
        sa.PrimaryKeyConstraint("transfer", name=op.f("pk_transfer_void")),
        sa.ForeignKeyConstraint(
            ["transfer"], ["fund_transfer.id"], name=op.f("fk_transfer_void_transfer_fund_transfer")
        ),
    )
    op.create_index(op.f("ix_transfer_void_year"), "transfer_void", ["year"])
    guard(op.get_bind(), "fund_transfer", "id", "year, serial", "year, purpose, way, city, number, edition")
    guard(op.get_bind(), "transfer_void", "transfer")


def downgrade() -> None:
    op.drop_table("transfer_void")
    op.drop_table("fund_transfer")
