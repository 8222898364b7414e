"""All that a season came to as numbers and hashes: what its signed file holds, and outlives a purge."""

from __future__ import annotations

import json
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from models import awards
from models.columns import table_of
from models.facts.scope import Scope, in_training
from models.record_chain import content
from models.tables.city_drafts import draft_table
from models.tables.record_chain import ChainLink
from models.tables.season import CityPhase, ExtensionRow, Filing, Letter, Transition, WaiverRow
from phases.year_end import EVALUATIONS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Connection, Table

    from calendars.year import Year

MOVE = ("id", "phase", "city", "seq", "event", "refused", "attempt", "filing", "tally", "on_paper")
LETTER = ("id", "kind", "phase", "city", "attempt", "recipient", "slot", "state", "body")
FILING = ("phase", "city", "number", "part", "passed", "id", "attempt", "digest")
DECIDED: Mapping[str, tuple[str, ...]] = {
    "extension": ("id", "phase", "city", "attempt", "cause", "until", "corrections"),
    "waiver": ("id", "phase", "city", "attempt", "rule"),
}


def of_season(connection: Connection, year: Year) -> dict[str, Any]:
    """Give the single records of a year: nobody's name, nothing that anybody wrote but as a hash."""
    ours = year.year
    moves = connection.execute(_of(table_of(Transition), ours)).mappings().all()
    cells = connection.execute(_of(table_of(CityPhase), ours)).mappings()
    filings = connection.execute(_of(table_of(Filing), ours)).mappings()
    letters = connection.execute(_of(table_of(Letter), ours)).mappings()
    link = table_of(ChainLink)
    links = select(link.c.number, link.c.record, link.c.row, link.c.content, link.c.chained)
    tables = {"extension": table_of(ExtensionRow), "waiver": table_of(WaiverRow)}
    return {
        "moves": [
            {name: row[name] for name in MOVE}
            | {"from": row["from_state"], "to": row["to_state"], "content": content("transition", row)}
            for row in moves
        ],
        "states": {f"{row['phase']}/{row['city']}": row["state"] for row in cells},
        "links": [list(row) for row in connection.execute(links.where(link.c.strand == ours).order_by(link.c.number))],
        "filings": [[*(row[name] for name in FILING), _hash(row["verdict"]), _hash(row["facts"])] for row in filings],
        "letters": [[row[name] for name in LETTER] for row in letters],
        "decisions": {
            name: [
                [str(row[each]) for each in DECIDED[name]] for row in connection.execute(_of(table, ours)).mappings()
            ]
            for name, table in tables.items()
        },
        "results": _results(connection, year),
        "awards": [
            [one.kind, one.number, one.city, one.edition, one.revoked is not None]
            for one in awards.register(connection, ours)
        ],
    }


def _of(table: Table, year: int) -> Any:  # noqa: ANN401 -- a query
    return select(table).where(table.c.year == year).order_by(table.c.id)


def _hash(said: object) -> str:
    return sha256(json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def _results(connection: Connection, year: Year) -> list[list[str]]:
    """Give city, number and grade of each student in training who has one."""
    trained = in_training(Scope.undated(connection, year))
    table = draft_table(EVALUATIONS)
    query = select(table.c.city, table.c.number, table.c.grade).where(table.c.year == year.year)
    rows = connection.execute(query.order_by(table.c.city, table.c.number))
    return [list(row) for row in rows if row.number in trained.get(row.city, ()) and row.grade is not None]
