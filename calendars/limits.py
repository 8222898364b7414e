"""What a year file may say and this programme cannot do: refused before the year runs on it, never in mid-season."""

from __future__ import annotations

import unicodedata
from collections import Counter
from datetime import timedelta
from typing import TYPE_CHECKING

from calendars.checks import reached
from calendars.deadlines import NINE
from calendars.faults import Fault
from calendars.phase_terms import standing_on

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from decimal import Decimal

    from calendars.phase_terms import Terms
    from calendars.year import Figures, Phase, Year

WIDEST = 12
"""So many columns at most has a sheet for the words of a list."""

MOST_SCORES = 60
"""So many scores at most has a student: of each scorer one for each dimension."""

LEAST_ACCESS = 6
"""Months for which 网络安全法 21 has logs of access and security kept."""

RESERVED = frozenset({"province"})
"""What addresses and offices call the province; no city may be called so."""

MOST: Mapping[str, int] = {
    "grace": 60, "consent_age": 30, "city_cap": 1_000_000, "funded_cap": 1_000_000, "grant": 20_000_000,
    "visits": 366, "city_funds": 20_000_000, "province_days": 60, "escalation_days": 60, "party_days": 60,
    "digest_days": 60, "panel": 9,
}  # fmt: skip
LISTS = (
    "dimensions", "senior_grades", "junior_grades", "honours", "team_degrees", "team_titles", "summaries_owed",
)  # fmt: skip
NEEDED = ("dimensions", "senior_grades", "honours", "stages", "summaries_owed")
_DAYS, _WORKING_DAYS = 366, 60
_LINE, _WORD, _LIST = 100, 30, 200
_PLACES = 2
_SPLITTING = frozenset('、,，;；{}"')
_COLUMNS = frozenset({"报名号", "姓名", "等级"})


def limits(source: str, year: Year, terms: Terms) -> Iterator[Fault]:
    """Name everything in a year that is well formed and cannot be done; of phases without terms, the least."""
    yield from _lines(source, year)
    yield from _lists(source, year)
    yield from _figures(source, year.figures)
    yield from _counts(source, year.figures)
    yield from _cycle(source, year)
    yield from _named_twice(source, year.phases)
    yield from _order(source, year.phases, terms)
    for phase in year.phases:
        yield from _phase(source, phase, year.year, terms)


def _cycle(source: str, year: Year) -> Iterator[Fault]:
    """Training that lasts into the next year is judged in it."""
    months = year.figures.cultivation_months
    last = year.days_of(months)[1] - timedelta(days=1)
    latest = max((phase.due for phase in year.phases), default=last)
    if months[1] < months[0] and last.replace(day=1) > latest:
        reason = f"培养周期到 {last.year} 年 {last.month} 月，而各阶段最迟 {latest} 截止"
        yield Fault(source, "figures.cultivation_months", reason, "写成 [起月, 止月]，或推后各阶段的截止日")


def _order(source: str, phases: Sequence[Phase], terms: Terms) -> Iterator[Fault]:
    """Phases are gone through in the order of the file: each after those whose outcome it stands on."""
    requires = {phase.slug: phase.requires for phase in phases}
    stated = {*requires, *(other for given in requires.values() for other in given)}  # those at fault elsewhere, too
    places = {slug: place for place, slug in enumerate(requires)}
    for slug, given in requires.items():
        needed = standing_on(slug, stated, terms)
        if needed in requires and needed not in reached(slug, requires):
            reason = f"没有要求 {needed}，而这个阶段的表和系统核验要用它的结果"
            yield Fault(source, f"phases.{slug}.requires", reason, f'写上 "{needed}"，或经由其他阶段要求它')
        for other in given:
            if places.get(other, -1) > places[slug]:
                yield Fault(source, f"phases.{slug}", f"写在所要求的 {other} 之前", "各阶段按先后排列，移到它后面")


def _phase(source: str, phase: Phase, year: int, terms: Terms) -> Iterator[Fault]:
    key = f"phases.{phase.slug}"
    if phase.monthly_from and phase.slug in terms and not terms[phase.slug].monthly:
        yield Fault(source, f"{key}.monthly_from", "这个阶段没有每月提醒", "删去这一行")
    if phase.second_due and phase.slug in terms and not terms[phase.slug].two:
        yield Fault(source, f"{key}.second_due", "这个阶段没有后交的部分", "删去这一行")
    for name, day in (("province_due", phase.province_due), ("second_due", phase.second_due)):
        if day and day.year not in {year, year + 1}:
            reason = f"{day} 不属于 {year} 年度"
            yield Fault(source, f"{key}.{name}", reason, f"改成 {year} 至 {year + 1} 年的日期")
    for name, rungs in (("rungs", phase.rungs), ("second_rungs", phase.second_rungs)):
        for ahead in rungs:
            if ahead > _DAYS:
                yield Fault(source, f"{key}.{name}", f"提前提醒的天数 {ahead} 太大", f"不超过 {_DAYS} 天")


def _named_twice(source: str, phases: Sequence[Phase]) -> Iterator[Fault]:
    for name, count in Counter(word for phase in phases for word in {phase.slug, phase.name}).items():
        if count > 1:
            slugs = "、".join(phase.slug for phase in phases if name in {phase.slug, phase.name})
            yield Fault(source, f"phases.{slugs}.name", f"“{name}”指不止一个阶段", "每个阶段的名称各不相同")


