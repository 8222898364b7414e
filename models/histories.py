"""The history of city phases as it stood at an instant: moves, judgements, loads, later due days, waivers."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, case, func, select

from gates.states import Event, State
from gates.verdict import Verdict
from models.columns import columns_of, table_of
from models.one_snapshot import once_a_snapshot
from models.tables.city_requests import Request, RequestAnswer
from models.tables.season import ExtensionRow, Filing, RefusedLoad, Transition, WaiverRow, WorkbookLoad

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import date

    from sqlalchemy import ColumnElement, Connection, Select, Table


QUESTIONS = 256
"""So many statements of each kind are kept as they were built."""


@dataclass(frozen=True, slots=True)
class Span:
    """What history is asked for: a year up to an instant (None: all of it), of one phase and one city or of all."""

    year: int
    as_of: datetime | None
    phase: str | None = None
    city: str | None = None

    def of(self, table: Table) -> list[ColumnElement[bool]]:
        """Give the conditions on a table that has these columns."""
        named = (("phase", self.phase), ("city", self.city))
        wanted = [table.c[name] == value for name, value in named if value is not None]
        until = bindparam("known_until", self.as_of, table.c.as_of.type)
        return [table.c.year == self.year, *([] if self.as_of is None else [table.c.as_of <= until]), *wanted]

    @property
    def at_any_time(self) -> Span:
        """The same of another instant: what is asked of it is asked with `known_until` given."""
        return self if self.as_of is None else replace(self, as_of=datetime.max.replace(tzinfo=UTC))


@dataclass(frozen=True, slots=True)
class PastMove:
    """One row of the log: who did what, when by the programme (`as_of`) and by the clock (`at`), and why.

    `seq` counts the rows of its city phase from 1.
    """

    phase: str
    city: str
    event: Event
    before: State
    after: State
    refused: bool
    attempt: int
    by: str
    as_of: datetime
    at: datetime
    reason: str | None
    seq: int


@dataclass(frozen=True, slots=True)
class PastJudgement:
    """One judgement of a gate: the city phase's filing of that `number`, its `part` (city or province)."""

    verdict: Verdict
    phase: str
    city: str
    number: int
    part: str
    attempt: int
    by: str
    as_of: datetime


@dataclass(frozen=True, slots=True)
class Load:
    """A workbook that was loaded: its SHA-256, and how many rows it had."""

    id: int
    form: str
    attempt: int
    sha256: str
    rows: int
    by: str
    at: datetime
    as_of: datetime


@dataclass(frozen=True, slots=True)
class PastRefusal:
    """A load that was refused for its faults; `places` say where the first of them are."""

    form: str
    attempt: int
    faults: int
    places: list[dict[str, Any]]
    by: str
    as_of: datetime


@dataclass(frozen=True, slots=True)
class PastGrant:
    """A later due day (that day included) of a city phase. `cause` as of `calendars.deadlines.Extension`."""

    phase: str
    city: str
    attempt: int
    cause: str
    until: date
    reason: str
    by: str
    as_of: datetime
    corrections: int = 0


@dataclass(frozen=True, slots=True)
class SetAside:
    """A rule that was waived for a city phase's attempt."""

    phase: str
    city: str
    attempt: int
    rule: str
    reason: str
    by: str
    as_of: datetime


MOVES = ("phase", "city", "event", "from_state", "to_state", "refused", "attempt", "by", "as_of", "at", "reason", "seq")


@once_a_snapshot
def moves(
    connection: Connection,
    span: Span,
    *,
    event: str | None = None,
    refused: bool = False,
    limit: int | None = None,
    offset: int = 0,
) -> tuple[PastMove, ...]:
    """Give the log, the newest first; `refused`: the refused tries alone."""
    query = _newest_moves(span.at_any_time, event, refused, limit, offset)
    return _moves(connection, query, span)


@lru_cache(maxsize=QUESTIONS)
def _newest_moves(span: Span, event: str | None, refused: bool, limit: int | None, offset: int) -> Select[Any]:
    table = table_of(Transition)
    newest = (table.c.as_of.desc(), table.c.id.desc())
    return _log().where(*_logged(span, event, refused)).order_by(*newest).limit(limit).offset(offset)


def as_written(connection: Connection, span: Span) -> tuple[PastMove, ...]:
    """Give the log in the order in which it was written."""
    table = table_of(Transition)
    return _moves(connection, _log().where(*span.of(table)).order_by(table.c.id), span)


