"""What looks the same is the same: parties are found by what their names look like, students by what theirs do."""

import hashlib

import sqlalchemy as sa
from alembic import op

from forms.folding import fold

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "party_likeness",
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("place", sa.String(), nullable=False),
        sa.Column("party", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["party"], ["party.id"], name=op.f("fk_party_likeness_party_party")),
        sa.PrimaryKeyConstraint("kind", "name", "place", name=op.f("pk_party_likeness")),
    )
    _liken_parties()
    _liken_students()


def _liken_parties() -> None:
    """Of two that look the same the older is found from now on."""
    party = sa.table("party", *map(sa.column, ("id", "kind", "name", "place")))
    likeness = sa.table("party_likeness", *map(sa.column, ("kind", "name", "place", "party")))
    rows: dict[tuple[str, str, str], int] = {}
    for key, kind, name, place in op.get_bind().execute(sa.select(party).order_by(party.c.id)):
        rows.setdefault((kind, fold(name), fold(place)), key)
    op.bulk_insert(
        likeness,
        [{"kind": kind, "name": name, "place": place, "party": key} for (kind, name, place), key in rows.items()],
    )


def _liken_students() -> None:
    """A student whose fingerprint is another now has it in the drafts, and in the pool of the year after."""
    connection = op.get_bind()
    student = sa.table(
        "student", sa.column("name"), sa.column("born", sa.Date()), sa.column("school"), sa.column("person")
    )
    pool = sa.table("pool", *map(sa.column, ("year", "city", "kind", "key")))
    people = connection.execute(sa.select(student).distinct()).all()
    for name, born, school, person in people:
        alike = fold(name), fold(school)
        if alike == (name, school):
            continue
        anew = hashlib.sha256(f"{alike[0]}|{born.isoformat()}|{alike[1]}".encode()).hexdigest()[:32]
        connection.execute(sa.update(student).where(student.c.person == person).values(person=anew))
        brought = (pool.c.kind == "student") & (pool.c.key == person)
        there = sa.select(pool.c.year, pool.c.city).where(pool.c.kind == "student", pool.c.key == anew)
        connection.execute(sa.delete(pool).where(brought, sa.tuple_(pool.c.year, pool.c.city).in_(there)))
        connection.execute(sa.update(pool).where(brought).values(key=anew))


def downgrade() -> None:
    op.drop_table("party_likeness")
