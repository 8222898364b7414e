"""Who did what stands on record: an account, the system, or the province in a city's place: all who show it ask."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from gates.states import Event
from models.stamp import SYSTEM

if TYPE_CHECKING:
    from collections.abc import Mapping

    from acts.act import Act, Filled
    from models.histories import PastMove
    from models.stamp import Stamp
    from phases.book import Book

MACHINES = frozenset({"prefect", "talent up", "talent demo"})
"""What signs for itself."""

JUDGED = "系统核验"
BY_RULE: Mapping[Event, str] = {
    Event.OPEN: SYSTEM,
    Event.LAPSE: SYSTEM,
    Event.HOLD: SYSTEM,
    Event.RESUME: SYSTEM,
    Event.PASS: JUDGED,
    Event.RETURN: JUDGED,
}
"""What follows from the rules, in whoever's act it came up: nobody decides it."""

IN_ITS_PLACE = "（省办代）"


def signed(by: str) -> str:
    """Name who did something; what happened by itself was the system."""
    return SYSTEM if by in MACHINES else by


def mover(move: PastMove) -> str:
    """Name who did what a row of the log says."""
    return BY_RULE.get(move.event) or signed(move.by)


def granter(cause: str, by: str) -> str:
    """Name who gave a later due day; room to work (grace) follows from the rules."""
    return SYSTEM if cause == "grace" else signed(by)


def for_a_city(stamp: Stamp) -> Stamp:
    """Sign what the province does in a city's place."""
    return replace(stamp, by=f"{stamp.by}{IN_ITS_PLACE}")


def in_whose_place(book: Book, act: Act, filled: Filled, stamp: Stamp) -> Stamp:
    """Sign what the province does by an act of the book: in a city's place, but for what the province fills in."""
    is_a_citys = act.by == "city" and not book.provincial(filled.words.get("phase", ""))
    return for_a_city(stamp) if is_a_citys else stamp
