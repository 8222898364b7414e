"""A queue of letters to prove things on, and the count of what became of them by what the sink's ledger says."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import astuple, dataclass
from datetime import datetime, timedelta
from pathlib import Path
from types import MappingProxyType

from sqlalchemy import insert, select

from calendars.deadlines import TZ
from calendars.files import load
from models.columns import table_of
from models.database import Database
from models.outbox import Words, keep
from models.tables.season import Letter, ProgrammeYear

ROW = re.compile(r"row-(\d+);")
YEAR = 2022
DOMAIN = "proof.example"


def now() -> datetime:
    return datetime.now(TZ)


def fill(database: Database, count: int, first: int = 0, at: datetime | None = None) -> None:
    """Queue so many letters, due a minute ago; each third recipient is owed two."""
    at = (at or now()) - timedelta(minutes=1)
    with database.write() as connection:
        if connection.execute(select(table_of(ProgrammeYear).c.year)).scalar() is None:
            year = {"year": YEAR, "calendar": load(YEAR).source_text, "rehearsal": False, "revision": 1}
            opened = {"opened_by": "proof", "opened_at": at, "opened_as_of": at}
            connection.execute(insert(table_of(ProgrammeYear)), {**year, **opened})
        said = [Words(f"row-{number};\n", f"<p>{number}</p>\n") for number in range(first, first + count)]
        bodies = keep(connection, said)
        rows = [_row(first + place, at) | {"body": bodies[words]} for place, words in enumerate(said)]
        connection.execute(insert(table_of(Letter)), rows)


def _row(number: int, at: datetime) -> dict[str, object]:
    whose = number - 1 if number % 4 == 3 else number
    return {
        "year": YEAR, "phase": "application", "city": "nanjing", "attempt": "1", "recipient": f"mentor:{whose}",
        "kind": "reminder", "slot": str(number), "concerns": "nanjing", "state": "queued", "tries": 0, "moot": False,
        "address": f"m{whose}@{DOMAIN}", "subject": f"【省后备人才培养计划】第 {number} 封",
        "message_id": f"<{number}@{DOMAIN}>",
        "queued_at": at, "queued_as_of": at, "due_at": at,
    }  # fmt: skip


@dataclass(frozen=True)
class Taken:
    """One message that the sink put into its ledger: its Message-ID, who it was for, when by the clock, its text."""

    message_id: str
    recipient: str
    at: float
    text: str

    @property
    def rows(self) -> list[int]:
        """The numbers of the letters that it answers, as their texts give them."""
        return [int(number) for number in ROW.findall(self.text)]


def ledger(path: Path) -> list[Taken]:
    """Read what a relay keeps, which may be at it: a line without its end is a message not answered for yet."""
    whole = path.read_text().rpartition("\n")[0] if path.exists() else ""
    lines = [json.loads(line) for line in whole.splitlines()]
    return [Taken(line["id"], line["to"], line["at"], line["text"]) for line in lines]


@dataclass(frozen=True)
class Account:
    """Letters that never arrived, that arrived again, that nobody owed, and of which nobody knows."""

    lost: int = 0
    extra: int = 0
    unexpected: int = 0
    unknown: int = 0

    def __add__(self, other: Account) -> Account:
        return Account(*(mine + its for mine, its in zip(astuple(self), astuple(other), strict=True)))


def account(database: Database, taken: list[Taken], ends: Mapping[str, str] = MappingProxyType({})) -> Account:
    """Hold the ledger against the queue: each letter must be on record as sent and have arrived, once.

    `ends` gives by address those that must end otherwise, whether they arrived or not.
    """
    letter = table_of(Letter)
    with database.read() as connection:
        found = select(letter.c.slot, letter.c.address, letter.c.state).where(letter.c.address.endswith(f"@{DOMAIN}"))
        rows = connection.execute(found).all()
    address = {int(row.slot): row.address for row in rows}
    arrived = Counter(row for one in taken for row in one.rows)
    astray = sum(address.get(row) != one.recipient for one in taken for row in one.rows)
    amiss = [row for row in rows if row.state != ends.get(row.address, "sent")]
    missing = sum(row.state == "sent" and not arrived[int(row.slot)] for row in rows)
    unsure = sum(row.state in {"unknown", "sending"} for row in amiss)
    return Account(
        lost=len(amiss) - unsure + missing,
        extra=sum(count - 1 for count in arrived.values()),
        unexpected=astray + sum(not one.rows for one in taken),
        unknown=unsure,
    )
