"""A city takes its request for a later day back, as long as nobody has answered it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from acts.act import CITY, PHASE, Act, Bench, Field, Filled, each
from acts.answer import ended
from models import city_requests, outbox
from models.city_requests import NewAnswer
from season.outcome import Outcome
from season.transaction import sitting

if TYPE_CHECKING:
    from models.database import Database
    from models.stamp import Stamp


def retract(
    database: Database, year: int, phase: str, city: str, stamp: Stamp, *, reason: str = "", dry_run: bool = False
) -> Outcome:
    """Take back what the city asked for in the present attempt of a phase; `refused` where nothing waits.

    The province's letter is taken back where it has not left, and the request stands in its digest no more.
    """
    with sitting(database, year, stamp, [city], dry_run=dry_run) as season:
        cell, connection, title = season.cells[phase, city], season.connection, season.title(phase, city)
        season.not_backdated(cell)
        every = city_requests.of_city_phase(connection, year, phase, city)
        found = city_requests.waits(every, cell.attempt)
        if found is None:
            who = next((f"（最近一次{ended(one.answer)}）" for one in every if one.answer is not None), "")
            return Outcome("refused", f"{title}：没有在等答复的申请{who}，未作改动。")
        season.not_backdated(cell, found.as_of)
        city_requests.answer(connection, year, [NewAnswer(found.id, "retracted", reason)], season.stamp)
        outbox.take_back_requests(connection, year, [found.id])
        due = season.due(phase, city).day
    return season.answered(Outcome("done", f"{title}：已撤回延期至 {found.until} 的申请；截止日仍为 {due} 24:00。"))


def _retracted(bench: Bench, filled: Filled, city: str) -> Outcome:
    given = (bench.database, bench.year.year, filled.slug, city, bench.stamp)
    return retract(*given, reason=filled.reason, dry_run=bench.dry_run)


RETRACT = Act(
    "retract",
    lambda _: "撤回延期申请",
    (PHASE, CITY, Field("reason", "撤回的理由", "reason", needed=False, hint="可以不填；记录在案。")),
    each(_retracted),
    lambda _, year, filled: f"撤回{filled.named(year)}{filled.phased}的延期申请",
    by="city",
)
