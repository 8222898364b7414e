"""What was decided before in cases of the same kind, in every year on record: who decides again sees it first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from sqlalchemy import Date, String, case, cast, func, literal, null, select, union_all

from gates.states import Event
from models.columns import table_of
from models.tables.city_requests import Request, RequestAnswer
from models.tables.season import ExtensionRow, Transition, WaiverRow

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import date, datetime

    from sqlalchemy import ColumnElement, Connection, Select, Table

Decided = Literal["waived", "extended", "taken-back", "declined", "returned"]
NO_RULE: ColumnElement[Any] = cast(null(), String)
NO_DAY: ColumnElement[Any] = cast(null(), Date)


@dataclass(frozen=True, slots=True)
class EarlierCase:
    """A decision about a city phase: of which `rule` or `until` which day, where it is about one; why, as written then.

    A later day that was corrected since is `taken-back`. `reason` is None once its words are purged.
    """

    decided: Decided
    year: int
    city: str
    as_of: datetime
    rule: str | None
    until: date | None
    reason: str | None


def earlier_cases(connection: Connection, act: str, phase: str, as_of: datetime, *, limit: int) -> list[EarlierCase]:
    """Give the newest decisions about a phase of a kind with what an act decides; none for an act of another kind."""
    if act not in _OF_ACTS:
        return []
    found = union_all(*(one(phase) for one in _OF_ACTS[act])).subquery()
    query = select(found).where(found.c.as_of <= as_of).order_by(found.c.as_of.desc(), found.c.city).limit(limit)
    return [EarlierCase(*row) for row in connection.execute(query)]


def _decided(
    said: ColumnElement[str],
    of: Table,
    when: Table,
    rule: ColumnElement[Any] = NO_RULE,
    until: ColumnElement[Any] = NO_DAY,
) -> Select[Any]:
    facts = (of.c.year, of.c.city, when.c.as_of, rule.label("rule"), until.label("until"), when.c.reason)
    return select(said.label("decided"), *facts)


def _waived(phase: str) -> Select[Any]:
    table = table_of(WaiverRow)
    return _decided(literal("waived"), table, table, rule=table.c.rule).where(table.c.phase == phase)


def _extended(phase: str) -> Select[Any]:
    """What the province granted, by itself or to a request."""
    table, since = table_of(ExtensionRow), table_of(ExtensionRow).alias()
    same = [since.c[name] == table.c[name] for name in ("year", "phase", "city")]
    corrected = select(func.max(since.c.corrections)).where(*same).scalar_subquery()
    said = case((table.c.corrections < corrected, "taken-back"), else_="extended")
    granted = (table.c.phase == phase, table.c.cause == "extension")
    return _decided(said, table, table, until=table.c.until).where(*granted)


def _declined(phase: str) -> Select[Any]:
    asked, answers = table_of(Request), table_of(RequestAnswer)
    declined = _decided(literal("declined"), asked, answers, until=asked.c.until)
    return declined.where(answers.c.request == asked.c.id, answers.c.said == "declined", asked.c.phase == phase)


def _returned(phase: str) -> Select[Any]:
    table = table_of(Transition)
    returned = (table.c.phase == phase, table.c.event == Event.REJECT, table.c.refused.is_(False))
    return _decided(literal("returned"), table, table).where(*returned)


_OF_ACTS: Mapping[str, tuple[Callable[[str], Select[Any]], ...]] = {
    "waive": (_waived,),
    "extend": (_extended, _declined),
    "answer": (_extended, _declined),
    "reject": (_returned,),
}