def _figures(source: str, figures: Figures) -> Iterator[Fault]:
    """Numbers that days can be counted by and columns can hold."""
    for name, most in MOST.items():
        if getattr(figures, name) > most:
            yield Fault(source, f"figures.{name}", f"“{getattr(figures, name)}”太大", f"不超过 {most}")
    for ahead in figures.province_rungs:
        if ahead > _WORKING_DAYS:
            yield Fault(
                source, "figures.province_rungs", f"提前提醒的天数 {ahead} 太大", f"不超过 {_WORKING_DAYS} 个工作日"
            )
    for ahead in figures.party_rungs:
        if ahead > _DAYS:
            yield Fault(source, "figures.party_rungs", f"提前提醒的天数 {ahead} 太大", f"不超过 {_DAYS} 天")
    first, last = figures.office_hours
    if not first <= NINE < last:
        yield Fault(source, "figures.office_hours", "不含 9 时，而提醒在 9 时发出", "写成 [起, 止]，如 [9, 17]")
    for name in ("subject_rank", "overall_rank"):
        if _places(getattr(figures, name)) > _PLACES:
            yield Fault(source, f"figures.{name}", "小数超过两位，而排名只记到两位", "写成至多两位小数")


def _counts(source: str, figures: Figures) -> Iterator[Fault]:
    """Lists that are too short, or longer than a sheet is wide."""
    if len(figures.dimensions) > WIDEST:
        reason = f"有 {len(figures.dimensions)} 个方面，评价表放不下"
        yield Fault(source, "figures.dimensions", reason, f"不超过 {WIDEST} 个方面")
    if 1 < figures.panel <= MOST["panel"] and figures.panel * len(figures.dimensions) > MOST_SCORES:
        reason = f"{figures.panel} 名评委各评 {len(figures.dimensions)} 个方面，评价表放不下"
        yield Fault(source, "figures.panel", reason, f"评委数乘以方面数不超过 {MOST_SCORES}")
    if figures.score_weights and len(figures.score_weights) != len(figures.dimensions):
        reason = f"有 {len(figures.score_weights)} 个权重，而评价有 {len(figures.dimensions)} 个方面"
        yield Fault(source, "figures.score_weights", reason, "每个方面写一个权重，次序相同；等权的写 []")
    if figures.excellent_from < figures.qualified_from:
        yield Fault(source, "figures.excellent_from", "低于定为合格的总分线", "不低于 qualified_from")
    for name in NEEDED:
        if not getattr(figures, name):
            yield Fault(source, f"figures.{name}", "一个也没有写", "至少写一个")
    if figures.access_months < LEAST_ACCESS:
        yield Fault(source, "figures.access_months", "网络安全法要求至少六个月", f"不少于 {LEAST_ACCESS}")
    if not figures.team_degrees and not figures.team_titles:
        mend = "学位、职称至少写一项，否则没有人能进培养团队"
        yield Fault(source, "figures.team_degrees", "与 team_titles 都是空的", mend)


def _places(number: Decimal) -> int:
    exponent = number.normalize().as_tuple().exponent
    return -exponent if isinstance(exponent, int) else 0


def _lines(source: str, year: Year) -> Iterator[Fault]:
    """What stands in subjects of letters and heads of pages is one line."""
    named = {f"cities.{city.slug}.name": city.name for city in year.cities}
    named |= {f"phases.{phase.slug}.name": phase.name for phase in year.phases}
    for key, text in {"title": year.title, "notice": year.notice, **named}.items():
        if not _shows(text) or len(text) > _LINE:
            mend = f"写成一行，{_LINE} 字以内，前后不留空格"
            yield Fault(source, key, "含有换行、控制字符、首尾空格，或太长", mend)
    for city in year.cities:
        if city.slug in RESERVED:
            yield Fault(source, f"cities.{city.slug}", "这个拼音另有所指", "换一个拼音")
        meant = [other.slug for other in year.cities if city.name in (other.slug, other.code)]
        if meant:
            yield Fault(source, f"cities.{city.slug}.name", f"“{city.name}”也指 {'、'.join(meant)}", "写城市的中文名")


def _lists(source: str, year: Year) -> Iterator[Fault]:
    """What columns of workbooks offer fits a drop-down, and can be typed in a cell and told apart there."""
    if not year.subjects:
        yield Fault(source, "subjects", "一个也没有写", "至少写一个学科")
    lists = {"subjects": year.subjects} | {f"figures.{name}": getattr(year.figures, name) for name in LISTS}
    for key, words in lists.items():
        for word in words:
            if not _shows(word) or _SPLITTING.intersection(word) or len(word) > _WORD:
                mend = f"写成 {_WORD} 字以内的词，不含顿号、逗号、分号、引号、花括号和首尾空格"
                yield Fault(source, key, f"“{word}”不能作选项", mend)
        if sum(map(len, words)) + len(words) > _LIST:
            yield Fault(source, key, "各项合起来太长，下拉选项放不下", f"合计不超过 {_LIST} 字")
        apart = set(words) if key == "subjects" else words  # those that stand twice as they are have their own fault
        for word, count in Counter(map(_folded, apart)).items():
            if count > 1:
                yield Fault(source, key, f"“{word}”重复（全角、半角不作区别）", "只留一个")
    for word in year.figures.dimensions:
        if _folded(word) in _COLUMNS or " " in _folded(word) or word.endswith("*"):
            yield Fault(source, "figures.dimensions", f"“{word}”不能作评价表的表头", "换一个名称，不含空格和星号")


def _shows(text: str) -> bool:
    """Whether every mark of it is seen; a full-width space is, between others."""
    return text.replace("\u3000", " ").isprintable() and text == text.strip()


def _folded(word: str) -> str:
    return unicodedata.normalize("NFKC", word)
