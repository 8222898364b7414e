"""中期评价 (五(一)): who goes on, and who leaves training."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from gates.found import Found, each
from gates.judge import Gate
from gates.rule import Rule
from phases.definition import PhaseDefinition

if TYPE_CHECKING:
    from calendars.year import Figures


@dataclass(frozen=True, slots=True)
class MidtermResult:
    """One row of the midterm evaluation (中期评价)."""

    number: str
    subject: str
    reported_on: date
    qualified: bool


@dataclass(frozen=True, slots=True)
class MidtermFacts:
    """`midterm`: `in_training` is every student admitted, before this evaluation. `filed_on` as for the meeting."""

    results: tuple[MidtermResult, ...]
    in_training: tuple[str, ...]
    filed_on: date


def by_subject(facts: MidtermFacts, _: Figures) -> Found:
    """Every student in training has reported by the day of filing, and is evaluated qualified or not.

    What is found counts the reports by subject.
    """
    training = frozenset(facts.in_training)
    reported = {r.number: r.subject for r in facts.results if r.number in training and r.reported_on <= facts.filed_on}
    missing = [number for number in facts.in_training if number not in reported]
    mend = "{count} 名在培学生{who}没有中期汇报与评价；请按学科组织汇报并评定合格或不合格"
    found = each(len(facts.in_training), missing, mend)
    subjects = "、".join(f"{subject} {count}" for subject, count in sorted(Counter(reported.values()).items()))
    shown = f"{found.found}（{subjects}）" if subjects else found.found
    return Found(shown, found.needed, found.mend, found.numbers)


def leaving(facts: MidtermFacts) -> tuple[str, ...]:
    """Give the students in training who are evaluated not qualified: they leave, nothing after this counts them."""
    unqualified = {result.number for result in facts.results if not result.qualified}
    return tuple(number for number in facts.in_training if number in unqualified)


def leave(facts: MidtermFacts, _: Figures) -> Found:
    """A student not qualified leaves training: an effect, shown with the numbers, that refuses nothing."""
    gone = leaving(facts)
    return Found(f"退出 {len(gone)} 人", "不合格者退出培养", numbers=gone)


def _tally(facts: MidtermFacts) -> dict[str, int]:
    return {"exited": sum(not row.qualified for row in facts.results)}


PHASE = PhaseDefinition(
    slug="midterm",
    name="中期评价",
    gate=Gate(
        "midterm",
        MidtermFacts,
        (
            Rule("midterm.by-subject", "五(一)", "must", "分学科中期汇报与评价", "city", by_subject),
            Rule("midterm.exit", "五(一)", "must", "不合格者退出培养", "city", leave),
        ),
        tally=_tally,
        apart=frozenset({"filed_on"}),
    ),
    uses=frozenset({"interview"}),
)
