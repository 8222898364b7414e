"""The offices of all cities as they are typed or pasted: a row a city, read whatever order its columns have. Pure."""

from __future__ import annotations

import csv
import re
from dataclasses import astuple, dataclass, fields
from itertools import islice
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

MOST = 100
"""Rows at once."""

LONGEST = 300
"""Characters of a cell that are looked at."""

APART = re.compile(r"[,，;；]")


@dataclass(frozen=True, slots=True)
class OfficeRow:
    """A row as it was typed: a city, its mailbox, its contact's name and telephone, the name of its account."""

    city: str = ""
    mailbox: str = ""
    contact: str = ""
    phone: str = ""
    account: str = ""

    @property
    def blank(self) -> bool:
        """Whether nothing is said of the city."""
        return not any(astuple(self)[1:])


FIELDS = tuple(one.name for one in fields(OfficeRow))

COLUMNS: Mapping[str, str] = {
    "city": "设区市", "mailbox": "邮箱", "contact": "经办人", "phone": "电话", "account": "用户名",
}  # fmt: skip

HEADERS: Mapping[str, str] = {label: name for name, label in COLUMNS.items()} | {
    "城市": "city", "市": "city", "电子邮箱": "mailbox", "单位邮箱": "mailbox", "联系人": "contact", "姓名": "contact",
    "经办人姓名": "contact", "联系电话": "phone", "手机": "phone", "手机号": "phone", "账号": "account", "序号": "",
    "": "",
}  # fmt: skip
"""What stands above a column, and what the column holds; "" for what is left alone."""

_CITY = frozenset(label for label, name in HEADERS.items() if name == "city")


def pasted(text: str) -> list[OfficeRow] | str:
    """Read what was copied from a table: a row a line, its cells a tab apart, or a comma; or say what is wrong with it.

    Columns are where a header says, without one in the order of `COLUMNS`.
    """
    lines = text.splitlines()
    if any("\t" in line for line in lines):
        rows: Iterable[Sequence[str]] = csv.reader(lines, delimiter="\t")
    else:
        rows = [APART.split(line) for line in lines]
    cells = [[cell.strip()[:LONGEST] for cell in row] for row in rows]
    for header in filter(_is_header, cells):
        named = [HEADERS.get(label) or label for label in header if HEADERS.get(label) != ""]
        odd = [label for label in header if HEADERS.get(label) is None or named.count(HEADERS[label]) > 1]
        if odd:
            return f"表头里的“{odd[0]}”认不出或不止一列；表头请写{'、'.join(COLUMNS.values())}，不要的列请删去。"
    return list(islice(_in_order(cells), MOST + 1))


def rows_of(rows: Iterable[Sequence[str]]) -> list[OfficeRow]:
    """Give rows of cells in the order of `COLUMNS`; what is blank is passed over."""
    return [OfficeRow(*(cell[:LONGEST] for cell in row)) for row in islice(filter(any, rows), MOST + 1)]


def _is_header(cells: Sequence[str]) -> bool:
    """Whether a row says what stands below it: it names the column of the cities."""
    return not _CITY.isdisjoint(cells)


def _in_order(rows: Iterable[Sequence[str]]) -> Iterator[OfficeRow]:
    order: Sequence[str] = FIELDS
    for cells in filter(any, rows):
        if _is_header(cells):
            order = [HEADERS[label] for label in cells]
        else:
            yield OfficeRow(**{name: cell for name, cell in zip(order, cells, strict=False) if name})
