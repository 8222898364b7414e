"""A day of his own for one student or mentor (illness): the gate passes without him, and he is due until then."""

from __future__ import annotations

from typing import TYPE_CHECKING

from acts.act import CITY, PHASE, UNTIL, Act, Bench, Field, Filled, each
from acts.new_days import CONFIRM, checked
from acts.single_persons import REASON, on_record
from acts.undo import Undo
from calendars.deadlines import day_of
from forms.folding import fold
from gates.states import Event, State
from letters import phrases
from models import personal_changes
from models.days_of_persons import ONE_BY_ONE, TAKEN_BACK, days_of_persons, one_by_one
from models.facts.scope import in_training
from models.personal_changes import NewChange
from season.judging import scope_of
from season.outcome import Outcome
from season.refusing import refuse
from season.settle import settle
from season.still_due import filed_without, still_due
from season.transaction import sitting

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from sqlalchemy import Connection

    from acts.undo import Given
    from models.database import Database
    from models.stamp import Stamp
    from models.standing import Cell
    from season.unit_of_work import Season


def extend_person(
    database: Database,
    year: int,
    phase: str,
    city: str,
    person: str,
    stamp: Stamp,
    *,
    until: date,
    reason: str,
    dry_run: bool = False,
) -> Outcome:
    """Give a student in training, by number, or a mentor, as 姓名（单位）, until a day in a phase, that day included.

    A mentor's day is his students', and at the year's end his summary's. The city files, and its phase passes, without
    whoever has one; the province publishes no result before he is complete. The newest day holds, so that a mistaken
    one is corrected by another, `grace` working days from now at the earliest; the city's own day takes it back, until
    the city files without him. `refused` where the phase does not run, nobody of that name is in training, or he lacks
    nothing.
    """
    with sitting(database, year, stamp, [city], dry_run=dry_run) as season:
        season.not_backdated(season.cells[phase, city])
        settle(season, [city])
        cell = season.cells[phase, city]
        whose = _found(season, city, phase, person)
        why = _not_now(season, cell) or (None if whose else _nobody(season, cell)) or _wrong(season, cell, whose, until)
        outcome = refuse(season, cell, Event.PERSON, why) if why else _extend(season, cell, whose, until, reason)
    return season.answered(outcome)


def _found(season: Season, city: str, phase: str, person: str) -> tuple[str, ...]:
    """Give the numbers of whom it is about, behind a mentor's label where his summary is; nobody where none is."""
    trained = in_training(scope_of(season, phase, [city]))[city]
    if person in trained:
        return (person,)
    whose = personal_changes.mentors_of(season.connection, season.year.year, city, trained)
    labels = {fold(f"{one.mentor}（{one.institution}）"): f"{one.mentor}（{one.institution}）" for one in whose}
    if (label := labels.get(fold(person))) is None:
        return ()
    return label, *(one.number for one in whose if f"{one.mentor}（{one.institution}）" == label)


def _not_now(season: Season, cell: Cell) -> str | None:
    title = season.title(cell.phase, cell.city)
    if cell.phase not in ONE_BY_ONE:
        named = "、".join(one.name for one in season.year.phases if one.slug in ONE_BY_ONE)
        return f"{title}：个人延期只用于{named}；这一阶段请给全市延期。"
    if cell.city in season.withdrawn or cell.state in {State.WAITING, State.WITHDRAWN}:
        return f"{title} 现为“{cell.state.chinese}”，没有可以延期的。"
    if cell.state is State.PASSED and season.year.phase(cell.phase).province:
        return f"{title} 已经办结，不能再延期。"
    return None


def _nobody(season: Season, cell: Cell) -> str:
    return f"{season.title(cell.phase, cell.city)}：在培学生和他们的导师中没有所写的人；请核对报名号，或 姓名（单位）。"


def _wrong(season: Season, cell: Cell, whose: Sequence[str], until: date) -> str | None:
    """Say why that day cannot be theirs: it is no later one, comes too soon, or they are complete."""
    title, today = season.title(cell.phase, cell.city), day_of(season.arrived)
    had = days_of_persons(season.connection, season.year.year, cell.phase).get(cell.city, {})
    if cell.state is State.PASSED and not any(one.whom in whose for one in still_due(season, [cell.city])):
        return f"{title} 已经办结，所写的人没有欠交的，无需延期。"
    if all(had.get(whom) == until for whom in whose):
        return f"{title}：所写的人的期限已经是 {until}，未作改动。"
    if until < today:
        return f"新的截止日 {until} 已经过去；请另定日期。"
    return _ends_early(season, cell, whose, until, had)


