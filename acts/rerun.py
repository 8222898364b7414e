"""Opening a phase again for one late city, and for no other."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from acts.act import CITIES, PHASE, TOLD, UNTIL, UNTOLD, Act, Bench, Filled, each
from acts.new_days import CONFIRM, checked
from calendars.deadlines import day_of
from calendars.deadlines import standing as standing_days
from gates.reruns import held
from gates.states import Event, State
from letters.brief import Item
from models import standing
from models.loading import loaded
from phases.application import PHASE as APPLICATION
from season import owing
from season.outcome import Outcome
from season.refusing import illegal, refuse, unchanged
from season.settle import settle
from season.transaction import sitting

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from letters.brief import RequestBrief
    from models.database import Database
    from models.stamp import Stamp
    from models.standing import Cell
    from season.unit_of_work import Season


def rerun(
    database: Database,
    year: int,
    phase: str,
    city: str,
    stamp: Stamp,
    *,
    until: date,
    reason: str,
    asked: RequestBrief | None = None,
    untold: str = "",
    dry_run: bool = False,
) -> Outcome:
    """Open a late, returned or passed phase again until a day, that day included; hold the later phases on it.

    The same rerun asked for again while its attempt is open changes nothing. `asked` is the request that this grants:
    its city gets the answer to it in the place of the letter of a rerun. Whoever else was told another day hears that
    it moved, save where `untold` says why not.
    """
    with sitting(database, year, stamp, [city], dry_run=dry_run) as season:
        season.untold = untold
        season.not_backdated(season.cells[phase, city])
        settle(season, [city])
        cell = season.cells[phase, city]
        if _done_already(season, cell, until):
            said = f"{season.title(phase, city)} 已按此重新开放，正在办理，未作改动。"
            return unchanged(season, cell, Event.RERUN, said)
        why = (
            _gone(season, cell)
            or illegal(season, cell, Event.RERUN)
            or _about_nobody(season, cell)
            or _too_soon(season, until)
        )
        outcome = refuse(season, cell, Event.RERUN, why) if why else _rerun(season, cell, until, reason, asked)
    return season.answered(outcome)


def _done_already(season: Season, cell: Cell, until: date) -> bool:
    given = any(
        (one.until, one.cause) == (until, "rerun")
        for one in standing_days(season.extensions.get((cell.phase, cell.city), ()))
    )
    return given and cell.attempt > 1 and cell.state in {State.OPEN, State.SUBMITTED}


def _gone(season: Season, cell: Cell) -> str | None:
    """A city that left the year keeps what it passed, and is not let in again by the back door of a passed phase."""
    if cell.city not in season.withdrawn:
        return None
    return f"{season.year.city(cell.city).name} 已退出 {season.year.year} 年度，不能重新开放任何阶段。"


def _about_nobody(season: Season, cell: Cell) -> str | None:
    """What passed for nobody applied opens again with the application alone: there is nobody it could be about."""
    if cell.phase == APPLICATION.slug or not passed_for_nobody(season, cell):
        return None
    first = season.year.phase(APPLICATION.slug).name
    return f"{season.title(cell.phase, cell.city)}：该市今年没有申报，本阶段随之通过；如需更正，请重新开放“{first}”。"


def passed_for_nobody(season: Season, cell: Cell) -> bool:
    """Tell whether a city phase stands as passed for nobody applied: that is how it came to its state."""
    if cell.state is not State.PASSED:
        return False
    return standing.came_by(season.connection, season.year.year, cell) is Event.NOBODY


def _too_soon(season: Season, until: date) -> str | None:
    if until >= day_of(season.arrived):
        return None
    return f"新的截止日 {until} 已经过去；请另定一个不早于今天的日期。"


def _rerun(season: Season, cell: Cell, until: date, reason: str, asked: RequestBrief | None) -> Outcome:
    phase, city = cell.phase, cell.city
    was = season.due(phase, city).day
    later = [
        slug
        for slug in held(season.year, season.book.uses, phase, season.states(city))
        if phase == APPLICATION.slug or not passed_for_nobody(season, season.cells[slug, city])
    ]
    anew = {"attempt": cell.attempt + 1, "since": season.stamp.as_of, "passed_at": None, "on_paper": False}
    why, number = (None, asked.number) if asked else (reason, None)
    after = season.move(cell, Event.RERUN, why, request=number, **anew)
    season.grant(after, "rerun", until, reason)
    for slug in later:
        _hold(season, season.cells[slug, city], phase)
    due = season.due(phase, city)
    items, kept = _items(season, later), _kept(season, after)
    owing.rerun(season, after, reason, items, kept=kept)
    if asked is not None:
        owing.answered(season, after, replace(asked, kept=kept), due=due, was=was, items=items)
    names = "、".join(season.year.phase(slug).name for slug in later) or "无"
    return Outcome(
        "done",
        f"{season.title(phase, city)} 已重新开放（第 {after.attempt} 轮），截止 {due.day} 24:00；"
        f"暂缓的后续阶段：{names}；其他城市不受影响。",
    )


def owe_again(season: Season, cell: Cell, anew: owing.Anew) -> None:
    """Owe the letter of the rerun that began this attempt once more: what it says besides the day is in the log."""
    reason, held_back = standing.begun_by(season.connection, season.year.year, cell)
    owing.rerun(season, cell, reason, _items(season, held_back), kept=_kept(season, cell), anew=anew)


def _kept(season: Season, cell: Cell) -> bool:
    """Tell whether the city has anything to begin the new attempt from."""
    return loaded(season.connection, season.year.year, cell.phase, cell.city)


def _items(season: Season, later: Iterable[str]) -> tuple[Item, ...]:
    return tuple(Item(season.year.phase(slug).name, "暂缓，待本阶段再次通过后接续") for slug in later)


def _hold(season: Season, cell: Cell, phase: str) -> None:
    """Put a later phase back to waiting; what was filed is kept, to be judged again."""
    filed = cell.state in {State.SUBMITTED, State.PASSED} and not passed_for_nobody(season, cell)
    reason = f"因{season.year.phase(phase).name}重新开放"
    season.move(cell, Event.HOLD, reason, resume=cell.state.value if filed else None, passed_at=None)


def _rerun_of(bench: Bench, filled: Filled, city: str) -> Outcome:
    assert filled.until is not None
    given = (bench.database, bench.year.year, filled.slug, city, bench.stamp)
    untold = filled.words.get("untold", "")
    return rerun(*given, until=filled.until, reason=filled.reason, untold=untold, dry_run=bench.dry_run)


RERUN = Act(
    "rerun",
    lambda _: "重新开放",
    (PHASE, CITIES, UNTIL, CONFIRM, TOLD, UNTOLD),
    checked(each(_rerun_of)),
    lambda _, year, filled: f"为{filled.named(year)}重新开放{filled.phased}，截止 {filled.until} 24:00",
    Event.RERUN,
    frozenset({State.RETURNED, State.OVERDUE}),
    frozenset({State.PASSED}),
    instead="只是截止日写错了的，可以更正截止日。",
)
