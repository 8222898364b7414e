"""The report card of a city phase: the verdict it was given last, or what the gate would say of its draft now."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from acts import judging
from acts.season import Season
from gates.verdict import Verdict
from models import reports
from models.loading import loaded

if TYPE_CHECKING:
    from models.database import Database
    from models.stamp import Stamp


@dataclass(frozen=True, slots=True)
class ReportCard:
    """`trial` where nothing was filed yet and the draft was judged for the asking."""

    phase: str
    city: str
    attempt: int
    verdicts: tuple[Verdict, ...]
    trial: bool
    note: str = ""  # why there is nothing to judge

    @property
    def passed(self) -> bool:
        """Whether there was something to judge and nothing of it refuses."""
        return bool(self.verdicts) and all(verdict.passed for verdict in self.verdicts)

    def as_json(self) -> dict[str, Any]:
        """`talent phase why --json`."""
        rules = [finding.as_json() for verdict in self.verdicts for finding in verdict.findings]
        card = {"phase": self.phase, "city": self.city, "attempt": self.attempt, "passed": self.passed}
        return {**card, "trial": self.trial, "note": self.note, "rules": rules}


def report_card(
    database: Database, year: int, phase: str, city: str, stamp: Stamp, *, trial: bool = False
) -> ReportCard:
    """Give the newest verdicts as of the stamp's instant, one a part; `trial` judges the present draft (试算)."""
    with database.read() as connection:
        kept = {} if trial else {
            row.part: row for row in reports.verdicts(connection, year, phase, city) if row.as_of <= stamp.as_of
        }  # fmt: skip
        if kept:
            newest = kept[judging.CITY]
            parts = [row for row in kept.values() if row.number == newest.number]
            verdicts = tuple(Verdict.from_json(row.verdict) for row in parts)
            return ReportCard(phase, city, newest.attempt, verdicts, trial=False)
        season = Season.read(connection, year, stamp, [city], reading=True)
        cell = season.cells[phase, city]
        if not loaded(connection, year, phase, city):
            note = f"{season.title(phase, city)} 现为“{cell.state.chinese}”，尚未导入工作簿，没有可判定的内容。"
            return ReportCard(phase, city, cell.attempt, (), trial=True, note=note)
        judged = judging.judge_cities(season, phase, [city], filing=True)[city]
        return ReportCard(phase, city, cell.attempt, (judged.verdict,), trial=True)
