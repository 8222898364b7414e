"""The province settles whether applicants with name and birth date in common are one child (八(二))."""

from __future__ import annotations

from typing import TYPE_CHECKING

from acts.act import Act, Bench, Field, Filled
from gates.states import Event
from models.likely_children import likely_children, settle
from phases.application import PHASE as APPLICATION
from season.judging import scope_of
from season.outcome import Outcome
from season.refusing import refuse
from season.transaction import sitting

if TYPE_CHECKING:
    from models.database import Database
    from models.likely_children import LikelyChild
    from models.stamp import Stamp
    from season.unit_of_work import Season

WORDS = {True: "是同一人", False: "不是同一人"}


def settle_child(
    database: Database, year: int, number: str, stamp: Stamp, *, same: bool, reason: str, dry_run: bool = False
) -> Outcome:
    """Settle of the applicant of that number, and of those who look like the same child, that they are, or are not.

    Until then none of them may be admitted; settled as one, one of them may. The reason stands in the log of each city
    where one applied. `refused` where nobody of that number looks like another, or that stands so.
    """
    with sitting(database, year, stamp, dry_run=dry_run) as season:
        every = [city.slug for city in season.year.cities]
        children = likely_children(scope_of(season, APPLICATION.slug, every))
        child = next((one for one in children if any(row.number == number for row in one.applicants)), None)
        outcome = _settle(season, child, same, reason) if child else _nobody(season, number)
    return season.answered(outcome)


def _settle(season: Season, child: LikelyChild, same: bool, reason: str) -> Outcome:
    named = "、".join(f"{season.year.city(one.city).name} {one.number}" for one in child.applicants)
    if child.same is same:
        return Outcome("refused", f"{named}：{child.by} 已核定{WORDS[same]}，未作改动。")
    for city in child.cities:
        cell = season.cells[APPLICATION.slug, city]
        season.not_backdated(cell)
        season.note(cell, Event.CHILD, f"{named}{WORDS[same]}；{reason}")
    settle(season.connection, season.year.year, child, season.stamp, same=same, reason=reason)
    then = "每人只能在一处入选" if same else "各自可以入选"
    return Outcome("done", f"已核定：{named}{WORDS[same]}；{then}。")


def _nobody(season: Season, number: str) -> Outcome:
    """Refuse; the try stands in the log of the city whose number it is."""
    found = next((city.slug for city in season.year.cities if number.startswith(f"{city.code}-")), None)
    why = f"没有报名号为 {number} 的疑似同一人：报名号不对，或其中一处已不再申报；未作改动。"
    return refuse(season, season.cells[APPLICATION.slug, found], Event.CHILD, why) if found else Outcome("refused", why)


def _settled(bench: Bench, filled: Filled) -> Outcome:
    same, given = filled.words["same"] == "yes", (bench.database, bench.year.year, filled.words["student"], bench.stamp)
    return settle_child(*given, same=same, reason=filled.reason, dry_run=bench.dry_run)


SETTLE_CHILD = Act(
    "child",
    lambda _: "核定是否同一人",
    (
        Field("student", "其中一个报名号", "student"),
        Field("same", "核定", "choice", choices=(("yes", WORDS[True]), ("no", WORDS[False]))),
        Field("reason", "事由", "reason", hint="写入有关各市的记录；不要写学生的姓名和个人情况。"),
    ),
    _settled,
    lambda _, __, filled: f"核定 {filled.words['student']} 与疑似者{WORDS[filled.words['same'] == 'yes']}",
    Event.CHILD,
    subject=lambda _, filled: f"child/{filled.words['student']}",
    instead="核定错了的，可以再核定一次。",
)
