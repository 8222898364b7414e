"""Next year's file drafted from this one's, and what would change between two years or two versions of one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from calendars.files import parse
from calendars.findings import check
from calendars.moments import moments
from calendars.versions import current, toml

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from pydantic import BaseModel

    from calendars.moments import Moment, MomentKind
    from calendars.year import Phase, Year

LETTERS: Mapping[MomentKind, str] = {  # the kind of letter that a moment sends, where it sends one
    "opening": "opened",
    "rung": "reminder",
    "next-day": "overdue",
    "third-day": "escalation",
    "monthly": "visits-short",
    "province-due": "digest",
}


@dataclass(frozen=True, slots=True)
class Change:
    """A moment that differs: `before` is None where it appears, `after` where it vanishes; `letter` it would send."""

    phase: str
    kind: MomentKind
    label: str
    letter: str | None
    before: datetime | None
    after: datetime | None


@dataclass(frozen=True, slots=True)
class Difference:
    """The moments, and with them the letters, that appear, move and vanish from one calendar to another."""

    appearing: tuple[Change, ...]
    moving: tuple[Change, ...]
    vanishing: tuple[Change, ...]


def diff(a: Year, b: Year) -> Difference:
    """Compare the moments of two calendars, phase by phase and by what each moment is for."""
    before, after = ({_purpose(moment): moment for moment in moments(year)} for year in (a, b))
    changes = [_change(before.get(purpose), after.get(purpose)) for purpose in before | after]
    return Difference(
        tuple(change for change in changes if change.before is None),
        tuple(change for change in changes if change.before and change.after and change.before != change.after),
        tuple(change for change in changes if change.after is None),
    )


def draft(origin: Year, year: int) -> tuple[str, tuple[str, ...]]:
    """Give the text of a file for another year, every date carried over, and in Chinese what to look at in it."""
    text = "\n".join(_lines(origin, year))
    drafted = parse(text, f"{year}.toml", None)
    notes = [
        f"所有日期由 {origin.year} 年顺延，请按 {year} 年通知逐项核对 title、notice、各阶段日期和 [figures]",
        *_leap_days(origin, year),
        *(f"{warning.key}：{warning.reason}；{warning.mend}" for warning in check(drafted)),
    ]
    if origin.days:
        notes.append(f"[days] 的 {len(origin.days)} 个个别日期没有带过来，如仍需要请重写")
    return text, tuple(notes)


def _purpose(moment: Moment) -> tuple[str, str, str]:
    return moment.phase, moment.kind, moment.label.partition("：")[2]


def _change(before: Moment | None, after: Moment | None) -> Change:
    shown = after or before
    assert shown is not None
    return Change(
        shown.phase,
        shown.kind,
        shown.label,
        LETTERS.get(shown.kind),
        before.instant if before else None,
        after.instant if after else None,
    )


def _lines(origin: Year, year: int) -> Iterator[str]:
    yield f"# {year} 年度日历草稿：由 {origin.year} 年度（{origin.notice}）顺延，通知印发前全部暂定。"
    yield ""
    yield f"version = {current()}  # 本文件的格式，请勿改动"
    yield f"year = {year}"
    yield f"title = {toml(origin.title.replace(str(origin.year), str(year)))}"
    yield f"notice = {toml('（待印发）')}  # 请改为本年度通知的文号"
    yield "draft = true  # 定稿后删去这一行"
    yield f"subjects = {toml(origin.subjects)}"
    if not origin.contact.is_sample and (stated := [pair for pair in _stated(origin.contact) if pair[1]]):
        yield from ("", "[contact]  # 省级管理办公室的联系方式，上年的，请核对")
        yield from (f"{name} = {toml(value)}" for name, value in stated)
    yield from ("", "[figures]")
    for name, value in _stated(origin.figures):
        yield f"{name} = {toml(value)}  # {type(origin.figures).model_fields[name].description}"
    yield from ("", "[cities]")
    for city in origin.cities:
        yield f"{city.slug} = {{ name = {toml(city.name)}, code = {toml(city.code)} }}"
    for phase in origin.phases:
        yield from _phase_lines(phase, year - origin.year)
    yield from ("", "[days]", "")


def _phase_lines(phase: Phase, years: int) -> Iterator[str]:
    yield from ("", f"[phases.{phase.slug}]")
    for name, value in _stated(phase):
        if name == "slug" or value is None:
            continue
        if isinstance(value, date):
            yield f"{name} = {_carried(value, years)}  # 上年 {value}，请核对"
        else:
            yield f"{name} = {toml(value)}"


def _leap_days(origin: Year, year: int) -> Iterator[str]:
    for phase in origin.phases:
        for name, value in _stated(phase):
            if isinstance(value, date) and _carried(value, year - origin.year).day != value.day:
                yield f"phases.{phase.slug}.{name}：{value} 在 {year} 年不存在，改为 2 月 28 日"


def _carried(day: date, years: int) -> date:
    """Move a day by whole years; 29 February becomes the 28th where the year has none."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)


def _stated(model: BaseModel) -> Iterator[tuple[str, object]]:
    for name in type(model).model_fields:
        yield name, getattr(model, name)
