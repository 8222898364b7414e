"""The province records its money: what was paid to a city, what came back, what of it was recorded in error (七(一)).

What is paid is what stands due, by the year's figures: nobody types an amount, so that every sum is exact.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, cast

from acts.act import CITIES, CITY, Act, Bench, Field, Filled, each
from acts.single_persons import INTERVIEW
from calendars.deadlines import day_of
from calendars.errors import TalentError
from forms.cells import BadCellError, money
from gates.states import State
from models import audit, fund_transfers, standing
from models.fund_transfers import DIRECTIONS, NOTHING, PURPOSES, NewTransfer
from phases.year_end import yuan
from season.outcome import Outcome
from season.unit_of_work import NotARehearsal

if TYPE_CHECKING:
    from collections.abc import Sequence
    from decimal import Decimal

    from sqlalchemy import Connection

    from calendars.year import Year
    from models.database import Database
    from models.fund_transfers import Claim, Purpose, Transfer
    from models.stamp import Stamp


class TriedFunds(TalentError):
    """{year} 年度还在试运行，不登记经费；正式启用之后再办。"""


def pay(
    database: Database, year: int, cities: Sequence[str], purpose: Purpose, stamp: Stamp, *, day: date, voucher: str
) -> Outcome:
    """Record that these cities were paid all that is due to them of a purpose; each that was is in the audit.

    Of the others it says why there was nothing to pay; `refused` where there was nothing for any.
    """
    with database.write("every") as connection:
        opened = _at_hand(connection, year, stamp)
        if why := _not_then(year, day, stamp):
            return Outcome("refused", why)
        found = [one for one in fund_transfers.claims(connection, opened) if one.purpose == purpose]
        paid, said = list[NewTransfer](), list[str]()
        for city in cities:
            mine = [one for one in found if one.city == city]
            new = [NewTransfer(purpose, "paid", city, one.number, one.due, day, voucher) for one in mine if one.due]
            said.append(f"{opened.city(city).name}：{f'{_said(new)}。' if new else _nothing_due(mine, purpose)}")
            paid += new
        if not paid:
            return Outcome("refused", "\n".join(said))
        fund_transfers.put(connection, year, paid, stamp)
        of = {"what": PAID, "account": stamp.account}
        subjects = {one.city: f"funds/{year}/{purpose}/{one.city}" for one in paid}
        audit.record_all(connection, stamp, [of | {"city": city, "subject": one} for city, one in subjects.items()])
    return Outcome("done", "\n".join(said))


def take_back(database: Database, year: int, new: NewTransfer, stamp: Stamp, *, whole: bool = False) -> Outcome:
    """Record that a city returned something of what it was paid; `whole`: all that it still has.

    `refused` where nothing was paid, and where more would come back than was.
    """
    with database.write("every") as connection:
        opened = _at_hand(connection, year, stamp)
        place = (new.purpose, new.city, new.number)
        found = fund_transfers.claims(connection, opened)
        kept = sum((one.kept for one in found if (one.purpose, one.city, one.number) == place), NOTHING)
        new = replace(new, amount=kept) if whole else new
        if why := _not_then(year, new.day, stamp) or _not_back(new, kept):
            return Outcome("refused", f"{_whose(opened, new)}：{why}")
        fund_transfers.put(connection, year, [new], stamp)
    return Outcome("done", f"{_whose(opened, new)}：{_said([new])}。")


def void(database: Database, year: int, serial: int, reason: str, stamp: Stamp) -> Outcome:
    """Record that a transfer was recorded in error; `refused` where there is none, it is void, or more came back."""
    with database.write("every") as connection:
        opened = _at_hand(connection, year, stamp)
        one = next((one for one in fund_transfers.transfers(connection, year) if one.serial == serial), None)
        if one is None or one.void is not None:
            return Outcome("refused", f"{year} 年度没有第 {serial} 号经费登记，或已登记为有误，未作改动。")
        rest = [kept for kept in fund_transfers.transfers(connection, year) if kept.serial != serial]
        if one.way == "paid" and _returned_more(one, rest):
            return Outcome("refused", f"第 {serial} 号拨付的已登记收回；请先将收回登记为有误，再办这一号。")
        fund_transfers.put_void(connection, year, serial, reason, stamp)
    return Outcome("done", f"{_whose(opened, one)}：第 {serial} 号（{_said([one])}）已登记为有误，不再计入。")


def _at_hand(connection: Connection, year: int, stamp: Stamp) -> Year:
    opened = standing.opened(connection, year)
    if opened.trial is not None:
        raise TriedFunds(year=year)
    if not opened.rehearsal and stamp.as_of != stamp.at:
        raise NotARehearsal(year=year)
    return opened.year


def _not_then(year: int, day: date, stamp: Stamp) -> str:
    if day > day_of(stamp.as_of):
        return "日期不能晚于今天，未作改动。"
    return f"日期不能早于 {year - 1} 年；请核对年份，未作改动。" if day.year < year - 1 else ""


def _nothing_due(found: Sequence[Claim], purpose: Purpose) -> str:
    title = PURPOSES[purpose]
    if any(one.kept for one in found):
        return f"应拨付的{title}都已登记拨付，未作改动。"
    if any(one.standing == "planned" for one in found):
        return f"报送的入选名单还没有核定，{title}暂不能拨付，未作改动。"
    return f"没有应拨付的{title}，未作改动。"


def _not_back(new: NewTransfer, kept: Decimal) -> str:
    title = PURPOSES[new.purpose]
    if kept and not new.amount:
        return "收回的金额应大于 0；全部收回的可以不写金额，未作改动。"
    if not kept:
        return f"没有登记拨付过{title}，或已全部收回；请核对城市和报名号，未作改动。"
    if new.amount > kept:
        return f"拨付后尚未收回的{title}为 {yuan(kept)}，不能收回 {yuan(new.amount)}，未作改动。"
    return ""


def _returned_more(paid: Transfer, rest: Sequence[Transfer]) -> bool:
    """Tell whether without this payment more would have come back than was paid."""
    place = (paid.purpose, paid.city, paid.number)
    same = [one for one in fund_transfers.counted(rest) if (one.purpose, one.city, one.number) == place]
    return sum((one.amount if one.way == "paid" else -one.amount for one in same), NOTHING) < 0


def _whose(year: Year, one: NewTransfer) -> str:
    return f"{year.city(one.city).name} {one.number}".rstrip()


def _said(moved: Sequence[NewTransfer]) -> str:
    """Say what moved, when, by which voucher: one way and purpose."""
    first, total = moved[0], sum((one.amount for one in moved), NOTHING)
    students = f" {len(moved)} 名" if first.purpose == "grant" else ""
    what = f"{DIRECTIONS[first.way]}{PURPOSES[first.purpose]}{students} {yuan(total)}"
    return f"{what}，{first.day.year}年{first.day.month}月{first.day.day}日，凭证 {first.voucher}"


def _purpose(filled: Filled) -> Purpose:
    return cast("Purpose", filled.words["purpose"])


def _day(filled: Filled) -> date:
    return date.fromisoformat(filled.words["day"])


def _paid(bench: Bench, filled: Filled) -> Outcome:
    of = (bench.database, bench.year.year, filled.cities, _purpose(filled), bench.stamp)
    return pay(*of, day=_day(filled), voucher=filled.words["voucher"])


def _returned(bench: Bench, filled: Filled, city: str) -> Outcome:
    words, number = filled.words, filled.words.get("student", "")
    if (_purpose(filled) == "grant") is not bool(number):
        return Outcome("refused", "收回学生资助经费的，写学生的报名号；收回工作经费的不写。未作改动。")
    try:
        amount = money(words["amount"]) if (typed := words.get("amount")) else NOTHING
    except BadCellError as error:
        return Outcome("refused", f"收回的金额{error.wrong}；应为金额（元），如 1234.50。未作改动。")
    new = NewTransfer(_purpose(filled), "returned", city, number, amount, _day(filled), words["voucher"], filled.reason)
    return take_back(bench.database, bench.year.year, new, bench.stamp, whole=not typed)


def _voided(bench: Bench, filled: Filled) -> Outcome:
    return void(bench.database, bench.year.year, filled.number, filled.reason, bench.stamp)


def _subject(year: Year, filled: Filled) -> str:
    about = filled.words.get("student") or "、".join(filled.cities)
    return f"funds/{year.year}/{_purpose(filled)}/{about}"


PAID = "登记经费拨付"
PURPOSE = Field("purpose", "经费", "choice", choices=tuple(PURPOSES.items()))
VOUCHER = Field("voucher", "凭证号", "text", hint="银行回单或记账凭证的编号。")
REASON = Field("reason", "事由", "reason", hint="写入记录，不发函件；不要写学生的姓名和个人情况。")
OF_A_CITY = frozenset(State)

PAY = Act(
    "record-payment",
    lambda _: PAID,
    (
        PURPOSE,
        replace(CITIES, hint="每个市登记应拨而未拨的全部：工作经费，或已核定的资助学生，每名一笔。"),
        Field("day", "拨付日期", "date"),
        VOUCHER,
    ),
    _paid,
    lambda _, year, filled: f"登记拨付{filled.named(year)}的{PURPOSES[_purpose(filled)]}",
    states=OF_A_CITY,
    of=INTERVIEW,
    subject=_subject,
    records=True,
    instead="登记错了的，用“经费登记有误”更正。",
)
TAKE_BACK = Act(
    "record-return",
    lambda _: "登记经费收回",
    (
        PURPOSE,
        CITY,
        Field("student", "报名号", "student", needed=False, hint="收回学生资助经费的才写，如 3209-2022-0007。"),
        Field("amount", "收回的金额（元）", "text", needed=False, hint="不写时为尚未收回的全部。"),
        Field("day", "收回日期", "date"),
        VOUCHER,
        REASON,
    ),
    each(_returned),
    lambda _, year, filled: f"登记收回{filled.named(year)}的{PURPOSES[_purpose(filled)]}",
    states=OF_A_CITY,
    of=INTERVIEW,
    subject=_subject,
    instead="登记错了的，用“经费登记有误”更正。",
)
VOID = Act(
    "void-transfer",
    lambda _: "经费登记有误",
    (Field("transfer", "登记号", "transfer", hint="经费页登记簿中的号，如 12。"), REASON),
    _voided,
    lambda _, __, filled: f"第 {filled.number} 号经费登记有误，不再计入",
    subject=lambda year, filled: f"funds/{year.year}/{filled.number}",
    forever="登记为有误之后不能恢复；需要时重新登记一笔。",
)
