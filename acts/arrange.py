"""会议安排: a city says when and where it brings the parties of a phase together; whoever takes part is told."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from acts.act import CITY, PHASE, Act, Bench, Field, Filled, each
from calendars.checked_days import FAR
from calendars.deadlines import day_of
from forms.cells import BadCellError, hour, line
from gates.states import Event
from models import arrangements, audit, taking_back, written_letters
from models.parties import Reach
from phases.parties import Arranged
from season import owing
from season.judging import scope_of
from season.latecomers import UNDER_WAY, opened_for
from season.outcome import Outcome
from season.refusing import illegal, refuse
from season.settle import settle
from season.transaction import sitting

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from forms.workbook_rows import Reading
    from models.database import Database
    from models.stamp import Stamp
    from models.standing import Cell
    from season.unit_of_work import Season

LONGEST = 200
"""Characters of a place."""

EARLIEST, LATEST = "06:00", "22:00"
"""Nobody brings pupils together before or after; by far most often the time was typed wrong."""

FOR_A_CITY = "代为登记会议安排"


def arrange(
    database: Database,
    year: int,
    phase: str,
    city: str,
    stamp: Stamp,
    *,
    day: date,
    begins: str,
    place: str,
    account: int | None = None,
    dry_run: bool = False,
) -> Outcome:
    """Say on which day, at what time (`14:30`) and where, or by which link, the parties of a phase meet.

    It holds from now on, before anything is filed. Those who wait for it hear that the phase is open; whoever heard
    so already is told what holds now. `refused` where nobody meets in the phase, or it is over for the city. `account`
    is that of the province where it says so for the city, which is put on record with it.
    """
    with sitting(database, year, stamp, [city], dry_run=dry_run) as season:
        season.not_backdated(season.cells[phase, city])
        settle(season, [city])
        cell = season.cells[phase, city]
        said = _read(season, cell, day, begins, place)
        why = said if isinstance(said, str) else illegal(season, cell, Event.ARRANGE)
        if why or isinstance(said, str):
            outcome = refuse(season, cell, Event.ARRANGE, why or "")
        else:
            outcome = take_arrangement(season, cell, said)
        if outcome.done and account is not None:
            audit.record(season.connection, stamp, FOR_A_CITY, f"{year}/{phase}/{city}", account=account, city=city)
    return season.answered(outcome)


def _read(season: Season, cell: Cell, day: date, begins: str, place: str) -> Arranged | str:
    """Give what was meant, or say why it cannot be."""
    title = season.title(cell.phase, cell.city)
    latest = season.due(cell.phase, cell.city).day + timedelta(days=FAR)
    wrong = (
        (not season.dealings(cell.phase).arranged, f"{title} 不召集各方，没有会议安排。"),
        (day < day_of(season.arrived), f"{title}：{day} 已经过去，请核对日期。"),
        (day > latest, f"{title}：{day} 比本阶段的截止日晚太多，请核对日期。"),
    )
    if any(holds for holds, _ in wrong):
        return next(said for holds, said in wrong if holds)
    try:
        time = hour(begins)
    except BadCellError:
        return f"{title}：时间应为几时几分，如 14:30。"
    try:
        where = line(" ".join(place.split()), LONGEST)
    except BadCellError as error:
        return f"{title}：地点或链接{error.wrong}，请改正。"
    if not where:
        return f"{title}：请写明地点或链接。"
    if not EARLIEST <= time <= LATEST:
        return f"{title}：时间应在 {EARLIEST} 至 {LATEST} 之间，请核对；下午两点写作 14:00 或 下午2:00。"
    standing = season.arrangements.get((cell.phase, cell.city))
    said = Arranged(standing.number + 1 if standing else 1, day, time, where)
    return said if said.at > season.arrived else f"{title}：{day} {time} 已经过去，请核对时间。"


def from_workbook(season: Season, cell: Cell, reading: Reading) -> str:
    """Take what a workbook says beside its draft; give what came of it, "" where it says nothing, or what holds."""
    rows: Sequence[Any] = [row for sheet in reading.form.beside for row in reading.rows.get(sheet.key, ())]
    standing = season.arrangements.get((cell.phase, cell.city))
    new = [row for row in rows if standing is None or (row.day, row.begins, row.place) != standing.said]
    if not new:
        return ""
    meant = [row for row in rows if row.day >= day_of(season.arrived)] or new
    said: Arranged | str = "只填一次会议"
    if len(meant) == 1:
        said = _read(season, cell, meant[0].day, meant[0].begins, meant[0].place)
    why = said if isinstance(said, str) else illegal(season, cell, Event.ARRANGE)
    return f"会议安排没有登记：{why}" if why or isinstance(said, str) else take_arrangement(season, cell, said).message


def take_arrangement(season: Season, cell: Cell, said: Arranged) -> Outcome:
    """Put an arrangement into force and owe word of it; nothing where it stands so already."""
    key = (cell.phase, cell.city)
    title, standing = season.title(*key), season.arrangements.get(key)
    if standing and standing.said == said.said:
        return Outcome("done", f"{title} 的会议安排与已登记的相同，未作改动。")
    arrangements.arrange(season.connection, season.year.year, key, said, season.stamp)
    season.arrangements[key] = said
    cell = season.note(cell, Event.ARRANGE, f"{said.day} {said.begins}")
    _tell(season, cell, said)
    due = season.due(*key)
    late = f"这一天晚于本阶段截止日 {due.day}，请同时申请延期。" if said.day > due.day else ""
    return Outcome("done", f"{title} 定于 {said.day} {said.begins}，{said.place}。{late}")


def _tell(season: Season, cell: Cell, said: Arranged) -> None:
    """Owe `opened` to those who did not get it yet, while the phase is under way, and the change to whoever did."""
    connection, year, phase, city = season.connection, season.year.year, cell.phase, cell.city
    unsent = written_letters.unsent(connection, year, phase, ["opened"]).get(city, {}).get("opened", frozenset())
    written = written_letters.opened_to(connection, year, [phase], city).get(phase, frozenset()) - {f"city:{city}"}
    taking_back.take_back_arranged(connection, year, phase, city)
    if told := written - unsent:
        owing.arranged(season, cell, said.number, told, written_letters.placed(connection, year, phase, city))
    if cell.state in UNDER_WAY:
        reach = Reach(scope_of(season, season.year.phases[0].slug, [city]))
        if fresh := opened_for(season, reach, cell) - told:
            owing.opened(season, cell, fresh)


def _arranged(bench: Bench, filled: Filled, city: str) -> Outcome:
    assert filled.until is not None
    given = (bench.database, bench.year.year, filled.slug, city, bench.stamp)
    words = filled.words
    return arrange(*given, day=filled.until, begins=words["begins"], place=words["place"], dry_run=bench.dry_run)


ARRANGE = Act(
    "arrange",
    lambda _: "会议安排",
    (
        PHASE,
        CITY,
        Field("day", "日期", "day"),
        Field("begins", "时间", "remark", hint="几时几分，如 14:30。"),
        Field("place", "地点或链接", "remark", hint="写进给导师和中学的函件。"),
    ),
    each(_arranged),
    lambda _, year, filled: f"把{filled.named(year)}的{filled.phased}定于 {filled.until}",
    Event.ARRANGE,
    by="city",
)
