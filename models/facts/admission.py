"""Facts of the phases up to admission, but for the roll and the applications: the shortlist, the interviews."""

from __future__ import annotations

from sqlalchemy import select

from models.columns import table_of
from models.facts.scope import Scope, let_on, withdrawn
from models.tables.city_drafts import draft_table
from models.tables.season import CityPhase
from phases.application import STUDENTS
from phases.interview import INTERVIEWS, Interview, InterviewFacts
from phases.shortlist import CUT_LINES, SCORES, Score, ShortlistFacts

FUNDED = "省级资助"


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
    rows = scope.grouped(scope.of(INTERVIEWS, "number", "subject", "came", "admitted", "funding"))
    listed, listed_by = let_on(scope, "interview")
    holding = funded_places(scope)
    found = {}
    for city in scope.cities:
        shortlist = listed.get(city, frozenset())
        on_sheet = {row.number for row in rows.get(city, ())}
        found[city] = InterviewFacts(
            tuple(
                Interview(
                    row.number, row.subject, row.came, row.admitted, row.admitted and row.funding == FUNDED,
                    row.number in shortlist,
                )
                for row in rows.get(city, ())
            ),
            sum(places for other, places in holding.items() if other != city),
            listed_by,
            tuple(sorted(shortlist - on_sheet)),
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
