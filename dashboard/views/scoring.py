"""The evaluation as a board: students by subject over all cities, ranked, with what is missing or odd. Pure."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from decimal import Decimal
from statistics import mean, pstdev
from typing import TYPE_CHECKING

from phases.scores import averages, by_dimension, cut, lacking, shown, weighted, whole
from phases.year_end import EXCELLENT, GRADES, UNQUALIFIED

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from calendars.year import Figures
    from models.evaluations import TrainedStudent

MATERIALS = 4
APART, ENOUGH = 2, 5
"""A score stands apart from its subject's mean by so many standard deviations, where so many students have one."""

SPLIT = 20
"""So many points between the scorers of a panel want a look."""


@dataclass(frozen=True, slots=True)
class Scored:
    """A student on the board: `total` is weighted, None where a score is missing; `rank` is the place in the subject.

    `rests` say what the evaluation rests on, each with whether it is short.
    `averages` are by dimension, `given` the scores of each that make them; both as far as every scorer gave one.
    `gaps` say what is missing or short, `doubts` what does not fit; `apart` are the places of scores that stand apart.
    """

    student: TrainedStudent
    total: Decimal | None
    rank: int | None
    averages: tuple[Decimal, ...]
    given: tuple[tuple[Decimal, ...], ...]
    rests: tuple[tuple[str, bool], ...]
    gaps: tuple[str, ...]
    doubts: tuple[str, ...]
    apart: frozenset[int]

    @property
    def total_shown(self) -> str:
        """The total as it is shown, "" for none."""
        return "" if self.total is None else f"{cut(self.total):.2f}"

    @property
    def averages_shown(self) -> tuple[str, ...]:
        """The averages as they are shown."""
        return tuple(map(shown, self.averages))

    @property
    def noted(self) -> bool:
        """Whether anything of it wants a look."""
        return bool(self.gaps or self.doubts or self.apart)


@dataclass(frozen=True, slots=True)
class SubjectBoard:
    """The students of a subject, the highest total first, with how many have each grade ("": none)."""

    subject: str
    rows: tuple[Scored, ...]
    grades: Mapping[str, int]


def board(students: Iterable[TrainedStudent], subjects: Sequence[str], figures: Figures) -> tuple[SubjectBoard, ...]:
    """Give the board of each subject that has students, in the order of the year."""
    found: dict[str, list[TrainedStudent]] = {subject: [] for subject in subjects}
    for one in students:
        found.setdefault(one.subject, []).append(one)
    return tuple(_of_subject(subject, mine, figures) for subject, mine in found.items() if mine)


def of_cities(boards: Iterable[SubjectBoard], cities: Collection[str]) -> tuple[SubjectBoard, ...]:
    """Give what is about these cities of boards of all: each student with the rank that he has among all."""
    kept = ((one.subject, tuple(row for row in one.rows if row.student.city in cities)) for one in boards)
    return tuple(
        SubjectBoard(subject, rows, Counter(row.student.grade for row in rows)) for subject, rows in kept if rows
    )


def _of_subject(subject: str, students: Sequence[TrainedStudent], figures: Figures) -> SubjectBoard:
    scored = [one.scores for one in students if whole(one.scores, figures)]
    totals = {one.number: weighted(one.scores, figures) for one in students if whole(one.scores, figures)}
    columns = zip(*(averages(scores, figures) for scores in scored), strict=True)
    spread = [(float(mean(column)), pstdev(map(float, column))) for column in columns]
    rows = [_scored(one, totals, spread if len(scored) >= ENOUGH else [], figures) for one in students]
    rows.sort(key=lambda row: (row.rank is None, row.rank or 0, row.student.number))
    return SubjectBoard(subject, tuple(rows), Counter(one.grade for one in students))


def _scored(
    one: TrainedStudent, totals: Mapping[str, Decimal], spread: Sequence[tuple[float, float]], figures: Figures
) -> Scored:
    total, means = totals.get(one.number), averages(one.scores, figures)
    rank = None if total is None else 1 + sum(other > total for other in totals.values())
    apart = frozenset(
        place
        for place, (middle, wide) in enumerate(spread)
        if total is not None and wide and abs(float(means[place]) - middle) > APART * wide
    )
    given, noted = by_dimension(one.scores, figures), (tuple(gaps(one, figures)), tuple(doubts(one, total, figures)))
    return Scored(one, total, rank, means, given, rests_on(one, figures), *noted, apart)


def rests_on(one: TrainedStudent, figures: Figures) -> tuple[tuple[str, bool], ...]:
    """Say what a student's evaluation rests on, each with whether it is missing or short."""
    counted = (("材料", one.materials, MATERIALS), ("到校", one.visits, figures.visits))
    staged = (("成长日志", one.logs, len(figures.stages)), ("面谈记录", one.talks, len(figures.stages)))
    midterm = {True: "中期合格", False: "中期不合格", None: "没有中期评价"}[one.qualified]
    counts = ((f"{name} {there}/{due}", there < due) for name, there, due in (*counted, *staged))
    return (*counts, (midterm, one.qualified is None))


def gaps(one: TrainedStudent, figures: Figures) -> list[str]:
    """Say what a student's evaluation rests on that is missing or short, scores and grade included."""
    found = [said for said, short in rests_on(one, figures) if short]
    if not whole(one.scores, figures):
        absent = "、".join(lacking(one.scores, figures))
        found.append("没有评分" if not one.scores else f"缺{absent}的评分" if absent else "评分不全")
    return found + ([] if one.grade in GRADES else ["没有定等级"])


def doubts(one: TrainedStudent, total: Decimal | None, figures: Figures) -> list[str]:
    """Say what of a student's scores and grade does not fit together."""
    if total is None:
        return []
    found = ["各项均为 0 分"] if not any(one.scores) else []
    for name, given in zip(figures.dimensions, by_dimension(one.scores, figures), strict=True):
        if (between := max(given) - min(given)) >= SPLIT:
            found.append(f"{name}：评委相差 {shown(between)} 分")
    if one.grade == EXCELLENT and one.visits < figures.visits:
        found.append("到校不足，不能评优秀")
    bound = {EXCELLENT: figures.excellent_from, UNQUALIFIED: Decimal(0)}.get(one.grade, figures.qualified_from)
    if one.grade in GRADES and total < bound and not one.reasoned:
        found.append(f"总分低于“{one.grade}”的 {bound:g}")
    if one.grade == UNQUALIFIED and total >= figures.qualified_from:
        found.append(f"总分达到 {figures.qualified_from:g} 而定为不合格")
    return found
