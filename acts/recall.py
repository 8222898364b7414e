"""A city takes back what it filed, as long as the province has decided nothing and there is time to file again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from acts.act import CITY, PHASE, Act, Bench, Field, Filled, each
from gates.states import Event, State
from season.outcome import Outcome
from season.refusing import illegal, refuse
from season.settle import settle
from season.transaction import sitting

if TYPE_CHECKING:
    from models.database import Database
    from models.stamp import Stamp


def recall(
    database: Database, year: int, phase: str, city: str, stamp: Stamp, *, reason: str, dry_run: bool = False
) -> Outcome:
    """Open a submitted phase again at its city's own wish; refused once the due instant is past.

    The places that the filing reserved are free again, and what the province was to be asked is asked no more.
    """
    with sitting(database, year, stamp, [city], dry_run=dry_run) as season:
        season.not_backdated(season.cells[phase, city])
        settle(season, [city])
        cell, title = season.cells[phase, city], season.title(phase, city)
        why, due = illegal(season, cell, Event.RECALL), season.due(phase, city).day
        if why is None and not season.in_time(cell):
            why = f"{title} 已过截止日 {due}，撤回后不能再报送；如需修改，请联系省级管理办公室退回修改并另定截止日。"
        if why:
            outcome = refuse(season, cell, Event.RECALL, why)
        else:
            season.move(cell, Event.RECALL, reason, since=season.stamp.as_of, filed_at=None, tally=None)
            outcome = Outcome("done", f"{title}：已撤回报送，请在 {due} 24:00 前修改并重新报送。")
    return season.answered(outcome)


def _recalled(bench: Bench, filled: Filled, city: str) -> Outcome:
    given = (bench.database, bench.year.year, filled.slug, city, bench.stamp)
    return recall(*given, reason=filled.reason, dry_run=bench.dry_run)


RECALL = Act(
    "recall",
    lambda _: "撤回报送",
    (PHASE, CITY, Field("reason", "撤回的理由", "reason", hint="记录在案。")),
    each(_recalled),
    lambda _, year, filled: f"撤回{filled.named(year)}的{filled.phased}",
    Event.RECALL,
    frozenset({State.SUBMITTED}),
    by="city",
)
