"""Letters that time alone makes owed: reminders, overdue letters, escalations, the monthly watch, the daily digest."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from calendars import rungs
from calendars.deadlines import TZ, day_of, start_of
from gates.found import named
from gates.states import State
from letters.brief import Group, Item
from letters.occurrences import reminds_parties
from letters.phrases import city as city_named
from letters.phrases import questioned, short
from letters.sentences import unfinished
from letters.words import DECISIONS
from models import case_notes, city_requests, letter_marks, party_addresses
from models.alarms import suppressions, undelivered_by_city
from models.case_notes import PROVINCE
from models.open_years import tried_though_begun
from models.outbox import ALL
from models.written_letters import last_digest, opened_to_parties
from phases.parties import called_by
from season import owing, recipients
from season.outdated_results import outdated_results
from season.still_due import still_due
from season.still_to_come import still_to_come
from season.watched_visits import watch_visits

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from calendars.deadlines import Due
    from calendars.year import Phase
    from models.standing import Cell
    from season.still_due import StillDue
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
            watch_visits(season, phase)
        if season.dealings(phase.slug).arranged:
            _tell_parties(season, phase)


def _tell_parties(season: Season, phase: Phase) -> None:
    """Owe the parties of what is open word of it where they can wait no longer for the city to say when and where."""
    under_way = (season.cells[phase.slug, city] for city in season.cities)
    cells = [cell for cell in under_way if cell.state in {State.OPEN, State.RETURNED}]
    cells = [cell for cell in cells if season.stamp.as_of >= season.told_at_last(cell)]
    told = opened_to_parties(season.connection, season.year.year, phase.slug) if cells else ()
    for cell in cells:
        if cell.city not in told:
            owing.opened(season, cell)


Ladders = dict[tuple[str, "Due", datetime], "tuple[rungs.Rung, ...]"]
"""The ladders of one pass: most cities share theirs."""

ALWAYS = datetime.min.replace(tzinfo=TZ)
"""Since when a ladder has every rung."""


def ladder(
    season: Season, phase: Phase, due: Due, since: datetime, whose: owing.Owes, *, second: bool = False
) -> tuple[rungs.Rung, ...]:
    """Give the reminders before a city's due day to the city, to its parties, or before the province's own to it.

    With `second` those of the second part, whose due day it is. None is sent within a working day of what happened at
    `since`: the opening, the filing.
    """
    figures, days = season.year.figures, season.days
    soonest = since if since is ALWAYS else season.year.hours.a_day_after(since)
    if whose == "city":
        return rungs.ladder(phase, due, days, soonest, second=second)
    if whose == "party":
        return rungs.party_ladder(season.theirs(due, "mentor"), figures, days, soonest)
    return rungs.province_ladder(due, figures, days, soonest)


def _chase(season: Season, phase: Phase, cell: Cell, ladders: Ladders) -> None:
    now, days = season.stamp.as_of, season.days
    if cell.state in {State.OPEN, State.RETURNED} and cell.since is not None:
        _remind_city(season, phase, cell, (season.due(phase.slug, cell.city), cell.since), ladders)
    elif (second := season.second_owed(cell)) is not None and cell.filed_at is not None:
        _remind_city(season, phase, cell, (second, cell.filed_at), ladders, second=True)
    if (waits := season.pending(cell)) is None:
        return
    if not waits.province:
        if now >= (first := rungs.overdue_letter_at(waits.due, days)):
            owing.overdue(season, cell, waits.due)
            if (week := rungs.week_begun(now, days)) > first:
                owing.still_late(season, cell, waits.due, week)
        if now >= rungs.escalation_at(waits.due, days, season.year.figures.escalation_days):
            owing.escalation(season, cell, waits.due)
    else:
        theirs = rungs.latest(ladder(season, phase, waits.due, waits.since, "province"), now)
        _remind(season, cell, waits.due, theirs, "province")


def _remind_city(
    season: Season, phase: Phase, cell: Cell, asked: tuple[Due, datetime], ladders: Ladders, *, second: bool = False
) -> None:
    """Remind a city, and its parties, of what has been asked of it by a due day, since an instant."""
    due, since = asked
    now, key = season.stamp.as_of, (phase.slug, due, since)
    if key not in ladders:
        ladders[key] = ladder(season, phase, due, since, "city", second=second)
    _remind(season, cell, due, rungs.latest(ladders[key], now), "city")
    of = season.dealings(phase.slug, second=second)
    if reminds_parties(of) and day_of(now) < season.theirs(due, "mentor").day:
        _remind(season, cell, due, rungs.latest(ladder(season, phase, due, since, "party"), now), "party")


def moved_since(season: Season, cell: Cell, rung: rungs.Rung) -> bool:
    """Tell whether the day was moved today, after a rung of the new one: who heard of that is reminded tomorrow."""
    moved = season.moved_at(cell)
    return moved is not None and rung.instant <= moved and day_of(moved) == day_of(season.stamp.as_of)


def _remind(season: Season, cell: Cell, due: Due, rung: rungs.Rung | None, whose: owing.Owes) -> None:
    if rung is None or season.stamp.as_of >= due.instant:
        return
    if whose == "province" or not moved_since(season, cell, rung):
        owing.reminder(season, cell, due, rung, whose)


def digest(season: Season) -> None:
    """Owe the province its digest of the working day, where at 09:00 something was late, waited for it or is stuck.

    Daily while something of it began within the year's `digest_days`, else once a week; what began since the last one
    is marked as new.
    """
    now, days, figures = season.stamp.as_of, season.days, season.year.figures
    slot = rungs.digest_slot(now, days)
    last = None if slot is None else last_digest(season.connection, season.year.year, now)
    if slot is None or last == slot:
        return
    persons = still_due(season)
    awaiting = [
        *tried_still(season),
        *_waiting(season, persons),
        *_asking(season),
        *_noted(season),
        *_differing(season),
        *_kept(season),
        *_outdated(season),
        *_later(season, persons),
    ]
    found = [*_late(season), *awaiting, *_given_up(season), *_stuck(season)]
    begun = [since for since, _ in found if since <= slot]
    weekly = last is None or last < rungs.week_begun(now, days)
    if begun and (weekly or slot <= rungs.daily_until(max(begun), figures.digest_days, days)):
        items = tuple(replace(item, new=last is not None and last < since <= now) for since, item in found)
        owing.digest(season, slot, items)


def _since(season: Season, since: datetime, whose: str, said: str, group: Group) -> tuple[datetime, Item]:
    days = (day_of(season.stamp.as_of) - day_of(since)).days
    return since, Item(whose, said, days=days, group=group)


def tried_still(season: Season) -> Iterator[tuple[datetime, Item]]:
    """Give the years of which nobody was written to though a phase has opened, for they are tried still.

    In the digest of every year: that of a tried one goes to the trial's mailbox alone.
    """
    for year, first in tried_though_begun(season.connection, day_of(season.stamp.as_of)):
        said = f"{first.name}已开放，仍在试运行，各市没有收到函件；试毕请正式启用"
        yield _since(season, start_of(first.opens), f"{year.year}年度", said, "awaiting")


def _waiting(season: Season, persons: Sequence[StillDue]) -> Iterator[tuple[datetime, Item]]:
    """Give the filings that wait for the province, by when it decides, or what it cannot end the phase without."""
    for cell in season.cells.values():
        if (waits := season.pending(cell)) is None or not waits.province:
            continue
        ending = season.year.phase(cell.phase).province
        decision = f"待{DECISIONS[ending]}" if ending else ""
        beyond = f"，已逾期{waits.late}天" if waits.late else ""
        until = unfinished(still_to_come(season, cell, persons), ending) or f"{short(waits.due.day)}前办结{beyond}"
        said = "，".join(filter(None, (decision, until)))
        yield _since(season, waits.since, _whose(season, cell.phase, cell.city), said, "awaiting")


def _late(season: Season) -> Iterator[tuple[datetime, Item]]:
    """Give the late cities."""
    for cell in season.cells.values():
        waits = season.pending(cell)
        if waits is not None and not waits.province:
            whose = _whose(season, cell.phase, cell.city, second=cell.state is State.SUBMITTED)
            yield waits.since, Item(whose, f"{short(waits.due.day)}截止", days=waits.late, group="late")


def _whose(season: Season, phase: str, city: str, *, second: bool = False) -> str:
    """盐城市入选名单: what a city files, in short, or the second part of it."""
    called = season.dealings(phase, second=second).called or called_by(season.year.phase(phase).name)
    return f"{city_named(season.year.city(city).name)}{called.short}"


def _asking(season: Season) -> Iterator[tuple[datetime, Item]]:
    """Give the requests that nobody has answered."""
    for one in city_requests.unanswered(season.connection, season.year.year, season.stamp.as_of):
        about = questioned(one.about, season.year.phase(one.phase).province) if one.about else ""
        said = f"对{about}提出异议，请答复" if about else f"申请延期至{short(one.day)}，请答复"
        yield _since(season, one.as_of, _whose(season, one.phase, one.city), said, "awaiting")


def _noted(season: Season) -> Iterator[tuple[datetime, Item]]:
    """Give the cities' questions about a case, by their numbers: what they say is read where one signs in."""
    for one in case_notes.unanswered(season.connection, season.year.year, PROVINCE, season.stamp.as_of):
        wanted = f"，希望{short(one.until)}前" if one.until else ""
        yield _since(
            season, one.as_of, _whose(season, one.phase, one.city), f"{one.id}号留言待回复{wanted}", "awaiting"
        )


