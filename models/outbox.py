"""The outbox as acts fill it: letters queued, taken back and written anew, in the transaction that causes them."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Connection,
    FromClause,
    Row,
    Select,
    bindparam,
    case,
    func,
    null,
    or_,
    select,
    tuple_,
    update,
)

from calendars.deadlines import at_nine, day_of
from gates.states import MOVING_THE_DAY
from models.columns import table_of
from models.letter_states import LetterEvent, LetterState, may, sources, taken_back
from models.shortcuts.bulk import insert_once, inserting, many
from models.tables.city_requests import Request
from models.tables.season import Letter, LetterBody
from phases.letter_kinds import LETTER_KINDS

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from datetime import datetime

    from models.stamp import Stamp
    from models.writing import Move

LetterKey = tuple[str, str, str, str, str, str]
"""Phase, city, attempt, recipient, kind, slot: what makes a letter one in a year; `ALL` where a part does not apply."""


ALL = "*"
"""A part of a letter's key that does not apply: never NULL, for NULLs never collide."""


class Words(NamedTuple):
    """What a letter says: text, html and calendar file, the mailbox that answers go to, where its own words stand.

    `papers` are the digests of what goes with it besides.
    """

    text: str
    html: str
    ics: str | None = None
    reply_to: str | None = None
    framed: str | None = None
    papers: str | None = None


class LetterRow(NamedTuple):
    """A rendered letter to be queued. Where there is an `addressee`, `text` and `html` have a place for it."""

    phase: str
    city: str
    attempt: str
    recipient: str
    kind: str
    slot: str
    concerns: str
    address: str
    subject: str
    text: str
    html: str
    message_id: str
    state: LetterState = LetterState.QUEUED
    detail: str | None = None
    ics: str | None = None
    valid_until: datetime | None = None
    addressee: str | None = None
    reply_to: str | None = None
    leaves_at: datetime | None = None
    framed: str | None = None
    papers: str | None = None

    @property
    def key(self) -> LetterKey:
        """What no second letter of the year may share."""
        return (self.phase, self.city, self.attempt, self.recipient, self.kind, self.slot)


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

MOVED_ON, OPENED_AGAIN, LEFT = "所说的事项已办结或已有变化", "本阶段已重新开放", "该市已退出本年度"
ARRANGED = "place#"
"""What begins the slot of a letter that tells parties when and where they are brought together; its number follows."""

REDATED, ANSWERED, SUPERSEDED = "截止日已改，按新的日期另发", "该申请已有结果", "已另发更新的函件"
REWORDED, REARRANGED = "该市的延期申请已有变化，按新的情况另发", "会议的时间、地点已有变化，按新的安排另发"
OUTDATED = "所写的截止时间已改，没有发出；仍需告知的，请按新的时间另写"
"""Why a letter was taken back: what is said of it from then on."""

STALE = "过时未发"
"""What is said of one whose time was over before it left."""

HELD_BACK = "held-back"
"""What a rehearsal claims letters with: no worker's token."""

RESTORED = "restored"
"""The token on letters that may have gone out before a backup was restored: their worker is gone."""

NEWEST = tuple(kind for kind, row in LETTER_KINDS.items() if row.newest)
"""The kinds of which only the newest is worth sending."""


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
        (dated - moved, naming_a_day(table), REDATED),
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


@cache
def naming_a_day(letter: FromClause) -> ColumnElement[bool]:
    """Tell of a letter whether it names the due day: not one that tells when and where parties meet."""
    return letter.c.kind.in_(DATED) & ~letter.c.slot.startswith(ARRANGED) | answering(letter)


@cache
def answering(letter: FromClause) -> ColumnElement[bool]:
    """Tell of a letter whether it answers a request and says which day holds: its slot counts what moved that day."""
    return letter.c.kind.in_(GRANTING) & letter.c.slot.contains("#")


def own_dated(letter: FromClause) -> ColumnElement[bool]:
    """Tell of a letter whether it is in an office's own words, and these name the due day."""
    return (letter.c.kind == "letter") & letter.c.valid_until.is_not(None)


def declining(letter: FromClause) -> ColumnElement[bool]:
    """Tell of a letter whether it does so and grants no day: its time is never over."""
    return answering(letter) & letter.c.valid_until.is_(None)


