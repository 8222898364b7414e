"""A city that left the year comes back into it, as long as the first phase that it missed is not over."""

from __future__ import annotations

from typing import TYPE_CHECKING

from acts.act import CITY, TOLD, Act, Bench, Filled, each
from acts.undo import Undo
from gates.states import Event, State
from letters.brief import Item
from letters.phrases import until
from models import reports, writing, written_letters
from season import owing
from season.outcome import Outcome
from season.refusing import refuse, unchanged
from season.settle import keep_room, opening, settle
from season.transaction import sitting

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from models.database import Database
    from models.stamp import Stamp
    from models.standing import Cell
    from season.unit_of_work import Season

BACK_LATE = "本市恢复参加较迟，按规定保留不少于 {days} 个工作日"


def rejoin(database: Database, year: int, city: str, stamp: Stamp, *, reason: str, dry_run: bool = False) -> Outcome:
    """Bring a city back into the year, by the province, with a reason. Again: nothing.

    `refused` once the first phase that it missed is past its due instant, or where its funded places were given to
    others meanwhile. What it had passed stands, what it had filed of held phases is judged again; all else it files
    anew, with `grace` working days at least. Whoever was told that it left is told that it is back.
    """
    with sitting(database, year, stamp, [city], dry_run=dry_run) as season:
        cells = [season.cells[phase.slug, city] for phase in season.year.phases]
        if city not in season.withdrawn:
            said = f"{season.year.city(city).name} 正在参加 {year} 年度，未作改动。"
            return unchanged(season, cells[0], Event.REJOIN, said)
        missed = [cell for cell in cells if cell.state is State.WITHDRAWN]
        for cell in missed:
            season.not_backdated(cell)
        anew = [cell for cell in missed if not cell.resume]  # what had been filed is not missed
        first = (anew or missed or cells)[0]
        why = _too_late(season, first) or _too_many(season, cells)
        outcome = refuse(season, first, Event.REJOIN, why) if why else _rejoin(season, missed, first, reason)
    return season.answered(outcome)


def _too_late(season: Season, first: Cell) -> str | None:
    name = season.year.city(first.city).name
    if first.state is not State.WITHDRAWN:
        return f"{name} 退出时各阶段均已通过，没有可恢复办理的阶段。"
    if season.in_time(first):
        return None
    due, missed = season.due(first.phase, first.city).day, season.year.phase(first.phase).name
    return f"{name} 退出后最早须报送的{missed}已于 {due} 24:00 截止，本年度不能恢复参加。"


def _too_many(season: Season, cells: Sequence[Cell]) -> str | None:
    """Say which total of the province would pass its cap: the places that the city freed may be others' by now."""
    totals = reports.matrix(season.connection, season.year.year, season.stamp.as_of).totals
    stands = [cell for cell in cells if cell.state is State.PASSED or cell.resume]  # all else it files anew
    for total in season.book.totals:
        own = sum((cell.tally or {}).get(total.name, 0) for cell in stands)
        if total.cap and own and totals[total.name] + own > totals[total.cap]:
            left = totals[total.cap] - totals[total.name]
            name = season.year.city(cells[0].city).name
            return f"{name} 原有{total.label} {own} {total.unit}，全省现仅余 {left} {total.unit}，不能恢复参加。"
    return None


def _rejoin(season: Season, missed: Sequence[Cell], first: Cell, reason: str) -> Outcome:
    year, city = season.year, first.city
    told = written_letters.told_of_leaving(season.connection, year.year, city)
    writing.withdraw_city(season.connection, year.year, city, None)
    back = [season.move(cell, Event.REJOIN, reason, tally=cell.tally if cell.resume else None) for cell in missed]
    opened = [cell for cell in back if _opens(season, cell)]
    settle(season, [city])
    items = tuple(_items(season, [cell for cell in opened if cell.phase != first.phase]))
    owing.rejoined(season, season.cells[first.phase, city], reason, items, told | {f"city:{city}"})
    due, name = season.due(first.phase, city).day, year.phase(first.phase).name
    said = f"{year.city(city).name} 已恢复参加 {year.year} 年度；{len(missed)} 个阶段恢复办理，{name}截止 {due} 24:00。"
    return Outcome("done", said)


def _opens(season: Season, cell: Cell) -> bool:
    """Open a phase whose opening has come, from now on, with room to work; what it had filed is not opened."""
    since = None if cell.resume else opening(season, season.year.phase(cell.phase), cell.city)
    if since is None or since > season.stamp.as_of:
        return False
    cell = season.move(cell, Event.OPEN, since=season.stamp.as_of)
    keep_room(season, cell, season.stamp.as_of, BACK_LATE)
    owing.opened(season, cell)
    return True


def _items(season: Season, cells: Sequence[Cell]) -> Iterator[Item]:
    for cell in cells:
        yield Item(season.year.phase(cell.phase).name, f"{until(season.due(cell.phase, cell.city).day)}截止")


def _rejoined(bench: Bench, filled: Filled, city: str) -> Outcome:
    given = (bench.database, bench.year.year, city, bench.stamp)
    return rejoin(*given, reason=filled.reason, dry_run=bench.dry_run)


REJOIN = Act(
    "rejoin",
    lambda _: "恢复参加本年度",
    (CITY, TOLD),
    each(_rejoined),
    lambda _, year, filled: f"恢复{filled.named(year)}参加 {year.year} 年度",
    Event.REJOIN,
    frozenset({State.WITHDRAWN}),
    undo=Undo("withdraw", ("city",)),
)
