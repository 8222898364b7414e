"""Answering a city's request for a later day: granted, it is the extension or the rerun that applies; else declined."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from acts.extend import extend
from acts.rerun import rerun
from calendars.deadlines import day_of
from gates.states import State
from letters.brief import DayRequest
from models import outbox, requests
from models.database import Within
from models.loading import loaded
from season.outcome import Outcome
from season.transaction import sitting
from season.unit_of_work import Season

if TYPE_CHECKING:
    from datetime import date

    from sqlalchemy import Row

    from models.database import Database
    from models.stamp import Stamp

ENDED = {
    State.SUBMITTED: "已经报送，不再需要延期",
    State.PASSED: "已经通过，不再需要延期",
    State.WITHDRAWN: "该市已退出本年度",
}


class _Refused(Exception):
    """The answer is not to stay."""


def answer(
    database: Database, year: int, request: int, stamp: Stamp, *, grant: bool, until: date | None, reason: str
) -> Outcome:
    """Answer a request once: with the extension or the rerun it asks for, in one transaction, or with a refusal.

    `reason` are the province's words to the city, which its letter gives as they are; what is extended or opened again
    for the record is so for the city's own reason.
    """
    try:
        with database.write(year) as connection:
            found = requests.find(connection, year, request)
            if found is None:
                return Outcome("refused", f"{year} 年度没有 {request} 号申请。")
            if not requests.answer(connection, request, granted=grant, reason=reason, stamp=stamp):
                return Outcome("refused", f"{request} 号申请已由 {found.answered_by} 答复，未作改动。")
            outbox.take_back_request(connection, year, request)
            within, asked = Within(database, connection, year), _asked(found, grant=grant, answer=reason)
            if grant:
                outcome = _granted(within, found, stamp, until or found.until, asked)
            else:
                outcome = _declined(within, found, stamp, asked)
            if not outcome.done:
                raise _Refused  # noqa: TRY301 -- only an exception takes the answer back
    except _Refused:
        pass
    return outcome


def _asked(found: Row[Any], *, grant: bool, answer: str) -> DayRequest:
    return DayRequest(found.id, found.by, day_of(found.as_of), found.until, found.reason, grant, answer)


def _granted(database: Within, found: Row[Any], stamp: Stamp, until: date, asked: DayRequest) -> Outcome:
    with database.read() as connection:
        season = Season.read(connection, found.year, stamp, [found.city], reading=True)
        kept = loaded(connection, found.year, found.phase, found.city)
    cell, due = season.cells[found.phase, found.city], season.due(found.phase, found.city)
    if cell.state in ENDED:
        said = f"{season.title(found.phase, found.city)} {ENDED[cell.state]}；请答复不同意并写明。"
        return Outcome("refused", said)
    reason = found.reason
    if cell.state is State.WAITING or due.met_by(stamp.as_of):
        return extend(database, found.year, found.phase, [found.city], stamp, until=until, reason=reason, asked=asked)
    asked = replace(asked, late=True, kept=kept)
    return rerun(database, found.year, found.phase, found.city, stamp, until=until, reason=reason, asked=asked)


def _declined(database: Within, found: Row[Any], stamp: Stamp, asked: DayRequest) -> Outcome:
    with sitting(database, found.year, stamp, [found.city]) as season:
        cell, due = season.cells[found.phase, found.city], season.due(found.phase, found.city)
        late = not due.met_by(stamp.as_of)
        season.answer(cell, replace(asked, late=late), due=None if cell.state in ENDED else due)
    return season.answered(Outcome("done", f"{found.id} 号申请已答复：不同意。"))
