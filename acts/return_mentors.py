"""The province looks at each mentor of a roll: the roll passes without those whom it returns, or waits for the city."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from acts.act import CITY, PHASE, TOLD, Act, Bench, Field, Filled, each
from acts.approve import LATER, no_room
from acts.known_city import KnownCity
from acts.new_days import CONFIRM, checked
from calendars.deadlines import day_of
from gates.states import Event, State
from letters.brief import Item
from models import personal_changes
from models.personal_changes import NewChange
from phases.on_record import Roll
from season import judging, owing
from season.outcome import Outcome
from season.refusing import illegal, refuse
from season.settle import return_to_city, settle
from season.transaction import sitting

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from models.database import Database
    from models.stamp import Stamp
    from models.standing import Cell
    from season.unit_of_work import Season

ROLL = "mentor-recommendation"
THEN: Mapping[str, str] = {"pass": "其余导师审定通过", "wait": "名单退回市办，改好后再一并审定"}  # nosec B105 # no password
"""What becomes of the rest of the roll."""

NAMED = re.compile(r"(.+?)[（(](.+?)[)）]")
"""A mentor as he is typed: 李甲（江海大学）."""


def return_mentors(
    database: Database,
    year: int,
    city: str,
    mentors: Sequence[str],
    stamp: Stamp,
    *,
    reason: str,
    passes: bool,
    until: date | None = None,
    dry_run: bool = False,
) -> Outcome:
    """Return single mentors of a filed roll, each as 姓名（单位）; the rest `passes`, or the whole waits for the city.

    Whoever is returned stands on the roll as not taken: no letter of appointment, no student may choose him. The gate
    judges what is left, and is kept as a filing of its own. `refused` where the roll does not wait for the province,
    somebody is not on it, what is left does not pass, or the city has no time left to mend it and no `until` is given.
    """
    with sitting(database, year, stamp, [city], dry_run=dry_run) as season:
        season.not_backdated(season.cells[ROLL, city])
        settle(season, [city])
        cell = season.cells[ROLL, city]
        known = KnownCity(season.connection, season.year, season.year.city(city), day_of(season.stamp.as_of))
        found = _found(known.roll, mentors)
        why = illegal(season, cell, Event.APPROVE) or (None if passes else no_room(season, cell, until))
        if why or isinstance(found, str):
            title = season.title(ROLL, city)
            outcome = refuse(season, cell, Event.REJECT, why or f"{title}：{found}")
        elif passes:
            outcome = _pass_without(season, cell, {known.roll[one]: one for one in found}, reason)
        else:
            outcome = _wait(season, cell, found, reason, until)
        settle(season, [city])
    return season.answered(outcome)


def _found(roll: Mapping[tuple[str, str], int], typed: Sequence[str]) -> list[tuple[str, str]] | str:
    """Find the mentors on the roll; or say what is wrong."""
    on_roll, found = Roll(roll), []
    for one in typed:
        named = NAMED.fullmatch(one.strip())
        mentor = on_roll.find(*named.groups()) if named else None
        if mentor is None:
            return f"导师名单中没有“{one}”；请写作 姓名（单位），几名之间用顿号。"
        found.append(mentor)
    return found or "没有写明退回哪几名导师。"


def _labels(mentors: Sequence[tuple[str, str]]) -> str:
    return "、".join(f"{name}（{institution}）" for name, institution in mentors)


def _pass_without(season: Season, cell: Cell, gone: Mapping[int, tuple[str, str]], reason: str) -> Outcome:
    season.flush()
    with season.connection.begin_nested() as point:
        personal_changes.untake(season.connection, season.year.year, cell.city, list(gone))
        judgement = judging.judge_cities(season, ROLL, [cell.city])[cell.city]
        if not judgement.verdict.passed:
            point.rollback()
    title, labels = season.title(ROLL, cell.city), _labels(list(gone.values()))
    if not judgement.verdict.passed:
        mends = "；".join(finding.mend for finding in judgement.verdict.refusals)
        why = f"{title}：退回{labels}之后，其余的不能审定：{mends}；请改为整个名单退回市办。"
        return Outcome("refused", refuse(season, cell, Event.APPROVE, why).message, judgement.verdict)
    made = [NewChange(f"{name}（{unit}）", "approved", "推荐", "未予审定", reason) for name, unit in gone.values()]
    personal_changes.put(season.connection, season.year.year, cell.city, made, season.stamp)
    number = cell.filings + 1
    judging.keep(season, cell, judgement, number)
    why, at, tally = f"未予审定：{labels}。{reason}", season.stamp.as_of, judgement.tally
    cell = season.move(cell, Event.APPROVE, why, passed_at=at, tally=tally, filings=number)
    items = [Item(f"{name}（{institution}）", "未予审定") for name, institution in gone.values()]
    owing.passed_without(season, cell, items, reason)
    owing.appointment(season, cell)
    return Outcome("done", f"{title} 已审定，不含{labels}；阶段通过。", judgement.verdict)


def _wait(season: Season, cell: Cell, mentors: Sequence[tuple[str, str]], reason: str, until: date | None) -> Outcome:
    said = f"{_labels(mentors)}：{reason}。其余导师已经核对，没有意见。"
    return_to_city(season, cell, Event.REJECT, number=cell.filings, reason=said, until=until)
    title, due = season.title(ROLL, cell.city), season.due(ROLL, cell.city).day
    return Outcome("done", f"{title} 已退回修改（{_labels(mentors)}），请于 {due} 24:00 前重新报送。")


def _returned(bench: Bench, filled: Filled, city: str) -> Outcome:
    if filled.slug != ROLL:
        return Outcome("refused", f"{filled.phased}没有导师名单。")
    mentors = [one for one in re.split(r"[、;；]", filled.words["mentors"]) if one.strip()]
    given = (bench.database, bench.year.year, city, mentors, bench.stamp)
    passes = filled.words["then"] == "pass"
    return return_mentors(*given, reason=filled.reason, passes=passes, until=filled.until, dry_run=bench.dry_run)


RETURN_MENTORS = Act(
    "return-mentors",
    lambda _: "退回个别导师",
    (
        PHASE,
        CITY,
        Field("mentors", "退回的导师", "text", hint="写作 姓名（单位），几名之间用顿号。"),
        Field("then", "其余导师", "choice", choices=tuple(THEN.items())),
        LATER,
        CONFIRM,
        TOLD,
    ),
    checked(each(_returned), lambda bench, filled: ((bench.year.phase(ROLL), filled.until),) if filled.until else ()),
    lambda _, year, filled: f"退回{filled.named(year)}的{filled.words['mentors']}，{THEN[filled.words['then']]}",
    Event.APPROVE,
    frozenset({State.SUBMITTED}),
    province=True,
    of=ROLL,
    subject=lambda year, filled: f"{year.year}/{ROLL}/{filled.cities[0]}",
    instead="该市可以补报。",
)
