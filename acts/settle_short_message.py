"""A person settles a short message that was refused, or of which nobody knows what became: as a letter is settled."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from acts.act import Act, Bench, Field, Filled
from acts.settle_letter import EVENTS, SETTLED
from models import audit, contacts, short_messages
from models.letterbox import EVERY, letter_by_id
from season.outcome import Outcome

if TYPE_CHECKING:
    from acts.settle_letter import Found
    from models.database import Database
    from models.stamp import Stamp


def settle_short(database: Database, letter: int, found: Found, stamp: Stamp, *, account: int | None = None) -> Outcome:
    """Take the message beside a letter as sent, let it go once more, or drop it; `refused` where it is not open."""
    said = f"{stamp.by} 于 {stamp.at:%Y-%m-%d %H:%M} 核实"
    more: dict[Found, dict[str, Any]] = {
        "sent": {"sent_at": stamp.at},
        "resend": {"tries": 0, "deferred_since": None, "due_at": stamp.as_of},
        "dropped": {},
    }
    with database.write("every") as connection:
        row = letter_by_id(connection, letter)
        if row is None or not short_messages.settle(connection, letter, EVENTS[found], detail=said, **more[found]):
            return Outcome("refused", f"{letter} 号函件没有未送达、待核实的短消息，无需处理。")
        city = None if row.concerns == EVERY else row.concerns
        what = f"短消息{SETTLED[found]}"
        audit.record(connection, stamp, what, f"letter/{letter}", account=account, city=city)
        contacts.touch(connection, row.year)
    return Outcome("done", f"{letter} 号函件另发的{what}。")


def _settled(bench: Bench, filled: Filled) -> Outcome:
    found = cast("Found", filled.words["found"])
    return settle_short(bench.database, filled.number, found, bench.stamp, account=bench.account)


SETTLE_SHORT = Act(
    "settle-short",
    lambda _: "核实短消息",
    (
        Field("letter", "函件编号", "letter", hint="短消息是哪一号函件另发的。"),
        Field(
            "found", "核实结果", "choice",
            choices=(("sent", "已经收到，记为已发"), ("resend", "没有收到，重新发送"), ("dropped", "不再发送")),
        ),
    ),
    _settled,
    lambda _book, _year, filled: f"{filled.number} 号函件另发的短消息{SETTLED[filled.words['found']]}",
    subject=lambda _, filled: f"letter/{filled.number}",
    records=True,
)  # fmt: skip
