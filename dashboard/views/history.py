"""What happened to a city phase, as it is shown: the moves of the log, and the report cards of its gate."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import groupby
from types import MappingProxyType
from typing import TYPE_CHECKING

from acts.signatures import mover
from dashboard.views import naming
from dashboard.views.standings import rule_name
from gates.states import Event
from gates.verdict import ACTORS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from calendars.moments import MomentKind
    from calendars.year import Phase
    from gates.verdict import Finding
    from models.histories import PastJudgement, PastMove
    from phases.book import Book

KINDS = {"must": "必须", "in-principle": "原则上", "record": "记录"}
"""Whether a rule may be waived."""

MOVING = frozenset({Event.EXTEND, Event.RERUN, Event.CORRECT})
"""What gives a city phase another due day."""

PARTS = {"city": "市办报送的系统核验", "second": "后交部分的系统核验", "province": "省办办理的系统核验"}


@dataclass(frozen=True, slots=True)
class Step:
    """One line of a timeline: what was done, what it changed ("" where nothing), by whom, when and why.

    `kind` is that of the instant, for how it is said: a lapse is the end of its due day.
    """

    as_of: datetime
    what: str
    change: str
    by: str
    reason: str
    refused: bool
    attempt: int
    kind: MomentKind = "opening"


@dataclass(frozen=True, slots=True)
class Ruled:
    """One line of a report card."""

    name: str
    clause: str
    kind: str
    shape: str
    word: str
    found: str
    needed: str
    mend: str
    waived: str


@dataclass(frozen=True, slots=True)
class GateCard:
    """What one part of a gate found."""

    title: str
    passed: bool
    by: str
    as_of: datetime
    rules: tuple[Ruled, ...]


@dataclass(frozen=True, slots=True)
class Filed:
    """One filing with its report cards, the city's first."""

    number: int
    attempt: int
    cards: tuple[GateCard, ...]

    @property
    def passed(self) -> bool:
        """Whether nothing in it refuses."""
        return all(card.passed for card in self.cards)


def step(
    book: Book, move: PastMove, phase: Phase | None = None, untold: Mapping[datetime, str] = MappingProxyType({})
) -> Step:
    """Word one row of the log; `untold` says, by the instant of an act, why who knew the old day was not told."""
    said = why(book, move.event, move.reason)
    kept = untold.get(move.as_of, "") if move.event in MOVING else ""
    return Step(
        move.as_of,
        word(move.event, phase, refused=move.refused),
        "" if move.before is move.after else f"{move.before.chinese} → {move.after.chinese}",
        mover(move),
        "；".join(filter(None, (said, kept))),
        move.refused,
        move.attempt,
        "deadline" if move.event is Event.LAPSE else "opening",
    )


def as_read(move: PastMove, *, full: bool) -> PastMove:
    """Give a move as it is read: not in `full`, what changed about a person stands without why (缘由)."""
    if full or move.event is not Event.PERSON:
        return move
    return replace(move, reason=(move.reason or "").partition("：")[0])


def why(book: Book, event: Event, reason: str | None) -> str:
    """Give the reason; that of a waiver begins with the rule's id, which the log's reader knows by its name."""
    rule, colon, said = (reason or "").partition("：")
    return f"“{rule_name(book, rule)}”{colon}{said}" if event is Event.WAIVE and rule in book.rules else reason or ""


def word(event: Event, phase: Phase | None, *, refused: bool) -> str:
    """Word what was done, or tried in vain."""
    return naming.event(event, phase) + ("（未获准）" if refused else "")


def filings(book: Book, judgements: Sequence[PastJudgement]) -> tuple[Filed, ...]:
    """Gather the judgements, which come the newest filing first, by filing."""
    found = groupby(judgements, key=lambda judged: (judged.number, judged.attempt))
    return tuple(
        Filed(number, attempt, tuple(_card(book, part) for part in parts)) for (number, attempt), parts in found
    )


def _card(book: Book, judged: PastJudgement) -> GateCard:
    rules = ruled(book, judged.verdict.findings)
    return GateCard(PARTS[judged.part], judged.verdict.passed, judged.by, judged.as_of, rules)


def ruled(book: Book, findings: Iterable[Finding]) -> tuple[Ruled, ...]:
    """Word the lines of a report card, what refuses first."""
    ordered = sorted(findings, key=lambda finding: (not finding.refuses, finding.ok))
    return tuple(_ruled(book, finding) for finding in ordered)


def outcome(*, ok: bool, waived: bool) -> tuple[str, str]:
    """Give the shape and the word of a rule's outcome."""
    return ("✓", "符合") if ok else ("○", "豁免") if waived else ("!", "不符")


def _ruled(book: Book, finding: Finding) -> Ruled:
    shape, said = outcome(ok=finding.ok, waived=finding.waived is not None)
    mend = f"{ACTORS[finding.actor]}：{finding.mend}" if finding.refuses else ""
    waived = f"{finding.waived.by}：{finding.waived.reason}" if finding.waived else ""
    name, kind = rule_name(book, finding.rule), KINDS[finding.kind]
    return Ruled(name, finding.clause, kind, shape, said, finding.found, finding.needed, mend, waived)
