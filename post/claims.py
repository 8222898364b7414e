"""Letters taken in hand: which are due, which go into one envelope, which are not to be sent after all."""

from __future__ import annotations

from collections import Counter, defaultdict
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from sqlalchemy import bindparam, func, select, update

from models import letter_papers, restorations, trial_years
from models.columns import table_of
from models.letter_papers import EnclosedPaper
from models.letter_states import LetterEvent, LetterState, may, moved
from models.outbox import Words
from models.shortcuts.bulk import among, at_once, listed
from models.standing import opened
from models.tables.season import Letter, LetterBody, ProgrammeYear, Suppressed
from models.taking_back import STALE
from phases.letter_kinds import LETTER_KINDS

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
    from datetime import date, datetime

    from sqlalchemy import ColumnElement, Connection, FromClause, Select, Update

    from models.database import Database

BATCH = 500
MOST = 20
"""Letters in one envelope."""

OFFERED = tuple(state.value for state in (LetterState.SENDING, LetterState.SENT, LetterState.UNKNOWN))
"""The states of what was handed over, or may have been."""

SUPPRESSED = "已停止向此邮箱发函"

ALONE = frozenset(kind for kind, row in LETTER_KINDS.items() if row.alone)
"""The kinds that share no message."""


class Claimed(NamedTuple):
    """A letter in a worker's hand.

    `envelope` is the id of the letter that leads the message it goes out in, and `message_id` is that message's, where
    `own_id` is the letter's own;
    `thread` is the Message-ID of the message that the recipient's first letter of the same phase went out in. Where
    there is an `addressee`, `text` and `html` have a place for it. It goes to `address`, in a year that is tried to
    that one's mailbox, `trial`, instead.
    """

    id: int
    envelope: int
    tries: int
    kind: str
    message_id: str
    own_id: str
    thread: str | None
    recipient: str
    address: str
    subject: str
    queued_at: datetime
    addressee: str | None
    deferred_since: datetime | None
    text: str
    html: str
    ics: str | None
    reply_to: str | None = None
    framed: str | None = None
    papers: tuple[EnclosedPaper, ...] = ()
    trial: str | None = None


def claim(database: Database, token: str, as_of: datetime, at: datetime, limit: int = BATCH) -> list[Claimed]:
    """Take `limit` letters that are queued and due into one hand, and commit that before anything is sent.

    Two workers never hold the same letter: one writes at a time (SQLite), or locked rows are passed by (PostgreSQL).
    What else is queued for the same recipients comes with them; the letters of an envelope follow each other. A letter
    that has gone stale is cancelled instead, one to a suppressed address held, one that keeps office hours put off. A
    rehearsal has a time of its own: its letters keep to no other clock, and only those of one day share an envelope.
    """
    with database.write() as connection:
        rehearsed = rehearsed_years(connection)
        _lapse(connection, rehearsed, as_of)
        while found := _due(connection, as_of, limit):
            fit = _fit(connection, found, rehearsed, as_of)
            whole = _whole(connection, fit)
            if whole:
                leads = _leads(whole, rehearsed)
                _take(connection, whole, leads, {"new_claim": token, "new_claimed_at": at})
                return _claimed(connection, whole, leads)
            if fit:
                break
    return []


def _lapse(connection: Connection, rehearsed: Collection[int], as_of: datetime) -> None:
    """Cancel what waits, for an address or for its release, and would be untrue by now."""
    letter = table_of(Letter)
    waits = letter.c.state.in_((LetterState.HELD.value, LetterState.AWAITING.value))
    over = update(letter).where(waits, letter.c.valid_until <= as_of, letter.c.year.not_in(rehearsed))
    connection.execute(over.values(**moved(LetterEvent.LAPSE), detail=STALE))


class _Due(NamedTuple):
    """A letter that is queued and due; `body` is the digest of its words, `stale` says that it would be untrue."""

    id: int
    year: int
    recipient: str
    address: str
    envelope: int | None
    queued_as_of: datetime
    due_at: datetime
    tries: int
    kind: str
    message_id: str
    subject: str
    addressee: str | None
    deferred_since: datetime | None
    leaves_at: datetime | None
    body: str
    stale: bool | None


def _due(connection: Connection, as_of: datetime, limit: int) -> list[_Due]:
    first = _asked(connection, "first", {"as_of": as_of, "limit": limit})
    if len(first) < limit:
        return first
    same = {"recipients": listed(connection, {row.recipient for row in first})}
    return first + _asked(
        connection, "more", {"as_of": as_of, "limit": limit, "at": first[-1].due_at, "last": first[-1].id, **same}
    )


def _asked(connection: Connection, which: Literal["first", "more"], given: Mapping[str, Any]) -> list[_Due]:
    return [_Due._make(row) for row in at_once(connection, _queued(connection.dialect.name, which), given)]


