"""The report card of a city phase: the verdict it was given last, or what the gate would say of its draft now."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from acts.backfill import lacking, passed_on_paper
from gates.verdict import Verdict
from models import histories, reports, states_as_of
from models.loading import loaded
from season import judging, second_part
from season.unit_of_work import Season

if TYPE_CHECKING:
    from collections.abc import Collection

    from models.database import Database
    from models.stamp import Stamp
    from models.standing import Cell

FOR_INFORMATION = "本阶段在线下办理；以下按补录的内容列出，只供查阅，不影响通过。"


@dataclass(frozen=True, slots=True)
class ReportCard:
    """`trial` where nothing was filed yet and the draft was judged for the asking.

    What was done on paper has passed, whatever its rules find in the rows that were loaded afterwards. `later` is what
    a trial finds of the second part, which keeps nobody from filing.
    """

    phase: str
    city: str
    attempt: int
    verdicts: tuple[Verdict, ...]
    trial: bool
    note: str = ""  # why there is nothing to judge, or what it is worth
    on_paper: bool = False
    later: Verdict | None = None

    @property
    def passed(self) -> bool:
        """Whether there was something to judge and nothing of it refuses, or it was done on paper."""
        return self.on_paper or (bool(self.verdicts) and all(verdict.passed for verdict in self.verdicts))

    def as_json(self) -> dict[str, Any]:
        """`talent phase why --json`."""
        rules = [finding.as_json() for verdict in self.verdicts for finding in verdict.findings]
        card = {"phase": self.phase, "city": self.city, "attempt": self.attempt, "passed": self.passed}
        later = [finding.as_json() for finding in self.later.findings] if self.later else []
        return {
            **card,
            "on_paper": self.on_paper,
            "trial": self.trial,
            "note": self.note,
            "rules": rules,
            "later": later,
        }


def report_card(
    database: Database, year: int, phase: str, city: str, stamp: Stamp, *, trial: bool = False
) -> ReportCard:
    """Give the newest verdicts as of the stamp's instant, one a part; `trial` judges the present draft (自查)."""
    with database.read() as connection:
        papers = reports.on_paper(connection, year, phase, city)
        span = histories.Span(year, stamp.as_of, phase, city)
        if not trial and (judged := histories.judgements(connection, span)):
            verdicts = tuple(one.verdict for one in judged if one.number == judged[0].number)
            return _card(phase, city, judged[0].attempt, verdicts, papers)
        season = Season.read(connection, year, stamp, [city], reading=True)
        cell = season.cells[phase, city]
        note = _nothing_to_judge(season, cell)
        if note:
            on_paper = passed_on_paper(cell)
            return ReportCard(phase, city, cell.attempt, (), trial=not on_paper, note=note, on_paper=on_paper)
        tried = judging.judge_cities(season, phase, [city], filing=True)[city]
        card = _card(phase, city, cell.attempt, (tried.verdict,), papers, trial=True)
        return replace(card, later=second_part.verdict(season, cell))


def _card(
    phase: str, city: str, attempt: int, verdicts: tuple[Verdict, ...], papers: Collection[int], *, trial: bool = False
) -> ReportCard:
    on_paper = attempt in papers
    return ReportCard(phase, city, attempt, verdicts, trial, FOR_INFORMATION if on_paper else "", on_paper)


def _nothing_to_judge(season: Season, cell: Cell) -> str:
    title = season.title(cell.phase, cell.city)
    there = loaded(season.connection, season.year.year, cell.phase, cell.city)
    if not there and passed_on_paper(cell):
        return f"{title} 在线下办理，尚未导入报送表；可由该市（或由省级管理办公室代为）补录。"
    if wanted := lacking(season, cell):
        return wanted
    if there:
        return ""
    seen = states_as_of.seen(season.connection, season.year, cell.city, season.stamp.as_of)[cell.phase]
    return f"{title} 现为“{seen.state.chinese}”，尚未填写任何内容，暂不能自查。请先下载模板填写，或在网页上填写。"