def _differing(season: Season) -> Iterator[tuple[datetime, Item]]:
    """Give the addresses that a city filed against the one in force."""
    for one in party_addresses.differences(season.connection, season.year.year, season.stamp.as_of):
        said = f"{season.year.city(one.city).name}报送的邮箱与现用的不同，请决定用哪一个"
        yield _since(season, one.as_of, recipients.named(season.year, one.recipient), said, "awaiting")


def _outdated(season: Season) -> Iterator[tuple[datetime, Item]]:
    """Give the published results that stood on what is on record otherwise by now."""
    for one in outdated_results(season):
        said = f"结果公布之后，所依据的记录有变化{named(one.numbers)}，请核对；需要的更正结果，否则维持"
        yield _since(season, one.since, season.title(one.phase, one.city), said, "awaiting")


def _later(season: Season, persons: Sequence[StillDue]) -> Iterator[tuple[datetime, Item]]:
    """Give whoever has a day of his own and is not complete yet, since his city's day; late only after his own."""
    for one in persons:
        since, over = season.due(one.phase, one.city).instant, (day_of(season.stamp.as_of) - one.until).days
        said = f"个人延期至{short(one.until)}，还没有交齐" + (f"，已逾期{over}天" if over > 0 else "")
        yield since, Item(f"{season.title(one.phase, one.city)} {one.whom}", said, group="awaiting")


