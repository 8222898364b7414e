"""Letters that are no longer owed: which ones, why, and how each is taken back."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from sqlalchemy import ColumnElement, Connection, FromClause, case, func, literal, or_, select, tuple_, update

from gates.states import MOVING_THE_DAY
from models.columns import table_of
from models.letter_states import LetterEvent, LetterState, may, moved, sources, taken_back
from models.record_chain import GONE
from models.tables.accounts import Account
from models.tables.city_requests import Request
from models.tables.season import Letter
from phases.letter_kinds import LETTER_KINDS

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from models.writing import Move


ASKING = tuple(kind for kind, row in LETTER_KINDS.items() if row.asks)
"""The kinds that ask for something, and are untrue once the city phase has moved on."""

SETTLING = tuple(kind for kind, row in LETTER_KINDS.items() if row.settles)
"""The kinds that say that something is settled, and are untrue once it is opened again, or the city has left."""

DATED = tuple(kind for kind, row in LETTER_KINDS.items() if row.dated)
"""The kinds that name the due day: still queued when it moves, they are taken back and owed anew."""

GRANTING = tuple(kind for kind, row in LETTER_KINDS.items() if row.grants)
"""The kinds that may give a day to who asked for one: dated, where they do."""

WAITING = tuple(state.value for state in sources(LetterEvent.TAKE_BACK))
TAKEN = (LetterState.SENDING.value, LetterState.UNKNOWN.value, LetterState.FAILED.value)
"""The states of what nobody has in hand yet, and of what was taken in hand and is not known to have arrived."""

ARRANGED = "place#"
"""What begins the slot of a letter that tells parties when and where they are brought together; its number follows."""

SECOND = "second#"
"""What begins the slot of a letter that says that the second part's day alone has moved, filed or not the rest."""

BOTH = "both#"
"""What begins the slot of one that says that the days of both parts have moved, whatever else it says."""

MOVED_ON, OPENED_AGAIN = "所说的事项已办结或已有变化", "本阶段已重新开放"
LEFT, BACK = "该市已退出本年度", "该市已恢复参加本年度"
REPLIED = "这条留言已有回复"
REDATED, ANSWERED, SUPERSEDED = "截止日已改，按新的日期另发", "该申请已有结果", "已另发更新的函件"
REWORDED, REARRANGED = "该市的延期申请已有变化，按新的情况另发", "会议的时间、地点已有变化，按新的安排另发"
RECALLED = "已由发函的单位收回"
REVOKED = "所带的登录链接已作废"
ARCHIVED = "年度已归档，此前没有发出"
OUTDATED = "所写的截止时间已改，没有发出；仍需告知的，请按新的时间另写"
"""Why a letter was taken back: what is said of it from then on."""

STALE = "过时未发"
"""What is said of one whose time was over before it left."""

HELD_BACK = "held-back"
"""What a rehearsal claims letters with: no worker's token."""


def cancel_untrue(connection: Connection, year: int, moves: Sequence[Move]) -> None:
    """Take back letters that are no longer owed: the city phase moved on, was opened again, or given other dates."""
    moved = {(move.after.phase, move.after.city) for move in moves if move.before.state is not move.after.state}
    dated = {(move.after.phase, move.after.city) for move in moves if move.event in MOVING_THE_DAY and not move.refused}
    again = {(move.after.phase, move.after.city) for move in moves if move.event == "rerun" and not move.refused}
    left = {move.after.city for move in moves if move.event == "withdraw" and not move.refused}
    table, kind = table_of(Letter), table_of(Letter).c.kind
    untrue = (
        (moved, kind.in_(ASKING), MOVED_ON),
        (again, kind.in_(SETTLING), OPENED_AGAIN),
        (dated - moved, naming_a_day(table) | may_ask(table), REDATED),  # a city is late with its second part no more
        (again, declining(table), REDATED),
        (dated - moved, own_dated(table), OUTDATED),
    )
    for touched, which, why in untrue:
        if touched:
            about = tuple_(table.c.phase, table.c.concerns).in_(sorted(touched))
            take_back(connection, why, table.c.year == year, which, about)
    if left:
        which = kind.in_(SETTLING) | answering(table)  # what has passed stays so, but nothing follows from it any more
        take_back(connection, LEFT, table.c.year == year, which, table.c.concerns.in_(sorted(left)))
    if back := {move.after.city for move in moves if move.event == "rejoin" and not move.refused}:
        take_back(connection, BACK, table.c.year == year, kind == "withdrawn", table.c.concerns.in_(sorted(back)))


