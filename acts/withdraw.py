"""A city leaves the year: what it passed stays, the rest ends, its places are free again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from acts.act import CITY, TOLD, Act, Bench, Filled, each
from acts.undo import Undo
from gates.states import Event, State
from models import writing
from season import owing
from season.outcome import Outcome
from season.refusing import unchanged
from season.settle import settle
from season.transaction import sitting

if TYPE_CHECKING:
    from models.database import Database
    from models.stamp import Stamp

ENDED = frozenset({State.PASSED, State.WITHDRAWN})


def withdraw(database: Database, year: int, city: str, stamp: Stamp, *, reason: str, dry_run: bool = False) -> Outcome:
    """Take a city out of the year, by the province, with a reason. Again: nothing."""
    with sitting(database, year, stamp, [city], dry_run=dry_run) as season:
        name = season.year.city(city).name
        if city in season.withdrawn:
            left = [season.cells[phase.slug, city] for phase in season.year.phases]
            ended = next((cell for cell in left if cell.state is State.WITHDRAWN), left[-1])
            return unchanged(season, ended, Event.WITHDRAW, f"{name} 已退出 {year} 年度，未作改动。")
        for phase in season.year.phases:
            season.not_backdated(season.cells[phase.slug, city])
        settle(season, [city])
        running = [cell for cell in (season.cells[p.slug, city] for p in season.year.phases) if cell.state not in ENDED]
        season.owed.clear()  # a phase that opened in this very act is not announced to a city that leaves
        moved = [season.move(cell, Event.WITHDRAW, reason) for cell in running]
        writing.withdraw_city(season.connection, year, city, season.stamp.as_of)
        if moved:
            owing.withdrawn(season, moved[0], reason)
        outcome = Outcome("done", f"{name} 已退出 {year} 年度；已通过的阶段保留，其余 {len(moved)} 个阶段终止。")
    return season.answered(outcome)


def _withdrawn(bench: Bench, filled: Filled, city: str) -> Outcome:
    given = (bench.database, bench.year.year, city, bench.stamp)
    return withdraw(*given, reason=filled.reason, dry_run=bench.dry_run)


WITHDRAW = Act(
    "withdraw",
    lambda _: "退出本年度",
    (CITY, TOLD),
    each(_withdrawn),
    lambda _, year, filled: f"{filled.named(year)}退出 {year.year} 年度",
    Event.WITHDRAW,
    frozenset(State) - ENDED,
    forever="已通过的阶段保留，其余各阶段全部终止；最早终止的阶段截止之后，本年度不能再恢复参加。",
    undo=Undo("rejoin", ("city",)),
)
