"""`talent status`, `talent log`, `talent phase why`: what happened, at any instant."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from commands.options import SEASON, City, SeasonOptions, local
from commands.output import answer, line, table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console

    from acts.why import ReportCard
    from calendars.year import Year
    from gates.states import State
    from models.histories import PastMove
    from models.reports import Matrix

Phase = Annotated[str | None, Parameter(name="--phase", metavar="阶段", help="只看这一阶段")]


def status(*, phase: Phase = None, city: City = None, season: SeasonOptions = SEASON) -> None:
    """Print the matrix, now or as it stood at any instant."""
    from commands.matrix import show
    from models.reports import matrix
    from models.trained import with_trained

    database, year, stamp = season.viewing()
    with database.read() as connection:
        found = narrowed(with_trained(connection, matrix(connection, year.year, stamp.as_of)), phase, city)
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


def log(*, city: City = None, phase: Phase = None, season: SeasonOptions = SEASON) -> None:
    """Print the transitions: who, when, why."""
    from acts.json_shapes import log_entry
    from models.histories import Span, as_written

    database, year = season.opened()
    place = year.city(city).slug if city else None
    slug = year.phase(phase).slug if phase else None
    with database.read() as connection:
        rows = as_written(connection, Span(year.year, season.as_of, slug, place))
    answer(season.json, [log_entry(row) for row in rows], lambda console: _log(console, year, rows))


def _log(console: Console, year: Year, rows: Sequence[PastMove]) -> None:
    from acts.signatures import mover

    shown = [
        (
            f"{local(row.as_of):%Y-%m-%d %H:%M}",
            year.city(row.city).name,
            year.phase(row.phase).name,
            row.event.chinese + ("（未获准）" if row.refused else ""),
            _states(row.before, row.after),
            mover(row),
            row.reason or "",
        )
        for row in rows
    ]
    console.print(table("时刻", "城市", "阶段", "事项", "状态", "操作人", "缘由", rows=shown))
    line(console, f"共 {len(rows)} 条。")


def _states(before: State, after: State) -> str:
    return after.chinese if before is after else f"{before.chinese} → {after.chinese}"


def why(
    phase: Annotated[str, Parameter(name="阶段", help="阶段")],
    /,
    *,
    city: Annotated[str, Parameter(metavar="城市", help="设区市：拼音、中文名或行政区划代码")],
    trial: Annotated[bool, Parameter(negative="", help="自查：按现在导入的内容核验，不看已有结论")] = False,
    season: SeasonOptions = SEASON,
) -> int:
    """Print the newest report card of a city phase, or of its draft where nothing was filed; 1 where it refuses."""
    from acts.why import report_card

    database, year, stamp = season.viewing()
    slug, place = year.phase(phase).slug, year.city(city).slug
    found = report_card(database, year.year, slug, place, stamp, trial=trial)
    answer(season.json, found.as_json(), lambda console: _card(console, year, found))
    return 0 if found.passed else 1


def _card(console: Console, year: Year, found: ReportCard) -> None:
    from commands.outcomes import card

    title = f"{year.city(found.city).name} {year.phase(found.phase).name}　第 {found.attempt} 轮"
    how = "　自查（尚未报送，按已导入的内容）" if found.trial and found.verdicts else ""
    given = ("通过" if found.passed else "未通过") if found.verdicts else "尚无结论"
    ended = "线下办理" if found.on_paper else given
    line(console, f"{title}：{ended}{how}", "bold")
    if found.note:
        line(console, found.note)
    if found.verdicts:
        card(console, found.as_json()["rules"])
