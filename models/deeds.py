"""Confirmations: a form's own token is taken once, so that a double click does it once; and what was answered."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, delete, func, select, update

from models.columns import columns_of, table_of
from models.shortcuts.bulk import insert_new
from models.tables.audit import AuditEntry, Deed
from models.tables.season import Transition

if TYPE_CHECKING:
    from sqlalchemy import Connection, Select


@dataclass(frozen=True, slots=True)
class DoneAct:
    """What a confirmation did, as far as taking it back needs it: the act's slug, its year, fields that name it.

    `cities` are those it was done for, else `subject` names it in the audit; `newest` is the last row that was on
    record of these when it was done. `letters`: taking it back writes some, so that a preview comes first.
    """

    act: str
    year: int
    given: Mapping[str, Sequence[str]]
    cities: Sequence[str]
    subject: str
    newest: int
    letters: bool


@dataclass(frozen=True, slots=True)
class Confirmation:
    """A form's token that was taken: by whom, for what, and what the act answered (None until it did)."""

    token: str
    account: int
    act: str
    at: datetime
    done: bool | None
    said: str | None
    back: str | None
    undo: str | None

    @staticmethod
    def kept(did: DoneAct) -> str:
        """Give what was done as it is stored."""
        return json.dumps(asdict(did), ensure_ascii=False)

    @property
    def did(self) -> DoneAct | None:
        """What was done, where it can be taken back."""
        return DoneAct(**json.loads(self.undo)) if self.undo else None


def take(connection: Connection, token: str, account: int, act: str, at: datetime, back: str) -> bool:
    """Take a form's token; False where it was taken before."""
    row = {"token": token, "account": account, "act": act, "at": at, "back": back}
    return insert_new(connection, table_of(Deed), [row]) == 1


def answer(connection: Connection, token: str, *, done: bool, said: str, did: DoneAct | None = None) -> None:
    """Keep what the act answered, and what it did where it can be taken back."""
    table = table_of(Deed)
    undo = Confirmation.kept(did) if did else None
    connection.execute(update(table).where(table.c.token == token).values(done=done, said=said, undo=undo))


def newest_on_record(connection: Connection, year: int, cities: Sequence[str], subject: str) -> int:
    """Give the last row of the log of these cities, but for refused tries; of no city, the audit's on a subject."""
    if not cities:
        audit = table_of(AuditEntry)
        return connection.execute(select(func.max(audit.c.id)).where(audit.c.subject == subject)).scalar() or 0
    log = table_of(Transition)
    mine = (log.c.year == year, log.c.city.in_(list(cities)), ~log.c.refused)
    return connection.execute(select(func.max(log.c.id)).where(*mine)).scalar() or 0


def find(connection: Connection, token: str) -> Confirmation | None:
    """Give what became of a form's token; None where it was not taken."""
    table = table_of(Deed)
    found = connection.execute(select(*columns_of(Confirmation, table)).where(table.c.token == token)).one_or_none()
    return Confirmation(*found) if found else None


def newest_of(connection: Connection, account: int, back: str, since: datetime) -> Confirmation | None:
    """Give what an account confirmed last since an instant, of what leads back to a page and can be taken back."""
    asked = {"whose": account, "back_to": back, "since": since}
    found = connection.execute(_newest_of(), asked).one_or_none()
    return Confirmation(*found) if found else None


@cache
def _newest_of() -> Select[Any]:
    table = table_of(Deed)
    mine = (table.c.account == bindparam("whose"), table.c.at >= bindparam("since"), table.c.undo.is_not(None))
    query = select(*columns_of(Confirmation, table)).where(*mine, table.c.back == bindparam("back_to"))
    return query.order_by(table.c.at.desc()).limit(1)


def forget(connection: Connection, token: str) -> None:
    """Give a token back that was taken and came to nothing, so that the same may be asked again."""
    table = table_of(Deed)
    connection.execute(delete(table).where(table.c.token == token, table.c.said.is_(None)))
