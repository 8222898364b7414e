"""Letters that time alone makes owed: reminders, overdue letters, escalations, the monthly watch, the daily digest."""

from __future__ import annotations

from typing import TYPE_CHECKING

from calendars import rungs
from calendars.deadlines import day_of
from gates.states import State
from letters.brief import Item
from letters.phrases import day
from models import extension_requests, party_addresses
from models.alarms import alarms, undelivered_by_city
from models.outbox import ALL, queued_keys
from models.parties import Reach
from season import owing, recipients
from season.judging import scope_of
from season.settle import province_due

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from calendars.deadlines import Due
    from calendars.year import Phase
    from models.standing import Cell
    from season.unit_of_work import Season


def chase(season: Season, phases: Sequence[str] | None = None) -> None:
    """Owe what has come for each city phase still waited for: of several rungs the latest, never the backlog."""
    ladders: Ladders = {}
    for phase in season.year.phases:
        if phases is not None and phase.slug not in phases:
            continue
        for city in season.cities:
            _chase(season, phase, season.cells[phase.slug, city], ladders)
        if phase.monthly_from is not None:
            _watch_visits(season, phase)


Ladders = dict[tuple[str, "Due", "datetime"], "tuple[rungs.Rung, ...]"]
"""The ladders of one pass: most cities share theirs."""


def _chase(season: Season, phase: Phase, cell: Cell, ladders: Ladders) -> None:
    now, days = season.stamp.as_of, season.days
    if cell.state in {State.OPEN, State.RETURNED} and cell.since is not None:
        due = season.due(phase.slug, cell.city)
        key = (phase.slug, due, cell.since)
        if key not in ladders:
            ladders[key] = rungs.ladder(phase, due, days, cell.since)
        _remind(season, cell, due, rungs.latest(ladders[key], now), province=False)
    elif cell.state is State.OVERDUE:
        due = season.due(phase.slug, cell.city)
        if now >= rungs.overdue_letter_at(due, days):
            owing.overdue(season, cell, due)
        if now >= rungs.escalation_at(due, days, season.year.figures.escalation_days):
            owing.escalation(season, cell, due)
    elif cell.state is State.SUBMITTED and phase.province and cell.filed_at is not None:
        due = province_due(season, cell)
        ladder = rungs.province_ladder(due, season.year.figures, days, cell.filed_at)
        _remind(season, cell, due, rungs.latest(ladder, now), province=True)


def _remind(season: Season, cell: Cell, due: Due, rung: rungs.Rung | None, *, province: bool) -> None:
    if rung is not None and season.stamp.as_of < due.instant:
        owing.reminder(season, cell, due, rung, province=province)


def _watch_visits(season: Season, phase: Phase) -> None:
    """Write once a month about the students who have fewer days on campus than the months gone by ask for."""
    now = season.stamp.as_of
    months = [instant for instant in rungs.monthly(phase, season.days) if instant <= now]
    cells = [season.cells[phase.slug, city] for city in season.cities]
    watched = [cell for cell in cells if cell.state in {State.OPEN, State.RETURNED} and cell.since is not None]
    if not months or not watched:
        return
    month = months[-1]
    slot = f"{month:%Y-%m-%d}"
    done = {key[1] for key in queued_keys(season.connection, season.year.year, [slot]) if key[4] == "visits-short"}
    cities = [cell.city for cell in watched if cell.city not in done and cell.since is not None and cell.since <= month]
    owed = visits_owed(season, month)
    behind = Reach(scope_of(season, phase.slug, cities)).behind(day_of(month), owed) if cities else {}
    for city, had in behind.items():
        if had:
            year = season.year.figures.visits
            said = {number: f"到校培养尚缺 {owed - days} 次（全年不少于 {year} 次）" for number, days in had.items()}
            owing.visits_short(season, season.cells[phase.slug, city], slot, said)


