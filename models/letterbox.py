"""Letters as they are listed: without their bodies, by state, kind, phase, city or recipient, a page at a time."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from sqlalchemy import String, and_, bindparam, cast, exists, func, literal, select

from models.columns import table_of
from models.letter_states import LetterEvent, LetterState, may
from models.tables.audit import AuditEntry
from models.tables.season import Letter, LetterBody

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from sqlalchemy import ColumnElement, Connection, FromClause, Select

EVERY = "*"
"""What stands in a letter's key for no one phase or city."""


@dataclass(frozen=True, slots=True)
class LetterQuery:
    """Which letters of a year that were queued up to an instant; None: any. `city` is the city they concern.

    `reader` is the city that reads, None for the province; `states` several states, where more than one will do.
    `subject` stands somewhere in its subject, `names` in its words.
    """

    year: int
    as_of: datetime
    state: str | None = None
    kind: str | None = None
    phase: str | None = None
    city: str | None = None
    reader: str | None = None
    states: tuple[str, ...] | None = None
    recipient: str | None = None
    subject: str | None = None
    names: str | None = None


@dataclass(frozen=True, slots=True)
class Listed:
    """A letter without its body. `phase` and `city` are None where it is about all of them."""

    id: int
    phase: str | None
    city: str | None
    recipient: str
    kind: str
    state: str
    subject: str
    queued_as_of: datetime
    sent_at: datetime | None
    detail: str | None
    due_at: datetime


@dataclass(frozen=True, slots=True)
class KeptLetter:
    """A letter as it is kept, without its words: `phase`, `city`, `attempt` and `slot` are parts of its key.

    While it is queued it does not leave before `due_at`.
    """

    id: int
    year: int
    phase: str
    city: str
    attempt: str
    recipient: str
    kind: str
    slot: str
    concerns: str
    state: str
    tries: int
    address: str
    subject: str
    addressee: str | None
    message_id: str
    queued_as_of: datetime
    sent_at: datetime | None
    detail: str | None
    envelope: int | None
    due_at: datetime

    @property
    def writer(self) -> str:
        """The office whose own words it is in: a city's slug, or `province`; "" where the programme owes it."""
        return self.slot.partition("@")[2] if self.kind == "letter" else ""


@dataclass(frozen=True, slots=True)
class WordedLetter(KeptLetter):
    """A letter with its words, which have a place for the addressee where there is one.

    `ics` is its calendar file, `papers` the digests of what else goes with it.
    """

    text: str
    html: str
    ics: str | None
    papers: str | None


@dataclass(frozen=True, slots=True)
class TrackedLetter(KeptLetter):
    """A letter with what keeps it: office hours (`leaves_at`), a relay (`deferred_since`), that it is owed no more.

    From `valid_until` on it would be untrue; `moot` says that an act took it back in somebody's hand.
    """

    leaves_at: datetime | None
    deferred_since: datetime | None
    valid_until: datetime | None
    moot: bool


KEPT = tuple(each.name for each in fields(KeptLetter))


class SentLetter(NamedTuple):
    """What a letter that went out was about."""

    id: int
    kind: str
    phase: str
    concerns: str
    slot: str


Slug = TypeVar("Slug", str, "ColumnElement[str]")


def own(city: Slug) -> tuple[Slug, Slug]:
    """Give the recipients whose letters a city's office may read and acknowledge: its own and its head's.

    Every page, export and list asks here; for a column of cities it gives the condition's terms.
    """
    return ("city:" + city, "head:" + city)


def readable(letter: FromClause, city: str) -> ColumnElement[bool]:
    """Tell of a letter whether a city's office may read it: what it wrote, and what it is sent, once released."""
    written = (letter.c.kind == "letter") & letter.c.slot.endswith(f"@{city}")
    return written | letter.c.recipient.in_(own(city)) & (letter.c.state != LetterState.AWAITING.value)


def letters(connection: Connection, wanted: LetterQuery, *, limit: int, offset: int = 0) -> tuple[Listed, ...]:
    """Give a page of letters, the newest first."""
    letter = table_of(Letter)
    names = ["concerns" if each.name == "city" else each.name for each in fields(Listed)]
    query = select(*(letter.c[name] for name in names)).where(*conditions(wanted))
    rows = connection.execute(
        query.order_by(letter.c.queued_as_of.desc(), letter.c.id.desc()).limit(limit).offset(offset)
    )
    return tuple(Listed(key, _one(phase), _one(city), *rest) for key, phase, city, *rest in rows)


def by_state(connection: Connection, wanted: LetterQuery) -> dict[str, int]:
    """Count the letters by state, whatever state is wanted."""
    letter = table_of(Letter)
    query = select(letter.c.state, func.count()).where(*conditions(replace(wanted, state=None)))
    return dict(connection.execute(query.group_by(letter.c.state).order_by(letter.c.state)).tuples().all())


def kept_unsent(connection: Connection, wanted: LetterQuery) -> list[tuple[datetime, str]]:
    """Give when letters were written that are not to be sent, with the reasons on record; each pair once."""
    letter = table_of(Letter)
    unsent = letter.c.state == LetterState.CANCELLED.value
    query = select(letter.c.queued_as_of, letter.c.detail).where(*conditions(wanted), unsent).distinct()
    return [(at, detail) for at, detail in connection.execute(query.where(letter.c.detail.is_not(None)))]


