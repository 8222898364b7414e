"""What an act on one student does to the programme's money, in a sentence for whoever decides it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from models.fund_transfers import NOTHING, claims
from phases.year_end import yuan

if TYPE_CHECKING:
    from collections.abc import Sequence
    from decimal import Decimal

    from models.fund_transfers import Claim
    from season.unit_of_work import Season


def funds_now(season: Season) -> list[Claim]:
    """Give what every city is to have as it stands now, to be held against what an act leaves of it."""
    return claims(season.connection, season.year)


def funds_said(season: Season, before: Sequence[Claim], number: str) -> str:
    """Say how the sum of all grants changed since, and what becomes of what was paid for a student; "" for nothing."""
    now = funds_now(season)
    was, is_now = _grants(before), _grants(now)
    said = f"全省应拨的学生资助经费由 {yuan(was)}变为 {yuan(is_now)}。" if was != is_now else ""
    mine = next((one for one in now if one.number == number and one.kept), None)
    if mine is None:
        return said
    then = "应收回" if mine.owed_back else "是否收回由省级管理办公室决定"
    return f"{said}该生的资助经费 {yuan(mine.kept)}已拨付，{then}。"


def _grants(found: Sequence[Claim]) -> Decimal:
    due = (one.amount for one in found if one.purpose == "grant" and one.standing == "approved")
    return sum(due, NOTHING)
