"""Putting city phases before their gates: facts for all cities at once, a verdict each, kept with what it judged."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select

from calendars.deadlines import day_of
from gates.facts import EvaluationFacts, InterviewFacts, MidtermFacts
from gates.judge import judge
from gates.verdict import Verdict
from models.columns import table_of
from models.facts.load import facts_of
from models.facts.scope import Scope
from models.season import Filing
from models.writing import Judged

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from acts.season import Season
    from gates.facts import Facts
    from gates.verdict import Finding
    from models.standing import Cell

CITY, PROVINCE = "city", "province"
PARTS: Mapping[str, str] = {"year-end": "evaluation"}
"""Phases whose last word the province has on facts of its own, and the gate that judges those."""

NOT_ITS_OWN = frozenset({"filed_on", "due_day", "funded_elsewhere"})
"""Fields of facts that change without anything the phase stands on having changed."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """A verdict, the facts it looked at, and their digest."""

    verdict: Verdict
    facts: Facts
    digest: str

    @property
    def tally(self) -> dict[str, int] | None:
        """What these facts add to the province's totals."""
        return tally(self.facts)


def judge_cities(
    season: Season, phase: str, cities: Sequence[str], part: str = CITY, *, filing: bool = False
) -> dict[str, Judgement]:
    """Judge one phase of these cities; what was moved so far is written first, so that the facts see it.

    `filing` says that they file now; else their day of filing is that of what they filed last.
    """
    season.flush()
    gate = phase if part == CITY else PARTS[phase]
    facts = facts_of(gate, scope_of(season, phase, cities, filing=filing))
    found = {}
    for city in cities:
        attempt = season.cells[phase, city].attempt
        waivers = season.waivers.get((phase, city, attempt), {})
        verdict = judge(gate, facts[city], season.year.figures, waivers)
        found[city] = Judgement(verdict, facts[city], digest(facts[city]))
    return found


def scope_of(season: Season, phase: str, cities: Sequence[str], *, filing: bool = False) -> Scope:
    """Give the scope of a phase's facts: each city with its day of filing (today, if it has not filed) and due day."""
    now = season.arrived
    filed = {city: now if filing else season.cells[phase, city].filed_at or now for city in cities}
    return Scope(
        season.connection,
        season.year,
        {city: day_of(at) for city, at in filed.items()},
        {city: season.due(phase, city).day for city in cities},
    )


def keep(season: Season, cell: Cell, judgement: Judgement, number: int, part: str = CITY) -> None:
    """Keep a judgement under that number of the city phase's filings; what passed on paper has passed all the same."""
    season.keep(
        Judged(
            cell.phase,
            cell.city,
            number,
            part,
            cell.attempt,
            judgement.verdict.passed or cell.on_paper,
            judgement.verdict.as_json(),
            frozen(judgement.facts),
            judgement.digest,
        )
    )


def last_digests(season: Season, phase: str, cities: Iterable[str]) -> dict[tuple[str, str], str]:
    """Give the digest of the newest judgement of each city, by city and part."""
    table = table_of(Filing)
    newest = (
        select(func.max(table.c.id))
        .where(table.c.year == season.year.year, table.c.phase == phase, table.c.city.in_(list(cities)))
        .group_by(table.c.city, table.c.part)
    )
    query = select(table.c.city, table.c.part, table.c.digest).where(table.c.id.in_(newest))
    return {(city, part): said for city, part, said in season.connection.execute(query)}


def last_refusals(season: Season, cell: Cell) -> tuple[Finding, ...]:
    """Give what refused the city phase's newest filing."""
    table = table_of(Filing)
    query = select(table.c.verdict).where(
        table.c.year == season.year.year,
        table.c.phase == cell.phase,
        table.c.city == cell.city,
        table.c.number == cell.filings,
        table.c.part == CITY,
    )
    verdict = season.connection.execute(query).scalar()
    return Verdict.from_json(verdict).refusals if verdict else ()


def frozen(facts: Any) -> Any:  # noqa: ANN401 -- one line a type
    """Turn facts into JSON, the same for equal facts."""
    if is_dataclass(facts):
        return {field.name: frozen(getattr(facts, field.name)) for field in fields(facts)}
    if isinstance(facts, Mapping):
        pairs = [[frozen(key), frozen(value)] for key, value in facts.items()]
        return sorted(pairs, key=lambda pair: json.dumps(pair[0], ensure_ascii=False, sort_keys=True))
    if isinstance(facts, frozenset):
        return sorted(frozen(item) for item in facts)
    if isinstance(facts, tuple):
        return [frozen(item) for item in facts]
    if isinstance(facts, date):
        return facts.isoformat()
    return f"{facts.normalize():f}" if isinstance(facts, Decimal) else facts


def digest(facts: Facts) -> str:
    """Give a fingerprint of what the phase itself stands on."""
    own = {name: value for name, value in frozen(facts).items() if name not in NOT_ITS_OWN}
    return hashlib.sha256(json.dumps(own, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


def grades(facts: Facts) -> dict[str, str]:
    """Give each student's grade, by number, from the province's evaluation."""
    return {row.number: row.grade for row in facts.evaluations} if isinstance(facts, EvaluationFacts) else {}


def tally(facts: Facts) -> dict[str, int] | None:
    """Count what a filing adds to the province's totals; None where it adds to none."""
    match facts:
        case InterviewFacts():
            return {
                "admitted": sum(row.admitted for row in facts.interviews),
                "funded": sum(row.funded for row in facts.interviews),
            }
        case MidtermFacts():
            return {"exited": sum(not row.qualified for row in facts.results)}
        case EvaluationFacts():
            grades = [row.grade for row in facts.evaluations]
            return {"excellent": grades.count("优秀"), "certificates": len(grades) - grades.count("不合格")}
        case _:
            return None
