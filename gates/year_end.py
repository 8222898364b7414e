"""The rules of `year-end` that the city answers for when it files (四(三), 五(二), 七(一), 八(七))."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from gates.found import Found, each, named

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from decimal import Decimal

    from calendars.year import Figures
    from gates.facts import Materials, YearEndFacts
    from gates.verdict import Actor


def _present(row: Materials) -> Mapping[str, bool]:
    return {
        "课题报告": row.project_report,
        "培养报告": row.training_report,
        "成长日志": row.growth_log,
        "导师评价": row.mentor_evaluation,
    }


_NOTHING = MappingProxyType({"课题报告": False, "培养报告": False, "成长日志": False, "导师评价": False})


def materials(facts: YearEndFacts, _: Figures) -> Found:
    """Project report, training report, growth log and mentor's evaluation, for each student in training."""
    filed = {row.number: _present(row) for row in facts.materials}
    sheets = {number: filed.get(number, _NOTHING) for number in facts.in_training}
    short = [number for number, present in sheets.items() if not all(present.values())]
    lacks = "、".join(
        f"{name} {count} 份" for name in _NOTHING if (count := sum(not sheets[number][name] for number in short))
    )
    return each(len(facts.in_training), short, f"{{count}} 名在培学生{{who}}材料不全，缺{lacks}；请补交")


def logs(facts: YearEndFacts, figures: Figures) -> Found:
    """A growth log and an interview record for each training stage, for each student in training."""
    stages = range(1, len(figures.stages) + 1)
    none: frozenset[int] = frozenset()
    lacks, short = [], dict[str, None]()
    for name, kept in (("成长日志", facts.logs), ("面谈记录", facts.records)):
        for stage in stages:
            owing = [number for number in facts.in_training if stage not in kept.get(number, none)]
            short |= dict.fromkeys(owing)
            if owing:
                lacks.append(f"第 {stage} 阶段{name} {len(owing)} 份")
    order = [number for number in facts.in_training if number in short]
    mend = f"{{count}} 名在培学生{{who}}缺{'、'.join(lacks)}；请导师督促补交"
    return each(len(facts.in_training), order, mend)


def summaries(facts: YearEndFacts, _: Figures) -> Found:
    """Annual summaries from the city, and from each mentor and each school of students in training.

    The first of city, mentors, schools to owe one must act.
    """
    owing: list[tuple[Actor, str, str]] = []
    if not facts.city_summary:
        owing.append(("city", "市级 1", "1 份市级年度工作总结"))
    if facts.mentors_owing:
        count = len(facts.mentors_owing)
        owing.append(("mentor", f"导师 {count}", f"{count} 名导师{named(facts.mentors_owing)}的年度工作总结"))
    if facts.schools_owing:
        count = len(facts.schools_owing)
        owing.append(("school", f"中学 {count}", f"{count} 所中学{named(facts.schools_owing)}的年度工作总结"))
    if not owing:
        return Found("欠交 0", "欠交 0")
    return Found(
        f"欠交 {'、'.join(short for _, short, _ in owing)}",
        "欠交 0",
        f"缺 {'、'.join(long for _, _, long in owing)}；请补交",
        facts.mentors_owing + facts.schools_owing,
        owing[0][0],
    )


def funds(facts: YearEndFacts, figures: Figures) -> Found:
    """The city accounts for its working funds, to the cent, and for at least one performance target."""
    given, gap = figures.city_funds, figures.city_funds - facts.accounted
    parts = []
    if gap:
        mend = f"请补列 {_yuan(gap)}" if gap > 0 else f"请核减 {_yuan(-gap)}"
        parts.append(f"经费说明合计 {_yuan(facts.accounted)}，与拨付的 {given} 元不符；{mend}")
    if not facts.targets:
        parts.append("没有绩效指标完成情况；请至少填报 1 项")
    return Found(f"{_yuan(facts.accounted)}，绩效 {facts.targets} 项", f"{given} 元，绩效 ≥1 项", "；".join(parts))


def _yuan(amount: Decimal) -> str:
    return f"{amount:.2f}".removesuffix(".00") + " 元"


RULES: Mapping[str, Callable[[YearEndFacts, Figures], Found]] = MappingProxyType(
    {
        "year-end.materials": materials,
        "year-end.logs": logs,
        "year-end.summaries": summaries,
        "year-end.funds": funds,
    }
)
