"""The workbook of all cities' offices: its form, made with what is on file, read as it was typed."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Annotated

from acts.typed_offices import COLUMNS, FIELDS, OfficeRow
from forms import sandbox
from forms.definitions import Form, Sheet, SheetRow
from forms.kinds import EMAIL, NAME, PHONE, UNIT, Ask
from forms.template import HEADER, render

if TYPE_CHECKING:
    from collections.abc import Sequence

    from calendars.year import Year
    from forms.unpacked import Cell


class _Row(SheetRow):
    """各市: a city, its mailbox, whom to ask there, the name that it signs in with."""

    city: Annotated[str, Ask(COLUMNS["city"], UNIT, "如 南京", personal="no")]
    mailbox: Annotated[str, Ask(COLUMNS["mailbox"], EMAIL, "函件发到这里")] = ""
    contact: Annotated[str, Ask(COLUMNS["contact"], NAME, personal="name")] = ""
    phone: Annotated[str, Ask(COLUMNS["phone"], PHONE)] = ""
    account: Annotated[str, Ask(COLUMNS["account"], UNIT, "小写字母、数字、点、横线，登录时用", personal="no")] = ""


UNREAD = frozenset({"cell.error", "cell.formula", "cell.merged", "cell.unreadable"})
"""What a cell is that holds nothing anybody typed: read as empty it would mean that all stays as it is."""

MOST = 10
"""So many of them are named at once."""

FORM = Form("offices", "各市邮箱、经办人和账号", 1, (Sheet("各市", "offices", _Row),))


def workbook(year: Year, rows: Sequence[OfficeRow]) -> bytes:
    """Give the workbook with these rows filled in."""
    filled = {
        line: {name: getattr(row, name) for name in FIELDS if getattr(row, name)}
        for line, row in enumerate(rows, HEADER + 1)
    }
    return render(FORM.asked(year), year, {"offices": filled})


def read(data: bytes, year: Year) -> list[OfficeRow] | str:
    """Give the rows of a workbook as they were typed, none judged; or say why it cannot be read."""
    form = FORM.asked(year)
    typed = sandbox.typed(data, form)
    if typed is None:
        first = sandbox.read(data, form).errors[0]
        return f"{first.wrong}；{first.right}。"
    lost = [fault.sentence for fault in sandbox.read(data, form).errors if fault.code in UNREAD]
    if lost:
        return "".join(f"{sentence.rstrip('。')}。" for sentence in lost[:MOST])
    rows = [OfficeRow(**{name: _text(cells.get(name)) for name in FIELDS}) for cells in typed["offices"].values()]
    found = [row for row in rows if row.city or not row.blank]
    return found or "“各市”表里没有内容，或表头不是模板的；请下载模板，填好后再上传。"


def _text(cell: Cell) -> str:
    """Give a cell as one reads it: a telephone number that Excel took for a number has no decimals."""
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    return str(cell).strip() if isinstance(cell, str | int | float | Decimal) and not isinstance(cell, bool) else ""
