"""Short messages on their way: taken in hand, handed over to their gateway, each answer put on record.

What post.md promises of letters holds of them: claimed before anything is sent, tried again where surely nothing was
handed over, never again where nobody knows. Whether one still holds is asked of its letter.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from contextlib import suppress
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple, Self

from sqlalchemy import bindparam, select, update

from calendars.deadlines import day_of
from letters.occurrences import OFFICES
from letters.short_messages import whole
from models import second_ways
from models.columns import table_of
from models.contact_keys import Unopened
from models.letter_states import LetterEvent, LetterState, moved, target
from models.outdated_letters import redated, untrue
from models.short_messages import is_due
from models.standing import opened
from models.tables.season import Letter
from models.tables.second_ways import ShortMessage
from models.taking_back import MOVED_ON, REDATED
from models.trial_years import mailboxes
from models.writing import bump
from post.claims import rehearsed_years
from post.gateways import ROBOTS, ShortText, caller, hand_over
from post.marks import marked
from post.unknown_letters import left_by_the_dead

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from concurrent.futures import Executor
    from datetime import datetime

    import httpx
    from sqlalchemy import Connection, Row, Select

    from models.database import Database
    from models.second_ways import ChosenWay
    from models.stamp import Stamp
    from post.gateways import Gateway, GatewayAnswer

BATCH = 100
LISTED = 20
"""So many things one message of a robot lists: two thousand bytes are all it takes."""

WAITS = timedelta(days=1)
"""So long a message waits for a gateway of its way to be set; what is urgent is no news after that."""

UNSERVED, REHEARSED, NOBODY = "没有设置这种方式的网关", "演练年度不外发", "收件人现在不用这种方式"
TRIED = "试运行期间不外发"
ALONG = "与 {} 号函件的短消息合为一条，只写了件数"
INTERRUPTED = "发送进程中断，不能确定是否已送达"


AGAIN = timedelta(minutes=5)
"""How soon one is looked at again that waits for a gateway to be set."""

CHANGED = ("state", "tries", "claim", "claimed_at", "due_at", "detail")
WHERE = ("whose", "way", "address")
MARKED = ("state", "tries", "sent_at", "due_at", "detail", "deferred_since")


class ShortInHand(NamedTuple):
    """A short message in a worker's hand; `id` is its letter's, and so is `message_id`."""

    id: int
    year: int
    way: str
    address: str
    says: str
    tries: int
    message_id: str
    recipient: str
    deferred_since: datetime | None


async def tell(
    database: Database,
    gateways: Mapping[str, Gateway],
    stamp: Stamp,
    token: str,
    is_leaving: Callable[[], bool] = lambda: False,
    desk: Executor | None = None,
) -> None:
    """Hand over what is owed and due under a living worker's token; what a dead one left is nobody's to send again.

    The records are read and written at a `desk` (None: the loop's own), while letters go out.
    """
    at_desk = partial(asyncio.get_running_loop().run_in_executor, desk)
    await at_desk(doubt_what_the_dead_left, database, stamp.at)

    async def settled(client: httpx.AsyncClient, group: Sequence[ShortInHand]) -> None:
        answer, said = await _handed_over(client, stamp, gateways[group[0].way], group)
        await at_desk(partial(mark, database, token, group, answer, stamp, said=said))

    while not is_leaving() and (held := await at_desk(claim, database, gateways, token, stamp)):
        async with caller() as client:  # not made where nothing is owed: it reads every certificate there is
            await asyncio.gather(*(settled(client, group) for group in _together(held)))


def _together(held: Sequence[ShortInHand]) -> Iterator[list[ShortInHand]]:
    """Give what goes as one message: what one recipient is owed, by a robot as much as it can list."""
    theirs: dict[tuple[str, str, str], list[ShortInHand]] = defaultdict(list)
    for one in held:
        theirs[one.recipient, one.way, one.address].append(one)
    for (_, way, _), group in theirs.items():
        most = LISTED if way in ROBOTS else len(group)
        yield from (group[first : first + most] for first in range(0, len(group), most))


async def _handed_over(
    client: httpx.AsyncClient, stamp: Stamp, gateway: Gateway, held: Sequence[ShortInHand]
) -> tuple[GatewayAnswer, int]:
    """Say what one recipient is owed in one message; give the answer, and how many were said and not merely counted."""
    first = held[0]
    link = link_of(first, stamp)
    clauses = [one.says for one in (held if first.way in ROBOTS else held[:1])]
    text = whole(clauses, link, len(held) - len(clauses))
    message = ShortText(first.message_id.strip("<>"), first.address, text, clauses[0], link)
    return await hand_over(client, first.way, gateway, message), len(clauses)


def link_of(one: ShortInHand, stamp: Stamp) -> str:
    """Give where an office reads the letter beside which that goes; "" to a party, which has no window."""
    has_window = stamp.base_url and one.recipient.partition(":")[0] in OFFICES
    return f"{stamp.base_url.rstrip('/')}/l/{one.id}" if has_window else ""


def doubt_what_the_dead_left(database: Database, at: datetime) -> None:
    """Put on record that nobody knows what became of what a worker had in hand that is gone."""
    table = table_of(ShortMessage)
    in_hand = table.c.state == LetterState.SENDING.value
    with database.read() as connection:
        taken = set(connection.execute(select(table.c.claim, table.c.claimed_at).where(in_hand)).tuples())
    dead = left_by_the_dead(database, taken, at) if taken else ()
    if dead:
        with database.write() as connection:
            left = update(table).where(in_hand, table.c.claim.in_({claim for claim, _ in dead}))
            connection.execute(left.values(**moved(LetterEvent.DOUBT), detail=INTERRUPTED))


def claim(database: Database, gateways: Mapping[str, Gateway], token: str, stamp: Stamp) -> list[ShortInHand]:
    """Take into one hand what is due, still holds and has a gateway; the rest is put aside, or put off.

    Where addresses cannot be read, for the key is not there, all of it waits; letters do not.
    """
    with suppress(Unopened):
        return _claimed(database, gateways, token, stamp)
    return []


def _claimed(database: Database, gateways: Mapping[str, Gateway], token: str, stamp: Stamp) -> list[ShortInHand]:
    with database.read() as connection:  # nearly always there is nothing: no turn at writing is taken for that
        if connection.execute(_due(stamp.as_of).limit(1)).first() is None:
            return []
    with database.write() as connection:
        locked = _due(stamp.as_of).limit(BATCH).with_for_update(of=table_of(ShortMessage), skip_locked=True)
        found = connection.execute(locked).all()
        known = _Known.of(connection, found, stamp.as_of)
        rows = [row._asdict() | _decided(row, known, gateways, stamp, token) for row in found]
        mine = [row for row in rows if row["state"] == target(LetterEvent.CLAIM)]
        _put(connection, [row for row in rows if row["state"] != target(LetterEvent.CLAIM)], CHANGED)
        _put(connection, mine, (*CHANGED, *WHERE))
    return [ShortInHand(*(row[name] for name in ShortInHand._fields)) for row in mine]


def _due(as_of: datetime) -> Select[Any]:
    """What is due, and its letter."""
    table, letter = table_of(ShortMessage), table_of(Letter)
    own = (table.c[name] for name in ("says", "deferred_since", *CHANGED))
    letters = (letter.c[name] for name in ("id", "year", "message_id", "recipient", "queued_as_of", "leaves_at"))
    of_letter = (letter.c.state.label("letter_state"), letter.c.detail.label("letter_detail"))
    query = select(*own, *letters, *of_letter).join(letter, letter.c.id == table.c.letter)
    return query.where(is_due(as_of)).order_by(table.c.due_at, table.c.letter)


class _Known(NamedTuple):
    """What decides about messages, asked once for all: which are over and why, who is told how, when offices open."""

    over: Mapping[int, str]
    ways: Mapping[str, ChosenWay]
    rehearsed: frozenset[int]
    tried: frozenset[int]
    opening: Mapping[int, datetime]

    @classmethod
    def of(cls, connection: Connection, found: Sequence[Row[Any]], as_of: datetime) -> Self:
        rehearsed = rehearsed_years(connection)
        years, ids = {row.year for row in found} - rehearsed, {row.id for row in found}
        gone = (redated(connection, ids, as_of), REDATED), (untrue(connection, ids, as_of), MOVED_ON)
        return cls(
            {one: why for those, why in gone for one in those},
            second_ways.reached(connection, {row.recipient for row in found}, day_of(as_of)),
            rehearsed,
            frozenset(mailboxes(connection)),
            {year: opened(connection, year).year.hours.on_or_after(as_of) for year in years},
        )


def _decided(row: Row[Any], known: _Known, gateways: Mapping[str, Gateway], stamp: Stamp, token: str) -> dict[str, Any]:
    """Give the columns of a message that change: it is put aside, put off, or taken in hand."""
    to = known.ways.get(row.recipient)
    gateway = gateways.get(to.way) if to else None
    if why := _why_not(row, known, to, gateway, stamp.as_of):
        return {**moved(LetterEvent.LAPSE), "detail": why}
    opens = known.opening.get(row.year, stamp.as_of) if row.leaves_at else stamp.as_of
    if to is None or gateway is None or opens > stamp.as_of:
        return {"due_at": max(opens, stamp.as_of + AGAIN)}
    where = {"whose": to.whose, "way": to.way, "address": to.address}
    return {**moved(LetterEvent.CLAIM), "claim": token, "claimed_at": stamp.at, "tries": row.tries + 1, **where}


def _why_not(
    row: Row[Any], known: _Known, to: ChosenWay | None, gateway: Gateway | None, as_of: datetime
) -> str | None:
    """Say why a message is not to be sent any more; None where it is."""
    over = known.over.get(row.id)
    if row.letter_state == LetterState.CANCELLED:
        return row.letter_detail or over or MOVED_ON
    if over is not None:
        return over
    if row.year in known.tried:
        return TRIED
    if to is None:
        return NOBODY
    if gateway is None:
        return UNSERVED if row.queued_as_of + WAITS <= as_of else None
    return REHEARSED if gateway.outside and row.year in known.rehearsed else None


def mark(
    database: Database, token: str, held: Sequence[ShortInHand], answer: GatewayAnswer, stamp: Stamp, *, said: int
) -> None:
    """Put on record what became of the messages that went as one; an address that is dead is given up.

    The first so many were `said`; what went along with them has no instant at which it was told.
    """
    rows = []
    for place, one in enumerate(held):
        after = marked(one, answer, stamp.as_of, stamp.at)
        if after.new_sent_at and place >= said:
            after = after._replace(new_sent_at=None, new_detail=ALONG.format(held[0].id))
        rows.append({"its": one.id, "by": token} | {f"new_{name}": getattr(after, f"new_{name}") for name in MARKED})
    table = table_of(ShortMessage)
    mine = update(table).where(table.c.letter == bindparam("its"), table.c.claim == bindparam("by"))
    with database.write() as connection:
        connection.execute(mine.values({name: bindparam(f"new_{name}") for name in MARKED}), rows)
        if answer.dead:
            second_ways.stop(connection, held[0].way, held[0].address, answer.detail)
        for year in sorted({one.year for one in held}):
            bump(connection, year)


def _put(connection: Connection, rows: Sequence[dict[str, Any]], names: Sequence[str]) -> None:
    table = table_of(ShortMessage)
    if rows:
        changed = update(table).where(table.c.letter == bindparam("its"))
        given = [{"its": row["id"]} | {f"new_{name}": row[name] for name in names} for row in rows]
        connection.execute(changed.values({name: bindparam(f"new_{name}") for name in names}), given)
