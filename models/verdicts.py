"""What gates said of filings, as it was kept."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select

from gates.verdict import Verdict
from models.columns import table_of
from models.record_chain import GONE
from models.tables.season import Filing

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy import Connection

    from models.standing import Key


def last_digests(connection: Connection, year: int, phase: str, cities: Iterable[str]) -> dict[tuple[str, str], str]:
    """Give the digest of the facts of each city's newest judgement in a phase, by city and part."""
    table = table_of(Filing)
    newest = (
        select(func.max(table.c.id))
        .where(table.c.year == year, table.c.phase == phase, table.c.city.in_(list(cities)))
        .group_by(table.c.city, table.c.part)
    )
    query = select(table.c.city, table.c.part, table.c.digest).where(table.c.id.in_(newest))
    return {(city, part): said for city, part, said in connection.execute(query)}


def facts_of_filings(
    connection: Connection, year: int, key: Key, part: str, numbers: Iterable[int]
) -> dict[int, dict[str, Any]]:
    """Give the facts, as they were frozen, that a part of a city phase passed on, by these numbers of its filings."""
    table = table_of(Filing)
    phase, city = key
    mine = (table.c.year == year, table.c.phase == phase, table.c.city == city, table.c.part == part, table.c.passed)
    query = select(table.c.number, table.c.facts).where(*mine, table.c.number.in_(sorted(numbers)))
    return dict(connection.execute(query).tuples().all())


def last_passed_on(connection: Connection, year: int, key: Key, part: str, *, most: int) -> list[dict[str, Any]]:
    """Give the facts that a part of a city phase passed on the last times, the newest first."""
    table = table_of(Filing)
    phase, city = key
    mine = (table.c.year == year, table.c.phase == phase, table.c.city == city, table.c.part == part, table.c.passed)
    query = select(table.c.facts).where(*mine).order_by(table.c.id.desc()).limit(most)
    return list(connection.execute(query).scalars())


def newest_facts(
    connection: Connection, year: int, phase: str, cities: Iterable[str]
) -> dict[tuple[str, str], dict[str, Any]]:
    """Give the facts that these cities were last judged by in a phase, as they were frozen, by city and part."""
    table = table_of(Filing)
    mine = (table.c.year == year, table.c.phase == phase, table.c.city.in_(list(cities)))
    query = select(table.c.city, table.c.part, table.c.facts).where(*mine).order_by(table.c.id)
    return {(city, part): facts for city, part, facts in connection.execute(query)}


def of_filing(connection: Connection, year: int, key: Key, number: int, part: str) -> Verdict | None:
    """Give what was said of a part of a city phase's filing of that number; None where it was not judged."""
    table = table_of(Filing)
    phase, city = key
    query = select(table.c.verdict).where(
        table.c.year == year,
        table.c.phase == phase,
        table.c.city == city,
        table.c.number == number,
        table.c.part == part,
    )
    kept = connection.execute(query).scalar()
    return Verdict.from_json(kept) if kept else None


def without_people(verdict: Any) -> Any:  # noqa: ANN401 -- JSON
    """Leave of a report card, as it is stored, which rules held, and nothing that names anybody."""
    if not isinstance(verdict, dict):
        return []
    nobody = {"found": "", "mend": "", "numbers": []}
    rules = [
        {**rule, **nobody, **({"waived_by": GONE, "waived_reason": GONE} if rule.get("waived") else {})}
        for rule in verdict["rules"]
    ]
    return {**verdict, "rules": rules}


def facts_without_people(facts: Any) -> Any:  # noqa: ANN401 -- JSON
    """Leave of the facts that a filing was judged on which lists there were."""
    return {name: [] for name, value in facts.items() if isinstance(value, list)} if isinstance(facts, dict) else []
