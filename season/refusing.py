"""Saying no: the reason in words, and the try on record, for it is the evidence that an officer looks at."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from gates.states import Event, IllegalTransition, State, step
from season.outcome import Outcome

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from models.histories import PastMove
    from models.standing import Cell
    from season.unit_of_work import Season

WAY_OUT: Mapping[State, str] = {
    State.WAITING: "请等前面的阶段通过、本阶段开放后再办",
    State.OPEN: "请等该市报送后再办",
    State.SUBMITTED: "报送的内容正等待办理；如需修改，请该市撤回报送，或由省级管理办公室退回",
    State.PASSED: "如需重新办理，请由省级管理办公室重新开放本阶段",
    State.RETURNED: "请等该市修改并重新报送后再办",
    State.OVERDUE: "请由省级管理办公室重新开放本阶段",
    State.WITHDRAWN: "该市本年度已退出",
}
"""What may be done instead, by the state a city phase is in."""

INSTEAD: Mapping[tuple[State, Event], str] = {
    (State.OPEN, Event.RERUN): "本阶段正在进行；如需改期，请用延期",
    (State.WAITING, Event.RERUN): "本阶段还没有开放，无需重新开放；如需改期，请用延期",
    (State.OPEN, Event.APPROVE): "该市尚未报送；请等报送后再办",
    (State.RETURNED, Event.APPROVE): "该市尚未重新报送；请等报送后再办",
}
"""The same where what was asked for says better what is meant."""


JUST_NOW = timedelta(minutes=1)
"""How long ago something may have been done that whoever is refused cannot have known of."""

BY_ITSELF = frozenset({Event.OPEN, Event.LAPSE})
"""What nobody's hand does."""


def illegal(season: Season, cell: Cell, event: Event) -> str | None:
    """Say why this cannot happen to the city phase as it stands; None where it can."""
    try:
        step(cell.state, event)
    except IllegalTransition as error:
        instead = INSTEAD.get((cell.state, event), WAY_OUT[cell.state])
        return f"{season.title(cell.phase, cell.city)}：{str(error).rstrip('。')}；{instead}。"
    return None


def refuse(season: Season, cell: Cell, event: Event, why: str) -> Outcome:
    """Log the refused try and answer with its reason, and with what another did just before it."""
    newest = _newest(season, cell, lambda move: move.event not in BY_ITSELF)
    if newest is not None and newest.at >= season.stamp.at - JUST_NOW:
        why += _by_whom(season, newest)
    season.note(cell, event, why, refused=True)
    return Outcome("refused", why)


def unchanged(season: Season, cell: Cell, event: Event, said: str, of: str = "") -> Outcome:
    """Answer that it stands as asked, and who did it when; `of` is how the reason on record begins.

    Nothing is written; `acts.doing` puts the try into the audit.
    """
    doer = _newest(season, cell, lambda move: move.event is event and (move.reason or "").startswith(of))
    return Outcome("done", said if doer is None else said + _by_whom(season, doer))


def _newest(season: Season, cell: Cell, wanted: Callable[[PastMove], bool]) -> PastMove | None:
    """Give what was last done of the wanted to the city phase of a real year; a rehearsal has one hand."""
    if season.rehearsal:
        return None
    here = (move for move in season.history if (move.phase, move.city) == (cell.phase, cell.city))
    return next((move for move in here if not move.refused and wanted(move)), None)


def _by_whom(season: Season, move: PastMove) -> str:
    day = "" if move.at.date() == season.stamp.at.date() else f"{move.at:%Y-%m-%d} "
    return f"（{move.by} 于 {day}{move.at:%H:%M:%S} 办理了“{move.event.chinese}”。）"
