"""The faults of an upload: grouped by sheet, the first of them shown at once, the rest kept a while for who sent it."""

from __future__ import annotations

import secrets
from collections import OrderedDict
from dataclasses import dataclass, field
from itertools import groupby
from threading import Lock
from typing import TYPE_CHECKING

from dashboard.exports import spreadsheets
from dashboard.exports.spreadsheets import Table

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from forms.workbook_rows import RowError

SHOWN = 200
"""Faults on one page."""

KEPT = 100_000
"""Faults in memory, over all uploads: the oldest uploads go first."""

BYTES = 50 * 2**20
"""Of refused workbooks in memory, likewise."""

HEADER = ("表", "行", "列", "填的内容", "存在问题", "正确填法")


@dataclass(frozen=True, slots=True)
class KeptFaults:
    """The faults of one upload, for the account that sent it; `place` is the address of the city phase.

    `workbook` is what was sent, to be given back with them.
    """

    account: int
    place: str
    faults: tuple[RowError, ...]
    workbook: bytes = b""


@dataclass
class Shelf:
    """What uploads were refused for, in memory only: it holds what stood in children's cells."""

    room: int = KEPT
    _kept: OrderedDict[str, KeptFaults] = field(default_factory=OrderedDict, repr=False)
    _lock: Lock = field(default_factory=Lock, repr=False)

    def put(self, kept: KeptFaults) -> str:
        """Keep them; give the word by which they are found again."""
        word = secrets.token_urlsafe(18)
        with self._lock:
            self._kept[word] = kept
            while len(self._kept) > 1 and self._too_much():
                self._kept.popitem(last=False)
        return word

    def _too_much(self) -> bool:
        kept = self._kept.values()
        return sum(len(one.faults) for one in kept) > self.room or sum(len(one.workbook) for one in kept) > BYTES

    def find(self, word: str, account: int, place: str) -> KeptFaults | None:
        """Give them to who sent them; None for anybody else, and where they are no longer kept."""
        with self._lock:
            kept = self._kept.get(word)
        return kept if kept and (kept.account, kept.place) == (account, place) else None


def by_sheet(faults: Iterable[RowError]) -> list[tuple[str, list[RowError]]]:
    """Give them sheet by sheet, in the order of the workbook."""
    return [(sheet, list(found)) for sheet, found in groupby(faults, lambda fault: fault.sheet)]


def as_csv(faults: Sequence[RowError]) -> bytes:
    """Give them as a table that Excel opens in Chinese, no cell of which is a formula."""
    rows = [(one.sheet, one.row, one.column, one.found, one.wrong, one.right) for one in faults]
    return spreadsheets.as_csv(Table("错误", HEADER, rows))
