"""A person settles what became of a letter of unknown fate, or sends again one that was given up."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from acts.outcome import Outcome
from models import doubt
from models.post import MOOT, letter_by_id

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from models.database import Database
    from models.stamp import Stamp

Found = Literal["sent", "resend"]
OPEN = ("unknown", "failed")
"""The states that a person may settle."""


def settle(database: Database, key: int, found: Found, stamp: Stamp) -> Outcome:
    """Take a letter, and all that went out in one message with it, as sent, or queue it again; refuse any other state.

    One that is no longer owed is not queued again but cancelled.
    """
    with database.write() as connection:
        letter = letter_by_id(connection, key)
        if letter is None:
            return Outcome("refused", f"没有编号为 {key} 的函件。")
        if letter.state not in OPEN:
            return Outcome("refused", f"{key} 号函件既非待核实也非未送达，无需处理。")
        mates = doubt.same_envelope(connection, key, OPEN)
        return Outcome("done", (_sent if found == "sent" else _again)(connection, mates, stamp))


def _sent(connection: Connection, keys: list[int], stamp: Stamp) -> str:
    values = {"state": "sent", "sent_at": stamp.at, "detail": f"{_checked(stamp)}：已送达"}
    doubt.settled(connection, keys, values)
    return f"{_named(keys)}已记为已发。"


def _again(connection: Connection, keys: list[int], stamp: Stamp) -> str:
    letters = [row for key in keys if (row := letter_by_id(connection, key)) is not None]
    owed, moot = ([row.id for row in letters if row.moot is is_moot] for is_moot in (False, True))
    queued = {"state": "queued", "tries": 0, "due_at": stamp.as_of, "detail": f"{_checked(stamp)}：重发"}
    doubt.settled(connection, owed, queued)
    doubt.settled(connection, moot, {"state": "cancelled", "detail": MOOT})
    said = (f"{_named(owed)}已重新排队。" if owed else "", f"{_named(moot)}情况已变，不再发送。" if moot else "")
    return "".join(said)


def _checked(stamp: Stamp) -> str:
    return f"{stamp.by} 于 {stamp.at:%Y-%m-%d %H:%M} 核实"


def _named(keys: list[int]) -> str:
    return f"{'、'.join(map(str, keys))} 号函件"
