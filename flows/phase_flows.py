"""One flow a phase, made from the book, and the one pass over the cities that all flows of the season share."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from prefect import flow
from prefect.client.schemas.objects import State

from flows.ending import end
from flows.entry import enter
from letters.occurrences import kinds
from phases.book import BOOK
from phases.parties import dealings
from tasks.advancing import advance_cities, sign_of_life, years_under_way
from tasks.posting import send_due

if TYPE_CHECKING:
    from collections.abc import Coroutine, Sequence

    from prefect import Flow

    from phases.definition import PhaseDefinition

    PhaseFlow = Flow[..., Coroutine[Any, Any, State[None]]]


async def run(
    flow: str, phases: Sequence[str] | None, year: int | None, cities: Sequence[str] | None, as_of: datetime | None
) -> State[None]:
    """Advance these phases (None: all) of a year (None: every year under way) in these cities (None: all).

    Then send what is due, and say by the run's state what came of it.
    """
    with enter(as_of) as entry:
        years = await years_under_way(entry.database) if year is None else (year,)
        passes = [await advance_cities(entry.database, each, entry.stamp, phases, cities) for each in years]
        if phases is None and cities is None and year is None:
            await sign_of_life(entry.database, entry.stamp, entry.settings.beat)
        ended = await end(flow, passes)
        await send_due(entry.database, entry.settings, entry.stamp)
    return ended


def described(phase: PhaseDefinition) -> str:
    """Say in Markdown, for the officer who looks at the deployment, by what the phase is judged and what it writes."""
    rules = "\n".join(f"- {rule.name}（{rule.clause}，`{rule.id}`）" for gate in phase.gates for rule in gate.rules)
    letters = "、".join(kinds(dealings(phase.parties, None)))
    return f"**{phase.name}** 已办到当前时刻应有的状态。\n\n系统核验：\n{rules}\n\n函件：{letters}"


def phase_flow(phase: PhaseDefinition) -> PhaseFlow:
    """Make the flow of a phase; it is called as the phase is."""

    @flow(name=phase.slug, description=described(phase))
    async def advance(
        year: int | None = None, cities: list[str] | None = None, as_of: datetime | None = None
    ) -> State[None]:
        """Advance it for a year (none: all under way) in these cities (none: all); `as_of` is for a rehearsal."""
        return await run(phase.slug, (phase.slug,), year, cities, as_of)

    return advance


FLOWS = {slug.replace("-", "_"): phase_flow(phase) for slug, phase in BOOK.phases.items()}
"""By the name that an entrypoint has for them: `flows.phase_flows.year_end` is the flow `year-end`."""

globals().update(FLOWS)
