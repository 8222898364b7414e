"""A single score of a published result is put right by the province, without another filing; the grade stays."""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple, cast

from acts.act import CITY, KEPT, PHASE, Act, Bench, Field, Filled, each
from acts.correct_result import put_right, refusals, unpublished
from acts.single_persons import STUDENT
from acts.undo import Undo
from forms.cells import BadCellError
from forms.folding import fold
from forms.kinds import SCORE
from gates.states import Event, State
from models import evaluations, standing, verdicts
from phases.scores import columns, shown, weighted
from season import judging
from season.outcome import Outcome
from season.refusing import illegal, refuse, unchanged
from season.settle import settle
from season.transaction import sitting

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Connection

    from acts.undo import Given
    from calendars.year import Year
    from models.database import Database
    from models.stamp import Stamp
    from models.standing import Cell
    from phases.year_end import Evaluation, EvaluationFacts
    from season.unit_of_work import Season


SAID = re.compile(r"(?P<number>[^：]+)：(?P<column>.+?)由 [\d.]+ 更正为 (?P<score>[\d.]+)：(?P<reason>.*)", re.DOTALL)
"""What the log says of a score put right, as `_correct` writes it."""


class NewScore(NamedTuple):
    """A score to be: of the student of that number, in the column of that name, as typed."""

    number: str
    column: str
    score: str


class _Change(NamedTuple):
    """What is on record of the student and what is to be; the column's place from 0, its name."""

    was: Evaluation
    now: Evaluation
    place: int
    column: str


def correct_score(
    database: Database,
    year: int,
    phase: str,
    city: str,
    new: NewScore,
    stamp: Stamp,
    *,
    reason: str,
    dry_run: bool = False,
) -> Outcome:
    """Put a score in the place of a published one; nobody is written to, for the grade is as it was.

    `refused` where nothing is published, the student or the column is none, or a rule about him refuses his grade then.
    """
    with sitting(database, year, stamp, [city], dry_run=dry_run) as season:
        season.not_backdated(season.cells[phase, city])
        settle(season, [city])
        cell = season.cells[phase, city]
        found = unpublished(season, cell) or illegal(season, cell, Event.AMEND) or _change(season, cell, new)
        if isinstance(found, str):
            outcome = refuse(season, cell, Event.AMEND, found)
        elif found.was == found.now:
            said = f"{season.title(phase, city)}：{new.number} 的“{found.column}”已经是这个分数，未作改动。"
            outcome = unchanged(season, cell, Event.AMEND, said)
        else:
            outcome = _correct(season, cell, found, reason)
    return season.answered(outcome)


def _place(year: Year, column: str) -> int | None:
    """Give the place of a column of scores by its name, from 0; None where the year has no such."""
    return next((at for at, name in enumerate(columns(year)) if fold(name) == fold(column)), None)


def _change(season: Season, cell: Cell, new: NewScore) -> _Change | str:
    """Find what is to be put right; or say what there is not, or why it cannot stand."""
    title, place = season.title(cell.phase, cell.city), _place(season.year, new.column)
    if place is None:
        return f"{title}：没有“{new.column}”这一项评分；可以写：{'、'.join(columns(season.year))}。"
    try:
        score = cast("Decimal", SCORE.parse(new.score))
    except BadCellError as wrong:
        return f"{title}：更正的评分{wrong.wrong}；{wrong.right or SCORE.hint}。"
    if score != round(score, 2):
        return f"{title}：更正的评分小数超过两位；{SCORE.hint}。"
    judged = judging.judge_cities(season, cell.phase, [cell.city], judging.PROVINCE)[cell.city]
    facts = cast("EvaluationFacts", judged.facts)
    rows = {one.number: one for one in facts.evaluations if one.number in facts.in_training}
    was = rows.get(new.number)
    if was is None or len(was.scores) <= place:
        return f"{title}：没有公布过 {new.number} 的这一项评分；请核对报名号。"
    now = replace(was, scores=(*was.scores[:place], score, *was.scores[place + 1 :]))
    after = replace(facts, evaluations=tuple(now if one == was else one for one in facts.evaluations))
    if refused := refusals(season, cell, after, new.number):
        mends = "；".join(one.mend for one in refused)
        return f"{title} 还不能这样更正：{mends}。等级也要更正的，请先更正评价结果。"
    return _Change(was, now, place, columns(season.year)[place])


def _correct(season: Season, cell: Cell, change: _Change, reason: str) -> Outcome:
    number, figures = change.now.number, season.year.figures
    score, before = change.now.scores[change.place], change.was.scores[change.place]
    evaluations.rescore(season.connection, season.year.year, cell.city, number, change.place + 1, score)
    said = f"由 {shown(before)} 更正为 {shown(score)}"
    put_right(season, cell, f"{number}：{change.column}{said}：{reason}")
    totals = [shown(weighted(one.scores, figures)) for one in (change.was, change.now)]
    title, rest = (
        season.title(cell.phase, cell.city),
        f"总分由 {totals[0]} 变为 {totals[1]}，等级“{change.now.grade}”不变",
    )
    return Outcome("done", f"{title}：{number} 的“{change.column}”{said}；{rest}。")


def score_said(said: str) -> tuple[NewScore, str] | None:
    """Give the score that was put right, and why, as the log says it; None of what it does not."""
    found = SAID.fullmatch(said)
    return (NewScore(found["number"], found["column"], found["score"]), found["reason"]) if found else None


def _corrected(bench: Bench, filled: Filled, city: str) -> Outcome:
    new = NewScore(*(filled.words[name] for name in ("student", "column", "score")))
    given = (bench.database, bench.year.year, filled.slug, city, new, bench.stamp)
    return correct_score(*given, reason=filled.reason, dry_run=bench.dry_run)


def _scored_before(connection: Connection, year: int, given: Given) -> Mapping[str, str] | None:
    """Give the score that was published before; None where the newest is the same."""
    (phase,), (city,), (student,), (column,) = (given[name] for name in ("phase", "city", "student", "column"))
    place = _place(standing.opened(connection, year).year, column)
    judged = verdicts.last_passed_on(connection, year, (phase, city), judging.PROVINCE, most=2)
    scores = [row["scores"] for facts in judged for row in facts["evaluations"] if row["number"] == student]
    if place is None or len(scores) < len(judged) or any(len(one) <= place for one in scores):
        return None
    found = [one[place] for one in scores]
    return {"score": found[1]} if len(set(found)) > 1 else None


CORRECT_SCORE = Act(
    "correct-score",
    lambda _: "更正评分",
    (
        PHASE,
        CITY,
        STUDENT,
        Field("column", "更正哪一项", "text", hint="评价表的表头，如 科学兴趣；几名评委评分的，如 评委2·科学兴趣。"),
        Field("score", "更正为", "text", hint="0–100 的数。等级不随之改变；等级也要改的，另办更正评价结果。"),
        KEPT,
    ),
    each(_corrected),
    lambda _, year, filled: f"更正{filled.named(year)} {filled.words['student']} 的“{filled.words['column']}”评分",
    Event.AMEND,
    frozenset({State.PASSED}),
    evaluates=True,
    undo=Undo("correct-score", ("phase", "city", "student", "column"), _scored_before),
)
