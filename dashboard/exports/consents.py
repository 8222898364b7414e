"""What guardians gave and withdrew, as a table: by the student's number; why, stays on the student's page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from acts.signatures import signed
from dashboard.exports.spreadsheets import Table
from dashboard.views.consents import in_error, in_words
from models.guardian_consents import consents, voids

if TYPE_CHECKING:
    from dashboard.exports.export import ExportRequest

COLUMNS = ("编号", "城市", "报名号", "同意或撤回", "日期", "说明", "登记人", "登记时间", "登记有误")


def consent_tables(asked: ExportRequest) -> tuple[Table, ...]:
    """Give what a city, or each, recorded up to the instant that is looked at."""
    errors = voids(asked.connection, asked.year.year)
    known = {number: void for number, void in errors.items() if void.as_of <= asked.look.as_of}
    rows = [
        (
            *(one.id, asked.place(one.city), one.number, "同意" if one.given else "撤回同意", one.day),
            *(in_words(one), signed(one.by), one.as_of, in_error(known.get(one.id))),
        )
        for one in consents(asked.connection, asked.year.year, city=asked.city)
        if one.as_of <= asked.look.as_of
    ]
    return (Table("监护人同意", COLUMNS, rows),)
