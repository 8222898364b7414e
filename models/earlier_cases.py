"""What was decided before in cases of the same kind, in every year on record: who decides again sees it first."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from sqlalchemy import select

from calendars.deadlines import uncorrected
from gates.states import Event
from models.columns import table_of
from models.tables.city_requests import Request, RequestAnswer
from models.tables.season import ExtensionRow, Transition, WaiverRow
from models.trial_years import mailboxes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from datetime import date, datetime

    from sqlalchemy import Connection

Decided = Literal["waived", "extended", "taken-back", "declined", "returned"]


@dataclass(frozen=True, slots=True)
class EarlierCase:
    """A decision about a city phase: of which `rule` or `until` which day, where it is about one; why, as written then.

    A later day that was given by mistake is `taken-back`. `reason` is None or "" once its words are purged.
    """

    decided: Decided
    year: int
    city: str
    as_of: datetime
    reason: str | None
    rule: str | None = None
    until: date | None = None


def earlier_cases(
    connection: Connection, act: str, phase: str, as_of: datetime, *, rule: str = "", limit: int
) -> list[EarlierCase]:
    """Give the newest decisions about a phase of a kind with what an act decides; none for an act of another kind.

    Those about the same `rule` come first; what was played in a trial is none.
    """
    asked, tried = _OF_ACTS.get(act, ()), mailboxes(connection)
    found = [case for each in asked for case in each(connection, phase, as_of) if case.year not in tried]
    found.sort(key=lambda case: (case.rule == (rule or case.rule), case.as_of, case.city), reverse=True)
    return found[:limit]


def _waived(connection: Connection, phase: str, as_of: datetime) -> Iterator[EarlierCase]:
    table = table_of(WaiverRow)
    columns = (table.c[name] for name in ("year", "city", "as_of", "reason", "rule"))
    for row in connection.execute(select(*columns).where(table.c.phase == phase, table.c.as_of <= as_of)):
        yield EarlierCase("waived", *row)


def _extended(connection: Connection, phase: str, as_of: datetime) -> Iterator[EarlierCase]:
    """What the province granted, by itself or to a request."""
    table = table_of(ExtensionRow)
    given = defaultdict(list)
    query = select(table).where(table.c.phase == phase, table.c.as_of <= as_of).order_by(table.c.id)
    for row in connection.execute(query):
        given[row.year, row.city].append(row)
    for rows in given.values():
        kept = uncorrected([row.cause for row in rows])
        for place, row in enumerate(rows):
            if row.cause == "extension":
                said: Decided = "extended" if place in kept else "taken-back"
                yield EarlierCase(said, row.year, row.city, row.as_of, row.reason, until=row.until)


def _declined(connection: Connection, phase: str, as_of: datetime) -> Iterator[EarlierCase]:
    asked, answers = table_of(Request), table_of(RequestAnswer)
    columns = (asked.c.year, asked.c.city, answers.c.as_of, answers.c.reason, asked.c.until)
    query = select(*columns).join_from(asked, answers, answers.c.request == asked.c.id)
    declined = (asked.c.phase == phase, answers.c.said == "declined", answers.c.as_of <= as_of)
    for year, city, at, reason, until in connection.execute(query.where(*declined)):
        yield EarlierCase("declined", year, city, at, reason, until=until)


def _returned(connection: Connection, phase: str, as_of: datetime) -> Iterator[EarlierCase]:
    table = table_of(Transition)
    columns = (table.c[name] for name in ("year", "city", "as_of", "reason"))
    returned = (table.c.phase == phase, table.c.event == Event.REJECT, table.c.refused.is_(False))
    for row in connection.execute(select(*columns).where(*returned, table.c.as_of <= as_of)):
        yield EarlierCase("returned", *row)


_OF_ACTS: Mapping[str, tuple[Callable[[Connection, str, datetime], Iterator[EarlierCase]], ...]] = {
    "waive": (_waived,),
    "extend": (_extended, _declined),
    "answer": (_extended, _declined),
    "reject": (_returned,),
}