def answers_redated(connection: Connection, year: int, phases: Iterable[str], cities: Iterable[str]) -> list[int]:
    """Give the requests whose newest answer was taken back because the day that it names has moved."""
    table = table_of(Letter)
    query = select(table.c.slot, table.c.state, table.c.moot, table.c.detail).where(
        table.c.year == year,
        table.c.phase.in_(list(phases)),
        table.c.concerns.in_(list(cities)),
        answering(table),
    )
    newest = {row.slot.partition("#")[0]: row for row in connection.execute(query.order_by(table.c.id))}
    unsent = LetterState.CANCELLED.value
    return [
        int(number) for number, row in newest.items() if row.moot or (row.state == unsent and row.detail == REDATED)
    ]


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
    take_back(connection, REWORDED, table.c.year == year, _may_ask(table), about, office)


def _may_ask(letter: FromClause) -> ColumnElement[bool]:
    return or_(*(letter.c.kind == kind for kind, row in LETTER_KINDS.items() if row.may_ask))


def nudges_reworded(
    connection: Connection, year: int, places: Collection[tuple[str, str]]
) -> Sequence[Row[tuple[str, str, str, str]]]:
    """Give phase, city, attempt and day of the nudges that were taken back for their words, of these city phases."""
    table = table_of(Letter)
    query = select(table.c.phase, table.c.city, table.c.attempt, table.c.slot).where(
        table.c.year == year,
        table.c.kind == "nudge",
        _owed_again(table),
        tuple_(table.c.phase, table.c.city).in_(sorted(places)),
    )
    return connection.execute(query).all() if places else []


def take_back_for_a_day(
    connection: Connection, year: int, about: tuple[str, str, str], recipients: Iterable[str]
) -> None:
    """Take back what tells these recipients a day that moved; `about` is the letters' phase, city and kind."""
    table = table_of(Letter)
    same = tuple_(table.c.phase, table.c.concerns, table.c.kind) == about
    take_back(connection, REDATED, table.c.year == year, same, table.c.recipient.in_(list(recipients)))


def supersede(connection: Connection, year: int, letters: Sequence[LetterRow]) -> None:
    """Take back what was not yet sent of the kinds of which a newer letter is about to be queued."""
    newer = {(row.kind, row.phase, row.concerns, row.recipient) for row in letters if row.kind in NEWEST}
    table = table_of(Letter)
    about = tuple_(table.c.kind, table.c.phase, table.c.concerns, table.c.recipient)
    if newer:
        take_back(connection, SUPERSEDED, table.c.year == year, about.in_(sorted(newer)))


def take_back(connection: Connection, why: str, *which: ColumnElement[bool]) -> None:
    """Cancel those of these letters that wait, and keep why; a worker that has one in hand finds it moot.

    So does whoever settles what became of it, or would send it once more. What a rehearsal holds back counts as sent,
    and stays. Of what failed, and of what nobody knows, it stays on record what became of it.
    """
    letter = table_of(Letter)
    waits = may(letter, LetterEvent.TAKE_BACK)
    taken = _lost(letter)
    ours = waits | (letter.c.state == LetterState.SENDING.value)
    # In one statement: between two PostgreSQL lets a letter be claimed, or given back, that neither of them sees.
    values = {"state": taken_back(letter), "moot": True, "detail": case((ours, why), else_=letter.c.detail)}
    connection.execute(update(letter).where(*which, waits | taken).values(values))


def _lost(letter: FromClause) -> ColumnElement[bool]:
    """Tell of a letter that waits no more whether it may not have arrived: it was in somebody's hand, or it lapsed."""
    lapsed = (letter.c.state == LetterState.CANCELLED.value) & (letter.c.detail == STALE)
    return letter.c.state.in_(TAKEN) & (letter.c.claim != HELD_BACK) | lapsed


ANEW = (
    "state", "address", "subject", "body", "addressee", "detail", "queued_at", "due_at", "leaves_at"
)  # fmt: skip
"""What a letter owed once more says anew, where the old one never went out or came to nothing."""


REOWED = {why: [kind for kind, row in LETTER_KINDS.items() if row.reowed == why] for why in ("cancelled", "moot")}
"""The kinds that may be owed once more under their key: where it was taken back unsent, or in somebody's hand."""


def _owed_again(letter: FromClause) -> ColumnElement[bool]:
    """Tell of a letter whether it may be owed once more under its key: it was taken back unsent, and holds again.

    An opening whose phase a rerun held, and which opens again; a moved day that an act took back, and that holds still.
    What spoke of a request as it stood no more is written with other words. One that a person would not have sent stays
    so.
    """
    # Equalities, not lists: what is compiled once for many rows has no place for a list.
    cancelled, moot = (or_(*(letter.c.kind == kind for kind in REOWED[why])) for why in ("cancelled", "moot"))
    unsent = (letter.c.state == LetterState.CANCELLED.value) | letter.c.moot
    reworded = (letter.c.state == LetterState.CANCELLED.value) & (func.coalesce(letter.c.detail, "") == REWORDED)
    return (cancelled & unsent) | (moot & letter.c.moot) | (_may_ask(letter) & reworded)