def why(log: Table) -> ColumnElement[str | None]:
    """Give the reason of a row of the log, with what was written of the city's request that it is about, if any.

    That is read where it stands, as long as it does; rows of earlier releases have it in `reason`.
    """
    asked, answers = table_of(Request), table_of(RequestAnswer)
    then = (answers.c.request == log.c.request, answers.c.as_of == log.c.as_of)
    ended = select(answers.c.reason).where(*then).order_by(answers.c.number).limit(1).scalar_subquery()
    wished = select(asked.c.reason).where(asked.c.id == log.c.request).scalar_subquery()
    written = func.nullif(case((log.c.event.in_([Event.ANSWER, Event.RETRACT]), ended), else_=wished), "")
    return func.coalesce(log.c.reason + "：" + written, log.c.reason, written)


def _log() -> Select[Any]:
    table = table_of(Transition)
    return select(*(why(table) if name == "reason" else table.c[name] for name in MOVES))


def _moves(connection: Connection, query: Select[Any], span: Span) -> tuple[PastMove, ...]:
    return tuple(
        PastMove(phase, city, Event(what), State(before), State(after), *rest)
        for phase, city, what, before, after, *rest in connection.execute(query, {"known_until": span.as_of})
    )


def log_ends(connection: Connection, span: Span) -> dict[str, tuple[int, datetime]]:
    """Give by phase, for the span of one city, how many rows its log had and as of when the last of them is."""
    table = table_of(Transition)
    query = select(table.c.phase, func.max(table.c.seq), func.max(table.c.as_of)).where(*span.of(table))
    return {phase: (rows, last) for phase, rows, last in connection.execute(query.group_by(table.c.phase))}


def how_many(connection: Connection, span: Span, *, event: str | None = None, refused: bool = False) -> int:
    """Count what `moves` gives without a limit."""
    counted = select(func.count()).select_from(table_of(Transition)).where(*_logged(span, event, refused))
    return int(connection.execute(counted).scalar_one())


@once_a_snapshot
def judgements(connection: Connection, span: Span) -> tuple[PastJudgement, ...]:
    """Give the judgements, the newest filing first, the city's part before the province's."""
    rows = connection.execute(_judged(span.at_any_time), {"known_until": span.as_of})
    return tuple(PastJudgement(Verdict.from_json(verdict), *rest) for verdict, *rest in rows)


@lru_cache(maxsize=QUESTIONS)
def _judged(span: Span) -> Select[Any]:
    table = table_of(Filing)
    query = _columns(table, ("verdict", "phase", "city", "number", "part", "attempt", "by", "as_of"))
    return query.where(*span.of(table)).order_by(table.c.number.desc(), table.c.id)


def loads(connection: Connection, span: Span, forms: Collection[str]) -> tuple[Load, ...]:
    """Give a city's loads of these forms, the newest first."""
    table = table_of(WorkbookLoad)
    query = select(*columns_of(Load, table)).where(*_of_forms(table, span, forms))
    return tuple(Load(*row) for row in connection.execute(query.order_by(table.c.id.desc())))


def refused_loads(connection: Connection, span: Span, forms: Collection[str], *, limit: int) -> tuple[PastRefusal, ...]:
    """Give the city's loads of these forms that were refused for their faults, the newest first."""
    table = table_of(RefusedLoad)
    names = ("form", "attempt", "faults", "places", "by", "as_of")
    query = _columns(table, names).where(*_of_forms(table, span, forms)).order_by(table.c.id.desc()).limit(limit)
    return tuple(PastRefusal(*row) for row in connection.execute(query))


def _of_forms(table: Table, span: Span, forms: Collection[str]) -> list[ColumnElement[bool]]:
    return [*Span(span.year, span.as_of, city=span.city).of(table), table.c.form.in_(forms)]


def grants(connection: Connection, span: Span) -> tuple[PastGrant, ...]:
    """Give the later due days, the oldest first."""
    return tuple(PastGrant(*row) for row in connection.execute(_grants(span.at_any_time), {"known_until": span.as_of}))


@lru_cache(maxsize=QUESTIONS)
def _grants(span: Span) -> Select[Any]:
    table = table_of(ExtensionRow)
    names = ("phase", "city", "attempt", "cause", "until", "reason", "by", "as_of", "corrections")
    return _columns(table, names).where(*span.of(table)).order_by(table.c.id)


def waivers(connection: Connection, span: Span) -> tuple[SetAside, ...]:
    """Give the waived rules, the oldest first."""
    table = table_of(WaiverRow)
    names = ("phase", "city", "attempt", "rule", "reason", "by", "as_of")
    rows = connection.execute(_columns(table, names).where(*span.of(table)).order_by(table.c.id))
    return tuple(SetAside(*row) for row in rows)


def _columns(table: Table, names: Sequence[str]) -> Select[Any]:
    return select(*(table.c[name] for name in names))


def _logged(span: Span, event: str | None, refused: bool) -> list[ColumnElement[bool]]:
    table = table_of(Transition)
    named = [] if event is None else [table.c.event == event]
    return [*span.of(table), *named, *([table.c.refused] if refused else [])]
