"""A city asks the province for a later due day; nothing but the log moves until the province decides."""

from __future__ import annotations

from typing import TYPE_CHECKING

from acts.act import CITY, PHASE, Act, Bench, Field, Filled, each
from acts.new_days import CONFIRM, checked
from acts.undo import Undo
from calendars.deadlines import day_of
from forms.cells import BadCellError, prose
from gates.pending import owes_second
from gates.states import Event, State
from letters.brief import RequestBrief
from models.city_requests import Wanted, of_city_phase, waits
from models.city_requests import ask as put
from models.states_as_of import seen
from season import owing
from season.moot_requests import standing
from season.outcome import Outcome
from season.transaction import sitting

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from models.database import Database
    from models.stamp import Stamp
    from models.states_as_of import Seen
    from season.unit_of_work import Season

LONGEST = 500
"""Characters of a reason."""

NO_USE: Mapping[State, str] = {
    State.SUBMITTED: "已经报送，正等待办理，无需延期",
    State.PASSED: "已经通过，无需延期；如需更正，请与省级管理办公室联系",
    State.WITHDRAWN: "本市本年度已退出，不能申请",
}
"""Where there is nothing to be had later, and why."""


def ask(
    database: Database,
    year: int,
    phase: str,
    city: str,
    stamp: Stamp,
    *,
    until: date,
    reason: str,
    token: str | None = None,
    number: int | None = None,
    dry_run: bool = False,
) -> Outcome:
    """Ask for this phase to be due on a day, that day included; one request waits at a time in an attempt.

    The province is written to in the same transaction. A form that is sent twice has a `token`; whoever has none asks
    once more. `number` is that of a request on record, made again in a copy.
    """
    with sitting(database, year, stamp, [city], dry_run=dry_run) as season:
        season.not_backdated(season.cells[phase, city])
        connection = season.connection
        now = seen(connection, season.year, city, stamp.as_of)[phase]
        title = season.title(phase, city)
        why = _no_use(now) or _unfit(season, now, city, until) or wordless(reason)
        if why:
            return Outcome("refused", f"{title}：{why}。")
        every = of_city_phase(connection, year, phase, city)
        open_one = waits(every, now.attempt)
        if open_one:
            said = f"{open_one.by} 于 {open_one.as_of:%Y-%m-%d %H:%M:%S} 已申请延期至 {open_one.until}"
            return Outcome("refused", f"{title}：{said}，正等省级管理办公室答复，不必重复申请。")
        cell, words = season.cells[phase, city], prose(reason, LONGEST)
        token = token or f"{year}/{phase}/{city}/{len(every)}"
        wanted = Wanted("later-day", now.attempt, words, until, id=number)
        number = put(connection, token, (year, phase, city), wanted, stamp)
        asked = RequestBrief(
            number, stamp.by, day_of(season.arrived), until, words, **standing(season, cell, now.state)
        )
        season.note(cell, Event.ASK, f"延期至 {until}", request=number)
        owing.request(season, cell, season.owed_by(cell), asked)
    said = f"{title}：已向省级管理办公室申请延期至 {until} 24:00。答复之前，原来的期限不变。"
    return season.answered(Outcome("done", said))


def _no_use(now: Seen) -> str | None:
    return None if owes_second(now.state, now.second, now.second_at) else NO_USE.get(now.state)


def _unfit(season: Season, now: Seen, city: str, until: date) -> str | None:
    due = season.owed_by(season.cells[now.phase, city])
    if until <= due.day:
        return f"现在的截止日是 {due.day}，申请的日期须在此之后"
    if until < day_of(season.arrived):
        return f"申请的日期 {until} 已经过去"
    return None if until.year <= season.year.year + 1 else f"申请的日期 {until} 太远，请核对年份"


def wordless(reason: str, what: str = "理由") -> str | None:
    """Say what is wrong with what a city wrote; None where nothing is."""
    try:
        return None if prose(reason, LONGEST) else f"请写明{what}"
    except BadCellError as error:
        return f"{what}{error.wrong}，请改正"


def _asked(bench: Bench, filled: Filled, city: str) -> Outcome:
    assert filled.until is not None
    given = (bench.database, bench.year.year, filled.slug, city, bench.stamp)
    return ask(*given, until=filled.until, reason=filled.reason, dry_run=bench.dry_run)


ASK = Act(
    "ask",
    lambda _: "申请延期",
    (
        PHASE,
        CITY,
        Field("until", "希望延期到", "day", hint="当日 24:00 前有效。"),
        CONFIRM,
        Field("reason", "理由", "reason", hint="写进给省级管理办公室的函件。"),
    ),
    checked(each(_asked)),
    lambda _, year, filled: f"申请把{filled.named(year)}的{filled.phased}延期至 {filled.until} 24:00",
    Event.ASK,
    by="city",
    undo=Undo("retract", ("phase", "city"), lambda *_: {"what": "later-day"}),
)
