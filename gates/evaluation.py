"""The rules of `year-end` that the province answers for when it approves (四(三), 五(二)): judged as "evaluation"."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from gates.found import Found, each

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from calendars.year import Figures
    from gates.facts import Evaluation, EvaluationFacts

EXCELLENT = "优秀"
GRADES = (EXCELLENT, "合格", "不合格")
_FULL_SCORE = 100


def visits(facts: EvaluationFacts, figures: Figures) -> Found:
    """Nobody is 优秀 with fewer days on campus than the year's figure; 合格 stays open (a local assumption)."""
    training = frozenset(facts.in_training)
    best = [row.number for row in facts.evaluations if row.grade == EXCELLENT and row.number in training]
    short = [number for number in best if facts.visits.get(number, 0) < figures.visits]
    shown = [f"{number} 到校 {facts.visits.get(number, 0)} 次" for number in short]
    mend = f"{{count}} 名拟评优秀的学生{{who}}到校不足 {figures.visits} 次；请改评其他等级，或由市级补报到校记录"
    found = each(len(best), shown, mend)
    return Found(found.found, found.needed, found.mend, tuple(short))


def evaluated(facts: EvaluationFacts, figures: Figures) -> Found:
    """Every student in training has a score of 0 to 100 on each of the year's dimensions, and a grade."""
    done = {row.number for row in facts.evaluations if _complete(row, figures)}
    missing = [number for number in facts.in_training if number not in done]
    mend = f"{{count}} 名在培学生{{who}}没有完整的 {len(figures.dimensions)} 项评分与等级；请补评"
    return each(len(facts.in_training), missing, mend)


def _complete(row: Evaluation, figures: Figures) -> bool:
    scored = len(row.scores) == len(figures.dimensions) and all(0 <= score <= _FULL_SCORE for score in row.scores)
    return scored and row.grade in GRADES


RULES: Mapping[str, Callable[[EvaluationFacts, Figures], Found]] = MappingProxyType(
    {
        "year-end.visits": visits,
        "year-end.evaluated": evaluated,
    }
)
