"""`talent letters settle`, `resume`: what the post leaves to a person."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from commands.options import SEASON, SeasonOptions, UsageError, environment
from commands.outcomes import hinted
from commands.output import answer, line

if TYPE_CHECKING:
    from acts.settle_letter import Found

NUMBER = re.compile("[0-9]{1,9}")
Given = Annotated[
    list[str],
    Parameter(
        name="编号…结果",
        help="编号（可写几个，见 talent letters list --state failed|unknown|held），"
        "再写 sent：核实已送达；resend：未送达，重发；dropped：不再发送",
    ),
]


def settle(given: Given, /, *, season: SeasonOptions = SEASON) -> int:
    """Settle letters of unknown fate, or given up, with all that was in one message with each; 1 where refused."""
    from acts.settle_letter import settle as act
    from post.reconciling import reconcile
    from tasks.couriers import witness

    keys, found = _read(given)
    database, stamp = season.database(), season.stamp()
    reconcile(database, witness(environment()), stamp.at)
    outcome = act(database, keys, found, stamp)
    if not outcome.done:
        outcome = hinted(outcome, "请看 talent letters list")
    told = {"outcome": outcome.outcome, "message": outcome.message}
    answer(season.json, told, lambda console: line(console, outcome.message))
    return 0 if outcome.done else 1


def _read(given: Sequence[str]) -> tuple[list[int], Found]:
    """The numbers and the last word; raises UsageError."""
    from acts.settle_letter import OPEN

    *numbers, last = given
    found = next((one for one in OPEN if one == last), None)
    if found is None or not numbers or not all(map(NUMBER.fullmatch, numbers)):
        raise UsageError("请写成：talent letters settle 编号… sent|resend|dropped，如 settle 3 4 5 resend。")
    return [int(one) for one in numbers], found


def resume(*, season: SeasonOptions = SEASON) -> None:
    """Take the clock as it is now as right, so that the post goes on."""
    from models import post_clock

    stamp = season.stamp()
    with season.database().write() as connection:
        post_clock.believe(connection, stamp.at, post_clock.Ticks.now())
    message = f"已确认现在是 {stamp.at:%Y-%m-%d %H:%M}，投递恢复。"
    answer(season.json, {"message": message}, lambda console: line(console, message))
