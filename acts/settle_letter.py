"""A person settles letters of unknown fate, or that were given up: they arrived, go out again, or go out no more."""

from __future__ import annotations

from collections import defaultdict
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal, cast

from acts import masking
from acts.act import Act, Bench, Field, Filled
from acts.extend import say_anew
from calendars.deadlines import day_of
from letters.words import STATES
from models import addresses, audit, purges_done, standing
from models.alarms import suppressed
from models.database import Within
from models.letter_states import LetterEvent, LetterState, sources
from models.outbox import ALL
from models.outdated_letters import redated, untrue
from post import unknown_letters
from post.claims import SUPPRESSED
from post.marks import MOOT
from season.outcome import Outcome
from season.recipients import named
from season.transaction import sitting

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

    from sqlalchemy import Connection

    from models.database import Database
    from models.stamp import Stamp
    from post.unknown_letters import ToSettle

Found = Literal["sent", "resend", "dropped"]
EVENTS: Mapping[Found, LetterEvent] = MappingProxyType(
    {
        "sent": LetterEvent.SETTLE_SENT,
        "resend": LetterEvent.SETTLE_AGAIN,
        "dropped": LetterEvent.SETTLE_DROPPED,
    }
)
OPEN: Mapping[Found, tuple[LetterState, ...]] = MappingProxyType(
    {found: sources(event) for found, event in EVENTS.items()}
)
"""The states that a person may settle, by what was found."""

REDATED = "截止日已改，按新的日期重写"

NOT_OPEN: Mapping[Found, str] = MappingProxyType(
    {found: "既非" + "也非".join(STATES[state] for state in states) for found, states in OPEN.items()}
)
ON_RECORD: Mapping[Found, str] = MappingProxyType(
    {"sent": "函件核实为已送达", "resend": "函件重发", "dropped": "函件不再发送"}
)
"""What the audit says, for a letter's own detail is overwritten by what becomes of it next."""


def settle(
    database: Database, keys: Sequence[int], found: Found, stamp: Stamp, *, account: int | None = None
) -> Outcome:
    """Take letters, and all that went out in one message with each, as sent, queue them again, or drop them.

    All of them or none: one in a state that is not for a person to settle has all of them refused. A letter that goes
    out again goes to where its recipient is written to today, and under a Message-ID that a message can bear; one that
    is no longer owed is cancelled instead, and one whose due day has moved is written anew. None goes out again whose
    year is purged, and its words with it.
    """
    with database.write("every") as connection:
        gone = purges_done.purged_years(connection) if found == "resend" else frozenset[int]()
        refusals = [said for key in keys if (said := _refusal(connection, key, found, gone))]
        if refusals:
            return Outcome("refused", "".join(refusals) + ("一封也没有办理。" if len(keys) > 1 else ""))
        mates = {mate for key in keys for mate in unknown_letters.same_envelope(connection, key)}
        letters = unknown_letters.letters(connection, mates)
        for row in letters:
            city = None if row.concerns == ALL else row.concerns
            audit.record(connection, stamp, ON_RECORD[found], f"letter/{row.id}", account=account, city=city)
        redone = _redated(database, connection, letters, stamp) if found == "resend" else frozenset()
        rest = [row for row in letters if row.id not in redone]
        done = DO[found](connection, rest, stamp) if rest else ""
        if redone:
            done += f"{_named(sorted(redone))}里的截止日已改，不再发送；仍应告知的已按新的日期重写。"
        return Outcome("done", done)


def _redated(database: Database, connection: Connection, letters: Sequence[ToSettle], stamp: Stamp) -> frozenset[int]:
    """Cancel those that name a day which has moved since, and owe with the new one what is still owed; give which."""
    keys = [row.id for row in letters]
    found = redated(connection, keys, stamp.as_of) - untrue(connection, keys, stamp.as_of)
    unknown_letters.settled(connection, sorted(found), LetterEvent.SETTLE_MOOT, detail=REDATED)
    owed: dict[tuple[int, str, str], dict[str, frozenset[str]]] = defaultdict(dict)
    for row in letters:
        if row.id in found:
            unsent = owed[row.year, row.phase, row.concerns]
            unsent[row.kind] = unsent.get(row.kind, frozenset()) | {row.recipient}
    for (year, phase, city), unsent in owed.items():
        with sitting(Within(database, connection, "every"), year, stamp, [city]) as season:
            say_anew(season, season.cells[phase, city], unsent)
    return found


