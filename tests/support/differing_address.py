"""An address over which two cities of the played season differ."""

from __future__ import annotations

from sqlalchemy import insert, select, update

from dashboard.serving.site import Site
from models.columns import table_of
from models.tables.pool import Party, StatedAddress

OLD, NEW = "old@unit.example", "new@unit.example"


def differ(site: Site) -> tuple[int, int]:
    """Let Yancheng name a mentor of Wuxi's by another address; the mentor's number and the difference's."""
    table, party = table_of(StatedAddress), table_of(Party)
    now = site.now(site.year(2022))
    with site.database.write() as connection:
        kept = select(table.c.party).join(party, party.c.id == table.c.party)
        mentor = connection.execute(kept.where(table.c.office == "wuxi", party.c.kind == "mentor")).scalars().all()[0]
        connection.execute(update(party).where(party.c.id == mentor).values(email=OLD))
        connection.execute(update(table).where(table.c.party == mentor).values(email=OLD))
        row = {"party": mentor, "office": "yancheng", "year": 2022, "email": NEW, "settled": False}
        made = insert(table).values(row | {"by": "盐城", "at": now, "as_of": now}).returning(table.c.id)
        return int(mentor), int(connection.execute(made).scalar_one())
