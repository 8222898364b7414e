"""Published results that stood on what is on record otherwise by now: visits, logs, scores, who is in training."""

from __future__ import annotations

import json
from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

from gates.states import State
from models import verdicts
from models.stamp import SYSTEM, Stamp
from season import judging
from season.unit_of_work import Season

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime
    from typing import Any

    from sqlalchemy import Connection

    from calendars.year import Phase
    from models.standing import Cell


class OutdatedResult(NamedTuple):
    """A city phase whose results were published, since when something they stood on changed, and about which students.

    Nobody is named where what changed is about no one student.
    """

    phase: str
    city: str
    since: datetime
    numbers: tuple[str, ...]


def outdated_results(season: Season) -> tuple[OutdatedResult, ...]:
    """Give them, in the order of the phases and cities; the same number of statements for any number of cities."""
    return tuple(one for phase in season.year.phases for one in _of_phase(season, phase))


def outdated_results_at(connection: Connection, year: int, at: datetime) -> tuple[OutdatedResult, ...]:
    """Give them of a year as it stands at an instant."""
    return outdated_results(Season.read(connection, year, Stamp(SYSTEM, at, at), None, reading=True))


def _of_phase(season: Season, phase: Phase) -> Iterator[OutdatedResult]:
    gate = judging.province_gate(season, phase.slug)
    if phase.province != "results" or gate is None or gate.results is None:
        return
    touched = {city: at for city in season.cities if (at := _touched(season, season.cells[phase.slug, city]))}
    if not touched:
        return
    cities, parts = list(touched), (judging.CITY, judging.PROVINCE)
    before = judging.last_digests(season, phase.slug, cities)
    now = {part: judging.judge_cities(season, phase.slug, cities, part) for part in parts}
    changed = {
        city: differing
        for city in cities
        if (differing := [part for part in parts if before.get((city, part)) != now[part][city].digest])
    }
    kept = verdicts.newest_facts(season.connection, season.year.year, phase.slug, changed) if changed else {}
    for city, differing in changed.items():
        numbers = {n for part in differing for n in _differing(kept.get((city, part), {}), now[part][city].facts)}
        yield OutdatedResult(phase.slug, city, touched[city], tuple(sorted(numbers)))


def _touched(season: Season, cell: Cell) -> datetime | None:
    """Give when something that a published phase uses was last put on record since then; None for never."""
    if cell.state is not State.PASSED or cell.on_paper or cell.passed_at is None:
        return None
    used = season.book.uses.get(cell.phase, frozenset())
    times = [one.as_of for slug in used if (one := season.cells.get((slug, cell.city)))]
    newest = max(times, default=cell.passed_at)
    return newest if newest > cell.passed_at else None


def _differing(before: Mapping[str, Any], facts: object) -> set[str]:
    """Give the students of whom facts say otherwise than they did when they were frozen."""
    was, now = _by_student(before), _by_student(judging.frozen(facts))
    return {number for number in was.keys() | now.keys() if was.get(number) != now.get(number)}


def _by_student(facts: Mapping[str, Any]) -> Mapping[str, set[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for name, rows in facts.items():
        for row in rows if isinstance(rows, list) else ():
            number = row.get("number") if isinstance(row, dict) else row[0] if isinstance(row, list) else row
            if isinstance(number, str) and number[:1].isdigit():
                found[number].add(f"{name}{json.dumps(row, ensure_ascii=False, sort_keys=True)}")
    return found