def _refusal(connection: Connection, key: int, found: Found, gone: Collection[int]) -> str:
    rows = unknown_letters.letters(connection, [key])
    if not rows:
        return f"没有编号为 {key} 的函件。"
    if rows[0].year in gone:
        return f"{key} 号函件的内容已到期清除，不能重发。"
    return "" if rows[0].state in OPEN[found] else f"{key} 号函件{NOT_OPEN[found]}，无需处理。"


def _sent(connection: Connection, letters: Sequence[ToSettle], stamp: Stamp) -> str:
    keys = [row.id for row in letters]
    said = f"{_checked(stamp)}：已送达"
    unknown_letters.settled(connection, keys, LetterEvent.SETTLE_SENT, sent_at=stamp.at, detail=said)
    return f"{_named(keys)}已记为已发。"


def _dropped(connection: Connection, letters: Sequence[ToSettle], stamp: Stamp) -> str:
    keys = [row.id for row in letters]
    unknown_letters.settled(connection, keys, LetterEvent.SETTLE_DROPPED, detail=f"{_checked(stamp)}：不再发送")
    return f"{_named(keys)}不再发送。"


def _again(connection: Connection, letters: Sequence[ToSettle], stamp: Stamp) -> str:
    moot = untrue(connection, [row.id for row in letters], stamp.as_of)
    unknown_letters.settled(connection, sorted(moot), LetterEvent.SETTLE_MOOT, detail=MOOT)
    owed = [row for row in letters if row.id not in moot]
    unknown_letters.name_anew(connection, owed, stamp.mail_domain)
    now = addresses.present(connection, {row.recipient for row in owed}, day_of(stamp.as_of))
    given_up = {row.address for row in suppressed(connection)}
    years = {year: standing.opened(connection, year).year for year in {row.year for row in owed}}
    by_place: dict[tuple[str, str], list[ToSettle]] = defaultdict(list)
    for row in owed:
        by_place[row.recipient, now.get(row.recipient, row.address)].append(row)
    said = [
        _queued(connection, rows, named(years[rows[0].year], recipient), address, stamp, given_up)
        for (recipient, address), rows in by_place.items()
    ]
    return "".join([*said, f"{_named(sorted(moot))}情况已变，不再发送。" if moot else ""])


def _queued(
    connection: Connection, rows: Sequence[ToSettle], whom: str, address: str, stamp: Stamp, given_up: Collection[str]
) -> str:
    """Queue what one recipient is owed, or let it wait where he cannot be reached; say which."""
    keys, to = [row.id for row in rows], f"{whom} {masking.email(address)}"
    at_once = {"due_at": stamp.as_of, "leaves_at": None}
    again: dict[str, Any] = {"tries": 0, "deferred_since": None, "address": address, **at_once}
    if address.lower() in given_up:
        unknown_letters.settled(connection, keys, LetterEvent.SETTLE_HELD, **again, detail=SUPPRESSED)
        return f"{_named(keys)}待补邮箱：已停止向{to}发函，更正邮箱或恢复发函之后自动发出。"
    unknown_letters.settled(connection, keys, LetterEvent.SETTLE_AGAIN, **again, detail=f"{_checked(stamp)}：重发")
    return f"{_named(keys)}已重新排队，发往{to}。"


DO: Mapping[Found, Callable[[Connection, Sequence[ToSettle], Stamp], str]] = MappingProxyType(
    {"sent": _sent, "resend": _again, "dropped": _dropped}
)


def _checked(stamp: Stamp) -> str:
    return f"{stamp.by} 于 {stamp.at:%Y-%m-%d %H:%M} 核实"


def _named(keys: Sequence[int]) -> str:
    return f"{'、'.join(map(str, keys))} 号函件"


def _settled(bench: Bench, filled: Filled) -> Outcome:
    found = cast("Found", filled.words["found"])
    return settle(bench.database, [filled.number], found, bench.stamp, account=bench.account)


SETTLED: Mapping[str, str] = MappingProxyType({"sent": "记为已送达", "resend": "重新发送", "dropped": "不再发送"})
FOUND = Field(
    "found",
    "核实结果",
    "choice",
    choices=(("sent", "已经送达，记为已发"), ("resend", "没有送达，重新发送"), ("dropped", "不再发送")),
    hint="重新发送时发往现在登记的邮箱。待补邮箱的函件更正邮箱后自动发出，不必办理；确实不必再发的，选“不再发送”。",
)
SETTLE = Act(
    "settle",
    lambda _: "核实函件",
    (Field("letter", "函件编号", "letter"), FOUND),
    _settled,
    lambda _book, _year, filled: f"{filled.number} 号函件{SETTLED[filled.words['found']]}",
    subject=lambda _, filled: f"letter/{filled.number}",
    records=True,
)
