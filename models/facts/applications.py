"""Facts of the application phase: counted by profile where the rows are, so that a million of them never leave it."""

from __future__ import annotations

from collections import Counter, defaultdict
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, and_, case, false, func, or_, select, true, tuple_

from gates.found import NAMED
from gates.states import State
from models.facts.scope import Scope, in_state, withdrawn
from models.guardian_consents import decided
from models.likely_children import settled_as_one
from models.tables.city_drafts import draft_table
from phases.application import STUDENTS, ApplicationFacts, ApplicationProfile, Sought, breached
from phases.mentor_recommendation import MENTORS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from sqlalchemy import CTE, Row, Select, Table

    from calendars.year import Figures

KEY = ("city", "grade", "subject", "mentor_party", "recommended")
"""What students are grouped by. Whether ranks and consent are in order is counted within a group: the group's order is
that of an index, and a count needs no sorting where a million days and ranks would.
"""

QUESTIONS = 64
"""So many statements of each kind are kept as they were built: an evening's cities ask the same ones over and over."""

MANY_KEYS = 2_000
"""So many groups in breach are looked for by name; where there are more, every row is read."""


def applications(scope: Scope) -> dict[str, ApplicationFacts]:
    """`application`, counted by profile in the database; rows are read only of those who may be in breach.

    The same person counts as repeated against this city's own rows and those of cities whose applications passed:
    whoever files last is told.
    """
    mentors, groups, repeated = _mentors(scope), _groups(scope), _repeated(scope)
    roll = {mentor: row.subject for mentor, row in mentors.items()}
    counts: dict[str, Counter[ApplicationProfile]] = defaultdict(Counter)
    for group in groups:
        for (within, missing), students in _spread(group).items():
            counts[group.city][_profile(roll, group, within=within, missing=missing, repeated=False)] += students
    for row in repeated.values():
        counts[row.city][_profile_of(roll, row, repeated=False)] -= 1
        counts[row.city][_profile_of(roll, row, repeated=True)] += 1
    offenders, rejected = _offenders(scope, counts, roll, groups, repeated), _rejected(scope)
    sought = _sought(mentors, groups)
    return {
        city: ApplicationFacts(+counts[city], rejected.get(city, 0), offenders.get(city, {}), tuple(sought[city]))
        for city in scope.cities
    }


def rank_within(student: Table, figures: Figures) -> ColumnElement[bool]:
    """Say `phases.application.rank_within` in SQL; a test holds the two together."""
    within = or_(student.c.subject_rank <= figures.subject_rank, student.c.overall_rank <= figures.overall_rank)
    return case((within, True), else_=False)


Filed = tuple[tuple[str, "date"], ...]
"""The cities that are judged, each with the day on which it files."""


def _consent_missing(student: Table, year: int, filed_on: Filed) -> ColumnElement[bool]:
    """Under the age of consent on the day that the city files, and none on record: withdrawn last, or never given.

    What an office recorded last decides, and the workbook where there is nothing. Who is young is asked first, for they
    are few.
    """
    days: dict[date, list[str]] = defaultdict(list)
    for city, day in filed_on:
        days[day].append(city)
    young = [and_(student.c.consent_from > day, student.c.city.in_(cities)) for day, cities in days.items()]
    if len(days) == 1:
        young = [student.c.consent_from > day for day in days]
    given, withdrawn_since = (student.c.number.in_(decided(year, given=said)) for said in (True, False))
    return and_(or_(false(), *young), or_(withdrawn_since, and_(~student.c.guardian_consent, ~given)))


def _groups(scope: Scope) -> list[Row[Any]]:
    return list(scope.connection.execute(_counted(scope.year.year, scope.year.figures, _filed(scope))))


def _filed(scope: Scope) -> Filed:
    return tuple(scope.filed_on.items())


