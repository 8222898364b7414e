"""A city files a phase: late filings are refused and logged, others judged in the same transaction."""

from __future__ import annotations

from typing import TYPE_CHECKING

from acts import backfill, filed_addresses
from acts.act import CITY, PHASE, Act, Bench, Filled, each
from acts.rerun import passed_for_nobody
from acts.undo import Undo
from calendars.deadlines import TZ, day_of
from gates.states import Event, State
from models import party_addresses
from models.loading import loaded
from models.party_addresses import AddressesFiled
from models.standing import returned_before
from phases.application import PHASE as APPLICATION
from season import judging
from season.outcome import Outcome
from season.refusing import illegal, refuse
from season.second_part import second_at, still_owed
from season.settle import settle, take
from season.transaction import sitting

if TYPE_CHECKING:
    from models.database import Database
    from models.stamp import Stamp
    from models.standing import Cell
    from season.judging import Judgement
    from season.unit_of_work import Season

IN_TIME = "{at:%Y-%m-%d %H:%M:%S} 收到，在截止之前；先登记的“到期”不作数"
"""Why a filing is taken though the lapse was put on record before it."""


def submit(database: Database, year: int, phase: str, city: str, stamp: Stamp, *, dry_run: bool = False) -> Outcome:
    """File a city's phase.

    `done`: it passed, or awaits the province; `returned`: the gate refused; `refused`: it was not taken. What came in
    before the due instant is in time, though an advance after it went first.
    """
    with sitting(database, year, stamp, [city], dry_run=dry_run) as season:
        season.not_backdated(season.cells[phase, city])
        settle(season, [city])
        cell = season.cells[phase, city]
        why = too_late(season, cell) or illegal(season, cell, Event.SUBMIT) or _too_early(season, cell)
        outcome = refuse(season, cell, Event.SUBMIT, why) if why else _file(season, cell)
        settle(season, [city])
    return season.answered(outcome)


def too_late(season: Season, cell: Cell) -> str | None:
    """Say why a city is too late to file; None where it is not, or not for lack of time."""
    if cell.state is not State.OVERDUE or season.in_time(cell):
        return None
    due = season.due(cell.phase, cell.city)
    return (
        f"{season.title(cell.phase, cell.city)} 的报送已于 {due.day} 24:00 截止（{due.why}），现在不能报送；"
        "请向省级管理办公室说明原因并申请延期，由省办重新开放本阶段后再报送，已导入的内容会保留。"
    )


def _too_early(season: Season, cell: Cell) -> str | None:
    title, first = season.title(cell.phase, cell.city), season.year.phase(cell.phase).files_from
    if first is not None and day_of(season.arrived) < first:
        return f"{title} 自 {first} 起方可报送；现在可以继续导入和修改。"
    if lacking := backfill.lacking(season, cell):
        return lacking
    there = loaded(season.connection, season.year.year, cell.phase, cell.city)
    if not there and not _of_nobody(season, cell):
        return f"{title} 尚未导入报送表，没有可报送的内容；请先下载模板，填好后导入。"
    return None


def _of_nobody(season: Season, cell: Cell) -> bool:
    """Whether what is filed first is about students, of whom there are none: the account is loaded for later."""
    second = season.book.second(season.year.phase(cell.phase)) is not None
    return second and passed_for_nobody(season, season.cells[APPLICATION.slug, cell.city])


def _file(season: Season, cell: Cell) -> Outcome:
    judgement = judging.judge_cities(season, cell.phase, [cell.city], filing=True)[cell.city]
    tally = judgement.tally if judgement.verdict.passed else None
    number = cell.filings + 1
    said = _addresses(season, cell, judgement)
    if judgement.verdict.passed:
        backfill.keep_consents(season, cell)
    why = "；".join(_in_time(season, cell) + filed_addresses.in_log(season.year, said)) or None
    filed = season.move(
        cell, Event.SUBMIT, why,
        filed_at=season.arrived, filings=number, tally=tally, resume=None, second_at=second_at(season, cell),
    )  # fmt: skip
    # Once an attempt: if every refusal gave room to mend, the deadline would never come.
    first = not returned_before(season.connection, season.year.year, cell)
    take(season, filed, judgement, number, room_to_mend=first)
    title = season.title(cell.phase, cell.city)
    if not judgement.verdict.passed:
        mends = "；".join(finding.mend for finding in judgement.verdict.refusals)
        return Outcome("returned", f"{title} 未通过系统核验，已退回：{mends}。", judgement.verdict)
    waits = season.cells[cell.phase, cell.city].state is State.SUBMITTED
    then = "等待省级管理办公室办理" if waits else "通过"
    then += still_owed(season, season.cells[cell.phase, cell.city])
    return Outcome("done", f"{title} 已报送，{then}{filed_addresses.in_answer(said)}。", judgement.verdict)


def _addresses(season: Season, cell: Cell, judgement: Judgement) -> AddressesFiled:
    """Bring the addresses filed into force; what the gate refuses is no filing, and changes none."""
    if not judgement.verdict.passed:
        return AddressesFiled()
    return party_addresses.file(season.connection, season.year.year, cell.phase, cell.city, season.stamp)


def _in_time(season: Season, cell: Cell) -> list[str]:
    """Say for the log why a filing is taken though its lapse was put on record before it."""
    return [IN_TIME.format(at=season.arrived.astimezone(TZ))] if cell.state is State.OVERDUE else []


def _submitted(bench: Bench, filled: Filled, city: str) -> Outcome:
    given = (bench.database, bench.year.year, filled.slug, city, bench.stamp)
    return submit(*given, dry_run=bench.dry_run)


SUBMIT = Act(
    "submit",
    lambda _: "报送",
    (PHASE, CITY),
    each(_submitted),
    lambda _, year, filled: f"报送{filled.named(year)}的{filled.phased}",
    Event.SUBMIT,
    by="city",
    undo=Undo("recall", ("phase", "city")),
)
