"""The outbox as acts fill it: letters written, and written anew, in the transaction that causes them."""

from __future__ import annotations

import hashlib
import json
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import Connection, case, null, select, tuple_, update

from models.columns import table_of
from models.letter_states import LetterEvent, LetterState, may
from models.shortcuts.bulk import insert_once, inserting, many
from models.tables.season import Letter, LetterBody
from models.taking_back import SUPERSEDED, owed_again, take_back
from phases.letter_kinds import LETTER_KINDS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from models.stamp import Stamp


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


RESTORED = "restored"
"""The token on letters that may have gone out before a backup was restored: their worker is gone."""

NEWEST = tuple(kind for kind, row in LETTER_KINDS.items() if row.newest)
"""The kinds of which only the newest is worth sending."""


def supersede(connection: Connection, year: int, letters: Sequence[LetterRow]) -> None:
    """Take back what was not yet sent of the kinds of which a newer letter is about to be queued."""
    newer = {(row.kind, row.phase, row.concerns, row.recipient) for row in letters if row.kind in NEWEST}
    table = table_of(Letter)
    about = tuple_(table.c.kind, table.c.phase, table.c.concerns, table.c.recipient)
    if newer:
        take_back(connection, SUPERSEDED, table.c.year == year, about.in_(sorted(newer)))


ANEW = (
    "state", "address", "subject", "body", "addressee", "detail", "queued_at", "due_at", "leaves_at"
)  # fmt: skip
"""What a letter owed once more says anew, where the old one never went out or came to nothing."""


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
        where=owed_again(table),
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
