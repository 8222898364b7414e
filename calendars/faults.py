"""What is wrong with a year file, told to the person who wrote it: where, why, and what would mend it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from calendars.errors import TalentError

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault: the file, the key in it (such as `phases.shortlist.due`), the reason and the mend, in Chinese."""

    source: str
    key: str
    reason: str
    mend: str

    @property
    def sentence(self) -> str:
        """The fault as one line for people."""
        return f"{self.source}：{self.key}：{self.reason}；{self.mend}。"


class CalendarFaults(TalentError):
    """年度日历有 {count} 处错误，什么也没有载入：{list}"""

    def __init__(self, faults: Iterable[Fault]) -> None:
        """Take every fault found in one file, at least one."""
        self.faults = tuple(faults)
        super().__init__(count=len(self.faults), list="".join(f"\n{fault.sentence}" for fault in self.faults))

    def __reduce__(self) -> tuple[object, ...]:
        """Let the error cross a process border."""
        return CalendarFaults, (self.faults,)
