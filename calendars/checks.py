"""What must agree within one year file, beyond the shape of each value. Each check gives all the faults it sees."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise
from typing import TYPE_CHECKING

from calendars.faults import Fault

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import date

    from calendars.year import City, Figures, Phase

    Requires = Mapping[str, Sequence[str]]  # by phase slug, as the file states them
    Known = Mapping[str, Sequence[str] | None]


def check_cities(source: str, cities: Sequence[City]) -> Iterator[Fault]:
    """Name cities that share a Chinese name or a code."""
    for field in ("name", "code"):
        for value in _twice(getattr(city, field) for city in cities):
            slugs = "、".join(city.slug for city in cities if getattr(city, field) == value)
            yield Fault(source, f"cities.{slugs}.{field}", f"“{value}”重复", "每个城市的名称和代码各不相同")


def check_phases(
    source: str, phases: Sequence[Phase], requires: Requires, year: int | None, known: Known | None
) -> Iterator[Fault]:
    """Name unknown and missing phases, and what disagrees within and between phases.

    `requires` has every phase in the file, those at fault too; `year` is None where the file's is no number. `known`
    are the phases that there may be, and for each the others without which the year can do without it too; None where
    it must be there. Which there are is not asked where `known` is None.
    """
    known = dict.fromkeys(requires, ()) if known is None else known
    for slug in requires:
        if slug not in known:
            yield Fault(source, f"phases.{slug}", "没有这个阶段", f"只能是：{'、'.join(known)}")
    for slug, users in known.items():
        using = [user for user in users or () if user in requires]
        if slug not in requires and (users is None or using):
            why = f"，而 {'、'.join(using)} 要用它的结果" if using else ""
            yield Fault(source, f"phases.{slug}", f"缺少这个阶段{why}", f"写上 [phases.{slug}] 一节")
    by_slug = {phase.slug: phase for phase in phases}
    for phase in phases:
        yield from _days_agree(source, phase)
        yield from _rungs_agree(source, phase)
        yield from _in_year(source, phase, year)
        yield from _due_in_order(source, phase, by_slug)
    yield from _requires_stand(source, requires)


def check_figures(source: str, figures: Figures, subjects: object) -> Iterator[Fault]:
    """Name figures that do not fit each other or the subjects of the year."""
    months = [month for stage in figures.stages for month in stage]
    stages = [tuple(map(figures.ahead, stage)) for stage in figures.stages]
    if any(first > last for first, last in stages) or any(before[1] >= after[0] for before, after in pairwise(stages)):
        yield Fault(source, "figures.stages", f"起止月份 {months} 有倒置或重叠", "按先后写，每段的起月不晚于止月")
    elif any(last > figures.ahead(figures.cultivation_months[1]) for _, last in stages):
        yield Fault(source, "figures.stages", f"起止月份 {months} 超出培养周期", "都写在 cultivation_months 之内")
    for value in _twice(figures.province_rungs):
        yield Fault(source, "figures.province_rungs", f"{value} 写了两次", "只留一个")
    known = subjects if isinstance(subjects, tuple) else ()
    for subject in figures.junior_subjects:
        if subject not in known:
            yield Fault(source, "figures.junior_subjects", f"“{subject}”不在 subjects 里", "写 subjects 中的学科")


def check_head(source: str, subjects: object) -> Iterator[Fault]:
    """Name subjects that stand twice in the list."""
    for subject in _twice(subjects if isinstance(subjects, tuple) else ()):
        yield Fault(source, "subjects", f"“{subject}”重复", "每个学科只写一次")


def check_days(source: str, days: Mapping[date, str], year: int | None) -> Iterator[Fault]:
    """Name overrides of days that no date of the year can meet."""
    for day in days:
        if year is not None and abs(day.year - year) > 1:
            yield Fault(source, f"days.{day}", f"与 {year} 年度无关", "改正年份，或删去这一行")


def _days_agree(source: str, phase: Phase) -> Iterator[Fault]:
    key = f"phases.{phase.slug}"
    if phase.due < phase.opens:
        mend = "把 due 改到开放日或以后，或把 opens 提前"
        yield Fault(source, f"{key}.due", f"截止日 {phase.due} 早于开放日 {phase.opens}", mend)
    elif phase.files_from and not phase.opens <= phase.files_from <= phase.due:
        mend = f"改到 {phase.opens} 与 {phase.due} 之间"
        yield Fault(source, f"{key}.files_from", f"{phase.files_from} 不在开放日与截止日之间", mend)
    if phase.monthly_from and (phase.monthly_from.day != 1 or not phase.opens <= phase.monthly_from <= phase.due):
        mend = "写开放日与截止日之间某个月的 1 日"
        yield Fault(source, f"{key}.monthly_from", f"{phase.monthly_from} 不能作起始月", mend)
    if phase.province_due and phase.province is None:
        mend = '写上 province = "approve"、"record" 或 "results"，或删去 province_due'
        yield Fault(source, f"{key}.province_due", "省办不经手这个阶段，却有省办期限", mend)
    if phase.province_due and phase.province_due < phase.due:
        mend = "把省办期限改到截止日或以后"
        yield Fault(source, f"{key}.province_due", f"{phase.province_due} 早于截止日 {phase.due}", mend)
    yield from _second_agrees(source, phase)


def _second_agrees(source: str, phase: Phase) -> Iterator[Fault]:
    key, second = f"phases.{phase.slug}.second_due", phase.second_due
    if second is None and phase.second_rungs:
        yield Fault(source, key, "写了 second_rungs 而没有 second_due", "写上后交部分的截止日，或删去 second_rungs")
    elif second is not None and phase.province is None:
        yield Fault(source, key, "省办不经手这个阶段，不能另有后交部分的截止日", "删去这一行")
    elif second is not None and not phase.due <= second <= max(phase.province_due or second, phase.due):
        mend = f"改到 {phase.due} 与 {phase.province_due} 之间" if phase.province_due else f"改到 {phase.due} 或以后"
        yield Fault(source, key, f"{second} 不在截止日与省办期限之间", mend)


def _rungs_agree(source: str, phase: Phase) -> Iterator[Fault]:
    for name, rungs in (("rungs", phase.rungs), ("second_rungs", phase.second_rungs)):
        for value in _twice(rungs):
            yield Fault(source, f"phases.{phase.slug}.{name}", f"提前提醒的天数 {value} 写了两次", "只留一个")


def _in_year(source: str, phase: Phase, year: int | None) -> Iterator[Fault]:
    if year is None:
        return
    for field, day, allowed in (
        ("opens", phase.opens, (year - 1, year, year + 1)),
        ("due", phase.due, (year, year + 1)),
    ):
        if day.year not in allowed:
            mend = f"改成 {allowed[0]} 至 {allowed[-1]} 年的日期"
            yield Fault(source, f"phases.{phase.slug}.{field}", f"{day} 不属于 {year} 年度", mend)


def _due_in_order(source: str, phase: Phase, by_slug: Mapping[str, Phase]) -> Iterator[Fault]:
    for needed in (by_slug[slug] for slug in phase.requires if slug in by_slug):
        if phase.due < needed.due:
            mend = f"把 due 改到 {needed.due} 或以后"
            reason = f"{phase.due} 早于所要求的 {needed.slug} 的截止日 {needed.due}"
            yield Fault(source, f"phases.{phase.slug}.due", reason, mend)


def _requires_stand(source: str, requires: Requires) -> Iterator[Fault]:
    for slug, needed in requires.items():
        key = f"phases.{slug}.requires"
        for other in needed:
            if other not in requires:
                yield Fault(source, key, f"要求的“{other}”没有写在文件里", "写文件里有的阶段")
        around = [other for other in requires if other in reached(slug, requires) and slug in reached(other, requires)]
        if around[:1] == [slug]:  # a loop is named once, at its first phase
            reason = f"要求成环（{'、'.join(around)}），永远不会开放"
            yield Fault(source, key, reason, "去掉其中一个要求，使先后成一条线")


def reached(slug: str, requires: Requires) -> set[str]:
    """Give every phase that this one waits for, directly or through others."""
    reached: set[str] = set()
    ahead = list(requires[slug])
    while ahead:
        step = ahead.pop()
        if step not in reached:
            reached.add(step)
            ahead.extend(requires.get(step, ()))
    return reached


def _twice(values: Iterable[object]) -> list[object]:
    return [value for value, count in Counter(values).items() if count > 1]
