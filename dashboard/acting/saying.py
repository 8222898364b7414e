"""What confirming an act does, in one sentence; and what an act answers, without the words of the command line."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from acts.offices import PROVINCE
from dashboard.acting.rules import decision
from gates.rules import RULES

if TYPE_CHECKING:
    from calendars.year import Year
    from dashboard.acting.act import Filled


OF_THE_COMMAND_LINE = re.compile(r"（talent [^）]*）|用 --until |；(请看|停用的地址见) talent [^。]*")


def plain(message: str) -> str:
    """Leave out of an act's answer how it would be done from the command line."""
    return OF_THE_COMMAND_LINE.sub("", message)


def _cities(year: Year, filled: Filled) -> str:
    return "、".join(year.city(slug).name for slug in filled.cities)


def _what(filled: Filled) -> str:
    return filled.phase.name if filled.phase else ""


def approve(year: Year, filled: Filled) -> str:
    """Say it."""
    return f"{decision(filled.phase)}{_cities(year, filled)}的{_what(filled)}"


def reject(year: Year, filled: Filled) -> str:
    """Say it."""
    until = f"，重新报送截止 {filled.until} 24:00" if filled.until else ""
    return f"把{_what(filled)}退回{_cities(year, filled)}修改{until}"


def extend(year: Year, filled: Filled) -> str:
    """Say it."""
    return f"把{_cities(year, filled)}的{_what(filled)}延期至 {filled.until} 24:00"


def rerun(year: Year, filled: Filled) -> str:
    """Say it."""
    return f"为{_cities(year, filled)}重启{_what(filled)}，截止 {filled.until} 24:00"


def waive(year: Year, filled: Filled) -> str:
    """Say it."""
    return f"对{_cities(year, filled)}的{_what(filled)}豁免“{RULES[filled.words['rule']].name}”"


def withdraw(year: Year, filled: Filled) -> str:
    """Say it."""
    return f"{_cities(year, filled)}退出 {year.year} 年度，不能恢复"


def evaluate(year: Year, filled: Filled) -> str:
    """Say it."""
    return f"保存{_cities(year, filled)} {len(filled.rows)} 名学生的评价"


def answer(year: Year, filled: Filled) -> str:
    """Say it."""
    asked = f"{_cities(year, filled)}{_what(filled)}的延期申请"
    return f"不同意{asked}" if filled.words["answer"] == "declined" else f"同意{asked}，截止 {filled.until} 24:00"


def settle(_year: Year, filled: Filled) -> str:
    """Say it."""
    return f"{filled.number} 号函件" + ("记为已送达" if filled.words["found"] == "sent" else "重新发送")


def suppress(_year: Year, filled: Filled) -> str:
    """Say it."""
    return f"停用邮箱 {filled.words['email']}"


def unsuppress(_year: Year, filled: Filled) -> str:
    """Say it."""
    return f"恢复邮箱 {filled.words['email']}，放行暂存的函件"


def office(year: Year, filled: Filled) -> str:
    """Say it."""
    slug = filled.words["office"]
    return f"登记{'省级管理办公室' if slug == PROVINCE else year.city(slug).name}的邮箱，放行等待的函件"


def resume(_year: Year, _filled: Filled) -> str:
    """Say it."""
    return "系统时钟无误，恢复投递"


def amend(year: Year, _filled: Filled) -> str:
    """Say it."""
    return f"启用修订后的 {year.year} 年度日历"


def close(year: Year, _filled: Filled) -> str:
    """Say it."""
    return f"归档 {year.year} 年度，今后只能查阅"