@lru_cache(maxsize=QUESTIONS)
def _counted(year: int, figures: Figures, filed_on: Filed) -> Select[Any]:
    student = draft_table(STUDENTS)
    key, within, missing = _judged(student, year, figures, filed_on)
    counts = (
        func.count().label("students"),
        func.count().filter(within).label("within"),
        func.count().filter(missing).label("missing"),
        func.count().filter(within, missing).label("both"),
    )
    mine = (student.c.year == year, student.c.city.in_([city for city, _ in filed_on]), student.c.taken)
    return select(*key, *counts).where(*mine).group_by(*key)


def _judged(
    student: Table, year: int, figures: Figures, filed_on: Filed
) -> tuple[list[ColumnElement[Any]], ColumnElement[bool], ColumnElement[bool]]:
    """Give what students are grouped by, whether the rank is within, whether a consent is missing."""
    key: list[ColumnElement[Any]] = [student.c[name] for name in KEY]
    return key, rank_within(student, figures), _consent_missing(student, year, filed_on)


def _spread(row: Row[Any]) -> dict[tuple[bool, bool], int]:
    """Give how many of a group there are by rank within, consent missing; no entry where there is none."""
    cells = {
        (True, True): row.both,
        (True, False): row.within - row.both,
        (False, True): row.missing - row.both,
        (False, False): row.students - row.within - row.missing + row.both,
    }
    return {cell: students for cell, students in cells.items() if students}


def _profile(
    roll: Mapping[tuple[str, int], str], row: Row[Any], *, within: bool, missing: bool, repeated: bool
) -> ApplicationProfile:
    subject = roll.get((row.city, row.mentor_party))
    return ApplicationProfile(
        grade=row.grade,
        subject=row.subject,
        rank_within=within,
        mentor_on_roll=subject is not None,
        other_subject=subject is not None and subject != row.subject,
        recommended=row.recommended,
        consent_missing=missing,
        repeated=repeated,
    )


def _profile_of(roll: Mapping[tuple[str, int], str], row: Row[Any], *, repeated: bool) -> ApplicationProfile:
    return _profile(roll, row, within=bool(row.within), missing=bool(row.missing), repeated=repeated)


def _mentors(scope: Scope) -> dict[tuple[str, int], Row[Any]]:
    """Give each city's roll by party, in the order of the workbook."""
    mentor = draft_table(MENTORS)
    query = scope.of(MENTORS, "party", "subject", "name", "institution", "places").where(mentor.c.taken)
    return {(row.city, row.party): row for row in scope.connection.execute(query)}


def _sought(mentors: Mapping[tuple[str, int], Row[Any]], groups: Sequence[Row[Any]]) -> dict[str, list[Sought]]:
    """Give the mentors whom more students chose than they have places for, by city."""
    chosen = Counter[tuple[str, int]]()
    for group in groups:
        chosen[group.city, group.mentor_party] += group.students
    found: dict[str, list[Sought]] = defaultdict(list)
    for (city, party), row in mentors.items():
        if chosen[city, party] > row.places:
            found[city].append(Sought(f"{row.institution} {row.name}", row.places, chosen[city, party]))
    return found


@lru_cache(maxsize=QUESTIONS)
def _single(year: int, figures: Figures, filed_on: Filed) -> Select[Any]:
    """Select single students, taken, of any year and city."""
    student = draft_table(STUDENTS)
    key, within, missing = _judged(student, year, figures, filed_on)
    query = select(*key, within.label("within"), missing.label("missing"), student.c.number)
    return query.where(student.c.taken)


def _rows(scope: Scope, query: Select[Any]) -> dict[tuple[str, str], Row[Any]]:
    """Give single students by city and number."""
    return {(row.city, row.number): row for row in scope.connection.execute(query) if row.city in scope.filed_on}


