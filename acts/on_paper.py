"""What was done on paper before a year was opened here: which phases those are, and how they come on record."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from calendars.deadlines import end_of, start_of
from gates.states import Event, State
from season.settle import opened_late, opening

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime

    from calendars.year import Phase, Year
    from season.outcome import Changes
    from season.unit_of_work import Season

NOTHING = "none"
"""In the place of a phase: nothing was done on paper, the year begins late."""


@dataclass(frozen=True, slots=True)
class Paper:
    """What whoever opens a year says of what lies behind: the last phase that was done on paper, or `NOTHING`; why."""

    through: str
    reason: str


def behind(year: Year, as_of: datetime) -> tuple[Phase, ...]:
    """Give the phases whose due instant in the calendar lies behind, in the order of the year."""
    return tuple(phase for phase in year.phases if end_of(phase.due) <= as_of)


def included(year: Year, through: str, as_of: datetime) -> tuple[Phase, ...]:
    """Give the phases that are done where `through` is: all that it requires, and all due before it stands.

    In the order of the year, none for `NOTHING`. Raises `UnknownPhase`.
    """
    if through == NOTHING:
        return ()
    last = year.phase(through)
    due = [phase for phase in behind(year, as_of) if year.phases.index(phase) < year.phases.index(last)]
    done = {last.slug, *(phase.slug for phase in due)}
    while missing := {slug for phase in done for slug in year.phase(phase).requires} - done:
        done |= missing
    return tuple(phase for phase in year.phases if phase.slug in done)


def may_be_done(year: Year, as_of: datetime) -> tuple[Phase, ...]:
    """Give the phases that may have been done on paper: those whose opening in the calendar lies behind."""
    return tuple(phase for phase in year.phases if start_of(phase.opens) <= as_of)


def unanswered(year: Year, paper: Paper | None, as_of: datetime) -> str | None:
    """Say why a year cannot be opened on this answer; None where it can. Raises `UnknownPhase`."""
    if paper is None:
        late = behind(year, as_of)
        if not late:
            return None
        return (
            f"{year.year} 年度已有 {len(late)} 个阶段过了截止日（{_names(late)}）。"
            "请写明线下已经办结到哪个阶段、依据什么；线下没有办过的，也请写明，各市自开设之时起按规定保留办理时间。"
        )
    if not paper.reason.strip():
        return "请写明线下办结的依据，或没有办过的缘由；它记录在案。"
    ahead = set(included(year, paper.through, as_of)) - set(may_be_done(year, as_of))
    if not ahead:
        return None
    named = "、".join(f"“{phase.name}”{phase.opens} 才开放" for phase in year.phases if phase in ahead)
    return f"{named}，不可能已在线下办结；请改写更早的阶段。"


def done_on_paper(season: Season, paper: Paper) -> tuple[Phase, ...]:
    """Put a year that was just opened where it stands: what was done on paper passed, what opens late has its room.

    Nothing is written to anybody: what lies behind is known to all, and what opens now is told by the next advance.
    """
    done = included(season.year, paper.through, season.stamp.as_of)
    for phase in done:
        for city in season.cities:
            cell = season.cells[phase.slug, city]
            season.move(cell, Event.ON_PAPER, paper.reason, passed_at=season.stamp.as_of, on_paper=True)
    _room(season)
    return done


def _room(season: Season) -> None:
    """Grant at once what each phase will have that opens late, so that nobody is shown as late until it does."""
    for cell in season.cells.values():
        if cell.state is State.WAITING:
            since = opening(season, season.year.phase(cell.phase), cell.city)
            if since is not None and since <= season.stamp.as_of:
                opened_late(season, cell, since)


def outlook(year: Year, through: str, changes: Changes, as_of: datetime) -> tuple[tuple[Phase, str], ...]:
    """Say where each phase stands in a year that `changes` has just opened: done on paper, or by which due day.

    The same for every city: at that moment none differs from another.
    """
    done = included(year, through, as_of)
    granted = {grant.phase: grant.until for grant in changes.extensions}
    return tuple((phase, _stands(year, phase, phase in done, granted.get(phase.slug), as_of)) for phase in year.phases)


def _stands(year: Year, phase: Phase, done: bool, until: date | None, as_of: datetime) -> str:
    if done:
        return "线下办结，记为已通过"
    if until is not None:
        return f"截止 {until}（日历为 {phase.due}，按规定顺延）"
    if end_of(phase.due) <= as_of:
        room = f"前面的阶段通过后开放，届时保留不少于 {year.figures.grace} 个工作日"
        return f"日历的截止日 {phase.due} 已过，{room}"
    return f"截止 {phase.due}"


def _names(phases: Sequence[Phase]) -> str:
    return "、".join(phase.name for phase in phases)


def said(done: Sequence[Phase], outlook: Sequence[tuple[Phase, str]]) -> str:
    """Say what was done on paper and until when the rest lasts, after the sentence that the year is open."""
    what = (
        f"线下办结的阶段：{_names(done)}；不发函件，可随后补录其报送表。"
        if done
        else "线下没有办结的阶段；各阶段自开设之时起按规定保留办理时间。"
    )
    rest = "；".join(f"{phase.name}{stands}" for phase, stands in outlook if phase not in done)
    return f"{what}此后：{rest}。" if rest else what