@lru_cache(maxsize=4)
def _queued(dialect: str, which: Literal["first", "more"]) -> Select[Any]:
    """Ask for the letters that are due first, or for `more` of the same recipients after them."""
    letter = table_of(Letter)
    as_of = bindparam("as_of", type_=letter.c.due_at.type)
    due = (
        select(*(letter.c[name] for name in _Due._fields[:-1]), (letter.c.valid_until <= as_of).label("stale"))
        .where(letter.c.due_at <= as_of, _by_its_clock(letter))
        .order_by(letter.c.due_at, letter.c.id)
        .limit(bindparam("limit"))
        .with_for_update(skip_locked=True)
    )
    if which == "first":
        return due.where(may(letter, LetterEvent.CLAIM))
    at, last = bindparam("at", type_=letter.c.due_at.type), bindparam("last", type_=letter.c.id.type)
    later = (letter.c.due_at >= at) & ~((letter.c.due_at == at) & (letter.c.id <= last))
    # With the bare state SQLite would search the whole queue for them, not what these recipients have.
    queued = func.coalesce(letter.c.state, "") == LetterState.QUEUED.value
    return due.where(among(dialect, letter.c.recipient, "recipients"), later, queued)


def _by_its_clock(letter: FromClause) -> ColumnElement[bool]:
    """Tell of a letter whether the hour from which it may leave has come where its year has a clock of its own."""
    programme = table_of(ProgrammeYear)
    its = select(programme.c.clock).where(programme.c.year == letter.c.year, programme.c.rehearsal)
    clock = func.coalesce(its.correlate(letter).scalar_subquery(), letter.c.leaves_at)
    return letter.c.leaves_at.is_(None) | (letter.c.leaves_at <= clock)


def rehearsed_years(connection: Connection) -> frozenset[int]:
    """Give the years that are rehearsed."""
    table = table_of(ProgrammeYear)
    return frozenset(connection.execute(select(table.c.year).where(table.c.rehearsal)).scalars())


def _fit(connection: Connection, found: Sequence[_Due], rehearsed: Collection[int], as_of: datetime) -> list[_Due]:
    """Put aside what is not to be sent, and give the rest."""
    gone = restorations.known_as_sent(connection, {row.id for row in found})
    found = [row for row in found if row.id not in gone]
    suppressed = _suppressed(connection, found)
    stale = {row.id for row in found if row.stale and row.year not in rehearsed}
    held = {row.id for row in found if row.address.lower() in suppressed} - stale
    _put_aside(connection, stale, LetterEvent.LAPSE, STALE)
    _put_aside(connection, held, LetterEvent.HOLD, SUPPRESSED)
    fit = [row for row in found if row.id not in stale | held]
    closed = _put_off(connection, [row for row in fit if row.year not in rehearsed], as_of)
    return [row for row in fit if row.id not in closed]


def _put_off(connection: Connection, rows: Sequence[_Due], as_of: datetime) -> frozenset[int]:
    """Put off to the next office hour what keeps them, out of hours; what shares an envelope goes with it."""
    letter, at_once = table_of(Letter), {row.envelope for row in rows if row.leaves_at is None} - {None}
    keeping: dict[int, set[int]] = defaultdict(set)
    for row in rows:
        if row.leaves_at is not None and row.envelope not in at_once:
            keeping[row.year].add(row.id)
    opening = {year: opened(connection, year).year.hours.on_or_after(as_of) for year in keeping}
    closed = {year: keys for year, keys in keeping.items() if opening[year] > as_of}
    for year, keys in closed.items():
        connection.execute(update(letter).where(letter.c.id.in_(keys)).values(due_at=opening[year]))
    return frozenset[int]().union(*closed.values())


def _whole(connection: Connection, rows: Sequence[_Due]) -> list[_Due]:
    """Leave out what shared an envelope before with a letter that is now in another's hand, or about to be.

    Two messages would else carry one Message-ID, and what the relay tells of either would be taken for both.
    """
    again = [row for row in rows if row.envelope is not None]
    if not again:
        return list(rows)
    letter, mine = table_of(Letter), Counter(row.envelope for row in again)
    whose = among(connection.dialect.name, letter.c.recipient, "whose")
    given = {"whose": listed(connection, {row.recipient for row in again})}
    open_ones = letter.c.state.in_((LetterState.QUEUED.value, LetterState.SENDING.value))
    query = select(letter.c.envelope, func.count()).where(whose, letter.c.envelope.in_(mine), open_ones)
    there = dict(connection.execute(query.group_by(letter.c.envelope), given).tuples().all())
    return [row for row in rows if row.envelope is None or mine[row.envelope] == there[row.envelope]]


def _suppressed(connection: Connection, found: Sequence[_Due]) -> frozenset[str]:
    """Give those of these letters' addresses, in lower case, that are written to no more: mostly there are none."""
    table = table_of(Suppressed)
    if connection.execute(select(table.c.address).limit(1)).scalar() is None:
        return frozenset()
    address = func.lower(table.c.address)
    given_up = select(address).where(address.in_({row.address.lower() for row in found}))
    return frozenset(connection.execute(given_up).scalars())


def _put_aside(connection: Connection, ids: Iterable[int], event: LetterEvent, detail: str) -> None:
    letter, chosen = table_of(Letter), sorted(ids)
    if chosen:
        connection.execute(update(letter).where(letter.c.id.in_(chosen)).values(**moved(event), detail=detail))