def _repeated(scope: Scope) -> dict[tuple[str, str], Row[Any]]:
    """Give the students who are there more than once, also those whom the province settled to be one.

    Over all cities first, which is one pass over an index; and no condition on the city, which would choose another.
    """
    filed = in_state(scope, "application", [State.PASSED]) - withdrawn(scope)
    cities = tuple(sorted(filed | set(scope.cities)))
    asked = (scope.year.year, scope.year.figures, _filed(scope), cities)
    found = _rows(scope, _persons_again(*asked))
    if one := settled_as_one(scope.connection, scope.year.year):
        found |= _rows(scope, _settled_again(*asked, tuple(one)))
    return found


@lru_cache(maxsize=QUESTIONS)
def _persons_again(year: int, figures: Figures, filed_on: Filed, cities: tuple[str, ...]) -> Select[Any]:
    student = draft_table(STUDENTS)
    taken = (student.c.year == year, student.c.taken)
    more = select(student.c.person).group_by(student.c.person).having(func.count() > 1).where(*taken)
    twice = _once(more, "twice")
    again = more.where(student.c.city.in_(cities), student.c.person.in_(select(twice.c.person)))
    of_these = student.c.person.in_(select(_once(again, "again").c.person))
    return _single(year, figures, filed_on).where(student.c.year == year, of_these)


def _settled_again(
    year: int, figures: Figures, filed_on: Filed, cities: tuple[str, ...], one: tuple[str, ...]
) -> Select[Any]:
    student = draft_table(STUDENTS)
    taken = (student.c.year == year, student.c.taken, student.c.city.in_(cities))
    both = select(student.c.likeness).where(*taken, student.c.likeness.in_(one))
    several = both.group_by(student.c.likeness).having(func.count() > 1)
    return _single(year, figures, filed_on).where(student.c.year == year, student.c.likeness.in_(several))


def _once(query: Select[Any], name: str) -> CTE:
    """A subquery that PostgreSQL runs once: without statistics it would run it again for every row."""
    return query.cte(name).prefix_with("MATERIALIZED", dialect="postgresql")


def _rejected(scope: Scope) -> dict[str, int]:
    query = _not_taken(scope.year.year, scope.cities)
    return dict(scope.connection.execute(query).tuples().all())


@lru_cache(maxsize=QUESTIONS)
def _not_taken(year: int, cities: tuple[str, ...]) -> Select[tuple[str, int]]:
    student = draft_table(STUDENTS)
    mine = (student.c.year == year, student.c.city.in_(cities), ~student.c.taken)
    return select(student.c.city, func.count()).where(*mine).group_by(student.c.city)


def _offenders(
    scope: Scope,
    counts: Mapping[str, Counter[ApplicationProfile]],
    roll: Mapping[tuple[str, int], str],
    groups: Sequence[Row[Any]],
    repeated: Mapping[tuple[str, str], Row[Any]],
) -> dict[str, dict[str, tuple[str, ...]]]:
    """Give the first numbers in breach of each rule."""
    figures = scope.year.figures
    if not any(breached(profile, figures) for found in counts.values() for profile in +found):
        return {}
    sound = {"within": True, "missing": False, "repeated": False}
    wrong = [tuple(group[: len(KEY)]) for group in groups if breached(_profile(roll, group, **sound), figures)]
    suspects = {**_suspects(scope, wrong), **repeated}
    found: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for (city, number), row in sorted(suspects.items()):
        for rule in breached(_profile_of(roll, row, repeated=(city, number) in repeated), figures):
            if len(found[city][rule]) < NAMED:
                found[city][rule].append(number)
    return {city: {rule: tuple(numbers) for rule, numbers in rules.items()} for city, rules in found.items()}


def _suspects(scope: Scope, wrong: Sequence[tuple[Any, ...]]) -> dict[tuple[str, str], Row[Any]]:
    """Give the students of these groups, and all whose rank or consent is not in order."""
    student = draft_table(STUDENTS)
    judged = (scope.year.year, scope.year.figures, _filed(scope))
    key, within, missing = _judged(student, *judged)
    by_group = tuple_(*key).in_(wrong) if len(wrong) <= MANY_KEYS else true()
    return _rows(scope, _single(*judged).where(*scope.mine(student), or_(~within, missing, by_group)))
