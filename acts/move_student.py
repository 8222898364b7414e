"""A student in training moves to another city of the province, with all that is on record of him."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from acts.act import CITY, Act, Bench, Field, Filled, each
from acts.known_city import KnownCity
from acts.leave_training import not_leaving
from acts.single_persons import APPLICATION, INTERVIEW, REASON, STUDENT, on_record
from acts.undo import Undo
from calendars.deadlines import day_of
from forms.folding import fold
from gates.states import Event, State
from letters import phrases
from models import draft_rows, filed_rows, personal_changes
from models.facts.scope import in_training
from models.loading import schools
from models.personal_changes import NewChange
from phases.application import STUDENTS
from phases.on_record import Roll
from season import judging
from season.outcome import Outcome
from season.refusing import refuse
from season.settle import settle
from season.transaction import sitting

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Connection

    from acts.undo import Given
    from models.database import Database
    from models.facts.scope import Scope
    from models.stamp import Stamp
    from models.standing import Cell
    from season.unit_of_work import Season


@dataclass(frozen=True, slots=True)
class NewHome:
    """Where a student moves to: the city, and what its lists have: a school, a mentor with his institution."""

    city: str
    school: str
    mentor: tuple[str, str]


@dataclass(frozen=True, slots=True)
class _Found:
    """The same as the new city's lists have it, with the parties."""

    school: tuple[str, int]
    mentor: tuple[str, str, int]


def move_student(
    database: Database,
    year: int,
    city: str,
    number: str,
    home: NewHome,
    stamp: Stamp,
    *,
    reason: str,
    dry_run: bool = False,
) -> Outcome:
    """Move a student in training to another city: his rows, his place and its funds go with him; his number stays.

    From then on the new city's workbooks carry him, the old one's do not. Both cities hear of it, and the schools and
    mentors on either side. `refused` where either city is not in training or has filed its year's end, where the new
    one files again what comes before training, and where school or mentor is not on its lists, or the mentor has no
    place left.
    """
    both = list(dict.fromkeys((city, home.city)))
    with sitting(database, year, stamp, both, dry_run=dry_run) as season:
        for one in both:
            season.not_backdated(season.cells[INTERVIEW, one])
        settle(season, both)
        cell = season.cells[INTERVIEW, city]
        trained = in_training(scope(season, city))[city]
        why = "转出、转入是同一个市。" if city == home.city else ""
        if not why and number not in trained:
            why = f"{season.title(INTERVIEW, city)}：{number} 不在培养；请核对报名号。"
        there = season.cells[INTERVIEW, home.city]
        why = why or not_leaving(season, cell) or not_leaving(season, there) or _run_again(season, there)
        found = why or _found(season, home)
        if isinstance(found, str):
            outcome = refuse(season, cell, Event.PERSON, found)
        else:
            outcome = _move(season, city, number, home.city, found, reason)
    return season.answered(outcome)


def _run_again(season: Season, cell: Cell) -> str:
    """Nobody moves to a city that files again what he is no part of: its workbooks would not carry him."""
    if cell.state is State.PASSED:
        return ""
    return f"{season.title(cell.phase, cell.city)} 因前面的阶段重新开放而暂缓；请待其再次通过后再办理转入。"


def scope(season: Season, city: str) -> Scope:
    """Give the scope of a city's facts."""
    return judging.scope_of(season, season.year.phases[0].slug, [city])


def _found(season: Season, home: NewHome) -> _Found | str:
    """Find school and mentor on the new city's lists; or say what is not there."""
    connection, year, name = season.connection, season.year, season.year.city(home.city).name
    known = {fold(one): (one, party) for one, party in schools(connection, year.year, home.city).items()}
    if (school := known.get(fold(home.school))) is None:
        return f"{name}的“中学”表中没有{home.school}；该校的负责领导、联络员、邮箱没有报送，须由市办补报。"
    roll = KnownCity(connection, year, year.city(home.city), day_of(season.stamp.as_of)).roll
    mentor = Roll(roll).find(*home.mentor)
    if mentor is None:
        return f"{name}导师名册中没有{home.mentor[0]}（{home.mentor[1]}）；请核对姓名和单位。"
    if (label := f"{mentor[0]}（{mentor[1]}）") in personal_changes.mentors_gone(connection, year.year, home.city):
        return f"{label}本年度已中途离开；请另选导师。"
    trained = in_training(scope(season, home.city))[home.city]
    whose = personal_changes.mentors_of(connection, year.year, home.city, trained)
    own = sum(one.party == roll[mentor] for one in whose)
    places = personal_changes.places(connection, year.year, home.city, roll[mentor])
    if own >= places:
        return f"{mentor[0]}（{mentor[1]}）计划招收 {places} 人，已有在培学生 {own} 人；请另选导师。"
    return _Found(school, (*mentor, roll[mentor]))


