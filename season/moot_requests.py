"""A request that an act has overtaken is settled with it: nobody need answer what no longer waits."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from calendars.deadlines import day_of
from gates.states import Event, State
from letters.brief import RequestBrief
from letters.phrases import questioned
from models import city_requests, written_letters
from models.stamp import SYSTEM
from phases.letter_kinds import LETTER_KINDS
from season import owing
from season.moving import WAITED_FOR, moved, touched
from season.recipients import audiences

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from calendars.year import Phase
    from models.city_requests import CityRequest
    from models.standing import Cell
    from season.owing import Owed
    from season.unit_of_work import Season

NEEDLESS: Mapping[State, str] = {
    State.SUBMITTED: "材料已经报送",
    State.PASSED: "已经通过",
    State.WITHDRAWN: "因贵市退出本年度已经终止",
}
"""Where no later day is needed any more, and why: said of the phase."""


def settle_requests(season: Season) -> None:
    """Settle the requests of the city phases that this act touched, where what they ask for holds or is of no use.

    The province's letter is taken back; a city that no other letter of this act tells hears it in one of its own. What
    waits on although its day moved is asked anew, where the province's letter had not left.
    """
    changed, found, moving = {key: season.cells[key] for key in touched(season)}, [], moved(season)
    for one in city_requests.unanswered(season.connection, season.year.year) if changed else ():
        cell = changed.get((one.phase, one.city))
        if cell is not None and (asked := _overtaken(season, cell, one)):
            found.append((cell, asked))
        elif cell is not None and one.until and (cell.phase, cell.city) in moving:
            asked = request_of(one, season.year.phase(one.phase), **standing(season, cell, cell.state))
            owing.request(season, cell, season.due(cell.phase, cell.city), asked)
    if not found:
        return
    answers = [
        city_requests.NewAnswer(asked.number, city_requests.ANSWERS[asked.granted], _said(season, cell, asked))
        for cell, asked in found
    ]
    city_requests.answer(season.connection, season.year.year, answers, replace(season.stamp, by=SYSTEM))
    for cell, asked in found:
        told = not asked.about and any(_tells(season, one, cell) for one in season.owed)
        if cell.state is not State.WITHDRAWN and not told:
            owing.answered(season, cell, asked, due=season.due(cell.phase, cell.city) if asked.held else None)


def nudge_anew(season: Season) -> None:
    """Owe late cities again the province's own words that had not left when what they say of a request was over.

    Whatever else speaks of requests time makes owed once more.
    """
    about = (Event.ASK, Event.ANSWER, Event.RETRACT)
    asked = {(move.after.phase, move.after.city) for move in season.written.moves if move.event in about}
    late = [key for key in asked if season.is_late(season.cells[key])]
    for phase, city, attempt, slot in written_letters.nudges_reworded(season.connection, season.year.year, late):
        cell, same = season.cells[phase, city], (phase, city, Event.NUDGE, False)
        said = (one for one in season.history if (one.phase, one.city, one.event, one.refused) == same)
        words = next((one.reason for one in said if f"{day_of(one.as_of)}" == slot), None)
        if words is not None and f"{cell.attempt}" == attempt:
            owing.nudge(season, cell, season.owed_by(cell), words, slot)


def answer_anew(season: Season) -> None:
    """Owe again, with the day that holds, the answers that named another and had not left when it moved."""
    moving = {key: season.cells[key] for key in moved(season) if season.cells[key].state in WAITED_FOR}
    if not moving:
        return
    phases, cities = zip(*moving, strict=True)
    redated = written_letters.answers_redated(season.connection, season.year.year, phases, cities)
    for one in city_requests.numbered(season.connection, season.year.year, redated):
        cell, answer = moving.get((one.phase, one.city)), one.answer
        if cell is None or answer is None or answer.said not in {"granted", "declined", "corrected"}:
            continue
        granted, late = answer.said != "declined", cell.attempt > one.attempt
        asked = request_of(one, season.year.phase(one.phase), granted=granted, answer=answer.reason, late=late)
        if not granted:
            asked = replace(asked, moved=True, late=False)
        elif answer.said == "corrected":
            asked = replace(asked, corrected=True)
        elif (cell.phase, cell.city) in season.mistaken:
            asked = replace(asked, corrected=True, answer=season.reasons[cell.phase, cell.city])
        elif answer.by == SYSTEM:
            asked = replace(asked, held=True, answer="")
        owing.answered(season, cell, asked, season.due(cell.phase, cell.city))


def reopen_request(season: Season, cell: Cell) -> CityRequest | None:
    """Let the city's request wait again that a day had settled by itself, where the day that holds now is too early.

    Give it; None where there is none, or where another waits.
    """
    mine = [one for one in _asked(season, cell) if one.attempt == cell.attempt and one.kind == "later-day"]
    if any(one.answer is None for one in mine):
        return None
    holds = season.owed_by(cell).day
    granted = (one for one in mine if one.answer and (one.answer.said, one.answer.by) == ("granted", SYSTEM))
    found = next((one for one in granted if one.day > holds), None)
    if found is not None:
        waits = city_requests.NewAnswer(found.id, "reopened")
        city_requests.answer(season.connection, season.year.year, [waits], replace(season.stamp, by=SYSTEM))
    return found


def correct_answers(season: Season, cell: Cell, given: datetime, reason: str) -> tuple[CityRequest, ...]:
    """Put on record that what granted the city's requests at that instant was a mistake, and why; give these."""
    granted = ((one, one.answer) for one in _asked(season, cell) if one.answer and one.answer.by != SYSTEM)
    found = tuple(one for one, answer in granted if (answer.said, answer.as_of) == ("granted", given))
    taken = [city_requests.NewAnswer(one.id, "corrected", reason) for one in found]
    city_requests.answer(season.connection, season.year.year, taken, season.stamp)
    return found


