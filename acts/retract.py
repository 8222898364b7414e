"""A city takes its request back, as long as nobody has answered it."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from acts.act import CITY, PHASE, Act, Bench, Field, Filled, each
from acts.answer import ended
from gates.states import Event
from letters.phrases import questioned
from models import city_requests
from models.city_requests import NewAnswer
from season.outcome import Outcome
from season.transaction import sitting

if TYPE_CHECKING:
    from models.city_requests import RequestKind
    from models.database import Database
    from models.stamp import Stamp


def retract(
    database: Database,
    year: int,
    phase: str,
    city: str,
    stamp: Stamp,
    *,
    reason: str = "",
    kind: RequestKind | None = None,
    dry_run: bool = False,
) -> Outcome:
    """Take back what the city asked for in the present attempt of a phase, or questioned; `refused` where none waits.

    `kind` says which of the two, where both wait; a later day where nobody says.

    The province's letter is taken back where it has not left, and the request stands in its digest no more.
    """
    with sitting(database, year, stamp, [city], dry_run=dry_run) as season:
        cell, connection, title = season.cells[phase, city], season.connection, season.title(phase, city)
        season.not_backdated(cell)
        every = city_requests.of_city_phase(connection, year, phase, city)
        kinds: tuple[RequestKind, ...] = (kind,) if kind else ("later-day", "question")
        found = next(filter(None, (city_requests.waits(every, cell.attempt, one) for one in kinds)), None)
        if found is None:
            who = next((f"（最近一次{ended(one.answer)}）" for one in every if one.answer is not None), "")
            return Outcome("refused", f"{title}：没有在等答复的申请{who}，未作改动。")
        city_requests.answer(connection, year, [NewAnswer(found.id, "retracted", reason)], season.stamp)
        about = questioned(found.about, season.year.phase(phase).province) if found.about else ""
        what = f"对{about}的异议" if about else f"延期至 {found.until} 的申请"
        season.note(cell, Event.RETRACT, what, request=found.id)
        then = "" if about else f"；截止日仍为 {season.due(phase, city).day} 24:00"
    return season.answered(Outcome("done", f"{title}：已撤回{what}{then}。"))


def _retracted(bench: Bench, filled: Filled, city: str) -> Outcome:
    given = (bench.database, bench.year.year, filled.slug, city, bench.stamp)
    kind = cast("RequestKind | None", filled.words.get("what"))
    return retract(*given, reason=filled.reason, kind=kind, dry_run=bench.dry_run)


RETRACT = Act(
    "retract",
    lambda _: "撤回申请或异议",
    (
        PHASE,
        CITY,
        Field("what", "撤回", "choice", needed=False, choices=(("later-day", "延期申请"), ("question", "异议"))),
        Field("reason", "撤回的理由", "reason", needed=False, hint="可以不填；记录在案。"),
    ),
    each(_retracted),
    lambda _, year, filled: f"撤回{filled.named(year)}{filled.phased}的申请",
    Event.RETRACT,
    by="city",
)
