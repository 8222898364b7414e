"""A mentor leaves in mid-year: another of the city's roll takes over the students, or they leave training with him."""

from __future__ import annotations

from typing import TYPE_CHECKING

from acts.act import CITY, Act, Bench, Field, Filled, each
from acts.known_city import KnownCity
from acts.leave_training import not_leaving
from acts.single_persons import INTERVIEW, REASON, on_record
from calendars.deadlines import day_of
from gates.states import Event, State
from models import personal_changes
from models.facts.scope import in_training
from models.personal_changes import GONE, LEFT, NewChange
from phases.on_record import Roll
from season.judging import scope_of
from season.outcome import Outcome
from season.refusing import refuse
from season.settle import settle
from season.transaction import sitting

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from models.database import Database
    from models.personal_changes import OfMentor
    from models.stamp import Stamp
    from season.unit_of_work import Season

Mentor = tuple[str, str]
"""A mentor's name and institution."""


def replace_mentor(
    database: Database,
    year: int,
    city: str,
    mentor: Mentor,
    stamp: Stamp,
    *,
    successor: Mentor | None,
    reason: str,
    dry_run: bool = False,
) -> Outcome:
    """Give the students in training of a mentor who leaves to a `successor`; None: nobody takes over, they leave, too.

    Both are named as on the city's roll. `refused` before the city's admission has passed, once its year's end is
    filed, where either is not on the roll, the first trains nobody, or the second would train more than his places.
    """
    with sitting(database, year, stamp, [city], dry_run=dry_run) as season:
        season.not_backdated(season.cells[INTERVIEW, city])
        settle(season, [city])
        cell, connection = season.cells[INTERVIEW, city], season.connection
        known = KnownCity(connection, season.year, season.year.city(city), day_of(season.stamp.as_of))
        roll = Roll(known.roll)
        gone, after = roll.find(*mentor), roll.find(*successor) if successor else None
        trained = in_training(scope_of(season, season.year.phases[0].slug, [city]))[city]
        whose = personal_changes.mentors_of(connection, year, city, trained)
        why = not_leaving(season, cell) or _off_the_roll(season, city, (mentor, gone), (successor, after))
        why = why or _too_many(season, known.roll, whose, gone, after)
        outcome = refuse(season, cell, Event.PERSON, why) if why else Outcome("refused", "")
        if gone and not why:
            theirs = [one for one in whose if one.party == known.roll[gone]]
            of, to = (gone, known.roll[gone]), (after, known.roll[after]) if after else None
            outcome = _replace(season, city, theirs, of, to, reason)
    return season.answered(outcome)


def _off_the_roll(season: Season, city: str, *named: tuple[Mentor | None, Mentor | None]) -> str | None:
    """Say which of these, each as typed and as the roll has him, is not on the roll."""
    for typed, found in named:
        if typed and not found:
            return f"{season.year.city(city).name} 导师名册中没有{typed[0]}（{typed[1]}）；请核对姓名和单位。"
    return None


def _too_many(
    season: Season, roll: Mapping[Mentor, int], whose: Sequence[OfMentor], gone: Mentor | None, after: Mentor | None
) -> str | None:
    """Say why the students of one cannot be another's: there are none, it is the same, or his places are taken."""
    assert gone is not None  # asked after `_off_the_roll`
    moving = [one for one in whose if one.party == roll[gone]]
    if not moving or gone == after:
        return f"{gone[0]}（{gone[1]}）没有在培学生。" if not moving else "接替的导师与离开的是同一位。"
    if after is None:
        return None
    city = next(city for _, city in season.cells)
    places = personal_changes.places(season.connection, season.year.year, city, roll[after])
    if (label := _label(after)) in personal_changes.mentors_gone(season.connection, season.year.year, city):
        return f"{label}本年度已中途离开，不能接替；请另选导师。"
    own = sum(one.party == roll[after] for one in whose)
    if own + len(moving) <= places:
        return None
    said = f"{after[0]}（{after[1]}）计划招收 {places} 人，现有在培学生 {own} 人，不能再接 {len(moving)} 人"
    return f"{said}；请另选导师。"


def _label(mentor: Mentor) -> str:
    return f"{mentor[0]}（{mentor[1]}）"


def _replace(
    season: Season,
    city: str,
    theirs: Sequence[OfMentor],
    gone: tuple[Mentor, int],
    after: tuple[Mentor, int] | None,
    reason: str,
) -> Outcome:
    numbers = tuple(one.number for one in theirs)
    was, besides = _label(gone[0]), {f"mentor:{gone[1]}": numbers}
    instead = {}
    if after is None:
        changes = [NewChange(number, "training", "在培", LEFT, reason) for number in numbers]
        said, told = LEFT, f"无人接替，{len(numbers)} 名学生退出培养"
    else:
        (name, institution), party = after
        now = _label(after[0])
        personal_changes.retrain(season.connection, season.year.year, city, numbers, (name, institution, party))
        changes = [NewChange(one.number, "mentor", was, now, reason) for one in theirs]
        instead = {f"mentor:{gone[1]}": "不再由您指导", "mentor": "由您指导"}
        said, told = "培养导师变更", f"{len(numbers)} 名学生改由{now}培养"
    changes.append(NewChange(was, "mentor", was, GONE, reason))
    on_record(season, city, changes, dict.fromkeys(numbers, said), besides, instead)
    return Outcome("done", f"{season.year.city(city).name} {was}不再担任导师：{told}（{'、'.join(numbers)}）。")


def _replaced(bench: Bench, filled: Filled, city: str) -> Outcome:
    words = filled.words
    successor = words.get("successor", ""), words.get("successor_institution", "")
    mentor = words["mentor"], words["institution"]
    given = (bench.database, bench.year.year, city, mentor, bench.stamp)
    after = successor if any(successor) else None
    return replace_mentor(*given, successor=after, reason=filled.reason, dry_run=bench.dry_run)


REPLACE_MENTOR = Act(
    "replace-mentor",
    lambda _: "导师中途离开",
    (
        CITY,
        Field("mentor", "离开的导师姓名", "text"),
        Field("institution", "其单位", "text"),
        Field(
            "successor", "接替的导师姓名", "text", needed=False,
            hint="须在该市导师名册中。不写的，无人接替，其在培学生退出培养。",
        ),
        Field("successor_institution", "接替导师的单位", "text", needed=False),
        REASON,
    ),
    each(_replaced),
    lambda _, __, filled: f"登记{filled.words['mentor']}（{filled.words['institution']}）中途离开",
    Event.PERSON,
    frozenset({State.PASSED}),
    forever="登记之后不能撤销；不写接替的导师的，其在培学生一并退出培养，本年度不能恢复。",
    of=INTERVIEW,
    subject=lambda year, filled: f"mentor/{year.year}/{filled.cities[0]}",
)  # fmt: skip