def _ends_early(season: Season, cell: Cell, whose: Sequence[str], until: date, had: Mapping[str, date]) -> str | None:
    """Say why a day is too early: before the city's, or it filed without them, or they cannot hear in time."""
    title, due = season.title(cell.phase, cell.city), season.due(cell.phase, cell.city).day
    if until < due or (until == due and not all(whom in had for whom in whose)):
        return f"{title} 的截止日是 {due}，不早于所给的 {until}；个人的期限应晚于它。误办的，写这一天即为收回。"
    if until == due and any(one.whom in whose for one in filed_without(season, cell)):
        return f"{title} 已经报送，其中没有所写的人，不能收回；误办的，可以把期限提前。"
    earliest = season.days.after(day_of(season.arrived), season.year.figures.grace)
    if until < max(had.get(whom, until) for whom in whose) and until < earliest:
        return f"{title}：把期限提前的，最早到 {earliest}（{season.year.figures.grace} 个工作日之后）。"
    return None


def _extend(season: Season, cell: Cell, whose: Sequence[str], until: date, reason: str) -> Outcome:
    year, city, what = season.year, cell.city, one_by_one(cell.phase)
    assert what is not None
    had = days_of_persons(season.connection, year.year, cell.phase).get(city, {})
    due = season.due(cell.phase, city).day
    now = TAKEN_BACK if until == due else f"{until}"
    changes = [NewChange(whom, what, f"{had.get(whom, due)}", now, reason) for whom in whose]
    numbers = [whom for whom in whose if "（" not in whom]
    corrected = "更正为" if any(whom in had for whom in whose) else "延至"
    back = "（个人延期收回，与全市相同）" if until == due else ""
    said = f"{year.phase(cell.phase).name}期限{corrected}{phrases.day(until)}{back}"
    on_record(season, city, changes, dict.fromkeys(numbers, said), {})
    season.note(season.cells[cell.phase, city], Event.PERSON, f"{'、'.join(whose)} {said}：{reason}")
    rest = "个人延期已收回。" if back else "在此之前，该市照常报送，核验不计入；结果待其交齐后公布。"
    return Outcome("done", f"{season.title(cell.phase, city)}：{'、'.join(whose)} 的期限为 {until} 24:00。{rest}")


def _extended(bench: Bench, filled: Filled, city: str) -> Outcome:
    assert filled.until is not None
    given = (bench.database, bench.year.year, filled.slug, city, filled.words["person"], bench.stamp)
    return extend_person(*given, until=filled.until, reason=filled.reason, dry_run=bench.dry_run)


def _day_before(connection: Connection, year: int, given: Given) -> Mapping[str, str] | None:
    """Give the day that they had before the newest was given; None where they had several."""
    every = personal_changes.changes(connection, year, given["city"])
    mine = [one for one in every if one.what == one_by_one(given["phase"][0])]
    days = {one.was for one in mine if one.as_of == mine[-1].as_of}
    return {"until": days.pop()} if len(days) == 1 else None


EXTEND_PERSON = Act(
    "extend-person",
    lambda _: "个人延期",
    (
        PHASE,
        CITY,
        Field(
            "person", "学生或导师", "text", hint="学生写报名号，如 3209-2022-0007；导师写 姓名（单位），含其在培学生。"
        ),
        UNTIL,
        CONFIRM,
        REASON,
    ),
    checked(each(_extended)),
    lambda _, year, filled: (
        f"把{filled.named(year)} {filled.words['person']} 的{filled.phased}期限定为 {filled.until} 24:00"
    ),
    Event.PERSON,
    frozenset({State.OPEN, State.RETURNED, State.OVERDUE, State.SUBMITTED}),
    frozenset({State.PASSED}),
    among=frozenset(ONE_BY_ONE),
    subject=lambda year, filled: f"{year.year}/{filled.slug}/{filled.cities[0]}",
    undo=Undo("extend-person", ("phase", "city", "person"), _day_before),
)
