"""Letters' words in a table of their own: kept once for all that share them, and not rewritten with every mark."""

import hashlib
import json

import sqlalchemy as sa
from alembic import op
from markupsafe import escape
from sqlalchemy.dialects import postgresql, sqlite

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

CHUNK = 1000
PLACE = "addressee-7f1d3c5e90b84a62a4d6f0385b2c9e17"
WORDS = ("text", "html", "ics")

body = sa.table("letter_body", *map(sa.column, ("digest", *WORDS)))
letter = sa.table("letter", *map(sa.column, ("id", "body", "addressee", *WORDS)))


def upgrade() -> None:
    op.create_table(
        "letter_body",
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("html", sa.Text(), nullable=False),
        sa.Column("ics", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_letter_body")),
    )
    op.add_column("letter", sa.Column("body", sa.String(), nullable=True))
    op.add_column("letter", sa.Column("addressee", sa.String(), nullable=True))
    _move_out(op.get_bind())
    with op.batch_alter_table("letter") as table:
        table.alter_column("body", existing_type=sa.String(), nullable=False)
        table.create_foreign_key(op.f("fk_letter_body_letter_body"), "letter_body", ["body"], ["digest"])
        for name in WORDS:
            table.drop_column(name)
    op.drop_index("ix_letter_recipient_state", "letter")
    op.create_index("ix_letter_recipient", "letter", ["recipient"])


def _move_out(connection: sa.Connection) -> None:
    dialect = sqlite if connection.dialect.name == "sqlite" else postgresql
    once = dialect.insert(body).on_conflict_do_nothing()
    named = sa.update(letter).where(letter.c.id == sa.bindparam("key")).values(body=sa.bindparam("digest"))
    last = 0
    query = sa.select(letter.c.id, *(letter.c[name] for name in WORDS)).order_by(letter.c.id).limit(CHUNK)
    while rows := connection.execute(query.where(letter.c.id > last)).all():
        kept = [{"digest": _digest(row), "text": row.text, "html": row.html, "ics": row.ics} for row in rows]
        connection.execute(once, kept)
        connection.execute(named, [{"key": row.id, "digest": _digest(row)} for row in rows])
        last = rows[-1].id


def _digest(row: sa.Row[tuple[int, str, str, str | None]]) -> str:
    return hashlib.sha256(json.dumps([row.text, row.html, row.ics]).encode()).hexdigest()[:40]


def downgrade() -> None:
    op.drop_index("ix_letter_recipient", "letter")
    op.create_index("ix_letter_recipient_state", "letter", ["recipient", "state", "due_at"])
    for name in WORDS:
        op.add_column("letter", sa.Column(name, sa.Text(), nullable=True))
    _move_back(op.get_bind())
    with op.batch_alter_table("letter") as table:
        for name in ("text", "html"):
            table.alter_column(name, existing_type=sa.Text(), nullable=False)
        table.drop_constraint(op.f("fk_letter_body_letter_body"), type_="foreignkey")
        for name in ("body", "addressee"):
            table.drop_column(name)
    op.drop_table("letter_body")


def _move_back(connection: sa.Connection) -> None:
    said = {name: sa.bindparam(f"its_{name}") for name in WORDS}
    filled = sa.update(letter).where(letter.c.id == sa.bindparam("key")).values(said)
    columns = (letter.c.id, letter.c.addressee, body.c.text, body.c.html, body.c.ics)
    query = sa.select(*columns).join(body, body.c.digest == letter.c.body).order_by(letter.c.id).limit(CHUNK)
    last = 0
    while rows := connection.execute(query.where(letter.c.id > last)).all():
        connection.execute(filled, [
            {"key": row.id, "its_ics": row.ics, "its_text": _to(row.text, row.addressee),
             "its_html": _to(row.html, None if row.addressee is None else str(escape(row.addressee)))}
            for row in rows
        ])  # fmt: skip
        last = rows[-1].id


def _to(said: str, addressee: str | None) -> str:
    return said if addressee is None else said.replace(PLACE, addressee)
