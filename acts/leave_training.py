"""A student leaves training in mid-year: nothing after this counts him; what was filed of him stays."""

from __future__ import annotations

from typing import TYPE_CHECKING

from acts.act import CITY, Act, Bench, Filled, each
from acts.funds_effect import funds_now, funds_said
from acts.single_persons import INTERVIEW, REASON, STUDENT, not_now, on_record, over
from gates.states import Event, State
from models import personal_changes
from models.facts.scope import in_training
from models.personal_changes import LEFT, NewChange
from season.judging import scope_of
from season.outcome import Outcome
from season.refusing import refuse
from season.settle import settle
from season.transaction import sitting

if TYPE_CHECKING:
    from models.database import Database
    from models.stamp import Stamp
    from models.standing import Cell
    from season.unit_of_work import Season

YEAR_END = "year-end"


def leave_training(
    database: Database, year: int, city: str, number: str, stamp: Stamp, *, reason: str, dry_run: bool = False
) -> Outcome:
    """Take a student out of training, by the province; his place and its funds are not given again.

    `refused` before the city's admission has passed, once its year's end is filed, and where he is not in training.
    """
    with sitting(database, year, stamp, [city], dry_run=dry_run) as season:
        season.not_backdated(season.cells[INTERVIEW, city])
        settle(season, [city])
        cell = season.cells[INTERVIEW, city]
        trained = in_training(scope_of(season, season.year.phases[0].slug, [city]))[city]
        why = not_leaving(season, cell) or _not_in(season, cell, number, trained=number in trained)
        outcome = refuse(season, cell, Event.PERSON, why) if why else _leave(season, city, number, reason)
    return season.answered(outcome)


def not_leaving(season: Season, cell: Cell) -> str | None:
    """Say why nobody's training can be changed now: admission has not passed, or the year's end is filed."""
    if why := not_now(season, cell):
        return why
    ending = [phase.slug for phase in season.year.phases if phase.slug == YEAR_END]
    named = over(season, ending, cell.city)
    title = season.title(cell.phase, cell.city)
    return f"{title}：{named}已经报送，不再变动；如需变动，请先退回或重新开放{named}。" if named else None


def _not_in(season: Season, cell: Cell, number: str, *, trained: bool) -> str | None:
    return None if trained else f"{season.title(cell.phase, cell.city)}：{number} 不在培养；请核对报名号。"


def _leave(season: Season, city: str, number: str, reason: str) -> Outcome:
    row = personal_changes.student(season.connection, season.year.year, city, number)
    assert row is not None  # nobody is in training who did not apply
    funds = funds_now(season)
    change = NewChange(number, "training", "在培", LEFT, reason)
    on_record(season, city, [change], {number: LEFT}, {f"mentor:{row['mentor_party']}": (number,)})
    said = f"以后各阶段不再计入该生，资助名额不另行使用。{funds_said(season, funds, number)}"
    return Outcome("done", f"{season.year.city(city).name} {number} 已退出培养。{said}")


def _leaves(bench: Bench, filled: Filled, city: str) -> Outcome:
    given = (bench.database, bench.year.year, city, filled.words["student"], bench.stamp)
    return leave_training(*given, reason=filled.reason, dry_run=bench.dry_run)


LEAVE_TRAINING = Act(
    "leave-training",
    lambda _: "学生退出培养",
    (CITY, STUDENT, REASON),
    each(_leaves),
    lambda _, __, filled: f"登记 {filled.words['student']} 退出培养",
    Event.PERSON,
    frozenset({State.PASSED}),
    forever="登记之后不能撤销：该生本年度不能恢复培养，资助名额不另行使用。",
    of=INTERVIEW,
    subject=lambda year, filled: f"student/{year.year}/{filled.words['student']}",
)
