"""What a phase waits for before it opens, in words: for a year's calendar, and for one city as it stands."""

from __future__ import annotations

from typing import TYPE_CHECKING

from calendars.deadlines import day_of, start_of
from dashboard.views.dates import weekday
from gates.states import State
from letters.words import LAST_WORDS, OFFICE

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime

    from calendars.year import Phase, Year
    from models.city_requests import CityRequest

DECISIONS = {province: f"{OFFICE}{word}" for province, word in LAST_WORDS.items()}
"""How the province ends a phase."""


def dated(day: date) -> str:
    """Write a day with its weekday: 2022-01-21（周五）."""
    return f"{day.isoformat()}（{weekday(day)}）"


def quoted(names: list[str]) -> str:
    """Write names in quotation marks: “导师推荐”、“学生申报”."""
    return "、".join(f"“{name}”" for name in names)


def asked_for(asked: CityRequest) -> str:
    """Say when a later day was asked for, and which."""
    return f"{dated(day_of(asked.as_of))}申请延期至 {dated(asked.day)}"


def answerless(asked: CityRequest) -> str:
    """Say to the city that it asked, when, and that it waits."""
    return f"已于 {asked_for(asked)}，正等省级管理办公室答复"


def missed(asked: CityRequest | None) -> str:
    """Say to a late city what it is to do, or what it waits for."""
    if asked is None:
        return "请向省级管理办公室申请延期，重新开放之后即可报送"
    return f"{answerless(asked)}，重新开放之后即可报送"


def opening(year: Year, phase: Phase) -> str:
    """Say when a phase opens, whatever city it is."""
    required = [year.phase(slug).name for slug in phase.requires]
    if not required:
        return f"{dated(phase.opens)}开放，不等其他阶段。"
    return f"{quoted(required)}通过之后开放，不早于 {dated(phase.opens)}。"


def passing(phase: Phase) -> str:
    """Say what it takes to pass a phase."""
    ending = f"系统核验通过，再由{DECISIONS[phase.province]}" if phase.province else "系统核验通过"
    filing = f"{dated(phase.files_from)}起可以报送；" if phase.files_from else ""
    return f"{filing}市级管理办公室报送后，{ending}，本阶段即为通过。"


def followers(year: Year, phase: Phase) -> tuple[Phase, ...]:
    """Give the phases that wait for this one directly."""
    return tuple(each for each in year.phases if phase.slug in each.requires)


def lacking(year: Year, phase: Phase, states: Mapping[str, State], as_of: datetime) -> tuple[str, ...]:
    """Say what a city's waiting phase still waits for, each on its own; nothing where it waits no more."""
    if states[phase.slug] is not State.WAITING:
        return ()
    required = [year.phase(slug) for slug in phase.requires if states[slug] is not State.PASSED]
    days = [f"到{dated(phase.opens)}"] if as_of < start_of(phase.opens) else []
    return (*(f"“{each.name}”通过（现为{states[each.slug].chinese}）" for each in required), *days)


def after(year: Year, phase: Phase, states: Mapping[str, State], as_of: datetime) -> tuple[str, ...]:
    """Say of each phase that waits for this one what it still waits for in a city, or where it stands already."""
    return tuple(_stands(year, each, states, as_of) for each in followers(year, phase))


def _stands(year: Year, phase: Phase, states: Mapping[str, State], as_of: datetime) -> str:
    wanted = lacking(year, phase, states, as_of)
    if wanted:
        return f"“{phase.name}”尚未开放：须{'，且'.join(wanted)}，方可开放。"
    return f"“{phase.name}”{states[phase.slug].chinese}。"