def _move(season: Season, city: str, number: str, to: str, found: _Found, reason: str) -> Outcome:
    connection, year = season.connection, season.year
    season.flush()
    row = personal_changes.student(connection, year.year, city, number)
    assert row is not None  # nobody is in training who did not apply
    personal_changes.move(connection, year.year, (city, to), number)
    personal_changes.settle_in(connection, year.year, to, number, found.school, found.mentor)
    here, there = (phrases.city(year.city(one).name) for one in (city, to))
    verdicts = judging.judge_cities(season, INTERVIEW, [city, to])
    said = {city: f"转往{there}", to: f"自{here}转入"}
    left = {f"{kind}:{row[f'{kind}_party']}": (number,) for kind in ("mentor", "school") if row[f"{kind}_party"]}
    for one in (city, to):
        season.note(season.cells[INTERVIEW, one], Event.PERSON, f"{number} {said[one]}", tally=verdicts[one].tally)
        change = NewChange(number, "city", year.city(city).name, year.city(to).name, reason)
        on_record(season, one, [change], {number: said[one]}, left if one == city else {})
    shown = "；".join(finding.mend for one in (city, to) for finding in verdicts[one].verdict.refusals)
    rest = f"按变动后的名单，不符合的有：{shown}。" if shown else ""
    return Outcome("done", f"{here} {number} 已转往{there}；此前的培养记录一并转去，以后由{there}报送。{rest}")


def _moved(bench: Bench, filled: Filled, city: str) -> Outcome:
    words = filled.words
    home = NewHome(words["office"], words["school"], (words["mentor"], words["institution"]))
    given = (bench.database, bench.year.year, city, words["student"], home, bench.stamp)
    return move_student(*given, reason=filled.reason, dry_run=bench.dry_run)


def _home_before(connection: Connection, year: int, given: Given) -> Mapping[str, str] | None:
    """Give the city that a student came from, with his school and mentor there as it filed them.

    None where he moved before, or had another mentor by then: what he had is on record in no field.
    """
    (number,), (to,) = given["student"], given["office"]
    city = next(one for one in given["city"] if one != to)
    changed = personal_changes.of_student(connection, year, number)
    filing = draft_rows.newest_filing(connection, year, APPLICATION, city)
    before = [one for one in changed if one.what == "city"][:-2]  # a move stands in both cities
    if filing is None or before or any(one.what == "mentor" for one in changed):
        return None
    rows = filed_rows.rows(connection, year, APPLICATION, city, filing.number, STUDENTS)
    row = next((one for one in rows.values() if one["number"] == number), None)
    if row is None:
        return None
    school = next((one.now for one in reversed(changed) if one.what == "school"), row["school"])
    return {"city": to, "office": city, "school": school, "mentor": row["mentor"], "institution": row["institution"]}


MOVE_STUDENT = Act(
    "move-student",
    lambda _: "学生转到另一个市",
    (
        CITY,
        STUDENT,
        Field("office", "转入的市", "other-city"),
        Field("school", "转入的中学", "text", hint="须在转入市的“中学”表中。"),
        Field("mentor", "培养导师姓名", "text", hint="须在转入市的导师名册中。"),
        Field("institution", "其单位", "text"),
        REASON,
    ),
    each(_moved),
    lambda _, __, filled: f"登记 {filled.words['student']} 转到另一个市",
    Event.PERSON,
    frozenset({State.PASSED}),
    of=INTERVIEW,
    subject=lambda year, filled: f"student/{year.year}/{filled.words['student']}",
    undo=Undo("move-student", ("student",), _home_before, told=("city", "office")),
)
