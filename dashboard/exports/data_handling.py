"""What a yearly audit of personal data asks for, as a table: figures, and who did it; nobody of whom they are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from acts.signatures import signed
from dashboard.exports.spreadsheets import Table
from models.data_handling import consents_by_city, purges_of, reads

if TYPE_CHECKING:
    from dashboard.exports.export import ExportRequest

TITLE = "个人信息处理情况"
COLUMNS = ("类别", "设区市", "谁", "事项", "次数", "行数", "最近一次")
RECORDED = {True: "登记同意", False: "登记撤回"}


def handling_tables(asked: ExportRequest) -> tuple[Table, ...]:
    """Give consents by city, who read or took what in full, and what was purged of the year."""
    connection, year = asked.connection, asked.year.year
    consents = (
        ("监护人同意", asked.place(one.city), None, RECORDED[one.given], one.times, None, one.newest)
        for one in consents_by_city(connection, year)
    )
    read = (
        ("查看、下载", None, signed(one.by), one.what, one.times, one.rows or None, one.newest)
        for one in reads(connection, year)
    )
    purged = (("到期清除", None, signed(one.by), one.table, 1, one.rows, one.at) for one in purges_of(connection, year))
    return (Table(TITLE, COLUMNS, [*consents, *read, *purged]),)
