"""The table of the chain that the record hangs on: numbers and hashes, which a purge leaves as they are."""

from __future__ import annotations

from sqlmodel import Field, SQLModel


class ChainLink(SQLModel, table=True):
    """One row of the record, append-only: `record` names its table, `row` its id, `content` is the hash of all of it.

    `strand` is the year in whose transaction it was written, 0 for none; in a strand links are numbered from 1 without
    a gap, and `chained` is the hash of the link with that of the link before it. Where `record` is `BEGUN` it is no
    row: the links before it were made by an upgrade, of the `row` rows that it found there.
    """

    __tablename__ = "chain_link"

    strand: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    number: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    record: str
    row: int
    content: str
    chained: str
