"""A later due day before the due instant, for one city, several or all; the same attempt goes on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from acts import rerun
from acts.act import CITIES, PHASE, TOLD, UNTIL, UNTOLD, Act, Bench, Filled
from acts.new_days import CONFIRM, checked
from acts.undo import Undo
from gates.states import Event, State
from models import written_letters
from phases.letter_kinds import LETTER_KINDS
from season import judging, owing
from season.calendar_files import day_version
from season.outcome import Outcome
from season.refusing import WAY_OUT, illegal, refuse
from season.settle import settle
from season.transaction import sitting

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from letters.brief import RequestBrief
    from models.database import Database
    from models.stamp import Stamp
    from models.standing import Cell
    from models.written_letters import Unsent
    from phases.letter_kinds import Kind
    from season.unit_of_work import Season

DONE_WITH = frozenset({State.SUBMITTED, State.PASSED, State.WITHDRAWN})


def extend(
    database: Database,
    year: int,
    phase: str,
    cities: Sequence[str] | None,
    stamp: Stamp,
    *,
    until: date,
    reason: str,
    asked: RequestBrief | None = None,
    untold: str = "",
    dry_run: bool = False,
) -> Outcome:
    """Extend these cities (None: every one that still owes the phase) until a day, that day included.

    `refused` where any city that was named could not be extended; the others are. `asked` is the request that this
    grants: its city gets the answer to it, whoever else was told the old day hears that it moved, save where `untold`
    says why not.
    """
    with sitting(database, year, stamp, cities, dry_run=dry_run) as season:
        season.untold = untold
        for city in season.cities:
            season.not_backdated(season.cells[phase, city])
        settle(season, season.cities)
        unsent = written_letters.unsent(season.connection, year, phase, ANEW)
        done, refused = [], []
        for city in season.cities:
            cell = season.cells[phase, city]
            was = season.owed_by(cell)
            why = _why_not(season, cell, until)
            if why is None:
                season.grant(cell, "extension", until, reason)
                why = f"至 {until}" if asked else f"至 {until}：{reason}"
                cell = season.move(cell, Event.EXTEND, why, request=asked.number if asked else None)
                say_anew(season, cell, unsent.get(city, {}))
                if asked is not None:
                    owing.answered(season, cell, asked, due=season.owed_by(cell), was=was.day)
                done.append(season.year.city(city).name)
            elif cities is not None or cell.state not in DONE_WITH:
                refused.append(refuse(season, cell, Event.EXTEND, why).message)
    said = [f"{season.year.phase(phase).name} 已延期至 {until} 24:00：{'、'.join(done)}。"] if done else []
    return season.answered(
        Outcome("refused" if refused or not done else "done", "\n".join([*said, *refused]) or NOBODY)
    )


def say_anew(season: Season, cell: Cell, unsent: Unsent) -> None:
    """Owe again, with the new day, what was written and not yet sent, to those whom it did not reach.

    The old one is taken back; whoever has it hears that its day moved (`season.moving`).
    """
    version = day_version(season, cell)
    if to := unsent.get("opened"):
        owing.opened(season, cell, to)
    if to := unsent.get("returned"):
        findings = judging.last_refusals(season, cell)
        owing.returned(season, cell, cell.filings, findings, anew=owing.Anew(version, to))
    if to := unsent.get("rerun"):
        rerun.owe_again(season, cell, owing.Anew(version, to))


ANEW: tuple[Kind, ...] = tuple(kind for kind, row in LETTER_KINDS.items() if row.anew)
NOBODY = "没有仍需报送本阶段的城市，未作改动。"


def _why_not(season: Season, cell: Cell, until: date) -> str | None:
    due, title = season.owed_by(cell), season.title(cell.phase, cell.city)
    if cell.state is State.OVERDUE and not season.in_time(cell):
        return f"{title} 已于 {due.day} 24:00 截止，不能延期；请改用重新开放。"
    if until <= due.day:
        return f"{title} 现在的截止日是 {due.day}，不早于所给的 {until}，无需延期。"
    if cell.state is State.SUBMITTED and season.second_owed(cell) is None:
        return f"{title} 已经报送，没有待交的内容，无需延期；{WAY_OUT[cell.state]}。"
    return illegal(season, cell, Event.EXTEND)


def _extended(bench: Bench, filled: Filled) -> Outcome:
    assert filled.until is not None
    cities = None if filled.every else filled.cities
    given = (bench.database, bench.year.year, filled.slug, cities, bench.stamp)
    untold = filled.words.get("untold", "")
    return extend(*given, until=filled.until, reason=filled.reason, untold=untold, dry_run=bench.dry_run)


EXTEND = Act(
    "extend",
    lambda _: "延期",
    (PHASE, CITIES, UNTIL, CONFIRM, TOLD, UNTOLD),
    checked(_extended),
    lambda _, year, filled: f"把{filled.named(year)}的{filled.phased}延期至 {filled.until} 24:00",
    Event.EXTEND,
    frozenset({State.WAITING, State.OPEN, State.RETURNED}),
    whole=True,
    second=True,
    undo=Undo("correct", ("phase", "city")),
)
