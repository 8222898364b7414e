"""Taking back what was done a moment ago: by an act that stands, with the fields that the first one had."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlalchemy import Connection

LASTS = timedelta(minutes=10)
"""So long it is offered; afterwards the same is done by the act itself, with a reason of its own."""

REASON = "撤销（刚才的操作有误）"
"""What goes on record, and into letters, as the reason."""

CLOSED = "办理之后不能撤销。"
"""What a preview says of an act that nothing takes back."""

Given = Mapping[str, Sequence[str]]
"""What is kept of an act by a field's name; beside the fields, the `subject` that the audit names."""

More = Callable[["Connection", int, Given], Mapping[str, str] | None]
"""Finds, in the year, what the act that takes it back asks besides; None where it cannot be taken back."""


def nothing_more(_connection: Connection, _year: int, _given: Given) -> Mapping[str, str] | None:
    """Ask nothing besides."""
    return {}


@dataclass(frozen=True, slots=True)
class Undo:
    """Which act takes another back: its slug, the fields that it has in common with that one, how others are found.

    `told` are fields that `more` goes by and that the act does not ask.
    """

    slug: str
    same: tuple[str, ...] = ()
    more: More = nothing_more
    told: tuple[str, ...] = ()
