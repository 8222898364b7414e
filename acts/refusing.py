"""Saying no: the reason in words, and the try on record, for it is the evidence that an officer looks at."""

from __future__ import annotations

from typing import TYPE_CHECKING

from acts.outcome import Outcome
from gates.states import Event, IllegalTransition, step

if TYPE_CHECKING:
    from collections.abc import Mapping

    from acts.season import Season
    from models.standing import Cell

BECAUSE: Mapping[str, str] = {"calendar": "年度日历", "extension": "延期", "rerun": "重启", "grace": "按规定顺延"}
"""Why a due day is what it is, by the resolver's words."""


def illegal(season: Season, cell: Cell, event: Event) -> str | None:
    """Say why this cannot happen to the city phase as it stands; None where it can."""
    try:
        step(cell.state, event)
    except IllegalTransition as error:
        return f"{season.title(cell.phase, cell.city)}：{error}"
    return None


def refuse(season: Season, cell: Cell, event: Event, why: str) -> Outcome:
    """Log the refused try and answer with its reason."""
    season.note(cell, event, why, refused=True)
    return Outcome("refused", why)
