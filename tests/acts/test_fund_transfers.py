"""The programme's money over the season of 2022: what is due, what is paid once, what comes back, to the cent."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import date
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING, Protocol

import pytest
from sqlalchemy import insert, select
from sqlalchemy.exc import DBAPIError

from acts.act import Bench
from acts.book import ACTS
from acts.decline_place import decline_place
from acts.doing import previewed, recorded
from acts.fund_transfers import pay, take_back, void
from dashboard.views import balance
from models import fund_transfers
from models.columns import table_of
from models.fund_transfers import CityAccount, Claim, NewTransfer
from models.tables.audit import AuditEntry
from models.tables.city_drafts import draft_table
from models.tables.fund_transfers import FundTransfer
from phases.interview import INTERVIEWS
from phases.year_end import FUNDS
from tests.support.kinds import ON_SQLITE
from tests.support.scenes import NANJING, YEAR, Scene, stamp
from tests.support.shelf import END

if TYPE_CHECKING:
    from models.fund_transfers import Purpose

CITIES = 13
GRANT, FUND = Decimal(5000), Decimal(20000)
LATE = "suqian"
DAY = date(2022, 3, 1)
FUNDS_PAID = "拨付工作经费 20000 元，2022年3月1日，凭证 2022-记-31。"
NOW = stamp("2023-01-02T10:00")


class Played(Protocol):
    def __call__(self, mark: str) -> Scene: ...


def accounts(scene: Scene) -> dict[str, CityAccount]:
    with scene.database.read() as connection:
        return {one.city: one for one in fund_transfers.accounts(connection, scene.year)}


def grants(scene: Scene) -> list[Claim]:
    return [claim for one in accounts(scene).values() for claim in one.claims if claim.purpose == "grant"]


def paid(scene: Scene, city: str, purpose: Purpose) -> str:
    return pay(scene.database, YEAR, [city], purpose, NOW, day=DAY, voucher="2022-记-31").message


def returned(scene: Scene, city: str, amount: str = "", number: str = "") -> str:
    """An amount, or all that there is."""
    purpose: Purpose = "grant" if number else "work"
    new = NewTransfer(purpose, "returned", city, number, Decimal(amount or 0), DAY, "2022-记-77", "退出")
    return take_back(scene.database, YEAR, new, NOW, whole=not amount).message


@ON_SQLITE
def test_the_money_of_2022_adds_up(played: Played) -> None:
    """54 grants, 12 cities' funds accounted for and Suqian's to come back, against a count done apart."""
    scene = played(END)
    for city in scene.year.cities:
        if city.slug != LATE:
            assert paid(scene, city.slug, "work") == f"{city.name}：{FUNDS_PAID}"
    found = accounts(scene)
    assert found[LATE].claims[0].standing == "gone"
    assert paid(scene, LATE, "work").endswith("没有应拨付的工作经费，未作改动。")
    with scene.database.write(YEAR) as connection:  # what was paid before it left
        before = NewTransfer("work", "paid", LATE, "", FUND, DAY, "2022-记-30")
        fund_transfers.put(connection, YEAR, [before], NOW)
        interviews, rows = draft_table(INTERVIEWS), draft_table(FUNDS)
        funded = connection.execute(
            select(interviews.c.city).where(interviews.c.admitted, interviews.c.funding == "省级资助")
        )
        counted = Counter(city for city in funded.scalars() if city != LATE)
        spent: dict[str, Decimal] = defaultdict(Decimal)
        for city, item, amount in connection.execute(select(rows.c.city, rows.c.item, rows.c.amount)):
            spent[city] += Decimal(0) if item == "结余" else amount
    for city in counted:
        paid(scene, city, "grant")
    found = accounts(scene)
    assert {city: one.count("approved", "left") for city, one in found.items()} == {
        city.slug: counted[city.slug] for city in scene.year.cities
    }
    assert sum(counted.values()) == 54
    left = Counter(one.city for one in grants(scene) if one.standing == "left")
    assert {city: one.total("paid", "grant") for city, one in found.items()} == {
        city.slug: GRANT * (counted[city.slug] - left[city.slug]) for city in scene.year.cities
    }
    accounted = {city: (one.spent, one.left) for city, one in found.items() if one.spent is not None}
    apart: dict[str, tuple[Decimal, Decimal | None]] = {
        city: (amount, FUND - amount) for city, amount in spent.items() if city != LATE
    }
    assert accounted == apart
    assert len(accounted) == CITIES - 1
    assert {city: one.total("owed_back") for city, one in found.items() if one.total("owed_back")} == {LATE: FUND}
    assert [one.due for one in grants(scene)] == [0] * len(grants(scene))
    total = dict(
        zip((f"{one.head} {one.label}" for one in balance.COLUMNS), balance.total([*found.values()]), strict=True)
    )
    assert total["工作经费（元） 应拨"] == FUND * 12
    assert total["工作经费（元） 已拨"] == FUND * 13
    assert total["学生资助经费（元） 已拨"] == GRANT * (54 - left.total())


def test_a_sum_is_paid_once_and_nothing_is_typed(scene: Scene) -> None:
    assert paid(scene, "nanjing", "work") == "南京：拨付工作经费 20000 元，2022年3月1日，凭证 2022-记-31。"
    assert paid(scene, "nanjing", "work").endswith("应拨付的工作经费都已登记拨付，未作改动。")
    with scene.database.read() as connection:
        assert len(fund_transfers.transfers(connection, YEAR)) == 1
    row = {"year": YEAR, "purpose": "work", "way": "paid", "city": "nanjing", "number": "", "edition": 1}
    again = row | {"serial": 9, "amount": FUND, "day": DAY, "voucher": "", "reason": "", **NOW.columns()}
    with pytest.raises(DBAPIError), scene.database.write(YEAR) as connection:
        connection.execute(insert(table_of(FundTransfer)), [again])


def test_what_comes_back_is_no_more_than_was_paid(scene: Scene) -> None:
    assert "没有登记拨付过工作经费" in returned(scene, "nanjing", "1.00")
    paid(scene, "nanjing", "work")
    assert "拨付后尚未收回的工作经费为 20000 元，不能收回 20000.01 元" in returned(scene, "nanjing", "20000.01")
    assert "收回工作经费 1234.56 元" in returned(scene, "nanjing", "1234.56")
    assert "不能收回 18765.45 元" in returned(scene, "nanjing", "18765.45")
    assert "收回的金额应大于 0" in returned(scene, "nanjing", "0.00")
    assert "收回工作经费 18765.44 元" in returned(scene, "nanjing")
    assert "或已全部收回" in returned(scene, "nanjing")
    (claim,) = accounts(scene)["nanjing"].claims
    assert (claim.kept, claim.due) == (Decimal(0), FUND)  # due all the same: it is paid again
    assert "拨付工作经费 20000 元" in paid(scene, "nanjing", "work")
    assert "都已登记拨付" in paid(scene, "nanjing", "work")


def test_what_was_recorded_in_error_counts_no_more_and_is_recorded_anew(scene: Scene) -> None:
    paid(scene, "nanjing", "work")
    returned(scene, "nanjing", "100")
    assert "请先将收回登记为有误" in void(scene.database, YEAR, 1, "凭证号写错", NOW).message
    assert "已登记为有误" in void(scene.database, YEAR, 2, "没有收回", NOW).message
    assert "已登记为有误" in void(scene.database, YEAR, 1, "凭证号写错", NOW).message
    assert "或已登记为有误，未作改动" in void(scene.database, YEAR, 1, "再写", NOW).message
    assert accounts(scene)["nanjing"].claims[0].due == FUND
    assert "拨付工作经费 20000 元" in paid(scene, "nanjing", "work")


def test_a_day_to_come_and_a_list_that_is_not_approved_are_no_payment(scene: Scene) -> None:
    early = stamp("2022-02-28T10:00")
    said = pay(scene.database, YEAR, ["nanjing"], "work", early, day=DAY, voucher="1").message
    assert said == "日期不能晚于今天，未作改动。"
    long_ago = date(2002, 3, 1)
    said = pay(scene.database, YEAR, ["nanjing"], "work", NOW, day=long_ago, voucher="1").message
    assert said == "日期不能早于 2021 年；请核对年份，未作改动。"
    assert paid(scene, "nanjing", "grant").endswith("没有应拨付的学生资助经费，未作改动。")


def test_whoever_declines_owes_back_what_was_paid_and_the_preview_says_so(scene: Scene) -> None:
    """Whoever moves up gets a grant of his own; where nobody does, the total falls."""
    scene.through("interview", NANJING)
    first, second = (one for one in grants(scene) if one.standing == "approved")
    assert "拨付学生资助经费 2 名 10000 元" in paid(scene, NANJING, "grant")
    declined = partial(decline_place, scene.database, YEAR, NANJING, reason="另有安排")
    nobody = declined(first.number, stamp("2022-02-21T10:00"), next_one="none", dry_run=True).message
    assert nobody.endswith("全省应拨的学生资助经费由 10000 元变为 5000 元。该生的资助经费 5000 元已拨付，应收回。")
    said = declined(first.number, stamp("2022-02-21T10:00"), next_one="3201-2022-0003").message
    assert said.endswith("各项均符合。该生的资助经费 5000 元已拨付，应收回。")
    standing = {one.number: (f"{one.standing}", f"{one.due}", f"{one.owed_back}") for one in grants(scene)}
    assert standing.pop(first.number) == ("gone", "0.00", "5000.00")
    assert standing.pop(second.number) == ("approved", "0.00", "0.00")
    assert [*standing.values()] == [("approved", "5000.00", "0.00")]
    assert "收回学生资助经费 1 名 5000 元" in returned(scene, NANJING, number=first.number)
    assert "拨付学生资助经费 1 名 5000 元" in paid(scene, NANJING, "grant")


def test_each_city_that_was_paid_is_in_the_audit_and_the_others_hold_up_nobody(scene: Scene) -> None:
    paid(scene, "wuxi", "work")
    act, given = ACTS["record-payment"], {"purpose": "work", "day": "2022-03-01", "voucher": "1"}
    filled = act.fill(scene.year, given | {"city": ["wuxi", "nanjing", "xuzhou"]})
    said = recorded(act, Bench(scene.database, scene.year, NOW), filled)
    assert [said.done, "无锡：应拨付的工作经费都已登记拨付" in said.message] == [True, True]
    with scene.database.read() as connection:
        entry = table_of(AuditEntry)
        rows = connection.execute(select(entry.c.what, entry.c.city, entry.c.subject).order_by(entry.c.id))
        assert [tuple(row) for row in rows] == [
            ("登记经费拨付", city, f"funds/2022/work/{city}") for city in ("wuxi", "nanjing", "xuzhou")
        ]


def test_the_acts_read_what_is_typed(scene: Scene) -> None:
    """A student's number goes with his grant alone; an amount that is none is answered in words."""
    bench = Bench(scene.database, scene.year, NOW)
    words = {"city": "nanjing", "day": "2022-03-01", "voucher": "1", "reason": "退出"}
    act = ACTS["record-return"]
    given = act.fill(scene.year, words | {"purpose": "grant"})
    assert act.do(bench, given).message == "收回学生资助经费的，写学生的报名号；收回工作经费的不写。未作改动。"
    given = act.fill(scene.year, words | {"purpose": "work", "amount": "一千"})
    assert "应为金额（元），如 1234.50" in act.do(bench, given).message
    several = ACTS["record-payment"].fill(scene.year, words | {"purpose": "work", "city": ["nanjing", "wuxi"]})
    assert previewed(ACTS["record-payment"], bench, several).message.count("拨付工作经费 20000 元") == 2
    with scene.database.read() as connection:
        assert not fund_transfers.transfers(connection, YEAR)
