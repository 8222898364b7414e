"""Revising the calendar of a year that is under way: nobody is worse off than what they were told."""

from __future__ import annotations

from typing import TYPE_CHECKING

from acts.act import UNTOLD, Act, Bench, Field, Filled
from acts.extend import ANEW, say_anew
from acts.new_days import CONFIRM, checked
from calendars.deadlines import day_of, end_of, handed_in, last_day, resolve
from gates.states import Event, State
from letters.occurrences import OFFICES, ahead
from models import reports, written_letters
from models.days_told import days_told
from models.revised_calendars import replace_calendar
from season import second_days
from season.moving import WAITED_FOR
from season.outcome import Outcome
from season.recipients import audience_of
from season.settle import settle
from season.transaction import sitting

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import date

    from acts.new_days import NewDay
    from calendars.deadlines import Due
    from calendars.year import Phase, Year
    from models.database import Database
    from models.days_told import Told
    from models.stamp import Stamp
    from models.standing import Cell, Key
    from models.written_letters import Unsent
    from season.unit_of_work import Season

WAY_OUT = "已逾期或要重新办理的市请用重新开放，还没有到期的用延期"


def amend(
    database: Database,
    year: int,
    calendar: Year,
    stamp: Stamp,
    *,
    reason: str,
    untold: str = "",
    dry_run: bool = False,
) -> Outcome:
    """Put a checked calendar in the place of the year's; `refused` with every reason where it would strand somebody.

    Cities, phases and their order stay. A due day that was made known to anybody, and the day of a party that was told
    one, moves earlier only where it leaves the year's `grace` working days from now. A due day that is past moves where
    nobody is late by it: who still owes the phase has yet to be told it is open, or has a day of its own ahead. Letters
    that name an old day and are not sent are taken back and owed anew, and whoever has one hears that its day moved,
    save where `untold` says why not. The same calendar again: nothing.
    """
    with sitting(database, year, stamp, dry_run=dry_run) as season:
        if calendar.source_text == season.year.source_text:
            return Outcome("done", f"{year} 年度日历与现行的完全相同，未作改动。")
        season.untold = untold
        for cell in season.cells.values():
            season.not_backdated(cell)
        settle(season, season.cities)
        season.flush()
        faults = [*_other(season.year, calendar), *_stranding(season, calendar)]
        if faults:
            return Outcome("refused", "\n".join(faults))
        told = _amend(season, calendar, reason)
        outcome = Outcome("done", f"{year} 年度日历已修订；{told} 项截止日随之改变。")
    return season.answered(outcome)


def _amend(season: Season, calendar: Year, reason: str) -> int:
    """Follow the new calendar; give how many city phases that are waited for have another due day."""
    year = season.year.year
    before = {key: _asked_by(season, key) for key, cell in season.cells.items() if _is_waited_for(season, cell)}
    season.reasons |= dict.fromkeys(season.cells, reason)
    unsent = {
        phase.slug: written_letters.unsent(season.connection, year, phase.slug, ANEW) for phase in calendar.phases
    }
    replace_calendar(season.connection, year, calendar.source_text, reason, season.stamp)
    season.follow(calendar)
    moved = [(key, was) for key, was in before.items() if _asked_by(season, key) != was]
    for key, was in moved:
        _move_day(season, key, was, reason, unsent[key[0]].get(key[1], {}))
    settle(season, season.cities)
    return len(moved)


def _asked_by(season: Season, key: Key) -> tuple[Due, Due, Due | None]:
    """Give the day by which a city phase is owed, by when parties hand in for it, and that of its second part, if any.

    Where it asks no parties the two are the same.
    """
    due, parties = season.owed_by(season.cells[key]), season.dealings(key[0]).parties
    theirs = season.theirs(due, "mentor") if any(one not in OFFICES for one in parties) else due
    return due, theirs, season.second_due(*key)


