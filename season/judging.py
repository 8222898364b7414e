"""Putting city phases before their gates: facts for all cities at once, a verdict each, kept with what it judged."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass
from datetime import date
from decimal import Decimal
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from calendars.deadlines import day_of
from gates.judge import judge
from gates.verdict import Verdict
from models import verdicts
from models.facts.of_phase import facts_of
from models.facts.scope import Scope
from models.writing import Judged

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from gates.judge import Gate
    from gates.verdict import Finding
    from models.standing import Cell
    from season.unit_of_work import Season

CITY, SECOND, PROVINCE = "city", "second", "province"
"""The parts of a city phase that are judged: what the city files, what it files after that, what the province does."""

Heard = frozenset[str]
"""The recipients, as in a letter's key, who know the results of a filing, and of no later one."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """A verdict, the facts it looked at and their digest; with what its gate says of them: `tally`, `results`."""

    verdict: Verdict
    facts: object
    digest: str
    tally: dict[str, int] | None
    results: dict[str, str] | None


def judge_cities(
    season: Season, phase: str, cities: Sequence[str], part: str = CITY, *, filing: bool = False
) -> dict[str, Judgement]:
    """Judge one phase of these cities; what was moved so far is written first, so that the facts see it.

    `filing` says that they file now; else their day of filing is that of what they filed last.
    """
    season.flush()
    gate = gates(season, phase).get(part)
    assert gate is not None  # nobody asks for a part that the phase does not have
    facts = facts_of(gate.name, scope_of(season, phase, cities, filing=filing))
    found = {}
    for city in cities:
        attempt = season.cells[phase, city].attempt
        waivers = season.waivers.get((phase, city, attempt), {})
        verdict = judge(gate, facts[city], season.year.figures, waivers)
        tally = gate.tally(facts[city]) if gate.tally else None
        results = gate.results(facts[city]) if gate.results else None
        found[city] = Judgement(verdict, facts[city], digest(facts[city], gate.apart), tally, results)
    return found


def gates(season: Season, phase: str) -> Mapping[str, Gate[Any]]:
    """Give the gates of the parts that a phase has this year, in the order in which they are judged."""
    second, own = season.book.second(season.year.phase(phase)), province_gate(season, phase)
    first = season.book[phase].at_filing(dated=second is not None)
    return {CITY: first, **({SECOND: second.gate} if second else {}), **({PROVINCE: own} if own else {})}


def province_gate(season: Season, phase: str) -> Gate[Any] | None:
    """Give the gate of the province's own part of a phase, where it has one and this year the province ends it."""
    return season.book.province_gate(phase) if season.year.phase(phase).province else None


def scope_of(
    season: Season, phase: str, cities: Sequence[str], *, filing: bool = False, everybody: bool = False
) -> Scope:
    """Give the scope of a phase's facts: each city with its day of filing (today, if it has not filed) and due day."""
    now = season.arrived
    filed = {city: now if filing else season.cells[phase, city].filed_at or now for city in cities}
    return Scope(
        season.connection,
        season.year,
        {city: day_of(at) for city, at in filed.items()},
        {city: season.due(phase, city).day for city in cities},
        everybody,
    )


def keep(
    season: Season, cell: Cell, judgement: Judgement, number: int, part: str = CITY, *, stands: bool = False
) -> None:
    """Keep a judgement under that number of the city phase's filings.

    What passed on paper has passed all the same, and so has what `stands`, whatever is found of it since.
    """
    season.keep(
        Judged(
            cell.phase,
            cell.city,
            number,
            part,
            cell.attempt,
            judgement.verdict.passed or cell.on_paper or stands,
            judgement.verdict.as_json(),
            frozen(judgement.facts),
            judgement.digest,
        )
    )


def last_digests(season: Season, phase: str, cities: Iterable[str]) -> dict[tuple[str, str], str]:
    """Give the digest of the newest judgement of each city, by city and part."""
    return verdicts.last_digests(season.connection, season.year.year, phase, cities)


def results_heard(season: Season, cell: Cell, heard: Mapping[int, Heard]) -> list[tuple[dict[str, str], Heard]]:
    """Give the results that were published with each of these filings, by student's number, and who heard them."""
    gate = province_gate(season, cell.phase)
    key = (cell.phase, cell.city)
    kept = verdicts.facts_of_filings(season.connection, season.year.year, key, PROVINCE, heard) if heard else {}
    if gate is None or gate.results is None:
        return []
    return [(gate.results(_thawed(kept[number])), heard[number]) for number in sorted(kept)]


def _thawed(facts: object) -> Any:  # noqa: ANN401 -- what a gate reads of it, it finds by the names of its facts
    return json.loads(json.dumps(facts), object_hook=lambda fields: SimpleNamespace(**fields))


def last_refusals(season: Season, cell: Cell) -> tuple[Finding, ...]:
    """Give what refused the city phase's newest filing."""
    year, key = season.year.year, (cell.phase, cell.city)
    verdict = verdicts.of_filing(season.connection, year, key, cell.filings, CITY)
    return verdict.refusals if verdict else ()


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


def digest(facts: object, apart: frozenset[str]) -> str:
    """Give a fingerprint of what the phase itself stands on; the fields in `apart` are not its own."""
    own = {name: value for name, value in frozen(facts).items() if name not in apart}
    return hashlib.sha256(json.dumps(own, ensure_ascii=False, sort_keys=True).encode()).hexdigest()
