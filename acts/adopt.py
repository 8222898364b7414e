"""A year that was opened without a rule judges by it from now on: what it would find is shown city by city first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from acts.act import KEPT, Act, Bench, Field, Filled
from gates.states import State
from models import writing
from season import judging
from season.outcome import Outcome
from season.settle import settle
from season.transaction import sitting

if TYPE_CHECKING:
    from calendars.year import Year
    from gates.rule import Rule
    from gates.verdict import Finding
    from models.database import Database
    from models.stamp import Stamp
    from phases.book import Book
    from season.unit_of_work import Season

UNJUDGED = frozenset({State.WAITING, State.WITHDRAWN})
NOBODY = "现在还没有可以按它核验的市。"


def adopt(database: Database, year: int, rule: str, stamp: Stamp, *, dry_run: bool = False) -> Outcome:
    """Let the year judge by a rule that came after it was opened; `refused` where there is none such, or it does.

    Nothing is judged again by it: what has passed stays, and whatever is filed or ended by the province from now on
    meets it. The answer says of each city what the rule finds in what is loaded now.
    """
    with sitting(database, year, stamp, dry_run=dry_run) as season:
        if rule not in {one.id for one in season.book.left_out(season.year)}:
            return Outcome("refused", f"没有 {year} 年度尚未采用的规则“{rule}”。")
        settle(season, season.cities)
        season.book = season.book.judging([*season.book.rules, rule])
        said = _outlook(season, season.book.rules[rule]) or [NOBODY]
        writing.add_rule(season.connection, year, rule, season.stamp.as_of)
    return season.answered(Outcome("done", "\n".join((f"{year} 年度自此按“{_named(season.book, rule)}”核验。", *said))))


def _outlook(season: Season, rule: Rule[object]) -> list[str]:
    """Say what the rule finds in each city whose phase is open to it or was, in the cities' order."""
    phase, _ = season.book.gate_of(rule.id)
    gates = judging.gates(season, phase.slug)
    part = next((part for part, gate in gates.items() if any(one.id == rule.id for one in gate.rules)), None)
    cities = [city for city in season.cities if season.cells[phase.slug, city].state not in UNJUDGED]
    if part is None:
        return []
    judged = judging.judge_cities(season, phase.slug, cities, part) if cities else {}
    return [
        f"{season.year.city(city).name}（{season.cells[phase.slug, city].state.chinese}）：{_found(finding)}"
        for city, judgement in judged.items()
        for finding in judgement.verdict.findings
        if finding.rule == rule.id
    ]


def _found(finding: Finding) -> str:
    return f"符合，{finding.found}" if finding.ok else f"不符合，{finding.mend}"


def _named(book: Book, rule: str) -> str:
    return f"{book.rules[rule].name}（{book.rules[rule].clause}）"


def _adopted(bench: Bench, filled: Filled) -> Outcome:
    return adopt(bench.database, bench.year.year, filled.words["rule"], bench.stamp, dry_run=bench.dry_run)


def _says(book: Book, year: Year, filled: Filled) -> str:
    named = {one.id: f"{one.name}（{one.clause}）" for one in book.left_out(year)}
    return f"{year.year} 年度采用规则“{named.get(filled.words['rule'], filled.words['rule'])}”"


ADOPT = Act(
    "adopt",
    lambda _: "采用新规则",
    (Field("rule", "规则", "new-rule", hint="程序升级后新增、本年度开设时还没有的规则；采用之前不按它核验。"), KEPT),
    _adopted,
    _says,
    subject=lambda year, filled: f"rule/{year.year}/{filled.words['rule']}",
    forever="采用之后不能取消；已经通过的不重新核验，此后的报送和办结都按它核验。",
)
