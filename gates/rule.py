"""A rule of the programme: its clause in the notice, whether it may be waived, who mends a breach, what it finds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, Literal, TypeVar

from calendars.year import Figures
from gates.found import Found
from gates.verdict import Actor, Kind

F = TypeVar("F")


@dataclass(frozen=True, slots=True)
class Rule(Generic[F]):
    """One rule. `find` says what it finds in a city's facts by the year's figures.

    A `record` is kept and never judged: it finds nothing and stands in no verdict.
    """

    id: str
    clause: str
    kind: Kind | Literal["record"]
    name: str
    actor: Actor
    find: Callable[[F, Figures], Found] | None = None