def queue(connection: Connection, year: int, letters: Sequence[LetterRow], stamp: Stamp) -> None:
    """Write these letters, and their words once for all that share them; one written before stays as it is."""
    if not letters:
        return
    columns = dict(zip(LetterRow._fields, zip(*letters, strict=True), strict=True))
    said = [Words(*words) for words in zip(*(columns.pop(name) for name in Words._fields), strict=True)]
    bodies = keep(connection, said)
    columns["due_at"] = tuple(one.leaves_at or stamp.as_of for one in letters)
    columns["body"] = tuple(bodies[words] for words in said)
    start = {"year": year, "tries": 0, "moot": False}
    many(connection, _upsert(connection.dialect.name), columns, **start, queued_at=stamp.at, queued_as_of=stamp.as_of)


@cache
def _upsert(dialect: str) -> Any:  # noqa: ANN401 -- an insert of that dialect
    table = table_of(Letter)
    new = inserting(dialect, table).inline()
    ended = may(table, LetterEvent.OWE)
    # What may be on its way stays as it was written, and is owed from now on and for as long as the new one would be.
    anew = {name: case((ended, new.excluded[name]), else_=table.c[name]) for name in ANEW}
    afresh = {"tries": 0, "deferred_since": null(), "claim": null(), "envelope": null()}
    anew |= {name: case((ended, value), else_=table.c[name]) for name, value in afresh.items()}
    return new.on_conflict_do_update(
        index_elements=["year", "phase", "city", "attempt", "recipient", "kind", "slot"],
        set_=anew | {name: new.excluded[name] for name in ("valid_until", "queued_as_of")} | {"moot": False},
        where=_owed_again(table),
    )


def keep(connection: Connection, said: Iterable[Words]) -> dict[Words, str]:
    """Keep these words, once each; give the digest by which a letter names its own."""
    digests = {words: digest_of(words) for words in dict.fromkeys(said)}
    rows = [{"digest": digest, **words._asdict()} for words, digest in digests.items()]
    insert_once(connection, table_of(LetterBody), rows)
    return digests


def digest_of(words: Words) -> str:
    """Give what words are kept under: no two that differ share it."""
    told: tuple[str | None, ...] = words[:4] if words.reply_to else words[:3]  # as before they named a mailbox, a frame
    told = (*words[:4], words.papers) if words.papers else told
    return hashlib.sha256(json.dumps(told).encode()).hexdigest()[:40]


Unsent = Mapping[str, frozenset[str]]
"""By kind: who was written to and may not have got it."""


def unsent(connection: Connection, year: int, phase: str, kinds: Iterable[str]) -> dict[str, Unsent]:
    """Give those of a phase's letters of these kinds of which it is not known that they went out, by city.

    One that a worker has in hand, or whose fate is unknown, may never go out, one that failed or lapsed did not; where
    it was taken back, whatever took its place counts. What a rehearsal holds back has gone out.
    """
    table = table_of(Letter)
    query = select(table.c.concerns, table.c.kind, table.c.recipient).where(
        table.c.year == year,
        table.c.phase == phase,
        table.c.state.in_(WAITING) | _lost(table),
        ~table.c.moot,
        table.c.kind.in_(list(kinds)),
    )
    found: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for city, kind, recipient in connection.execute(query):
        found[city][kind].add(recipient)
    return {city: {kind: frozenset(whom) for kind, whom in kinds.items()} for city, kinds in found.items()}


def queued_keys(connection: Connection, year: int, slots: Iterable[str]) -> set[LetterKey]:
    """Give the keys of the letters already written under these slots, but for those that are owed once more."""
    asked = {"queued_in": year, "slots": sorted(set(slots))}
    return {tuple(row) for row in connection.execute(_queued(), asked)}


@cache
def _queued() -> Select[Any]:
    table = table_of(Letter)
    columns = (table.c.phase, table.c.city, table.c.attempt, table.c.recipient, table.c.kind, table.c.slot)
    under = (table.c.year == bindparam("queued_in"), table.c.slot.in_(bindparam("slots", expanding=True)))
    return select(*columns).where(*under, ~_owed_again(table))


def last_digest(connection: Connection, year: int, as_of: datetime) -> datetime | None:
    """Give 09:00 of the day of the newest digest up to an instant that was not taken back; None where there is none."""
    table = table_of(Letter)
    newest = select(func.max(table.c.slot)).where(
        table.c.year == year,
        table.c.kind == "digest",
        table.c.slot <= day_of(as_of).isoformat(),
        table.c.state != LetterState.CANCELLED.value,
    )
    found = connection.execute(newest).scalar()
    return None if found is None else at_nine(date.fromisoformat(found))


