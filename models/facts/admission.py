"""Facts of the phases up to admission, but for the applications: the roll, the shortlist, the interviews."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from models.columns import table_of
from models.facts.scope import Scope, withdrawn
from models.tables.city_drafts import draft_table
from models.tables.season import CityPhase
from phases.application import STUDENTS
from phases.interview import INTERVIEWS, Interview, InterviewFacts
from phases.mentor_recommendation import INSTITUTIONS, MENTORS, TEAM, Mentor, MentorFacts, TeamMember
from phases.shortlist import CUT_LINES, SCORES, Score, ShortlistFacts

if TYPE_CHECKING:
    from sqlalchemy import Row


FUNDED = "省级资助"

ROLL = (
    "name", "institution", "subject", "title", "degree", "honours", "elite_programme",
    "research", "places", "email", "returning_mentor", "taken",
)  # fmt: skip


def rolls(scope: Scope) -> dict[str, MentorFacts]:
    """`mentor-recommendation`."""
    institutions = scope.grouped(scope.of(INSTITUTIONS, "name"))
    mentors = scope.grouped(scope.of(MENTORS, *ROLL))
    teams: dict[tuple[str, str, str], list[TeamMember]] = defaultdict(list)
    for city, mentor, institution, *member in scope.connection.execute(
        scope.of(TEAM, "mentor", "institution", "name", "degree", "title")
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


def shortlists(scope: Scope) -> dict[str, ShortlistFacts]:
    """`shortlist`."""
    student = draft_table(STUDENTS)
    scores = scope.grouped(scope.of(SCORES, "number", "subject", "score", "shortlisted"))
    lines = scope.grouped(scope.of(CUT_LINES, "subject", "line_score"))
    approved = scope.grouped(scope.of(STUDENTS, "number", "subject").where(student.c.taken))
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
    score = draft_table(SCORES)
    rows = scope.grouped(scope.of(INTERVIEWS, "number", "subject", "came", "admitted", "funding"))
    listed = scope.grouped(scope.of(SCORES, "number").where(score.c.shortlisted))
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
    gone = withdrawn(scope)
    return {
        city: tally.get("funded", 0) for city, tally in scope.connection.execute(query) if tally and city not in gone
    }
