"""`talent status`, `talent log`, `talent phase why`: what happened, at any instant."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter

from commands.options import SEASON, TZ, City, Season
from commands.output import answer, line, table

if TYPE_CHECKING:
    from datetime import datetime

    from rich.console import Console
    from sqlalchemy import Row

    from calendars.year import Year
    from models.reports import Matrix

Phase = Annotated[str | None, Parameter(name="--phase", metavar="阶段", help="只看这一阶段")]


def status(*, phase: Phase = None, city: City = None, season: Season = SEASON) -> None:
    """Print the matrix, now or as it stood at any instant."""
    from commands.matrix import show
    from models.reports import matrix

    database, year = season.opened()
    with database.read() as connection:
        found = narrowed(matrix(connection, year.year, season.moment()), phase, city)
    answer(season.json, found.as_json(), lambda console: show(console, found))


def narrowed(found: Matrix, phase: str | None, city: str | None) -> Matrix:
    """Only one phase, only one city, where they are named; the totals stay those of the province."""
    slug = found.year.phase(phase).slug if phase else None
    place = found.year.city(city).slug if city else None
    cities = {
        key: tuple(each for each in phases if slug in {None, each.phase})
        for key, phases in found.cities.items()
        if place in {None, key}
    }
    return replace(found, cities=cities)


def log(*, city: City = None, phase: Phase = None, season: Season = SEASON) -> None:
    """Print the transitions: who, when, why."""
    from models.reports import log as logged

    database, year = season.opened()
    place = year.city(city).slug if city else None
    slug = year.phase(phase).slug if phase else None
    with database.read() as connection:
        rows = logged(connection, year.year, city=place, phase=slug, as_of=season.as_of)
    answer(season.json, [_entry(row) for row in rows], lambda console: _log(console, year, rows))


def _entry(row: Row[Any]) -> dict[str, Any]:
    return {
        "phase": row.phase,
        "city": row.city,
        "seq": row.seq,
        "event": row.event,
        "from": row.from_state,
        "to": row.to_state,
        "refused": row.refused,
        "attempt": row.attempt,
        "by": row.by,
        "at": local(row.at).isoformat(),
        "as_of": local(row.as_of).isoformat(),
        "reason": row.reason,
    }


def local(at: datetime) -> datetime:
    """The instant in Shanghai's time."""
    return at.astimezone(TZ)


def _log(console: Console, year: Year, rows: list[Row[Any]]) -> None:
    from gates.states import Event, State

    shown = [
        (
            f"{local(row.as_of):%Y-%m-%d %H:%M}",
            year.city(row.city).name,
            year.phase(row.phase).name,
            Event(row.event).chinese + ("（未获准）" if row.refused else ""),
            f"{State(row.from_state).chinese} → {State(row.to_state).chinese}",
            row.by,
            row.reason or "",
        )
        for row in rows
    ]
    console.print(table("时刻", "城市", "阶段", "事项", "状态", "操作人", "缘由", rows=shown))
    line(console, f"共 {len(rows)} 条。")


def why(
    phase: Annotated[str, Parameter(help="阶段")],
    /,
    *,
    city: Annotated[str, Parameter(metavar="城市", help="设区市")],
    season: Season = SEASON,
) -> int:
    """Print the newest report card of a city phase; 1 where it refused, or where there is none."""
    from models.reports import verdicts

    database, year = season.opened()
    slug, place = year.phase(phase).slug, year.city(city).slug
    with database.read() as connection:
        rows = [row for row in verdicts(connection, year.year, slug, place) if row.as_of <= season.moment()]
    attempt = rows[-1].attempt if rows else 1
    cards = {row.part: row for row in rows if row.attempt == attempt}  # the newest of each part
    rules = [rule for row in cards.values() for rule in row.verdict["rules"]]
    passed = bool(rows) and all(row.passed for row in cards.values())
    data = {"phase": slug, "city": place, "attempt": attempt, "passed": passed, "rules": rules}
    answer(season.json, data, lambda console: _card(console, year, data, judged=bool(rows)))
    return 0 if passed else 1


def _card(console: Console, year: Year, data: dict[str, Any], *, judged: bool) -> None:
    from commands.outcomes import card

    title = f"{year.city(data['city']).name} {year.phase(data['phase']).name}　第 {data['attempt']} 次"
    if not judged:
        line(console, f"{title}：还没有报送，没有结论。")
        return
    line(console, f"{title}：{'通过' if data['passed'] else '未通过'}", "bold")
    card(console, data["rules"])
