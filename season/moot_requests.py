"""A request for a later day that an act has overtaken is settled with it: nobody need answer what no longer waits."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from calendars.deadlines import day_of
from gates.states import State
from letters.brief import DayRequest
from models import extension_requests, outbox
from phases.letter_kinds import LETTER_KINDS
from season import owing
from season.moving import WAITED_FOR, moved, touched
from season.recipients import audiences

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Row

    from models.standing import Cell
    from season.owing import Owed
    from season.unit_of_work import Season

SYSTEM = "系统"

NEEDLESS: Mapping[State, str] = {
    State.SUBMITTED: "材料已经报送",
    State.PASSED: "已经通过",
    State.WITHDRAWN: "因贵市退出本年度已经终止",
}
"""Where no later day is needed any more, and why: said of the phase."""


def settle_requests(season: Season) -> None:
    """Settle the requests of the city phases that this act touched, where what they ask for holds or is of no use.

    The province's letter is taken back; a city that no other letter of this act tells hears it in one of its own.
    """
    changed = {key: season.cells[key] for key in touched(season)}
    if not changed:
        return
    waiting = extension_requests.unanswered(season.connection, season.year.year, season.stamp.as_of)
    mine = ((row, changed.get((row.phase, row.city))) for row in waiting if row.answer is None)
    found = [(cell, asked) for row, cell in mine if cell is not None and (asked := _overtaken(season, cell, row))]
    if not found:
        return
    answers = [
        extension_requests.Answer(asked.number, extension_requests.ANSWERS[asked.granted], _said(season, cell, asked))
        for cell, asked in found
    ]
    extension_requests.answer(season.connection, season.year.year, answers, replace(season.stamp, by=SYSTEM))
    outbox.take_back_requests(season.connection, season.year.year, [asked.number for _, asked in found])
    for cell, asked in found:
        if cell.state is not State.WITHDRAWN and not any(_tells(season, one, cell) for one in season.owed):
            owing.answered(season, cell, asked, due=season.due(cell.phase, cell.city) if asked.held else None)


def answer_anew(season: Season) -> None:
    """Owe again, with the day that holds, the answers that granted another and had not left when it moved."""
    moving = {key: season.cells[key] for key in moved(season) if season.cells[key].state in WAITED_FOR}
    if not moving:
        return
    phases, cities = zip(*moving, strict=True)
    redated = outbox.answers_redated(season.connection, season.year.year, phases, cities)
    for row in extension_requests.numbered(season.connection, season.year.year, redated) if redated else ():
        cell = moving.get((row.phase, row.city))
        if cell is None or row.answer != extension_requests.ANSWERS[True]:
            continue
        asked = request_of(row, granted=True, answer=row.answer_reason, late=cell.attempt > row.attempt)
        if (cell.phase, cell.city) in season.mistaken:
            asked = replace(asked, corrected=True, answer=season.reasons[cell.phase, cell.city])
        elif row.answered_by == SYSTEM:
            asked = replace(asked, held=True, answer="")
        owing.answered(season, cell, asked, season.due(cell.phase, cell.city))


def reopen_request(season: Season, cell: Cell) -> Row[Any] | None:
    """Let the city's request wait again that a day had settled by itself, where the day that holds now is too early.

    Give it; None where there is none, or where another waits.
    """
    year, (phase, city) = season.year.year, (cell.phase, cell.city)
    every = extension_requests.of_city_phase(season.connection, year, phase, city)
    mine = [row for row in every if row.attempt == cell.attempt]
    if any(row.answer is None for row in mine):
        return None
    granted, holds = extension_requests.ANSWERS[True], season.due(phase, city).day
    settled = (row for row in mine if (row.answer, row.answered_by) == (granted, SYSTEM) and row.until > holds)
    found = next(settled, None)
    if found is not None:
        extension_requests.reopen(season.connection, year, [found.id])
    return found


def request_of(row: Row[Any], **more: Any) -> DayRequest:  # noqa: ANN401 -- fields of `DayRequest`
    """Give a request as letters speak of it."""
    return DayRequest(row.id, row.by, day_of(row.as_of), row.until, row.reason, **more)


def standing(season: Season, cell: Cell, state: State) -> dict[str, Any]:
    """Give what a letter over a request says of how the city stands: late, or not open yet with its days of grace.

    `state` is the one at the instant. Whoever waits for what comes before is late with nothing.
    """
    if state is State.WAITING:
        return {"grace": 0 if cell.resume else season.year.figures.grace}
    return {"late": not season.in_time(cell)}


def _overtaken(season: Season, cell: Cell, row: Row[Any]) -> DayRequest | None:
    if cell.state in NEEDLESS:
        return request_of(row, needless=NEEDLESS[cell.state])
    if cell.state in WAITED_FOR and season.due(cell.phase, cell.city).day >= row.until:
        return request_of(row, granted=True, held=True)
    return None


def _said(season: Season, cell: Cell, asked: DayRequest) -> str:
    """What stands on record as the answer."""
    if asked.held:
        return f"截止日已是 {season.due(cell.phase, cell.city).day}，不早于所申请的日期"
    return f"申请已不需要：本阶段{asked.needless}"


def _tells(season: Season, owed: Owed, cell: Cell) -> bool:
    kind = LETTER_KINDS[owed.kind]
    about = (owed.phase, owed.city) == (cell.phase, cell.city) and kind.tells_city
    if season.untold and kind.moves:
        return False
    return about and "city" in audiences(season, owed) and (owed.to is None or f"city:{cell.city}" in owed.to)