def opened_before(connection: Connection, year: int, days: Mapping[datetime, str]) -> set[LetterKey]:
    """Give the openings that an earlier release kept under one key for ever, as keys of the due day that each told.

    `days` gives, by due instant, the slot that it is told under now. One that was taken back unsent is owed again.
    """
    table = table_of(Letter)
    columns = (table.c.phase, table.c.city, table.c.attempt, table.c.recipient, table.c.kind, table.c.valid_until)
    query = select(*columns).where(
        table.c.year == year,
        table.c.slot == ALL,
        table.c.kind == "opened",
        table.c.valid_until.in_(list(days)),
        ~_owed_again(table),
    )
    return {(*key, days[until]) for *key, until in connection.execute(query)}


def opened_to(connection: Connection, year: int, phases: Iterable[str], city: str) -> dict[str, frozenset[str]]:
    """Give to whom it was written, in any attempt, that these phases of a city are open, by phase.

    One that was taken back counts: whoever should still know got another in its place.
    """
    table = table_of(Letter)
    query = select(table.c.phase, table.c.recipient).where(
        table.c.year == year,
        table.c.phase.in_(list(phases)),
        table.c.concerns == city,
        table.c.kind == "opened",
    )
    found: dict[str, set[str]] = defaultdict(set)
    for phase, recipient in connection.execute(query):
        found[phase].add(recipient)
    return {phase: frozenset(whom) for phase, whom in found.items()}


def next_own(connection: Connection, year: int) -> int:
    """Give the number of the next letter of somebody's own in a year; all that are sent with one share it."""
    table = table_of(Letter)
    slots = select(table.c.slot).where(table.c.year == year, table.c.kind == "letter").distinct()
    return 1 + max((int(slot.partition("@")[0]) for slot in connection.execute(slots).scalars()), default=0)


def reached(connection: Connection, year: int, key: tuple[str, str], kind: str) -> frozenset[str]:
    """Give to whom letters of a kind about a city phase, by phase and city, went out, may have, or still will."""
    table = table_of(Letter)
    phase, city = key
    lost = table.c.moot | table.c.state.in_((LetterState.CANCELLED.value, LetterState.FAILED.value))
    mine = (table.c.year == year, table.c.phase == phase, table.c.concerns == city, table.c.kind == kind)
    return frozenset(connection.execute(select(table.c.recipient).where(*mine, ~lost)).scalars())


def opened_to_parties(connection: Connection, year: int, phase: str) -> frozenset[str]:
    """Give the cities of which any party was written to, in any attempt, that this phase is open."""
    table = table_of(Letter)
    opened = (table.c.year == year, table.c.phase == phase, table.c.kind == "opened")
    query = select(table.c.concerns).distinct().where(*opened, ~table.c.recipient.startswith("city:"))
    return frozenset(connection.execute(query).scalars())


def take_back_arranged(connection: Connection, year: int, phase: str, city: str) -> None:
    """Take back what has not left of a city's letters that tell the parties of a phase when and where they meet."""
    table = table_of(Letter)
    theirs = (table.c.kind == "opened") & ~table.c.recipient.startswith("city:")
    about = (table.c.year == year, table.c.phase == phase, table.c.concerns == city)
    take_back(connection, REARRANGED, *about, theirs | table.c.slot.startswith(ARRANGED))


def message_id(domain: str, year: int, key: LetterKey) -> str:
    """Make the Message-ID from the letter's key, so that any copy is recognisably the same letter."""
    return f"<{hashlib.sha256('/'.join((str(year), *key)).encode()).hexdigest()[:32]}@{domain}>"


def in_domain(domain: str, message_id: str) -> str:
    """Give a letter's Message-ID as it is made in another domain."""
    return f"{message_id.partition('@')[0]}@{domain}>"


def words_of(connection: Connection, letter: int) -> Words | None:
    """Give what a letter says; None where there is none of that number."""
    table, body = table_of(Letter), table_of(LetterBody)
    query = select(*(body.c[name] for name in Words._fields)).join(table, table.c.body == body.c.digest)
    row = connection.execute(query.where(table.c.id == letter)).one_or_none()
    return None if row is None else Words(*row)


def reword(connection: Connection, letter: int, words: Words) -> bool:
    """Let a letter that waits, for its release or for an address, say other words; tell whether it did wait."""
    (body,) = keep(connection, [words]).values()
    table = table_of(Letter)
    waits = may(table, LetterEvent.ALLOW) | may(table, LetterEvent.RELEASE)
    return bool(connection.execute(update(table).where(table.c.id == letter, waits).values(body=body)).rowcount)
