"""The rules of `cultivation` (八(六)) and `midterm` (五(一)): the students in training."""

from __future__ import annotations

from collections import Counter
from types import MappingProxyType
from typing import TYPE_CHECKING

from gates.found import Found, each

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from calendars.year import Figures
    from gates.facts import CultivationFacts, MidtermFacts


def plan(facts: CultivationFacts, _: Figures) -> Found:
    """Each student in training has a plan (培养方案) from the mentor."""
    without = [number for number in facts.in_training if number not in facts.planned]
    return each(len(facts.in_training), without, "{count} 名在培学生{who}没有培养方案；请导师补交")


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


CULTIVATION: Mapping[str, Callable[[CultivationFacts, Figures], Found]] = MappingProxyType({"cultivation.plan": plan})
MIDTERM: Mapping[str, Callable[[MidtermFacts, Figures], Found]] = MappingProxyType(
    {
        "midterm.by-subject": by_subject,
        "midterm.exit": leave,
    }
)
