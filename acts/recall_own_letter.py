"""A letter in an office's own words is called back, by its number: to all whom it has not left for yet."""

from __future__ import annotations

from typing import TYPE_CHECKING

from acts.act import PROVINCE
from models import audit, standing, taking_back, written_letters
from season.outcome import Outcome

if TYPE_CHECKING:
    from models.database import Database
    from models.stamp import Stamp

ON_RECORD = "收回自拟函"
"""What the audit says."""


def recall_own(
    database: Database, year: int, number: int, stamp: Stamp, *, office: str = PROVINCE, account: int | None = None
) -> Outcome:
    """Take back all of that number that have not left, on record with how many; the others stay.

    The province may call back anybody's, a city, as `office` by its slug, its own alone. `refused` where all have left.
    One that a worker has in hand goes, or comes back and then goes no more.
    """
    with database.write(year) as connection:
        if standing.opened(connection, year).closed_as_of is not None:
            return Outcome("refused", f"{year} 年度已归档，不能再操作。")
        before = written_letters.of_own(connection, year, number)
        if before is None or office not in {PROVINCE, before.office}:
            return Outcome("refused", f"{year} 年度没有第 {number} 号自拟函。")
        if not before.waiting:
            return Outcome("refused", f"第 {number} 号自拟函都已发出、正在发送或已经收回，没有可以收回的。")
        taking_back.take_back_own(connection, year, before.slot)
        after = written_letters.of_own(connection, year, number)
        assert after is not None
        count = after.recalled - before.recalled
        city = None if before.office == PROVINCE else before.office
        reason = f"{count} 封没有发出"
        audit.record(connection, stamp, ON_RECORD, f"letter/{number}", account=account, city=city, reason=reason)
    gone = f"另有 {after.gone} 封已发出或正在发送，收不回。" if after.gone else ""
    return Outcome("done", f"已收回第 {number} 号自拟函的 {count} 封，不再发出。{gone}")
