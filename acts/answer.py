"""Answering a city's request for a later day: granted, it is the extension or the rerun that applies; else declined."""

from __future__ import annotations

from typing import TYPE_CHECKING

from acts.extend import extend
from acts.outcome import Outcome
from acts.rerun import rerun
from acts.season import Season
from gates.states import State
from models import requests
from models.database import Within

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
    """Answer a request once: with the extension or the rerun it asks for, in one transaction, or with a refusal."""
    try:
        with database.write(year) as connection:
            found = requests.find(connection, year, request)
            if found is None:
                return Outcome("refused", f"{year} 年度没有 {request} 号申请。")
            if not requests.answer(connection, request, granted=grant, reason=reason, stamp=stamp):
                return Outcome("refused", f"{request} 号申请已由 {found.answered_by} 答复，未作改动。")
            if not grant:
                return Outcome("done", f"{request} 号申请已答复：不同意。")
            outcome = _granted(Within(database, connection), found, stamp, until or found.until, reason)
            if not outcome.done:
                raise _Refused  # noqa: TRY301 -- only an exception takes the answer back
    except _Refused:
        pass
    return outcome


def _granted(database: Within, asked: Row[tuple[object, ...]], stamp: Stamp, until: date, reason: str) -> Outcome:
    with database.read() as connection:
        season = Season.read(connection, asked.year, stamp, [asked.city], reading=True)
    cell, due = season.cells[asked.phase, asked.city], season.due(asked.phase, asked.city)
    if cell.state in ENDED:
        said = f"{season.title(asked.phase, asked.city)} {ENDED[cell.state]}；请答复不同意并写明。"
        return Outcome("refused", said)
    if cell.state is State.WAITING or due.met_by(stamp.as_of):
        return extend(database, asked.year, asked.phase, [asked.city], stamp, until=until, reason=reason)
    return rerun(database, asked.year, asked.phase, asked.city, stamp, until=until, reason=reason)
