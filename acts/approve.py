"""The province's last word on a phase: approval, record or results, and its rejection."""

from __future__ import annotations

from typing import TYPE_CHECKING

from acts.act import CITIES, PHASE, TOLD, Act, Bench, Field, Filled, each
from acts.last_word import decision
from acts.new_days import CONFIRM, checked
from calendars.deadlines import day_of
from gates.states import Event, State
from gates.verdict import Verdict
from season import judging
from season.outcome import Outcome
from season.refusing import illegal, refuse
from season.settle import owe_passed, return_to_city, settle
from season.still_due import still_due
from season.transaction import sitting

if TYPE_CHECKING:
    from datetime import date

    from calendars.year import Year
    from models.database import Database
    from models.stamp import Stamp
    from models.standing import Cell
    from phases.book import Book
    from season.unit_of_work import Season


def approve(database: Database, year: int, phase: str, city: str, stamp: Stamp, *, dry_run: bool = False) -> Outcome:
    """Let a submitted phase pass. `refused` with a report card where the province's own part is not done."""
    with sitting(database, year, stamp, [city], dry_run=dry_run) as season:
        season.not_backdated(season.cells[phase, city])
        settle(season, [city])
        cell = season.cells[phase, city]
        why = _not_the_provinces(season, cell) or illegal(season, cell, Event.APPROVE)
        outcome = refuse(season, cell, Event.APPROVE, why) if why else _approve(season, cell)
        settle(season, [city])
    return season.answered(outcome)


def _approve(season: Season, cell: Cell) -> Outcome:
    if waiting := [one for one in still_due(season, [cell.city]) if one.phase == cell.phase]:
        named = "、".join(f"{one.whom}（{one.until}）" for one in waiting)
        way = "请待其交齐；到期仍不能交的，另给期限、免交总结，或办理退出培养"
        title, word = season.title(cell.phase, cell.city), decision(season.year.phase(cell.phase))
        return refuse(season, cell, Event.APPROVE, f"{title} 还不能{word}：个人延期的 {named} 还没有交齐；{way}。")
    title, tally, verdict, results = season.title(cell.phase, cell.city), cell.tally, None, None
    judged = {
        part: judging.judge_cities(season, cell.phase, [cell.city], part)[cell.city]
        for part in judging.gates(season, cell.phase)
        if part != judging.CITY
    }
    for judgement in judged.values():
        findings = (*(verdict.findings if verdict else ()), *judgement.verdict.findings)
        verdict = Verdict(judgement.verdict.phase, findings)
        tally, results = judgement.tally or tally, judgement.results
    if verdict is not None and not verdict.passed:
        mends = "；".join(finding.mend for finding in verdict.refusals)
        word = decision(season.year.phase(cell.phase))
        refused = refuse(season, cell, Event.APPROVE, f"{title} 还不能{word}：{mends}。")
        return Outcome(refused.outcome, refused.message, verdict)
    for part, judgement in judged.items():
        judging.keep(season, cell, judgement, cell.filings, part)
    cell = season.move(cell, Event.APPROVE, passed_at=season.stamp.as_of, tally=tally)
    owe_passed(season, cell, results)
    return Outcome("done", f"{title} 已由省级管理办公室办结，阶段通过。", verdict)


def reject(
    database: Database,
    year: int,
    phase: str,
    city: str,
    stamp: Stamp,
    *,
    reason: str,
    until: date | None = None,
    dry_run: bool = False,
) -> Outcome:
    """Return a submitted phase to its city, with a reason; past the due instant a new due day must be named."""
    with sitting(database, year, stamp, [city], dry_run=dry_run) as season:
        season.not_backdated(season.cells[phase, city])
        settle(season, [city])
        cell = season.cells[phase, city]
        why = _not_the_provinces(season, cell) or illegal(season, cell, Event.REJECT) or no_room(season, cell, until)
        if why:
            outcome = refuse(season, cell, Event.REJECT, why)
        else:
            return_to_city(season, cell, Event.REJECT, number=cell.filings, reason=reason, until=until)
            due = season.due(phase, city)
            outcome = Outcome("done", f"{season.title(phase, city)} 已退回修改，请于 {due.day} 24:00 前重新报送。")
    return season.answered(outcome)


def _not_the_provinces(season: Season, cell: Cell) -> str | None:
    if season.year.phase(cell.phase).province:
        return None
    return f"{season.title(cell.phase, cell.city)} 由系统核验，无需省级管理办公室审定或备案。"


def no_room(season: Season, cell: Cell, until: date | None) -> str | None:
    """Say why a city could not mend a filing that is returned now; None where there is time, or a day to come."""
    due, today = season.due(cell.phase, cell.city), day_of(season.arrived)
    if until is not None:
        return None if until >= today else f"重新报送的截止日 {until} 已经过去；请另定日期。"
    if season.in_time(cell):
        return None
    return f"{season.title(cell.phase, cell.city)} 已过截止日 {due.day}，退回时须写明新的截止日。"


def _approved(bench: Bench, filled: Filled, city: str) -> Outcome:
    given = (bench.database, bench.year.year, filled.slug, city, bench.stamp)
    return approve(*given, dry_run=bench.dry_run)


def _rejected(bench: Bench, filled: Filled, city: str) -> Outcome:
    given = (bench.database, bench.year.year, filled.slug, city, bench.stamp)
    return reject(*given, reason=filled.reason, until=filled.until, dry_run=bench.dry_run)


def _returning(_: Book, year: Year, filled: Filled) -> str:
    until = f"，重新报送截止 {filled.until} 24:00" if filled.until else ""
    return f"把{filled.phased}退回{filled.named(year)}修改{until}"


APPROVE = Act(
    "approve",
    decision,
    (PHASE, CITIES),
    each(_approved),
    lambda _, year, filled: f"{decision(filled.phase)}{filled.named(year)}的{filled.phased}",
    Event.APPROVE,
    frozenset({State.SUBMITTED}),
    province=True,
    instead="确需改动的，办理重新开放，由该市重新报送；已公布的评价结果可以更正。",
)
LATER = Field("until", "重新报送的截止日", "day", needed=False, hint="已过截止日的必须写；未过的可以不写。")
REJECT = Act(
    "reject",
    lambda _: "退回修改",
    (PHASE, CITIES, LATER, CONFIRM, TOLD),
    checked(each(_rejected)),
    _returning,
    Event.REJECT,
    frozenset({State.SUBMITTED}),
    province=True,
    instead="该市修改后重新报送。",
)
