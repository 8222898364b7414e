"""Warnings about a year that may be used as it stands, but at which the office should look."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from calendars.deadlines import resolve, start_of
from calendars.moments import moments
from calendars.rungs import reminders
from calendars.versions import toml
from calendars.working_days import WorkingDays, published, spring_festival
from calendars.year import ContactPoint

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from calendars.year import Phase, Year

_FESTIVAL = timedelta(days=8)  # the longest that a Spring Festival holiday has run from its first day


@dataclass(frozen=True, slots=True)
class Warning_:  # noqa: N801 - the builtin has the plain name
    """One thing to look at: the key in the file, the reason and what may be done, in Chinese."""

    key: str
    reason: str
    mend: str


def check(year: Year) -> tuple[Warning_, ...]:
    """Give the warnings of a year, phase by phase, then those of the year as a whole."""
    found = [warning for phase in year.phases for warning in _of_phase(year, phase)]
    return (*found, *_overrides(year), *_unpublished(year), *_assumed(year), *_sample(year))


def _of_phase(year: Year, phase: Phase) -> Iterator[Warning_]:
    key, days = f"phases.{phase.slug}", year.working_days
    yield from _due_day(f"{key}.due", phase.due, days)
    if phase.province_due and phase.province_due != phase.due:
        yield from _due_day(f"{key}.province_due", phase.province_due, days)
    if phase.second_due and phase.second_due not in {phase.due, phase.province_due}:
        yield from _due_day(f"{key}.second_due", phase.second_due, days)
    for needed in map(year.phase, phase.requires):
        if phase.opens < needed.opens:
            reason = f"开放日 {phase.opens} 早于所要求的{needed.name}的开放日 {needed.opens}"
            yield Warning_(f"{key}.opens", reason, "这段时间没有城市能够开始，可推后开放日")
    worked = days.left(phase.opens - timedelta(days=1), phase.due)
    if worked < year.figures.grace:
        yield Warning_(f"{key}.due", f"从开放到截止只有 {worked} 个工作日", "可提前开放或推后截止")
    yield from _rungs(key, year, phase)
    yield from _festival(key, phase)


def _due_day(key: str, day: date, days: WorkingDays) -> Iterator[Warning_]:
    why = days.why(day)
    if not days.is_working(day):
        last = days.on_or_before(day)
        yield Warning_(key, f"{day} 是{why}，截止日不因放假顺延", f"最后一个工作日是 {last}；如要顺延请改日期")
    elif why != "工作日":
        yield Warning_(key, f"{day} 是{why}，按工作日计", "请确认各市知道当天上班")


def _rungs(key: str, year: Year, phase: Phase) -> Iterator[Warning_]:
    """Name the reminders that will not be sent: too near the opening, or on one day with a nearer one."""
    kept = {rung.days for rung in reminders(year, phase, resolve(phase.due), start_of(phase.opens))}
    lost = [ahead for ahead in phase.rungs if ahead not in kept]
    if lost:
        which = "、".join(f"前 {ahead} 天" for ahead in lost)
        why = "它早于开放，离开放不足一个工作日，或与更近的一次提醒落在同一个工作日；可改天数"
        yield Warning_(f"{key}.rungs", f"{which}的提醒不会发出", why)


def _festival(key: str, phase: Phase) -> Iterator[Warning_]:
    """Warn where the Spring Festival of a year without a notice lies between opening and due day."""
    for year in {phase.opens.year, phase.due.year}:
        if published(year):
            continue
        first = spring_festival(year)
        if phase.opens < first + _FESTIVAL and first <= phase.due and phase.opens.year == phase.due.year:
            reason = f"{phase.name}期间有春节（{first}），放假安排尚未公布"
            yield Warning_(key, reason, "通知公布后请核对工作日和提醒时刻")


def _overrides(year: Year) -> Iterator[Warning_]:
    plain = WorkingDays()
    for day, kind in year.days.items():
        if plain.is_working(day) == (kind == "working"):
            yield Warning_(f"days.{day}", f"这一天本来就是{plain.why(day)}", "可删去这一行")


def _unpublished(year: Year) -> Iterator[Warning_]:
    if year.draft:
        yield Warning_("draft", "本年度通知尚未印发，全部日期暂定", "通知印发后核对各项，删去 draft 一行")
    for calendar_year in year.calendar_years:
        if not published(calendar_year):
            reason = f"{calendar_year} 年放假安排尚未公布，工作日和提醒时刻暂定"
            yield Warning_("year", reason, "国务院办公厅通知公布后更新 holidays，或在 [days] 里写明个别日期")
    last = moments(year)[-1].instant.year
    if last not in year.calendar_years and not published(last):
        reason = f"年末之后的函件落在 {last} 年，该年放假安排尚未公布"
        yield Warning_("year", reason, "逾期通知、催办的时刻暂定，通知公布后自动改正")


def _sample(year: Year) -> Iterator[Warning_]:
    if year.contact.is_sample and year.contact != ContactPoint():
        reason = "联系人、电话、邮箱是示例，函件里会照样写"
        yield Warning_("contact", reason, "改为真实的，或删去这一节、在“联系人”页登记")


def _assumed(year: Year) -> Iterator[Warning_]:
    for key, value in year.assumed.items():
        reason = f"文件是旧版格式，没有这一项，现按 {toml(value)} 执行"
        yield Warning_(key, reason, "请核对；要改用别的值，在文件里写明")
