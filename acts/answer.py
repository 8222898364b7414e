"""Answering what a city asked: a later day, by the extension or the rerun that applies; a question, by what changed."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from acts.act import UNTOLD, Act, Bench, Field, Filled
from acts.extend import extend
from acts.new_days import CONFIRM, checked
from acts.rerun import rerun
from acts.undo import Undo
from calendars.deadlines import day_of
from gates.states import Event, State
from letters.phrases import day, deed
from models import city_requests, histories
from models.city_requests import ANSWERS, NewAnswer
from models.database import Within
from models.states_as_of import seen
from season import owing
from season.moot_requests import NEEDLESS, request_of, standing
from season.outcome import Outcome
from season.settle import settle
from season.transaction import sitting
from season.unit_of_work import Season

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from sqlalchemy import Connection

    from acts.new_days import NewDay
    from acts.undo import Given
    from calendars.deadlines import Due
    from calendars.year import Year
    from letters.brief import RequestBrief
    from models.city_requests import Answer, CityRequest, Said
    from models.database import Database
    from models.histories import PastMove
    from models.stamp import Stamp
    from models.standing import Cell
    from phases.book import Book

ENDED = {
    State.SUBMITTED: "已经报送，不再需要延期",
    State.PASSED: "已经通过，不再需要延期",
    State.WITHDRAWN: "该市已退出本年度",
}


WORDS: Mapping[str, str] = {"granted": "同意", "declined": "不同意", "upheld": "维持", "changed": "已调整"}
"""What the province may answer: to a request for a later day, to a question."""

ENDED_WITH: Mapping[Said, str] = {
    "granted": "答复（同意）",
    "declined": "答复（不同意）",
    "upheld": "答复（维持）",
    "changed": "答复（已调整）",
    "needless": "办结（已不需要）",
    "retracted": "撤回",
    "corrected": "更正（误办的已收回）",
}


def ended(answered: Answer) -> str:
    """Say who ended a request that waits no more, when and how."""
    return f"已由 {answered.by} 于 {answered.as_of:%Y-%m-%d %H:%M:%S} {ENDED_WITH[answered.said]}"


def _unfit(found: CityRequest) -> str:
    """Say why a request cannot be answered so."""
    if found.answer is not None:
        return f"申请{ended(found.answer)}"
    return "是异议，请答复“维持”或“已调整”" if found.kind == "question" else "是延期申请，请答复“同意”或“不同意”"


def _on_record(season: Season, found: CityRequest, answered: NewAnswer) -> Cell:
    """Put an answer on record, and into the log. Give the city phase."""
    season.not_backdated(season.cells[found.phase, found.city])
    settle(season, [found.city])
    cell = season.cells[found.phase, found.city]
    city_requests.answer(season.connection, found.year, [answered], season.stamp)
    what = "异议" if found.kind == "question" else "延期申请"
    return season.note(cell, Event.ANSWER, f"{WORDS[answered.said]}（{what}）", request=found.id)


DECIDING = frozenset(
    {
        Event.APPROVE,
        Event.REJECT,
        Event.EXTEND,
        Event.CORRECT,
        Event.WAIVE,
        Event.RERUN,
        Event.WITHDRAW,
        Event.REJOIN,
    }
)
"""What the province decides of a city phase: what a city may question, and what may answer a question."""


class _Refused(Exception):
    """The answer is not to stay."""


def answer(
    database: Database,
    year: int,
    request: int,
    stamp: Stamp,
    *,
    grant: bool,
    until: date | None,
    reason: str,
    untold: str = "",
) -> Outcome:
    """Answer a request once: with the extension or the rerun it asks for, in one transaction, or with a refusal.

    Where the day holds already there is nothing to extend, and the answer says so.

    `reason` are the province's words to the city, which its letter gives as they are; what is extended or opened again
    for the record is so for the city's own reason. `untold` says why whoever else was told the old day is not told.
    """
    try:
        with database.write(year) as connection:
            found = city_requests.find(connection, year, request)
            if found is None:
                return Outcome("refused", f"{year} 年度没有 {request} 号申请。")
            if found.answer is not None or found.kind != "later-day":
                return Outcome("refused", f"{request} 号{_unfit(found)}，未作改动。")
            within = Within(database, connection, year)
            with sitting(within, year, stamp, [found.city]) as season:
                _on_record(season, found, NewAnswer(request, ANSWERS[grant], reason))
            phase = season.year.phase(found.phase)
            asked = request_of(found, phase, granted=grant, answer=reason)
            if grant:
                outcome = _granted(within, found, stamp, until or found.day, asked, untold)
            else:
                outcome = _answered(within, found, stamp, asked, "不同意")
            if not outcome.done:
                raise _Refused  # noqa: TRY301 -- only an exception takes the answer back
    except _Refused:
        pass
    return outcome


def _granted(
    database: Within, found: CityRequest, stamp: Stamp, until: date, asked: RequestBrief, untold: str
) -> Outcome:
    with database.read() as connection:
        season = Season.read(connection, found.year, stamp, [found.city], reading=True)
    cell = season.cells[found.phase, found.city]
    due, second = season.owed_by(cell), season.second_owed(cell) is not None
    if cell.state in ENDED and not second:
        said = f"{season.title(found.phase, found.city)} {ENDED[cell.state]}；请答复不同意，复函只写明不再需要办理。"
        return Outcome("refused", said)
    if _holds(due, max(until, found.day), stamp):
        return _answered(database, found, stamp, asked, f"同意；截止日已是 {due.day}，无须延期")
    where, reason = (database, found.year, found.phase), found.reason
    if second or cell.state is State.WAITING or due.met_by(stamp.as_of):
        return extend(*where, [found.city], stamp, until=until, reason=reason, asked=asked, untold=untold)
    late = replace(asked, late=True)
    return rerun(*where, found.city, stamp, until=until, reason=reason, asked=late, untold=untold)


def _holds(due: Due, until: date, stamp: Stamp) -> bool:
    """Tell whether a due day that is still ahead covers what is asked for: there is nothing to extend."""
    return due.met_by(stamp.as_of) and due.day >= until


def _answered(database: Within, found: CityRequest, stamp: Stamp, asked: RequestBrief, said: str) -> Outcome:
    """Answer with a letter alone: it says how the city stands, and which day holds."""
    with sitting(database, found.year, stamp, [found.city]) as season:
        cell = season.cells[found.phase, found.city]
        due, second = season.owed_by(cell), season.second_owed(cell) is not None
        state = seen(season.connection, season.year, found.city, stamp.as_of)[found.phase].state
        needless, held = "" if second else NEEDLESS.get(state, ""), _holds(due, found.day, stamp)
        asked = replace(asked, needless=needless, held=held, **standing(season, cell, state))
        over = needless or (asked.grace and not due.met_by(stamp.as_of))
        owing.answered(season, cell, asked, due=None if over else due)
    return season.answered(Outcome("done", f"{found.id} 号申请已答复：{said}。"))


def answer_question(
    database: Database, year: int, request: int, stamp: Stamp, *, changed: bool, reason: str
) -> Outcome:
    """Answer a city's question once: what it is about stands, or was `changed` since by an act of its own.

    The answer names that act; `refused` where there is none. `reason` are the province's words, as in `answer`.
    """
    with database.write(year) as connection:
        found = city_requests.find(connection, year, request)
        if found is None:
            return Outcome("refused", f"{year} 年度没有 {request} 号申请。")
        if found.answer is not None or found.kind != "question":
            return Outcome("refused", f"{request} 号{_unfit(found)}，未作改动。")
        with sitting(Within(database, connection, year), year, stamp, [found.city]) as season:
            phase, move = season.year.phase(found.phase), changed_since(season, found) if changed else None
            if changed and move is None:
                title = season.title(found.phase, found.city)
                said = f"{title} 在提出异议之后没有改动；请先办理（豁免、重新开放、延期、更正等），再答复“已调整”。"
                return Outcome("refused", said)
            told = NewAnswer(request, "changed" if changed else "upheld", reason, move.seq if move else None)
            cell = _on_record(season, found, told)
            done = f"{day(day_of(move.as_of))}办理“{deed(move.event, phase.province)}”" if move else ""
            owing.answered(season, cell, request_of(found, phase, granted=changed, answer=reason, done=done))
        return season.answered(Outcome("done", f"{request} 号异议已答复：{WORDS[told.said]}{done and f'（{done}）'}。"))


def changed_since(season: Season, found: CityRequest) -> PastMove | None:
    """Give what the province last did to the city phase since a question was asked about it; None where nothing."""
    for move in season.history:
        if (move.phase, move.city) != (found.phase, found.city) or move.refused:
            continue
        if move.event is Event.QUESTION:
            return None
        if move.event in DECIDING:
            return move
    return None


def _done(bench: Bench, filled: Filled) -> Outcome:
    given, said = (bench.database, bench.year.year, filled.number, bench.stamp), filled.words["answer"]
    if said in {"upheld", "changed"}:
        return answer_question(*given, changed=said == "changed", reason=filled.reason)
    untold = filled.words.get("untold", "")
    return answer(*given, grant=said == "granted", until=filled.until, reason=filled.reason, untold=untold)


def _day(bench: Bench, filled: Filled) -> Sequence[NewDay]:
    """Give the day that is granted: the one that was named, else the one that was asked for."""
    with bench.database.read() as connection:
        found = city_requests.find(connection, bench.year.year, filled.number)
    if found is None or filled.words["answer"] != "granted":
        return ()
    return ((bench.year.phase(found.phase), filled.until or found.day),)


def _says(_: Book, year: Year, filled: Filled) -> str:
    said, place = filled.words["answer"], f"{filled.named(year)}{filled.phased}"
    if said in {"upheld", "changed"}:
        return f"答复{place}的异议：{WORDS[said]}"
    asked = f"{place}的延期申请"
    return f"不同意{asked}" if said == "declined" else f"同意{asked}，截止 {filled.until} 24:00"


ANSWERED = "怎样答复都会发函告知该市，本栏原样写进复函，请写成可以对外的话。"


def _extended(connection: Connection, year: int, given: Given) -> Mapping[str, str] | None:
    """Name the city phase that the answer extended, for `correct` corrects the answer with it; None where none was."""
    found = city_requests.find(connection, year, int(given["request"][0]))
    newest = histories.moves(connection, histories.Span(year, None, found.phase, found.city), limit=1) if found else ()
    extended = found is not None and any(move.event is Event.EXTEND for move in newest)
    return {"phase": found.phase, "city": found.city} if found and extended else None


ANSWER = Act(
    "answer",
    lambda _: "答复申请或异议",
    (
        Field("request", "申请", "request"),
        Field("answer", "答复", "choice", choices=tuple(WORDS.items())),
        Field("until", "新的截止日", "day", needed=False, hint="同意时须写；当天有效。", when=("answer", "granted")),
        CONFIRM,
        Field("reason", "答复意见", "reason", hint=ANSWERED),
        UNTOLD,
    ),
    checked(_done, _day),
    _says,
    Event.ANSWER,
    subject=lambda _, filled: f"request/{filled.number}",
    undo=Undo("correct", more=_extended, told=("request",)),
)
