"""What an export is: its tables, and for whom, of when and how fully they are asked for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from acts.act import PROVINCE
from dashboard.exports.spreadsheets import Table

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import Connection

    from calendars.year import Year
    from dashboard.serving.look import Looking


@dataclass(frozen=True, slots=True)
class ExportRequest:
    """Whose rows are exported (`city` None: all), as of when, and whether people are named in full."""

    connection: Connection
    look: Looking
    city: str | None
    full: bool

    @property
    def year(self) -> Year:
        """The calendar of the year."""
        return self.look.opened.year

    def place(self, slug: str) -> str:
        """Name a city, `province`, or nothing (`*`) for people."""
        if slug in {PROVINCE, "*"}:
            return "省级管理办公室" if slug == PROVINCE else ""
        return self.year.city(slug).name

    def phase(self, slug: str) -> str:
        """Name a phase, or nothing (`*`), for people."""
        return "" if slug == "*" else self.year.phase(slug).name


@dataclass(frozen=True, slots=True)
class Export:
    """One download: its Chinese title, its tables; `personal` where it says who somebody is or how to reach them.

    `recorded` where it tells of persons and nothing in it can be covered: whoever takes it is on record.
    `now`: it knows no past; `provincial`: it is not for the cities. `form` is whose rows they are, by slug, or "".
    """

    title: str
    tables: Callable[[ExportRequest], tuple[Table, ...]]
    personal: bool = False
    now: bool = False
    provincial: bool = False
    form: str = ""
    recorded: bool = False