def _is_waited_for(season: Season, cell: Cell) -> bool:
    """Tell whether the due day is still ahead of the city: a lapse after this came in does not count."""
    late = cell.state is State.OVERDUE and season.in_time(cell)
    return cell.state in WAITED_FOR or late or season.second_owed(cell) is not None


def _move_day(season: Season, key: Key, was: tuple[Due, Due, Due | None], reason: str, unsent: Unsent) -> None:
    """Put on record what moved: the day that is owed, else that of what is filed later, else those of parties alone."""
    cell, (before, _, second_before) = season.cells[key], was
    day, second = season.owed_by(cell).day, season.second_due(*key)
    what = "导师、高校、中学的交材料日随之改变"
    if day != before.day:
        what = f"截止日 {before.day} 改为 {day}"
    elif second and second_before and second != second_before:
        what = f"后交部分截止日 {second_before.day} 改为 {second.day}"
    cell = season.move(cell, Event.EXTEND, f"年度日历修订，{what}：{reason}")
    say_anew(season, cell, unsent)


def _other(old: Year, new: Year) -> Iterator[str]:
    """Say what makes it another programme: its rows are made once, when the year is opened.

    A file of an older version would take back what today's states, without anybody having said so.
    """
    if new.year != old.year:
        yield f"这是 {new.year} 年度的日历，不是 {old.year} 年度的。"
    if new.cities != old.cities:
        yield "设区市的名单、名称、代码或次序不同；开设之后不能改。"
    if [_shape(phase) for phase in new.phases] != [_shape(phase) for phase in old.phases]:
        yield "阶段的名单、次序、前提、省办办结的方式或有无后交部分不同；开设之后不能改。"
    unsaid = "、".join(sorted(new.assumed.keys() - old.assumed.keys()))
    if unsaid:
        yield f"文件是旧版格式，没有写明 {unsaid}，现行日历写明了；请在文件里写上。"
    if _moved_about(old.figures.dimensions, new.figures.dimensions):
        yield "年度评价各方面的次序不同；开设之后可以改名，不能换位，否则已有的评分会错位。"
    if old.figures.panel > 1 and len(old.figures.dimensions) != len(new.figures.dimensions):
        yield "由几名评委分别评分的年度，开设之后不能增减年度评价的方面，否则已有的评分会错位。"


def _moved_about(old: Sequence[str], new: Sequence[str]) -> bool:
    """Whether a name that stays stands elsewhere: scores are kept by place."""
    return any(name in old and old.index(name) != place for place, name in enumerate(new))


def _shape(phase: Phase) -> tuple[object, ...]:
    return phase.slug, phase.requires, phase.province, phase.second_due is None


def _stranding(season: Season, new: Year) -> Iterator[str]:
    funded = reports.matrix(season.connection, season.year.year, season.stamp.as_of).totals["funded"]
    if new.figures.funded_cap < funded:
        yield f"全省资助名额 {new.figures.funded_cap} 少于已经确定的 {funded} 人。"
    known = {phase.slug: phase for phase in new.phases}
    filed = [key for key, cell in season.cells.items() if cell.filings]
    apart = second_days.alone(season.connection, season.year, filed)
    asked = (season.connection, season.year.year, known, season.cities, ahead(season.book, season.year), apart)
    told = days_told(*asked)
    for old in season.year.phases:
        if old.slug in known:
            yield from _moved(season, old, known[old.slug], _sooner(season, new, old.slug, told))


