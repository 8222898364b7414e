"""One cheap look before a page is given from memory: is its reader still signed in, and has anything been written?"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from threading import Lock
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import bindparam, func, select

from models.columns import UTCDateTime, table_of
from models.one_snapshot import once_a_snapshot
from models.tables.accounts import Account, SignIn
from models.tables.audit import AuditEntry
from models.tables.season import ProgrammeYear

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection, Select

    from models.database import Database


class Glanced(NamedTuple):
    """An account that is signed in, the year's revision (None: not opened) and the newest entry of the audit log.

    The revision counts what the season wrote, the audit log what people did beside it.
    """

    account: int
    name: str
    shown: str
    role: str
    city: str | None
    revision: int | None
    audited: int | None


def _question() -> Select[Any]:
    sign_in, account, year, audit = (table_of(model) for model in (SignIn, Account, ProgrammeYear, AuditEntry))
    revision = select(year.c.revision).where(year.c.year == bindparam("year")).scalar_subquery()
    audited = select(func.max(audit.c.id)).scalar_subquery()
    return select(
        account.c.id, account.c.name, account.c.shown, account.c.role, account.c.city, revision, audited
    ).where(
        sign_in.c.digest == bindparam("session"),
        sign_in.c.pending.is_(False),
        sign_in.c.until > bindparam("now", type_=UTCDateTime()),
        account.c.id == sign_in.c.account,
        account.c.disabled_at.is_(None),
    )


@once_a_snapshot
def newest(connection: Connection, year: int) -> tuple[int | None, int | None]:
    """Give a year's revision and the newest entry of the audit log: while both stay, nobody has written anything."""
    row = connection.execute(_newest(), {"of_year": year}).one()
    return row[0], row[1]


@cache
def _newest() -> Select[Any]:
    programme, audit = table_of(ProgrammeYear), table_of(AuditEntry)
    revision = select(programme.c.revision).where(programme.c.year == bindparam("of_year")).scalar_subquery()
    return select(revision, select(func.max(audit.c.id)).scalar_subquery())


@dataclass(frozen=True, slots=True)
class _Prepared:
    """The question in the driver's own words, on a connection that nobody else uses."""

    cursor: Any
    sql: str
    order: tuple[str, ...]
    stored: Any


class Glance:
    """Asks that one question, again and again.

    On SQLite it goes straight to the driver: some 10 µs, against 300 µs through a pool and a transaction, and short
    enough for an event loop. One statement sees one snapshot by itself.
    """

    def __init__(self, database: Database) -> None:
        self.database = database
        self._question = _question()
        self._prepared: _Prepared | None = None
        self._turn = Lock()

    def at(self, session: str, year: int, now: datetime) -> Glanced | None:
        """Give who has this session (its digest) and how new the year is; None where nobody has it any more."""
        given = {"session": session, "year": year, "now": now}
        row = self._embedded(given) if self.database.embedded else self._served(given)
        return None if row is None else Glanced(*row)

    def _served(self, given: dict[str, Any]) -> Any:  # noqa: ANN401 -- a driver's row
        with self.database.read() as connection:
            return connection.execute(self._question, given).one_or_none()

    def _embedded(self, given: dict[str, Any]) -> Any:  # noqa: ANN401 -- a driver's row
        with self._turn:
            asked = self._prepared = self._prepared or self._prepare()
            said = {**given, "now": asked.stored(given["now"])}
            try:
                return asked.cursor.execute(asked.sql, [said[name] for name in asked.order]).fetchone()
            except Exception:
                self._prepared = None  # a file that was replaced under it: the next look opens it anew
                raise

    def _prepare(self) -> _Prepared:
        engine = self.database.engine
        compiled = self._question.compile(dialect=engine.dialect)
        own = engine.raw_connection()
        own.detach()
        # Who looks from an event loop must not wait there: it asks another way then.
        own.cursor().execute("PRAGMA busy_timeout=0")
        stored = UTCDateTime().dialect_impl(engine.dialect).bind_processor(engine.dialect)
        return _Prepared(own.cursor(), str(compiled), tuple(compiled.positiontup or ()), stored)
