"""Facts of the phases up to admission: the roll, the applications, the shortlist, the interviews."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, and_, case, func, or_, select

from gates.applications import breached
from gates.facts import (
    ApplicationFacts,
    ApplicationProfile,
    Interview,
    InterviewFacts,
    Mentor,
    MentorFacts,
    Score,
    ShortlistFacts,
    TeamMember,
)
from gates.found import NAMED
from gates.states import State
from models.columns import table_of
from models.drafts import (
    CutLineDraft,
    InstitutionDraft,
    InterviewDraft,
    MentorDraft,
    ScoreDraft,
    StudentDraft,
    TeamDraft,
)
from models.facts.scope import Scope, in_state
from models.season import CityPhase, CityYear

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Row, Table

    from calendars.year import Figures

FUNDED = "省级资助"

ROLL = (
    "name", "institution", "subject", "title", "degree", "honours", "elite_programme",
    "research", "places", "email", "returning_mentor", "taken",
)  # fmt: skip


def rolls(scope: Scope) -> dict[str, MentorFacts]:
    """`mentor-recommendation`."""
    institutions = scope.grouped(scope.of(InstitutionDraft, "name"))
    mentors = scope.grouped(scope.of(MentorDraft, *ROLL))
    teams: dict[tuple[str, str, str], list[TeamMember]] = defaultdict(list)
    for city, mentor, institution, *member in scope.connection.execute(
        scope.of(TeamDraft, "mentor", "institution", "name", "degree", "title")
    ):
        teams[city, mentor, institution].append(TeamMember(*member))
    return {
        city: MentorFacts(
            frozenset(row.name for row in institutions.get(city, ())),
            tuple(_mentor(row, teams[city, row.name, row.institution]) for row in mentors.get(city, ())),
        )
        for city in scope.cities
    }


def _mentor(row: Row[Any], team: list[TeamMember]) -> Mentor:
    required = (row.name, row.institution, row.subject, row.title, row.degree, row.research, row.places, row.email)
    return Mentor(
        label=f"{row.name}（{row.institution}）",
        institution=row.institution,
        subject=row.subject,
        honours=tuple(row.honours),
        elite_programme=row.elite_programme,
        returning=row.returning_mentor,
        taken=row.taken,
        complete=all(required),
        team=tuple(team),
    )


def applications(scope: Scope) -> dict[str, ApplicationFacts]:
    """`application`, counted by profile in the database; rows are read only of those in breach.

    The same person counts as repeated against this city's own rows and those of cities whose applications passed:
    whoever files last is told.
    """
    student, figures = table_of(StudentDraft), scope.year.figures
    roll = _roll(scope)
    filed = in_state(scope, "application", [State.PASSED]) - _withdrawn(scope)
    twice = _persons_twice(scope, filed)
    counts: dict[str, Counter[ApplicationProfile]] = defaultdict(Counter)
    for row in _profiles(scope, student, figures):
        counts[row.city][_profile(scope, roll, row, repeated=False)] += row.students
    for row in _profiles(scope, student, figures, student.c.person.in_(twice)) if twice else ():
        counts[row.city][_profile(scope, roll, row, repeated=False)] -= row.students
        counts[row.city][_profile(scope, roll, row, repeated=True)] += row.students
    offenders = _offenders(scope, counts, roll, twice)
    rejected = _rejected(scope, student)
    return {
        city: ApplicationFacts(+counts[city], rejected.get(city, 0), offenders.get(city, {})) for city in scope.cities
    }


def rank_within(student: Table, figures: Figures) -> ColumnElement[bool]:
    """Say `gates.applications.rank_within` in SQL; a test holds the two together."""
    within = or_(student.c.subject_rank <= figures.subject_rank, student.c.overall_rank <= figures.overall_rank)
    return case((within, True), else_=False)


def _judged(student: Table, figures: Figures) -> list[ColumnElement[Any]]:
    needs = case((student.c.guardian_consent, None), else_=student.c.consent_from).label("consent_from")
    within = rank_within(student, figures).label("rank_within")
    return [
        student.c.city,
        student.c.grade,
        student.c.subject,
        within,
        student.c.mentor_party,
        student.c.recommended,
        needs,
    ]


def _profiles(scope: Scope, student: Table, figures: Figures, *more: ColumnElement[bool]) -> list[Row[Any]]:
    columns = _judged(student, figures)
    query = select(*columns, func.count().label("students")).where(*scope.mine(student), student.c.taken, *more)
    return list(scope.connection.execute(query.group_by(*columns)))


def _profile(scope: Scope, roll: Mapping[tuple[str, int], str], row: Row[Any], *, repeated: bool) -> ApplicationProfile:
    subject = roll.get((row.city, row.mentor_party))
    return ApplicationProfile(
        grade=row.grade,
        subject=row.subject,
        rank_within=bool(row.rank_within),
        mentor_on_roll=subject is not None,
        other_subject=subject is not None and subject != row.subject,
        recommended=bool(row.recommended),
        consent_missing=row.consent_from is not None and row.consent_from > scope.filed_on[row.city],
        repeated=repeated,
    )


def _roll(scope: Scope) -> dict[tuple[str, int], str]:
    mentor = table_of(MentorDraft)
    query = scope.of(MentorDraft, "party", "subject").where(mentor.c.taken)
    return {(city, party): subject for city, party, subject in scope.connection.execute(query)}


def _withdrawn(scope: Scope) -> frozenset[str]:
    table = table_of(CityYear)
    query = select(table.c.city).where(table.c.year == scope.year.year, table.c.withdrawn_as_of.is_not(None))
    return frozenset(scope.connection.execute(query).scalars())


def _persons_twice(scope: Scope, filed: frozenset[str]) -> list[str]:
    student = table_of(StudentDraft)
    cities = sorted(filed | set(scope.cities))
    query = select(student.c.person).where(
        student.c.year == scope.year.year, student.c.taken, student.c.city.in_(cities)
    )
    return list(scope.connection.execute(query.group_by(student.c.person).having(func.count() > 1)).scalars())


def _rejected(scope: Scope, student: Table) -> dict[str, int]:
    query = select(student.c.city, func.count()).where(*scope.mine(student), ~student.c.taken).group_by(student.c.city)
    return dict(scope.connection.execute(query).tuples().all())


def _offenders(
    scope: Scope,
    counts: Mapping[str, Counter[ApplicationProfile]],
    roll: Mapping[tuple[str, int], str],
    twice: list[str],
) -> dict[str, dict[str, tuple[str, ...]]]:
    """Give the first numbers in breach of each rule, reading only the cities that have any."""
    figures = scope.year.figures
    broken = sorted(city for city, found in counts.items() if any(breached(profile, figures) for profile in +found))
    if not broken:
        return {}
    student, again = table_of(StudentDraft), frozenset(twice)
    query = select(*_judged(student, figures), student.c.number, student.c.person)
    query = query.where(and_(*scope.mine(student), student.c.taken, student.c.city.in_(broken)))
    found: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for row in scope.connection.execute(query.order_by(student.c.city, student.c.number)):
        for rule in breached(_profile(scope, roll, row, repeated=row.person in again), figures):
            if len(found[row.city][rule]) < NAMED:
                found[row.city][rule].append(row.number)
    return {city: {rule: tuple(numbers) for rule, numbers in rules.items()} for city, rules in found.items()}


def shortlists(scope: Scope) -> dict[str, ShortlistFacts]:
    """`shortlist`."""
    student = table_of(StudentDraft)
    scores = scope.grouped(scope.of(ScoreDraft, "number", "subject", "score", "shortlisted"))
    lines = scope.grouped(scope.of(CutLineDraft, "subject", "line_score"))
    approved = scope.grouped(scope.of(StudentDraft, "number", "subject").where(student.c.taken))
    found = {}
    for city in scope.cities:
        applicants = {row.number: row.subject for row in approved.get(city, ())}
        found[city] = ShortlistFacts(
            tuple(
                Score(row.number, row.subject, row.score, row.shortlisted, row.number in applicants)
                for row in scores.get(city, ())
            ),
            {row.subject: row.line_score for row in lines.get(city, ())},
            applicants,
        )
    return found


def interviews(scope: Scope) -> dict[str, InterviewFacts]:
    """`interview`. The places that others hold are those of their filings under way, passed, held or being refiled."""
    score = table_of(ScoreDraft)
    rows = scope.grouped(scope.of(InterviewDraft, "number", "subject", "came", "admitted", "funding"))
    listed = scope.grouped(scope.of(ScoreDraft, "number").where(score.c.shortlisted))
    holding = funded_places(scope)
    found = {}
    for city in scope.cities:
        shortlist = {row.number for row in listed.get(city, ())}
        found[city] = InterviewFacts(
            tuple(
                Interview(
                    row.number, row.subject, row.came, row.admitted, row.admitted and row.funding == FUNDED,
                    row.number in shortlist,
                )
                for row in rows.get(city, ())
            ),
            sum(places for other, places in holding.items() if other != city),
        )  # fmt: skip
    return found


def funded_places(scope: Scope) -> dict[str, int]:
    """Give the funded places that each city of the province holds or has reserved; a withdrawn city holds none."""
    table = table_of(CityPhase)
    query = select(table.c.city, table.c.tally).where(table.c.year == scope.year.year, table.c.phase == "interview")
    gone = _withdrawn(scope)
    return {
        city: tally.get("funded", 0) for city, tally in scope.connection.execute(query) if tally and city not in gone
    }