def visits_owed(season: Season, at: datetime) -> int:
    """Give the visits that the months of cultivation gone by ask for, in proportion to the year's figure.

    A local assumption: the notice names only the figure for the whole year (四(三)).
    """
    first, last = season.year.figures.cultivation_months
    months = season.year.figures.ahead(last) + 1
    gone = min(max((at.year - season.year.year) * 12 + at.month - first, 0), months)
    return season.year.figures.visits * gone // months


def digest(season: Season) -> None:
    """Owe the province its digest of the working day, where at 09:00 something was late, waited for it or is stuck."""
    slot = rungs.digest_slot(season.stamp.as_of, season.days)
    if slot is None:
        return
    awaiting = [*_awaiting(season), *_asking(season), *_differing(season)]
    found = [*_late(season), *awaiting, *_given_up(season), *_stuck(season)]
    if any(since <= slot for since, _ in found):
        items = tuple(item for _, item in found)
        owing.digest(season, slot, items)


def _late(season: Season) -> list[tuple[datetime, Item]]:
    found = []
    for cell in season.cells.values():
        if cell.state is State.OVERDUE:
            due = season.due(cell.phase, cell.city)
            days = (day_of(season.stamp.as_of) - due.day).days
            said = f"应于{day(due.day)} 24:00 前报送"
            item = Item(season.title(cell.phase, cell.city), said, days=days, group="late")
            found.append((due.instant, item))
    return found


def _awaiting(season: Season) -> list[tuple[datetime, Item]]:
    found = []
    for cell in season.cells.values():
        if cell.state is State.SUBMITTED and season.year.phase(cell.phase).province and cell.filed_at is not None:
            due = province_due(season, cell)
            days = (day_of(season.stamp.as_of) - day_of(cell.filed_at)).days
            late = (day_of(season.stamp.as_of) - due.day).days
            said = f"应于{day(due.day)} 24:00 前办理" + (f"，已超期 {late} 天" if late > 0 else "")
            item = Item(season.title(cell.phase, cell.city), said, days=days, group="awaiting")
            found.append((cell.filed_at, item))
    return found


def _asking(season: Season) -> list[tuple[datetime, Item]]:
    """Requests for a later day that nobody has answered."""
    found = []
    for one in extension_requests.unanswered(season.connection, season.year.year, season.stamp.as_of):
        days = (day_of(season.stamp.as_of) - day_of(one.as_of)).days
        said = f"申请延期至{day(one.until)}，请答复"
        found.append((one.as_of, Item(season.title(one.phase, one.city), said, days=days, group="awaiting")))
    return found


def _differing(season: Season) -> list[tuple[datetime, Item]]:
    """Addresses that a city filed against the one in force."""
    found = []
    for one in party_addresses.differences(season.connection, season.year.year, season.stamp.as_of):
        said = f"{season.year.city(one.city).name}报送的邮箱与现用的不同，请决定用哪一个"
        days = (day_of(season.stamp.as_of) - day_of(one.as_of)).days
        item = Item(recipients.named(season.year, one.recipient), said, days=days, group="awaiting")
        found.append((one.as_of, item))
    return found


def _given_up(season: Season) -> list[tuple[datetime, Item]]:
    """Addresses that are written to no more: whoever is reached at one hears of no deadline."""
    found = []
    for one in alarms(season.connection, season.year.year, season.stamp.as_of).suppressed:
        whose = "、".join(recipients.named(season.year, recipient) for recipient in one.to)
        days = (day_of(season.stamp.as_of) - day_of(one.since)).days
        item = Item(whose, f"邮箱 {one.address} 已停用（{one.why}），请更正", days=days, group="undeliverable")
        found.append((one.since, item))
    return found


def _stuck(season: Season) -> list[tuple[datetime, Item]]:
    """Letters that could not be delivered: a deadline at risk."""
    found = []
    for city, count, since in undelivered_by_city(season.connection, season.year.year, season.stamp.as_of):
        name = "全省" if city == ALL else season.year.city(city).name
        days = (day_of(season.stamp.as_of) - day_of(since)).days
        found.append((since, Item(name, f"{count} 封函件未能送达", days=days, group="undeliverable")))
    return found