def _take(connection: Connection, rows: Sequence[_Due], leads: Mapping[int, int], values: Mapping[str, Any]) -> None:
    """Put these letters into one hand, and each into its envelope; one that was in an envelope before stays there."""
    letter = table_of(Letter)
    if leads:
        led = update(letter).where(letter.c.id == bindparam("letter")).values(envelope=bindparam("lead"))
        connection.execute(led, [{"letter": key, "lead": lead} for key, lead in leads.items()])
    connection.execute(
        _taking(connection.dialect.name), {"ids": listed(connection, (row.id for row in rows)), **values}
    )


@lru_cache(maxsize=2)
def _taking(dialect: str) -> Update:
    """Take by id alone: they are locked, and with their state SQLite would search the whole queue for them."""
    letter = table_of(Letter)
    hand = {name: bindparam(f"new_{name}", type_=letter.c[name].type) for name in ("claim", "claimed_at")}
    envelope = func.coalesce(letter.c.envelope, letter.c.id)
    taken = update(letter).where(among(dialect, letter.c.id, "ids"))
    return taken.values(**hand, **moved(LetterEvent.CLAIM), tries=letter.c.tries + 1, envelope=envelope)


def _leads(rows: Sequence[_Due], rehearsed: Collection[int]) -> dict[int, int]:
    """Give the letter that leads each of those that get an envelope with others, or another one than they had."""
    return {key: group[0] for group in (*_groups(rows, rehearsed), *_leaderless(rows)) for key in group}


def _groups(rows: Sequence[_Due], rehearsed: Collection[int]) -> Iterator[list[int]]:
    """Gather what is in no envelope yet by year, recipient and address, so many in one; none whose kind goes alone."""
    found: dict[tuple[int, str, str, date | None], list[int]] = defaultdict(list)
    for row in rows:
        if row.envelope is None and row.kind not in ALONE:
            day = (row.leaves_at or row.queued_as_of).date() if row.year in rehearsed else None
            found[row.year, row.recipient, row.address, day].append(row.id)
    for ids in map(sorted, found.values()):
        yield from (ids[start : start + MOST] for start in range(0, len(ids), MOST) if len(ids) > 1)


def _leaderless(rows: Sequence[_Due]) -> Iterable[list[int]]:
    """Gather what is left of envelopes whose lead is no more among them: no message goes out under another's id.

    What they went out in before was surely not taken over, or they would not be queued. Their lead may have been
    cancelled, and may be owed once more.
    """
    there, found = {row.id for row in rows}, defaultdict(list)
    for row in rows:
        if row.envelope is not None and row.envelope not in there:
            found[row.envelope].append(row.id)
    return map(sorted, found.values())


def _claimed(connection: Connection, rows: Sequence[_Due], leads: Mapping[int, int]) -> list[Claimed]:
    """Give what was taken as it goes out, envelope by envelope."""
    ids = {row.id: row.message_id for row in rows}
    threads, words = _threads(connection, ids), _words(connection, {row.body for row in rows})
    tried = trial_years.mailboxes(connection)  # asked once the letters are locked: those of a live year have none
    papers = letter_papers.of(connection, {one for said in words.values() for one in (said.papers or "").split()})
    return [
        Claimed(
            row.id, lead, row.tries + 1, row.kind, ids[lead], row.message_id, threads.get(row.id), row.recipient,
            row.address, row.subject, row.leaves_at or row.queued_as_of, row.addressee, row.deferred_since,
            *words[row.body][:-1],
            papers=tuple(papers[one] for one in (words[row.body].papers or "").split()), trial=tried.get(row.year),
        )
        for lead, _, row in sorted((leads.get(row.id, row.envelope or row.id), row.id, row) for row in rows)
    ]  # fmt: skip


def _threads(connection: Connection, ids: Iterable[int]) -> dict[int, str]:
    """Give the Message-ID that each of these letters refers to, where that is not the one it goes out under itself."""
    return dict(at_once(connection, _thread(connection.dialect.name), {"ids": listed(connection, ids)}))


@lru_cache(maxsize=2)
def _thread(dialect: str) -> Select[Any]:
    letter, other, root = table_of(Letter), table_of(Letter).alias("other"), table_of(Letter).alias("root")
    same = [other.c[name] == letter.c[name] for name in ("year", "phase", "recipient", "concerns")]
    offered = other.c.state.in_(OFFERED)
    opening = select(other.c.envelope).where(*same, offered).order_by(other.c.id).limit(1).correlate(letter)
    elsewhere = (root.c.id == opening.scalar_subquery()) & (root.c.id != letter.c.envelope)
    ours = among(dialect, letter.c.id, "ids")
    return select(letter.c.id, root.c.message_id).select_from(letter).join(root, elsewhere).where(ours)


def _words(connection: Connection, digests: Collection[str]) -> dict[str, Words]:
    """Give the words of each."""
    body = table_of(LetterBody)
    columns = [body.c[name] for name in ("digest", *Words._fields)]
    rows = connection.execute(select(*columns).where(body.c.digest.in_(digests)))
    return {digest: Words(*words) for digest, *words in rows}
