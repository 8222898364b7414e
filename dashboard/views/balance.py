"""The year's money as a table: a line a city and one for all, the same on the page, in the workbook and in print."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from models.fund_transfers import CityAccount

Figure = Decimal | int | None


@dataclass(frozen=True, slots=True)
class BalanceColumn:
    """One figure of a city: under which head it stands, what it is called, how it is found; yuan, or a count."""

    head: str
    label: str
    of: Callable[[CityAccount], Figure]


WORK, GRANTS, OWN = "工作经费（元）", "学生资助经费（元）", "市级账目（元）"
COLUMNS = (
    BalanceColumn(WORK, "应拨", lambda one: one.total("amount", "work", "approved")),
    BalanceColumn(WORK, "已拨", lambda one: one.total("paid", "work")),
    BalanceColumn(WORK, "已收回", lambda one: one.total("returned", "work")),
    BalanceColumn(WORK, "应收回", lambda one: one.total("owed_back", "work")),
    BalanceColumn(GRANTS, "待核定（名）", lambda one: one.count("planned")),
    BalanceColumn(GRANTS, "核定（名）", lambda one: one.count("approved")),
    BalanceColumn(GRANTS, "中途退出（名）", lambda one: one.count("left")),
    BalanceColumn(GRANTS, "应拨", lambda one: one.total("amount", "grant", "approved")),
    BalanceColumn(GRANTS, "已拨", lambda one: one.total("paid", "grant")),
    BalanceColumn(GRANTS, "已收回", lambda one: one.total("returned", "grant")),
    BalanceColumn(GRANTS, "应收回", lambda one: one.total("owed_back", "grant")),
    BalanceColumn(OWN, "支出", lambda one: one.spent),
    BalanceColumn(OWN, "结余", lambda one: one.left),
)
HEADS = tuple((head, sum(one.head == head for one in COLUMNS)) for head in (WORK, GRANTS, OWN))
"""Each head with how many columns stand under it."""


def line(account: CityAccount) -> list[Figure]:
    """Give a city's figures, in the order of the columns."""
    return [column.of(account) for column in COLUMNS]


def total(accounts: Sequence[CityAccount]) -> list[Figure]:
    """Add up each column over the cities; what no city has is left empty."""
    return [_sum([column.of(one) for one in accounts]) for column in COLUMNS]


def _sum(figures: Sequence[Figure]) -> Figure:
    known = [one for one in figures if one is not None]
    return sum(known[1:], known[0]) if known else None


def shown(figure: Figure) -> str:
    """Say a figure: an amount to the cent where there are any, — where there is none."""
    return (
        "—" if figure is None else f"{figure:.2f}".removesuffix(".00") if isinstance(figure, Decimal) else str(figure)
    )
