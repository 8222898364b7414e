"""What confirming an act does, in one sentence; and why there is nobody to do it for."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from acts import covering
from acts.decide_address import CHOICES
from acts.last_word import decision
from acts.offices import PROVINCE
from gates.states import State

if TYPE_CHECKING:
    from collections.abc import Mapping

    from acts.decide_address import Choice
    from acts.described import Act, Filled
    from calendars.year import Phase, Year
    from phases.book import Book


SETTLED: Mapping[str, str] = {"sent": "记为已送达", "resend": "重新发送", "dropped": "不再发送"}


def nobody(book: Book, act: Act, phase: Phase | None) -> str:
    """Say why an act can be done for no city now."""
    of = phase.name if phase else "本年度"
    if phase and act.province and phase.province is None:
        return f"{of}不需要省办{decision(phase)}，没有可以{act.title(phase)}的市。"
    if phase and act.waives and not book.waivable(phase.slug):
        return f"{of}没有“原则上”的规定，没有规则可以豁免。"
    if phase and act.evaluates and phase.province != "results":
        return f"{of}不评价学生。"
    states = "、".join(f"“{state.chinese}”" for state in State if state in act.states)
    more = "；已通过的，请从该市本阶段的页面办理" if act.alone else ""
    return f"{act.title(phase)}用于状态为{states}的市，{of}现在没有这样的市{more}。"


def _cities(year: Year, filled: Filled) -> str:
    return "、".join(year.city(slug).name for slug in filled.cities)


def _what(filled: Filled) -> str:
    return filled.phase.name if filled.phase else ""


def approve(_: Book, year: Year, filled: Filled) -> str:
    """Say it."""
    return f"{decision(filled.phase)}{_cities(year, filled)}的{_what(filled)}"


def reject(_: Book, year: Year, filled: Filled) -> str:
    """Say it."""
    until = f"，重新报送截止 {filled.until} 24:00" if filled.until else ""
    return f"把{_what(filled)}退回{_cities(year, filled)}修改{until}"


def extend(_: Book, year: Year, filled: Filled) -> str:
    """Say it."""
    return f"把{_cities(year, filled)}的{_what(filled)}延期至 {filled.until} 24:00"


def rerun(_: Book, year: Year, filled: Filled) -> str:
    """Say it."""
    return f"为{_cities(year, filled)}重启{_what(filled)}，截止 {filled.until} 24:00"


def waive(book: Book, year: Year, filled: Filled) -> str:
    """Say it."""
    return f"对{_cities(year, filled)}的{_what(filled)}豁免“{book.rules[filled.words['rule']].name}”"


def withdraw(_: Book, year: Year, filled: Filled) -> str:
    """Say it."""
    return f"{_cities(year, filled)}退出 {year.year} 年度，不能恢复"


def evaluate(_: Book, year: Year, filled: Filled) -> str:
    """Say it."""
    return f"保存{_cities(year, filled)} {len(filled.rows)} 名学生的评价"


def answer(_: Book, year: Year, filled: Filled) -> str:
    """Say it."""
    asked = f"{_cities(year, filled)}{_what(filled)}的延期申请"
    return f"不同意{asked}" if filled.words["answer"] == "declined" else f"同意{asked}，截止 {filled.until} 24:00"


def address(_: Book, year: Year, filled: Filled) -> str:
    """Say it."""
    return CHOICES[cast("Choice", filled.words["choice"])].format(_cities(year, filled))


def settle(_: Book, _year: Year, filled: Filled) -> str:
    """Say it."""
    return f"{filled.number} 号函件{SETTLED[filled.words['found']]}"


def suppress(_: Book, _year: Year, filled: Filled) -> str:
    """Say it; what was confirmed is kept for ever, and keeps no address in clear."""
    return f"停用邮箱 {covering.email(filled.words['email'])}"


def unsuppress(_: Book, _year: Year, filled: Filled) -> str:
    """Say it; as above."""
    return f"恢复邮箱 {covering.email(filled.words['email'])}，放行暂存的函件"


def office(_: Book, year: Year, filled: Filled) -> str:
    """Say it."""
    slug = filled.words["office"]
    return f"登记{'省级管理办公室' if slug == PROVINCE else year.city(slug).name}的邮箱，放行等待的函件"


def resume(_: Book, _year: Year, _filled: Filled) -> str:
    """Say it."""
    return "系统时钟无误，恢复投递"


def amend(_: Book, year: Year, _filled: Filled) -> str:
    """Say it."""
    return f"启用修订后的 {year.year} 年度日历"


def close(_: Book, year: Year, _filled: Filled) -> str:
    """Say it."""
    return f"归档 {year.year} 年度，今后只能查阅"
