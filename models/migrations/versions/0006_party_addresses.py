"""Parties: what each office says an address is. What was filed till now is what its city says."""

import sqlalchemy as sa
from alembic import op

from models.columns import UTCDateTime

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

FILED = {"institution": "mentor-recommendation", "mentor": "mentor-recommendation", "school": "application"}


def upgrade() -> None:
    op.create_table(
        "stated_address",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("party", sa.Integer(), nullable=False),
        sa.Column("office", sa.String(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("settled", sa.Boolean(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("at", UTCDateTime(), nullable=False),
        sa.Column("as_of", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["party"], ["party.id"], name=op.f("fk_stated_address_party_party")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stated_address")),
        sa.UniqueConstraint("party", "office", name=op.f("uq_stated_address_party_office")),
        sqlite_autoincrement=True,
    )
    for table, phase in FILED.items():
        filed_till_now(table, phase)
    undo_drafts()


def filed_till_now(table: str, phase: str) -> None:
    """Let each city say the address that it filed last; where two differ, the province is shown it."""
    found = op.get_bind().execute(_filed(table, phase))
    newest = {
        (row.party, row.city): {
            "party": row.party, "office": row.city, "year": row.year, "email": row.email, "settled": False,
            "by": "talent up", "at": row.filed_at or row.as_of, "as_of": row.filed_at or row.as_of,
        }
        for row in found
    }  # fmt: skip
    op.bulk_insert(_table("stated_address", "party", "office", "year", "email", "settled", "by"), list(newest.values()))


def _filed(name: str, phase: str) -> sa.Select[tuple[object, ...]]:
    """The rows of drafts that are filed: that of a phase open again is not, what a rerun holds behind it is."""
    draft, cell, query = _drafts(name, phase)
    filed = cell.c.state.in_(("submitted", "passed")) | cell.c.resume.is_not(None)
    columns = (draft.c.party, draft.c.city, draft.c.year, draft.c.email, cell.c.as_of, cell.c.filed_at)
    return query.with_only_columns(*columns).where(filed).order_by(draft.c.year, draft.c.line)


def _drafts(name: str, phase: str) -> tuple[sa.TableClause, sa.TableClause, sa.Select[tuple[object, ...]]]:
    """The parties that drafts name, of mentors those whom the city took, each beside how its city's phase stands."""
    draft = _table(name, "party", "city", "year", "email", "line", *(["taken"] if name == "mentor" else []))
    cell = _table("city_phase", "year", "city", "phase", "state", "resume", "filed_at")
    of = sa.and_(cell.c.year == draft.c.year, cell.c.city == draft.c.city, cell.c.phase == phase)
    query = sa.select(draft.c.party).join_from(draft, cell, of)
    return draft, cell, query.where(draft.c.taken) if name == "mentor" else query


def undo_drafts() -> None:
    """Where the address in force is one that no city filed, a draft put it there: that which was filed first stands.

    Where no city ever filed the party, it has none. What is queued for it goes the same way, or is held.
    """
    said, party = _table("stated_address", "party", "email"), _table("party", "id", "kind", "email")
    first: dict[int, str] = {}
    filed: dict[int, set[str]] = {}
    query = sa.select(said.c.party, said.c.email).order_by(said.c.as_of, said.c.party)
    for key, email in op.get_bind().execute(query).tuples():
        first.setdefault(key, email)
        filed.setdefault(key, set()).add(email.lower())
    reopened = _once_filed() - first.keys()  # what of such a draft was filed then, nobody can tell
    for row in op.get_bind().execute(sa.select(party.c.id, party.c.kind, party.c.email)).all():
        if row.email and row.id not in reopened and row.email.lower() not in filed.get(row.id, ()):
            email = first.get(row.id, "")
            op.execute(sa.update(party).where(party.c.id == row.id).values(email=email))
            _redirect(f"{row.kind}:{row.id}", email)


def _once_filed() -> set[int]:
    """The parties in the drafts of phases that were filed once, though they may be open again."""
    found: set[int] = set()
    for table, phase in FILED.items():
        _, cell, query = _drafts(table, phase)
        found |= set(op.get_bind().execute(query.where(cell.c.filed_at.is_not(None))).scalars())
    return found


def _redirect(recipient: str, email: str) -> None:
    letter = _table("letter", "recipient", "state", "address", "detail")
    queued = sa.update(letter).where(letter.c.recipient == recipient, letter.c.state == "queued")
    held = {"state": "held", "address": "", "detail": "未登记邮箱"}
    op.execute(queued.values({"address": email} if email else held))


TYPES = {"at": UTCDateTime(), "as_of": UTCDateTime(), "filed_at": UTCDateTime()}
TYPES |= {"settled": sa.Boolean(), "taken": sa.Boolean()}


def _table(name: str, *columns: str) -> sa.TableClause:
    return sa.table(name, *(sa.column(one, TYPES.get(one)) for one in (*columns, "at", "as_of")))


def downgrade() -> None:
    op.drop_table("stated_address")