def _asked(season: Season, cell: Cell) -> tuple[CityRequest, ...]:
    return city_requests.of_city_phase(season.connection, season.year.year, cell.phase, cell.city)


def request_of(one: CityRequest, phase: Phase, **more: Any) -> RequestBrief:  # noqa: ANN401 -- fields of `RequestBrief`
    """Give a request as letters speak of it."""
    about = questioned(one.about, phase.province) if one.about else ""
    return RequestBrief(one.id, one.by, day_of(one.as_of), one.until, one.reason, about=about, **more)


def standing(season: Season, cell: Cell, state: State) -> dict[str, Any]:
    """Give what a letter over a request says of how the city stands: late, or not open yet with its days of grace.

    `state` is the one at the instant. Whoever waits for what comes before is late with nothing.
    """
    if state is State.WAITING:
        return {"grace": 0 if cell.resume else season.year.figures.grace}
    return {"late": not season.owed_by(cell).met_by(season.arrived)}


def _overtaken(season: Season, cell: Cell, one: CityRequest) -> RequestBrief | None:
    phase = season.year.phase(cell.phase)
    second = season.second_owed(cell) is not None and one.kind == "later-day"
    if cell.state in NEEDLESS and not second and (one.kind == "later-day" or _filed(season, cell)):
        return request_of(one, phase, needless=NEEDLESS[cell.state])
    if one.until and (second or cell.state in WAITED_FOR) and season.owed_by(cell).day >= one.until:
        return request_of(one, phase, granted=True, held=True)
    return None


def _filed(season: Season, cell: Cell) -> bool:
    """Tell whether the city filed in this very act, and so did without an answer to what it questioned."""
    submitted = (move.after for move in season.written.moves if move.event is Event.SUBMIT and not move.refused)
    return any((after.phase, after.city) == (cell.phase, cell.city) for after in submitted)


def _said(season: Season, cell: Cell, asked: RequestBrief) -> str:
    """What stands on record as the answer."""
    if asked.held:
        return f"截止日已是 {season.due(cell.phase, cell.city).day}，不早于所申请的日期"
    return f"{'异议' if asked.about else '申请'}已不需要：本阶段{asked.needless}"


def _tells(season: Season, owed: Owed, cell: Cell) -> bool:
    kind = LETTER_KINDS[owed.kind]
    about = (owed.phase, owed.city) == (cell.phase, cell.city) and kind.tells_city
    if season.untold and kind.moves:
        return False
    return about and "city" in audiences(season, owed) and (owed.to is None or f"city:{cell.city}" in owed.to)
