"""A test letter to the province's own mailbox, written and sent as all letters are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from models import audit
from season import owing
from season.outcome import Outcome
from season.recipients import office
from season.transaction import sitting

if TYPE_CHECKING:
    from models.database import Database
    from models.stamp import Stamp

WHAT = "发测试函件"


def try_post(database: Database, year: int, stamp: Stamp, *, account: int | None) -> Outcome:
    """Owe the province a test letter; `refused` where no mailbox of it is on file."""
    with sitting(database, year, stamp, []) as season:
        address = office(season, "province", "province").address
        if not address:
            return Outcome("refused", "还没有登记省级管理办公室的邮箱；请先在“联系人”登记。")
        owing.test_letter(season)
        audit.record(season.connection, stamp, WHAT, f"year/{year}", account=account)
    return Outcome("done", f"测试函件已写好，将发往 {address}；收到后请点击文末的“签收”。")