@cache
def naming_a_day(letter: FromClause) -> ColumnElement[bool]:
    """Tell of a letter whether it names the due day: not when and where parties meet, nor a second part's day alone."""
    other = letter.c.slot.startswith(ARRANGED) | letter.c.slot.startswith(SECOND)
    return letter.c.kind.in_(DATED) & ~other | answering(letter)


@cache
def answering(letter: FromClause) -> ColumnElement[bool]:
    """Tell of a letter whether it answers a request and says which day holds: its slot counts what moved that day."""
    return letter.c.kind.in_(GRANTING) & letter.c.slot.contains("#")


def take_back_own(connection: Connection, year: int, slot: str) -> None:
    """Take back what has not left of one letter in an office's own words."""
    table = table_of(Letter)
    take_back(connection, RECALLED, table.c.year == year, table.c.kind == "letter", table.c.slot == slot)


def own_dated(letter: FromClause) -> ColumnElement[bool]:
    """Tell of a letter whether it is in an office's own words, and these name the due day."""
    return (letter.c.kind == "letter") & letter.c.valid_until.is_not(None)


def declining(letter: FromClause) -> ColumnElement[bool]:
    """Tell of a letter whether it does so and grants no day: its time is never over."""
    return answering(letter) & letter.c.valid_until.is_(None)


def take_back_requests(connection: Connection, year: int, changed: Collection[int]) -> None:
    """Take back what is not so any more of requests that were made just now, or of which something became.

    What asks the province for an answer; and what tells an office how a later day is asked for, or that one was: that
    is owed once more.
    """
    table, asked = table_of(Letter), table_of(Request)
    theirs = table.c.slot.in_(map(str, changed))
    take_back(connection, ANSWERED, table.c.year == year, table.c.kind.in_(("request", "question")), theirs)
    places = select(asked.c.phase, asked.c.city).where(asked.c.id.in_(list(changed)), asked.c.kind == "later-day")
    about = tuple_(table.c.phase, table.c.concerns).in_(places)
    office = or_(table.c.recipient == "lead", *(table.c.recipient.like(f"{whose}:%") for whose in ("city", "head")))
    take_back(connection, REWORDED, table.c.year == year, may_ask(table), about, office)


def take_back_note(connection: Connection, year: int, question: int) -> None:
    """Take back what asks an office for the answer to a question that has one."""
    table = table_of(Letter)
    take_back(connection, REPLIED, table.c.year == year, table.c.kind == "noted", table.c.slot == f"{question}")


def may_ask(letter: FromClause) -> ColumnElement[bool]:
    """Tell of a letter whether it is of a kind that speaks of a later day that may be asked for, or was."""
    return or_(*(letter.c.kind == kind for kind, row in LETTER_KINDS.items() if row.may_ask))


def take_back_for_a_day(
    connection: Connection, year: int, about: tuple[str, str, str], recipients: Iterable[str]
) -> None:
    """Take back what tells these recipients a day that moved; `about` is the letters' phase, city and kind."""
    table = table_of(Letter)
    same = tuple_(table.c.phase, table.c.concerns, table.c.kind) == about
    take_back(connection, REDATED, table.c.year == year, same, table.c.recipient.in_(list(recipients)))


def take_back_second_days(connection: Connection, year: int, places: Collection[tuple[str, str]]) -> None:
    """Take back what has not left and tells these city phases a day of their second part that has moved again."""
    table = table_of(Letter)
    about = tuple_(table.c.phase, table.c.concerns).in_(sorted(places))
    again = table.c.kind.in_(DATED) | answering(table)  # what tells both days, and is owed anew with the new ones
    theirs = table.c.slot.startswith(SECOND) | (table.c.slot.startswith(BOTH) & again)
    take_back(connection, REDATED, table.c.year == year, about, theirs)


def take_back_second(connection: Connection, year: int, phase: str, city: str) -> None:
    """Take back what has not left and asks a city, or its parties, for the second part of what it has filed."""
    table = table_of(Letter)
    about = (table.c.year == year, table.c.phase == phase, table.c.concerns == city)
    take_back(connection, MOVED_ON, *about, table.c.kind.in_(ASKING), table.c.recipient != "province")


