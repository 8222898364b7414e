"""What the eight phase flows share: the card that says what a phase is, and the one pass over the cities."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from prefect.client.schemas.objects import State

from flows.ending import end
from flows.entry import enter
from gates.rules import RULES
from tasks.advancing import advance_cities, years_under_way
from tasks.posting import send_due

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from letters.brief import Kind


@dataclass(frozen=True, slots=True)
class Card:
    """A phase's part of the season: the facts it is judged by, its gate, the letters it causes.

    `approval` is the gate of the province's own part, where it has one.
    """

    phase: str
    name: str
    facts: type[Any]
    gate: Mapping[str, Any]
    letters: Sequence[Kind]
    approval: Mapping[str, Any] = field(default_factory=dict)

    @property
    def description(self) -> str:
        """The card in Markdown, for the officer who looks at the deployment."""
        judged = [RULES[rule] for rule in (*self.gate, *self.approval)]
        rules = "\n".join(f"- {rule.name}（{rule.clause}，`{rule.id}`）" for rule in judged)
        return f"**{self.name}** 推进到当前时刻应有的状态。\n\n关口：\n{rules}\n\n函件：{'、'.join(self.letters)}"


async def run(
    flow: str, phases: Sequence[str] | None, year: int | None, cities: Sequence[str] | None, as_of: datetime | None
) -> State[None]:
    """Advance these phases (None: all) of a year (None: every year under way) in these cities (None: all).

    Then send what is due, and say by the run's state what came of it.
    """
    with enter(as_of) as entry:
        years = await years_under_way(entry.database) if year is None else (year,)
        passes = [await advance_cities(entry.database, each, entry.stamp, phases, cities) for each in years]
        ended = await end(flow, passes)
        await send_due(entry.database, entry.settings, entry.stamp)
    return ended
