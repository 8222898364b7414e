"""今年没有申报: a city without applicants says so once, and whatever is about students passes with that verdict."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from acts.act import CITY, Act, Bench, Filled, each
from acts.rerun import passed_for_nobody
from acts.submit import too_late
from gates.reruns import later
from gates.states import Event, State
from gates.verdict import Finding, Verdict
from models import audit, loading
from models.draft_rows import counts
from phases.application import NOBODY
from phases.application import PHASE as APPLICATION
from season import judging, owing
from season.outcome import Outcome
from season.refusing import illegal, refuse, unchanged
from season.settle import settle
from season.transaction import sitting

if TYPE_CHECKING:
    from models.database import Database
    from models.stamp import Stamp
    from models.standing import Cell
    from season.unit_of_work import Season

FOR_A_CITY = "代为登记今年没有申报"


def nobody_applied(
    database: Database, year: int, city: str, stamp: Stamp, *, account: int | None = None, dry_run: bool = False
) -> Outcome:
    """Let a city's application and every later phase that is of students alone pass, for nobody applied.

    Refused where the application is not in the city's hand or past its due instant, or where the city's draft has a
    student whom it took. What it had loaded for the later phases is about students whom it does not have, and goes;
    what was filed is kept. A rerun of the application takes it back: the later phases then open as they would have.
    Said again: nothing.
    What the year's end asks besides, the account of the funds, stays owed (七(一)). `account` is that of the province
    where it says so for the city, which is put on record with it.
    """
    with sitting(database, year, stamp, [city], dry_run=dry_run) as season:
        season.not_backdated(season.cells[APPLICATION.slug, city])
        settle(season, [city])
        cell = season.cells[APPLICATION.slug, city]
        if passed_for_nobody(season, cell):
            said = f"{season.year.city(city).name} 今年没有申报已经登记，未作改动。"
            return season.answered(unchanged(season, cell, Event.NOBODY, said))
        why = too_late(season, cell) or illegal(season, cell, Event.NOBODY) or _taken(season, cell)
        outcome = refuse(season, cell, Event.NOBODY, why) if why else _pass(season, cell)
        if outcome.done and account is not None:
            audit.record(season.connection, stamp, FOR_A_CITY, f"{year}/{city}", account=account, city=city)
        settle(season, [city])
    return season.answered(outcome)


def _taken(season: Season, cell: Cell) -> str | None:
    taken = loading.taken(season.connection, season.year.year, cell.city)
    if not taken:
        return None
    return (
        f"{season.title(cell.phase, cell.city)} 的草稿中有 {taken} 名审核通过的学生，不能登记为今年没有申报；"
        "确实没有的，请改为“不通过”或导入没有学生的学生申报表，再办理。"
    )


def _pass(season: Season, cell: Cell) -> Outcome:
    year, city = season.year, cell.city
    follow = [
        season.cells[slug, city]
        for slug in later(year, season.book.uses, cell.phase)
        if (phase := season.book.find(slug)) and phase.of_students and season.cells[slug, city].state is State.WAITING
    ]
    dropped = sum(_drop(season, one) for one in follow)
    for one in (cell, *follow):
        _pass_one(season, one)
    owing.passed(season, season.cells[cell.phase, city], nobody=True)
    named = "、".join(year.phase(one.phase).name for one in (cell, *follow))
    owed = "、".join(phase.name for phase in year.phases if season.cells[phase.slug, city].state is State.WAITING)
    rows = f"后面各阶段的草稿（{dropped} 行）随之清除。" if dropped else ""
    rest = f"{owed}阶段仍须报送工作经费和绩效。" if owed else ""
    return Outcome(
        "done", f"{year.city(city).name} 今年没有申报：{named}一并通过，无须再报送。{rows}{rest}", verdict(cell.phase)
    )


def _pass_one(season: Season, cell: Cell) -> None:
    """Let one pass, with the facts that its gate would look at: nobody is in them. The application alone was filed."""
    number, filed = cell.filings + 1, season.arrived if cell.phase == APPLICATION.slug else None
    judged = judging.judge_cities(season, cell.phase, [cell.city])[cell.city]
    cell = season.move(
        cell, Event.NOBODY, NOBODY.name,
        filings=number, filed_at=filed, passed_at=season.stamp.as_of, tally=judged.tally, resume=None,
    )  # fmt: skip
    judging.keep(season, cell, replace(judged, verdict=verdict(cell.phase)), number)


def verdict(phase: str) -> Verdict:
    """Give the verdict of a phase that passed so."""
    said = Finding(NOBODY.id, NOBODY.clause, "must", "没有申报", "没有申报", ok=True, actor="city", mend="")
    return Verdict(phase, (said,))


def _drop(season: Season, cell: Cell) -> int:
    """Take away what the city had loaded for a phase; give how many rows that were."""
    year, city = season.year.year, cell.city
    form = season.book[cell.phase].form
    if form is None or not loading.loaded(season.connection, year, form.slug, city):
        return 0
    keys = [sheet.key for sheet in form.sheets]
    rows = sum(counts(season.connection, year, city, keys).values())
    loading.replace(season.connection, year, city, dict.fromkeys(keys, ()))
    loading.record(season.connection, year, form.slug, city, cell.attempt, loading.NOTHING, 0, season.stamp)
    return rows


def _nobody(bench: Bench, _: Filled, city: str) -> Outcome:
    return nobody_applied(bench.database, bench.year.year, city, bench.stamp, dry_run=bench.dry_run)


NOBODY_APPLIED = Act(
    "nobody-applied",
    lambda _: NOBODY.name,
    (CITY,),
    each(_nobody),
    lambda _, year, filled: f"登记{filled.named(year)}今年没有申报，从学生申报到中期评价一并通过",
    Event.NOBODY,
    by="city",
)
