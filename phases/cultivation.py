"""学生培养 (八(六), 四(三)): the students in training."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from gates.found import Found, each
from gates.judge import Gate
from gates.rule import Rule
from phases.definition import PhaseDefinition

if TYPE_CHECKING:
    from calendars.year import Figures


@dataclass(frozen=True, slots=True)
class CultivationFacts:
    """`cultivation`: who is in training, and who has a plan."""

    in_training: tuple[str, ...]
    planned: frozenset[str]


def plan(facts: CultivationFacts, _: Figures) -> Found:
    """Each student in training has a plan (培养方案) from the mentor."""
    without = [number for number in facts.in_training if number not in facts.planned]
    return each(len(facts.in_training), without, "{count} 名在培学生{who}没有培养方案；请导师补交")


# A plan is owed only by those whom the midterm left in training, which the calendar's `requires` does not know.
PHASE = PhaseDefinition(
    slug="cultivation",
    name="学生培养",
    gate=Gate(
        "cultivation",
        CultivationFacts,
        (Rule("cultivation.plan", "八(六)", "must", "培养方案", "mentor", plan),),
    ),
    uses=frozenset({"interview", "midterm"}),
    figures=("visits", "stages", "cultivation_months"),
)
