"""A published result is put right by the province, or stands though what it stood on changed; nothing is filed."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, cast

from acts.act import CITY, PHASE, Act, Bench, Field, Filled, each
from acts.single_persons import REASON, STUDENT
from acts.undo import Undo
from gates.judge import judge
from gates.states import Event, State
from models import evaluations, verdicts
from phases.year_end import GRADES
from season import judging
from season.outcome import Outcome
from season.refusing import illegal, refuse
from season.settle import publish, settle
from season.transaction import sitting

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Connection

    from acts.undo import Given
    from gates.verdict import Finding
    from models.database import Database
    from models.stamp import Stamp
    from models.standing import Cell
    from phases.year_end import EvaluationFacts
    from season.judging import Judgement
    from season.unit_of_work import Season


SAID = re.compile(
    r"(?P<number>[^：]+)：(?:由“[^”]*”更正为“(?P<now>[^”]*)”|维持“(?P<stands>[^”]*)”)：(?P<reason>.*)", re.DOTALL
)
"""What the log says of a correction, as `_correct` writes it."""


def correct_result(
    database: Database,
    year: int,
    phase: str,
    city: str,
    result: tuple[str, str],
    stamp: Stamp,
    *,
    reason: str,
    dry_run: bool = False,
) -> Outcome:
    """Give a student, by number, a grade in the place of the published one; those who heard another are told (更正).

    The same grade says that the result stands, whatever changed since: nobody is told. Either way what the results
    stand on now is what changes are seen against from then on. `refused` where nothing is published, the student was
    not evaluated, or a rule about him refuses the grade.
    """
    with sitting(database, year, stamp, [city], dry_run=dry_run) as season:
        season.not_backdated(season.cells[phase, city])
        settle(season, [city])
        cell, title = season.cells[phase, city], season.title(phase, city)
        why = unpublished(season, cell) or illegal(season, cell, Event.AMEND)
        if why:
            return refuse(season, cell, Event.AMEND, why)
        judged = judging.judge_cities(season, phase, [city], judging.PROVINCE)[city]
        was = (judged.results or {}).get(result[0])
        if was is None:
            return refuse(season, cell, Event.AMEND, f"{title}：没有公布过 {result[0]} 的结果；请核对报名号。")
        refused = _refused(season, cell, judged, result)
        if refused:
            mends = "；".join(one.mend for one in refused)
            return refuse(season, cell, Event.AMEND, f"{title} 还不能这样更正：{mends}。")
        _correct(season, cell, result, was, reason)
        said = (
            f"{result[0]} 的结果由“{was}”更正为“{result[1]}”" if was != result[1] else f"{result[0]} 的结果维持“{was}”"
        )
        outcome = Outcome("done", f"{title}：{said}。")
    return season.answered(outcome)


def unpublished(season: Season, cell: Cell) -> str | None:
    """Say why there is no result that could be put right; None where there is."""
    gate = judging.province_gate(season, cell.phase)
    published = season.year.phase(cell.phase).province == "results" and gate is not None and gate.results is not None
    if published and cell.state is State.PASSED and not cell.on_paper:
        return None
    return f"{season.title(cell.phase, cell.city)} 没有在系统里公布过结果，不能更正。"


def _refused(season: Season, cell: Cell, judged: Judgement, result: tuple[str, str]) -> list[Finding]:
    """Give what a rule says against that grade for that student; what it finds of others is shown elsewhere."""
    number, grade = result
    return refusals(season, cell, _regraded(cast("EvaluationFacts", judged.facts), number, grade), number)


def refusals(season: Season, cell: Cell, facts: EvaluationFacts, number: str) -> list[Finding]:
    """Give what a rule says against a student by these facts."""
    gate = judging.gates(season, cell.phase)[judging.PROVINCE]
    verdict = judge(gate, facts, season.year.figures)
    return [one for one in verdict.refusals if number in one.numbers]


def _regraded(facts: EvaluationFacts, number: str, grade: str) -> EvaluationFacts:
    """Give the facts with another grade, for which a reason is given."""
    rows = (replace(one, grade=grade, reasoned=True) if one.number == number else one for one in facts.evaluations)
    return replace(facts, evaluations=tuple(rows))


def _correct(season: Season, cell: Cell, result: tuple[str, str], was: str, reason: str) -> None:
    number, grade = result
    if grade != was:
        evaluations.regrade(season.connection, season.year.year, cell.city, number, grade, reason)
    said = f"{number}：由“{was}”更正为“{grade}”" if grade != was else f"{number}：维持“{was}”"
    cell, results = put_right(season, cell, f"{said}：{reason}")
    if grade != was:
        publish(season, cell, results, reason)


def put_right(season: Season, cell: Cell, said: str) -> tuple[Cell, Mapping[str, str]]:
    """Keep what results stand on by now, with what the log says of it; give the city phase and the results."""
    judged = {part: judging.judge_cities(season, cell.phase, [cell.city], part)[cell.city] for part in PARTS}
    own, filing = judged[judging.PROVINCE], cell.filings + 1
    cell = season.note(cell, Event.AMEND, said, filings=filing, tally=own.tally)
    for part, judgement in judged.items():
        judging.keep(season, cell, judgement, filing, part, stands=True)
    return cell, own.results or {}


def result_said(said: str) -> tuple[str, str, str] | None:
    """Give whose result was corrected or stands, the grade, and why, as the log says it; None of what it does not."""
    found = SAID.fullmatch(said)
    return (found["number"], found["now"] or found["stands"], found["reason"]) if found else None


PARTS = (judging.CITY, judging.PROVINCE)


def _corrected(bench: Bench, filled: Filled, city: str) -> Outcome:
    words, given = filled.words, (bench.database, bench.year.year, filled.slug, city)
    result = (words["student"], words["grade"])
    return correct_result(*given, result, bench.stamp, reason=filled.reason, dry_run=bench.dry_run)


def _published_before(connection: Connection, year: int, given: Given) -> Mapping[str, str] | None:
    """Give the grade that was published before; None where the newest is the same."""
    (phase,), (city,), (student,) = given["phase"], given["city"], given["student"]
    judged = verdicts.last_passed_on(connection, year, (phase, city), judging.PROVINCE, most=2)
    grades = [row["grade"] for facts in judged for row in facts["evaluations"] if row["number"] == student]
    return {"grade": grades[1]} if len(set(grades)) > 1 else None


CORRECT_RESULT = Act(
    "correct-result",
    lambda _: "更正评价结果",
    (
        PHASE,
        CITY,
        STUDENT,
        Field("grade", "等级", "choice", choices=tuple((one, one) for one in GRADES), hint="与公布的相同即为维持。"),
        REASON,
    ),
    each(_corrected),
    lambda _, year, filled: f"把{filled.named(year)} {filled.words['student']} 的评价结果定为“{filled.words['grade']}”",
    Event.AMEND,
    frozenset({State.PASSED}),
    evaluates=True,
    undo=Undo("correct-result", ("phase", "city", "student"), _published_before),
)