def _moved(season: Season, old: Phase, new: Phase, sooner: Sequence[date]) -> Iterator[str]:
    now = season.arrived
    cells = [cell for (slug, _), cell in season.cells.items() if slug == old.slug]
    begun = [cell for cell in cells if _begun(cell)]
    grace = season.year.figures.grace
    earliest = season.days.after(day_of(now), grace)
    left = f"提前的，须从今天起留足 {grace} 个工作日，最早为 {earliest}，不能提前到"
    if new.due != old.due and end_of(old.due) <= now and _settled_by_it(cells):
        yield f"{old.name}的截止日 {old.due} 已经过去，不能再改；{WAY_OUT}。"
    elif new.due < min(old.due, earliest) and begun:
        yield f"{old.name}的截止日 {old.due} 已经通知 {len(begun)} 个市，{left} {new.due}。"
    elif sooner and min(sooner) < earliest:
        yield f"{old.name}的交材料日已经告知 {len(sooner)} 个市的导师等有关各方，{left} {min(sooner)}。"
    elif new.due != old.due and new.due < day_of(now):
        yield f"{old.name}的新截止日 {new.due} 已经过去。"
    if new.opens > old.opens and begun:
        yield f"{old.name}已向 {len(begun)} 个市开放，开放日不能推后。"
    if new.second_due != old.second_due and new.second_due and old.second_due and begun:
        if end_of(old.second_due) <= now or new.second_due < day_of(now):
            yield f"{old.name}的后交部分截止日 {old.second_due} 或新的 {new.second_due} 已经过去，不能改；{WAY_OUT}。"
        elif new.second_due < min(old.second_due, earliest):
            yield f"{old.name}的后交部分截止日 {old.second_due} 已经通知 {len(begun)} 个市，{left} {new.second_due}。"
    if new.province_due != old.province_due and new.province_due and new.province_due < day_of(now):
        yield f"{old.name}的省办期限 {new.province_due} 已经过去。"


def _settled_by_it(cells: Sequence[Cell]) -> bool:
    """Tell of a due day that is past whether some city is late by it, or none owes the phase any more."""
    states = {cell.state for cell in cells}
    return State.OVERDUE in states or not states & WAITED_FOR


def _begun(cell: Cell) -> bool:
    """Tell whether the city was told of this phase's due day."""
    return cell.since is not None or cell.filed_at is not None


def _sooner(season: Season, new: Year, phase: str, told: Mapping[Key, Told]) -> list[date]:
    """Give the day that parties would have, by city, where the new calendar moves it before one that they were told.

    Of what is waited for yet; mentors hear of a phase that is not open to their city.
    """
    found = []
    for key, days in told.items():
        if key[0] == phase and season.cells[key].state in WAITED_FOR:
            was, holds = (
                handed_in(
                    resolve(year.phase(phase).due, season.extensions.get(key, ())),
                    year.figures.party_days,
                    year.working_days,
                ).instant
                for year in (season.year, new)
            )
            theirs = [until for recipient, until in days.items() if audience_of(recipient) not in OFFICES]
            if holds < was and any(until > holds for until in theirs):
                found.append(last_day(holds))
    return found


def _days(bench: Bench, filled: Filled) -> Sequence[NewDay]:
    """Give each due day that the new calendar moves."""
    assert filled.calendar is not None
    new = {phase.slug: phase.due for phase in filled.calendar.phases}
    moved = [phase for phase in bench.year.phases if new.get(phase.slug, phase.due) != phase.due]
    return tuple((phase, new[phase.slug]) for phase in moved)


def _amended(bench: Bench, filled: Filled) -> Outcome:
    assert filled.calendar is not None
    given = (bench.database, bench.year.year, filled.calendar, bench.stamp)
    untold = filled.words.get("untold", "")
    return amend(*given, reason=filled.reason, untold=untold, dry_run=bench.dry_run)


AMENDED = Field("reason", "事由", "reason", hint="写入记录，并写进告知各市截止时间有变的函件。")
AMEND = Act(
    "amend",
    lambda _: "修订年度日历",
    (Field("calendar", "新的日历", "calendar"), CONFIRM, AMENDED, UNTOLD),
    checked(_amended, _days),
    lambda _book, year, _filled: f"启用修订后的 {year.year} 年度日历",
    subject=lambda year, _: f"calendar/{year.year}",
    instead="写错了的，再修订一次。",
)
