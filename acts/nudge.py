"""催办 by a person: the province writes to late cities, in words of its own, by letter and in the office's channels."""

from __future__ import annotations

from typing import TYPE_CHECKING

from acts.act import CITIES, PHASE, Act, Bench, Field, Filled, each
from gates.states import Event, State
from models.written_letters import queued_keys
from season import owing
from season.outcome import Outcome
from season.refusing import illegal, refuse
from season.settle import settle
from season.transaction import sitting

if TYPE_CHECKING:
    from models.database import Database
    from models.stamp import Stamp
    from models.standing import Cell
    from season.unit_of_work import Season

WORDS = "请尽快办理。遇到困难请直接与我办联系，我们一起想办法。"
"""What is said where nobody says it otherwise."""


def nudge(
    database: Database, year: int, phase: str, city: str, stamp: Stamp, *, words: str = "", dry_run: bool = False
) -> Outcome:
    """Write to a city that is late, with these words; `refused` where it is not, or heard so today, of any phase."""
    with sitting(database, year, stamp, [city], dry_run=dry_run) as season:
        season.not_backdated(season.cells[phase, city])
        settle(season, [city])
        cell = season.cells[phase, city]
        why = illegal(season, cell, Event.NUDGE) or _in_time(season, cell) or _nudged_today(season, city)
        if why:
            outcome = refuse(season, cell, Event.NUDGE, why)
        else:
            said = words or WORDS
            owing.nudge(season, season.note(cell, Event.NUDGE, said), season.owed_by(cell), said)
            outcome = Outcome("done", f"{season.title(phase, city)} 已催办。")
    return season.answered(outcome)


def _in_time(season: Season, cell: Cell) -> str | None:
    """Say that a city that has filed is late with nothing."""
    title = season.title(cell.phase, cell.city)
    return None if season.is_late(cell) else f"{title} 已经报送，没有逾期未交的内容，无需催办。"


def _nudged_today(season: Season, city: str) -> str | None:
    slot = owing.today(season)
    kinds = {key[4] for key in queued_keys(season.connection, season.year.year, [slot]) if key[1] == city}
    name = season.year.city(city).name
    return f"{name} 今天已经催办过，一天只催办一次；情况紧急请打电话。" if "nudge" in kinds else None


def _nudged(bench: Bench, filled: Filled, city: str) -> Outcome:
    given = (bench.database, bench.year.year, filled.slug, city, bench.stamp)
    return nudge(*given, words=filled.reason, dry_run=bench.dry_run)


NUDGE = Act(
    "nudge",
    lambda _: "催办",
    (PHASE, CITIES, Field("reason", "催办的话", "reason", needed=False, hint="写进给该市的函件。", default=WORDS)),
    each(_nudged),
    lambda _, year, filled: f"向{filled.named(year)}发出{filled.phased}的催办提示",
    Event.NUDGE,
    frozenset({State.OVERDUE}),
    second_late=True,
    instead="函件随即发出。",
)