def take_back(connection: Connection, why: str, *which: ColumnElement[bool]) -> None:
    """Cancel those of these letters that wait, and keep why; a worker that has one in hand finds it moot.

    So does whoever settles what became of it, or would send it once more. What a rehearsal holds back counts as sent,
    and stays. Of what failed, and of what nobody knows, it stays on record what became of it.
    """
    letter = table_of(Letter)
    waits = may(letter, LetterEvent.TAKE_BACK)
    taken = lost(letter)
    ours = waits | (letter.c.state == LetterState.SENDING.value)
    # In one statement: between two PostgreSQL lets a letter be claimed, or given back, that neither of them sees.
    values = {"state": taken_back(letter), "moot": True, "detail": case((ours, why), else_=letter.c.detail)}
    connection.execute(update(letter).where(*which, waits | taken).values(values))


def lost(letter: FromClause) -> ColumnElement[bool]:
    """Tell of a letter that waits no more whether it may not have arrived: it was in somebody's hand, or it lapsed."""
    lapsed = (letter.c.state == LetterState.CANCELLED.value) & (letter.c.detail == STALE)
    return letter.c.state.in_(TAKEN) & (letter.c.claim != HELD_BACK) | lapsed


def take_back_waiting(connection: Connection, year: int) -> int:
    """Take back what waits for an address, or for a release, of a year that is put away; give how many letters.

    Nobody can give them either any more. What is in the queue leaves: it is true, and its time has come or will.
    """
    letter = table_of(Letter)
    waiting = or_(*(letter.c.state == state.value for state in (LetterState.HELD, LetterState.AWAITING)))
    count = connection.scalar(select(func.count()).where(letter.c.year == year, waiting)) or 0
    take_back(connection, ARCHIVED, letter.c.year == year, waiting)
    return count


def take_back_all(connection: Connection, year: int) -> None:
    """Take back all of a year that has not arrived, failed or in doubt too: its words are about to be purged."""
    letter = table_of(Letter)
    take_back(connection, GONE, letter.c.year == year)
    ended = update(letter).where(letter.c.year == year, may(letter, LetterEvent.SETTLE_MOOT))
    connection.execute(ended.values(**moved(LetterEvent.SETTLE_MOOT)))


REOWED = {why: [kind for kind, row in LETTER_KINDS.items() if row.reowed == why] for why in ("cancelled", "moot")}
"""The kinds that may be owed once more under their key: where it was taken back unsent, or in somebody's hand."""


def owed_again(letter: FromClause) -> ColumnElement[bool]:
    """Tell of a letter whether it may be owed once more under its key: it was taken back unsent, and holds again.

    An opening whose phase a rerun held, and which opens again; a moved day that an act took back, and that holds still.
    What spoke of a request as it stood no more is written with other words. One that a person would not have sent stays
    so.
    """
    # Equalities, not lists: what is compiled once for many rows has no place for a list.
    cancelled, moot = (or_(*(letter.c.kind == kind for kind in REOWED[why])) for why in ("cancelled", "moot"))
    unsent = (letter.c.state == LetterState.CANCELLED.value) | letter.c.moot
    reworded = (letter.c.state == LetterState.CANCELLED.value) & (func.coalesce(letter.c.detail, "") == REWORDED)
    return (cancelled & unsent) | (moot & letter.c.moot) | (may_ask(letter) & reworded)


OF_ACCOUNTS = tuple(kind for kind, row in LETTER_KINDS.items() if row.invites)
"""The kinds with a link by which an account's password is chosen; their slot begins with the account, and `@`."""


def take_back_invitations(connection: Connection, invited: Collection[int]) -> None:
    """Take back what has not left of the letters with a link of these accounts: it is worth nothing any more."""
    if not invited:
        return
    letter, account = table_of(Letter), table_of(Account)
    offices = select(literal("city:") + account.c.city).where(account.c.id.in_(sorted(invited)))
    theirs = or_(*(letter.c.slot.startswith(f"{one}@") for one in sorted(invited)))
    take_back(connection, REVOKED, letter.c.kind.in_(OF_ACCOUNTS), letter.c.recipient.in_(offices), theirs)


def take_back_arranged(connection: Connection, year: int, phase: str, city: str) -> None:
    """Take back what has not left of a city's letters that tell the parties of a phase when and where they meet."""
    table = table_of(Letter)
    theirs = (table.c.kind == "opened") & ~table.c.recipient.startswith("city:")
    about = (table.c.year == year, table.c.phase == phase, table.c.concerns == city)
    take_back(connection, REARRANGED, *about, theirs | table.c.slot.startswith(ARRANGED))
