"""The papers that go with letters, a blank workbook: kept once beside the words, as they were when written."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import select

from models.columns import table_of
from models.shortcuts.bulk import insert_once
from models.tables.season import LetterPaper

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from sqlalchemy import Connection


class EnclosedPaper(NamedTuple):
    """A file that goes with letters: `name` as its recipient saves it, `type` a MIME type."""

    name: str
    type: str
    content: bytes

    @property
    def digest(self) -> str:
        """What it is kept under: no two that differ share it."""
        return hashlib.sha256(b"\0".join((self.name.encode(), self.type.encode(), self.content))).hexdigest()[:40]


def named(papers: Sequence[EnclosedPaper]) -> str | None:
    """Give what words name their papers by; None where they have none."""
    return " ".join(one.digest for one in papers) or None


def keep(connection: Connection, papers: Sequence[EnclosedPaper]) -> None:
    """Keep these papers, once each."""
    rows = [{"digest": one.digest, **one._asdict()} for one in dict.fromkeys(papers)]
    insert_once(connection, table_of(LetterPaper), rows)


def of(connection: Connection, digests: Collection[str]) -> dict[str, EnclosedPaper]:
    """Give the papers that are kept under these."""
    table = table_of(LetterPaper)
    columns = [table.c[name] for name in ("digest", *EnclosedPaper._fields)]
    rows = connection.execute(select(*columns).where(table.c.digest.in_(digests))) if digests else ()
    return {digest: EnclosedPaper(*paper) for digest, *paper in rows}
