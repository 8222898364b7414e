"""The machine's clock was doubted and the post stopped; a person says that it is right."""

from __future__ import annotations

from acts.act import KEPT, Act, Bench, Filled
from models import post_clock
from season.outcome import Outcome


def _resumed(bench: Bench, _: Filled) -> Outcome:
    """Take the machine's clock as it is now as right, so that the post goes on."""
    with bench.database.write() as connection:
        if post_clock.alarm(connection) is None:
            return Outcome("refused", "投递没有因时钟暂停，未作改动。")
        post_clock.believe(connection, bench.stamp.at, post_clock.Ticks.now())
    return Outcome("done", "已确认系统时钟无误，投递恢复。")


RESUME = Act(
    "resume",
    lambda _: "恢复投递",
    (KEPT,),
    _resumed,
    lambda _book, _year, _filled: "系统时钟无误，恢复投递",
    subject=lambda _year, _filled: "clock",
)