def _kept(season: Season) -> Iterator[tuple[datetime, Item]]:
    """Give the letters that wait for their release: nobody else lets them go."""
    count, since = letter_marks.kept(season.connection, season.year.year, season.stamp.as_of)
    if since is not None:
        yield _since(season, since, "函件", f"{count}封留待放行，请阅后放行", "awaiting")


def _given_up(season: Season) -> Iterator[tuple[datetime, Item]]:
    """Give the addresses that are written to no more: whoever is reached at one hears of no deadline."""
    found = suppressions(season.connection, season.year.year, season.stamp.as_of)
    parties = {key: int(key.partition(":")[2]) for one in found for key in one.to if recipients.is_party(key)}
    said_by = party_addresses.said_by(season.connection, season.year.year, parties.values())
    awaited = party_addresses.differences(season.connection, season.year.year, season.stamp.as_of)
    asked = {one.recipient for one in awaited}
    for one in found:
        whose = "、".join(recipients.named(season.year, recipient) for recipient in one.to)
        cities = dict.fromkeys(city for key in one.to if key in parties for city in said_by.get(parties[key], ()))
        who = "、".join(recipients.named(season.year, f"city:{city}") for city in cities)
        mend = "已报来另一个，请决定用哪一个" if asked & {*one.to} else f"请{who}更正"
        said = f"邮箱{one.address}已停止发函（{one.why}），{mend}"
        yield _since(season, one.since, whose, said, "undeliverable")


def _stuck(season: Season) -> Iterator[tuple[datetime, Item]]:
    """Give the letters that could not be delivered: a deadline at risk."""
    for city, count, since in undelivered_by_city(season.connection, season.year.year, season.stamp.as_of):
        name = "全省" if city == ALL else city_named(season.year.city(city).name)
        yield _since(season, since, name, f"{count}封函件未能送达", "undeliverable")
