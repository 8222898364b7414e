"""The year's money in print, as PDF/A: the table of all cities, with who made it and who checks it to be signed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from dashboard.exports.status_report import render
from dashboard.views import balance
from dashboard.views.dates import clock

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from calendars.year import Year
    from models.fund_transfers import CityAccount

TEMPLATE = Path(__file__).parents[1] / "reports" / "balance.typ"


def balance_sheet(year: Year, accounts: Sequence[CityAccount], as_of: datetime, *, tried: bool = False) -> bytes:
    """Set the table in type; raise `NoFont` where a character would be missing. `tried`: the year is in a trial."""
    lines = [[year.city(one.city).name, *map(balance.shown, balance.line(one))] for one in accounts]
    said = {
        "title": f"{year.title} 经费收支表" + ("（试运行，不作数）" if tried else ""),
        "office": "省级管理办公室",
        "as_of": f"截至 {clock(as_of)}",
        "day": [as_of.year, as_of.month, as_of.day],
        "heads": [[head, count] for head, count in balance.HEADS],
        "columns": [column.label for column in balance.COLUMNS],
        "lines": [*lines, ["全省", *map(balance.shown, balance.total(accounts))]],
        "foot": "本表由工作管理系统生成：应拨按现在的名单和参加的市计算，已拨、收回以登记的为准，"
        "支出、结余取自各市报送的年度评价材料。",
    }
    return render(said, TEMPLATE)
