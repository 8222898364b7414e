"""`talent letters settle`, `resume`: what the post leaves to a person."""

from __future__ import annotations

from typing import Annotated, Literal

from cyclopts import Parameter

from commands.options import SEASON, Season, environment
from commands.outcomes import hinted
from commands.output import answer, line

Number = Annotated[int, Parameter(name="编号", help="编号，见 talent letters list --state unknown")]
Found = Annotated[Literal["sent", "resend"], Parameter(name="结果", help="sent：核实已送达；resend：未送达，重发")]


def settle(number: Number, found: Found, /, *, season: Season = SEASON) -> int:
    """Settle a letter of unknown fate, or one given up, with all that was in one message with it; 1 where refused."""
    from acts.reconcile import reconcile
    from acts.settle_letter import settle as act
    from tasks.couriers import witness

    database, stamp = season.database(), season.stamp()
    reconcile(database, witness(environment()), stamp.at)
    outcome = act(database, number, found, stamp)
    if not outcome.done:
        outcome = hinted(outcome, "请看 talent letters list")
    told = {"outcome": outcome.outcome, "message": outcome.message}
    answer(season.json, told, lambda console: line(console, outcome.message))
    return 0 if outcome.done else 1


def resume(*, season: Season = SEASON) -> None:
    """Take the clock as it is now as right, so that the post goes on."""
    from models import clock

    stamp = season.stamp()
    with season.database().write() as connection:
        clock.believe(connection, stamp.at, clock.Ticks.now())
    message = f"已确认现在是 {stamp.at:%Y-%m-%d %H:%M}，投递恢复。"
    answer(season.json, {"message": message}, lambda console: line(console, message))