def conditions(wanted: LetterQuery) -> list[ColumnElement[bool]]:
    """Give them as a query asks for them."""
    letter = table_of(Letter)
    columns = {
        "state": wanted.state, "kind": wanted.kind, "phase": wanted.phase, "concerns": wanted.city,
        "recipient": wanted.recipient,
    }  # fmt: skip
    found = [letter.c.year == wanted.year, letter.c.queued_as_of <= wanted.as_of]
    found += [letter.c[name] == value for name, value in columns.items() if value is not None]
    found += [] if wanted.states is None else [letter.c.state.in_(wanted.states)]
    found += [] if wanted.subject is None else [letter.c.subject.icontains(wanted.subject, autoescape=True)]
    if wanted.names is not None:
        body = table_of(LetterBody)
        said = select(body.c.digest).where(body.c.text.contains(wanted.names, autoescape=True))
        found.append(letter.c.body.in_(said))
    return found + ([] if wanted.reader is None else [readable(letter, wanted.reader)])


def _one(part: str) -> str | None:
    return None if part == EVERY else part


def waiting(connection: Connection) -> int:
    """Give how many letters are queued, due or not."""
    letter = table_of(Letter)
    return int(connection.execute(select(func.count()).where(may(letter, LetterEvent.CLAIM))).scalar_one())


def keeping_hours(connection: Connection, as_of: datetime) -> int:
    """Give how many of them were never tried, and wait for office hours."""
    letter = table_of(Letter)
    untried = (letter.c.tries == 0) & letter.c.deferred_since.is_(None)
    waits = (may(letter, LetterEvent.CLAIM), letter.c.leaves_at.is_not(None), letter.c.due_at > as_of, untried)
    return int(connection.execute(select(func.count()).where(*waits)).scalar_one())


def leaving(connection: Connection) -> list[datetime]:
    """Give the instants before which the queued letters do not leave, each once."""
    letter = table_of(Letter)
    return list(connection.execute(select(letter.c.due_at).distinct().where(may(letter, LetterEvent.CLAIM))).scalars())


def listed(
    connection: Connection, year: int, wanted: Mapping[str, str | None], as_of: datetime | None = None
) -> list[KeptLetter]:
    """Give the letters of a year whose columns have these values (None: any), oldest first."""
    letter = table_of(Letter)
    columns = (letter.c[name] for name in KEPT)
    query = select(*columns).where(letter.c.year == year).order_by(letter.c.id)
    for name, value in wanted.items():
        query = query if value is None else query.where(letter.c[name] == value)
    found = connection.execute(query if as_of is None else query.where(letter.c.queued_as_of <= as_of))
    return [KeptLetter(*row) for row in found]


def about(
    connection: Connection, year: int, phase: str, city: str, as_of: datetime, once: Collection[str]
) -> list[TrackedLetter]:
    """Give the letters that one city's doings in a phase caused by an instant, and all of the kinds `once` a year."""
    letter = table_of(Letter)
    columns = (letter.c[each.name] for each in fields(TrackedLetter))
    here = (letter.c.phase == phase) | (letter.c.phase == EVERY) & (letter.c.kind == "letter")
    caused = and_(here, letter.c.concerns == city) | letter.c.kind.in_(once)
    query = select(*columns).where(letter.c.year == year, letter.c.queued_as_of <= as_of, caused)
    return [TrackedLetter(*row) for row in connection.execute(query.order_by(letter.c.queued_as_of, letter.c.id))]


def written_to(connection: Connection, year: int, recipient: str) -> list[WordedLetter]:
    """Give the letters of a year to one recipient with their words, in the order in which they may leave."""
    letter = table_of(Letter)
    query = _worded().where(letter.c.year == year, letter.c.recipient == recipient)
    return [WordedLetter(*row) for row in connection.execute(query.order_by(letter.c.due_at, letter.c.id))]


@cache
def _one_worded() -> Select[Any]:
    return _worded().where(table_of(Letter).c.id == bindparam("of_letter"))


def _worded() -> Select[Any]:
    letter, body = table_of(Letter), table_of(LetterBody)
    columns = (letter.c[name] for name in KEPT)
    said = (body.c[name] for name in ("text", "html", "ics", "papers"))
    return select(*columns, *said).join(body, body.c.digest == letter.c.body)


def sent_unaudited(
    connection: Connection, year: int, kinds: Sequence[str], after: datetime, what: str
) -> list[SentLetter]:
    """Give the letters of these kinds sent after an instant of which the audit, as `letter 5`, does not say `what`."""
    letter, entry = table_of(Letter), table_of(AuditEntry)
    named = literal("letter ") + cast(letter.c.id, String)
    said = exists().where(entry.c.what == what, entry.c.subject == named)
    sent = (letter.c.year == year, letter.c.state == LetterState.SENT.value, letter.c.sent_at > after)
    query = select(*(letter.c[name] for name in SentLetter._fields)).where(*sent, letter.c.kind.in_(kinds), ~said)
    return [SentLetter._make(row) for row in connection.execute(query.order_by(letter.c.id))]


def letter_by_id(connection: Connection, key: int) -> WordedLetter | None:
    """Give one letter with its words."""
    row = connection.execute(_one_worded(), {"of_letter": key}).one_or_none()
    return None if row is None else WordedLetter(*row)
