"""A city asks the province again about what stands: a verdict, a decision, an answer (异议)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from acts.act import CITY, PHASE, Act, Bench, Field, Filled, each
from acts.answer import DECIDING
from acts.ask import LONGEST, wordless
from acts.undo import Undo
from forms.cells import prose
from gates.states import Event
from models import city_requests, histories
from models.city_requests import Wanted
from season import owing
from season.moot_requests import request_of
from season.outcome import Outcome
from season.transaction import sitting

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from sqlalchemy import Connection

    from models.database import Database
    from models.stamp import Stamp

ABOUT: Mapping[str, str] = {"verdict": "系统的核验结论", "decision": "省级管理办公室的决定", "answer": "申请的答复"}
"""What may be questioned."""

UNSAID = f"请写明对什么有异议：{'、'.join(ABOUT.values())}"

GIVEN = frozenset({"granted", "declined", "upheld", "changed", "corrected"})
"""What the province itself says of a request."""


def questionable(connection: Connection, year: int, phase: str, city: str, as_of: datetime) -> Mapping[str, str]:
    """Give what may be questioned of a city phase, the newest of each, as `about` of the table: three statements."""
    span = histories.Span(year, as_of, phase, city)
    judged = (f"verdict/{one.number}" for one in histories.judgements(connection, span))
    decided = (
        f"{move.event}/{move.seq}"
        for move in histories.moves(connection, span)
        if move.event in DECIDING and not move.refused
    )
    asked = city_requests.of_city_phase(connection, year, phase, city)
    answered = (f"answer/{one.id}" for one in asked if one.answer and one.answer.said in GIVEN)
    found = {"verdict": next(judged, ""), "decision": next(decided, ""), "answer": next(answered, "")}
    return {what: about for what, about in found.items() if about}


def asked_about(about: str) -> str:
    """Give which of `ABOUT` a request of the table is about: a decision goes by the event of its row (`reject/4`)."""
    head = about.partition("/")[0]
    return head if head in ABOUT else "decision"


def question(
    database: Database,
    year: int,
    phase: str,
    city: str,
    stamp: Stamp,
    *,
    about: str,
    reason: str,
    token: str | None = None,
    number: int | None = None,
    dry_run: bool = False,
) -> Outcome:
    """Ask about the newest verdict, decision or answer of a city phase (`about`); one question waits at a time.

    The province is written to in the same transaction; nothing but the log moves until it answers. `number` is that of
    a question on record, asked again in a copy.
    """
    with sitting(database, year, stamp, [city], dry_run=dry_run) as season:
        cell, title = season.cells[phase, city], season.title(phase, city)
        season.not_backdated(cell)
        every = city_requests.of_city_phase(season.connection, year, phase, city)
        waits = city_requests.waits(every, cell.attempt, "question")
        found = questionable(season.connection, year, phase, city, season.stamp.as_of).get(about)
        why = wordless(reason, "异议内容") or (None if found else f"还没有{ABOUT[about]}" if about in ABOUT else UNSAID)
        if waits:
            why = f"{waits.by} 于 {waits.as_of:%Y-%m-%d %H:%M:%S} 已提出异议，正等省级管理办公室答复，不必重复提出"
        if why or not found:
            return Outcome("refused", f"{title}：{why}。")
        wanted = Wanted("question", cell.attempt, prose(reason, LONGEST), about=found, id=number)
        token = token or f"{year}/{phase}/{city}/{len(every)}"
        number = city_requests.ask(season.connection, token, (year, phase, city), wanted, stamp)
        asked = city_requests.find(season.connection, year, number)
        assert asked is not None
        brief = request_of(asked, season.year.phase(phase))
        owing.question(season, season.note(cell, Event.QUESTION, brief.about, request=number), brief)
    said = f"{title}：已就{brief.about}向省级管理办公室提出异议。答复之前，原来的结论、决定和期限不变。"
    return season.answered(Outcome("done", said))


def _questioned(bench: Bench, filled: Filled, city: str) -> Outcome:
    given = (bench.database, bench.year.year, filled.slug, city, bench.stamp)
    return question(*given, about=filled.words["about"], reason=filled.reason, dry_run=bench.dry_run)


QUESTION = Act(
    "question",
    lambda _: "提出异议",
    (
        PHASE,
        CITY,
        Field("about", "对什么有异议", "choice", choices=tuple(ABOUT.items())),
        Field("reason", "异议内容", "reason", hint="写进给省办的函件。"),
    ),
    each(_questioned),
    lambda _, year, filled: f"就{filled.named(year)}{filled.phased}向省级管理办公室提出异议",
    Event.QUESTION,
    by="city",
    undo=Undo("retract", ("phase", "city"), lambda *_: {"what": "question"}),
)
