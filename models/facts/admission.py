"""Facts of the phases up to admission, but for the roll and the applications: the shortlist, the interviews."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, select

from gates.states import State
from models.columns import table_of
from models.facts.scope import Scope, earliest, in_state, judged_here, let_on, withdrawn
from models.likely_children import likely_children
from models.tables.city_drafts import draft_table
from models.tables.season import CityPhase
from phases.application import STUDENTS
from phases.interview import INTERVIEWS, Crowded, Interview, InterviewFacts
from phases.mentor_recommendation import MENTORS
from phases.shortlist import CUT_LINES, SCORES, Score, ShortlistFacts

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from sqlalchemy import Row

    from models.likely_children import LikelyChild

FUNDED = "省级资助"


def shortlists(scope: Scope) -> dict[str, ShortlistFacts]:
    """`shortlist`: of those who were tested in the city."""
    student, score = draft_table(STUDENTS), draft_table(SCORES)
    tested = scope.of(SCORES, "number", "subject", "score", "shortlisted").where(judged_here(scope, score))
    scores = scope.grouped(tested)
    lines = scope.grouped(scope.of(CUT_LINES, "subject", "line_score"))
    taken = scope.of(STUDENTS, "number", "subject").where(student.c.taken, judged_here(scope, student))
    approved = scope.grouped(taken)
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
    columns = ("number", "subject", "came", "score", "admitted", "funding", "held_on")
    rows = scope.grouped(scope.of(INTERVIEWS, *columns))
    listed, listed_by = let_on(scope, "interview")
    holding, crowded = funded_places(scope), _crowded(scope)
    begun, children = earliest(scope, "interview"), likely_children(scope, scope.cities)
    admitted, found = _admitted(scope, children), {}
    for city in scope.cities:
        shortlist = listed.get(city, frozenset())
        on_sheet = {row.number for row in rows.get(city, ())}
        found[city] = InterviewFacts(
            tuple(
                Interview(
                    row.number, row.subject, row.came, row.admitted, row.admitted and row.funding == FUNDED,
                    row.number in shortlist, row.held_on, row.score is not None,
                )
                for row in rows.get(city, ())
            ),
            sum(places for other, places in holding.items() if other != city),
            begun,
            scope.filed_on[city],
            tuple(crowded.get(city, ())),
            listed_by,
            tuple(sorted(shortlist - on_sheet)),
            tuple(_passed_over(rows.get(city, ()))),
            *_of_children(children, admitted, city),
        )  # fmt: skip
    return found


def _of_children(
    children: Sequence[LikelyChild], admitted: Mapping[str, Collection[str]], city: str
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Give who of a city is admitted while it is open whether another is the same child, and who is while that one is.

    `admitted` are the numbers admitted on each city's sheet; another city's count once it filed them.
    """
    unsettled: list[str] = []
    doubled: list[str] = []
    for child in children:
        mine = [one.number for one in child.applicants if one.city == city and one.number in admitted.get(city, ())]
        everybody = [one for one in child.applicants if one.number in admitted.get(one.city, ())]
        if child.same is None:
            unsettled += mine
        elif child.same and len(everybody) > 1:
            doubled += mine
    return tuple(unsettled), tuple(doubled)


def _admitted(scope: Scope, children: Sequence[LikelyChild]) -> dict[str, frozenset[str]]:
    """Give who of these is admitted, by city: in the scope on the sheet, elsewhere as it was filed."""
    numbers = sorted(one.number for child in children for one in child.applicants)
    if not numbers:
        return {}
    table = draft_table(INTERVIEWS)
    counted = in_state(scope, "interview", [State.SUBMITTED, State.PASSED]) | set(scope.cities)
    query = select(table.c.city, table.c.number).where(
        table.c.year == scope.year.year, table.c.admitted, table.c.number.in_(numbers)
    )
    found: dict[str, set[str]] = defaultdict(set)
    for city, number in scope.connection.execute(query):
        if city in counted:
            found[city].add(number)
    return {city: frozenset(theirs) for city, theirs in found.items()}


def _passed_over(rows: Sequence[Row[Any]]) -> Iterator[str]:
    """Give who has a better score than somebody admitted in the same subject, and was not."""
    scored = [row for row in rows if row.came and row.score is not None]
    worst = {row.subject: row.score for row in sorted(scored, key=lambda row: -row.score) if row.admitted}
    return (row.number for row in scored if not row.admitted and row.score > worst.get(row.subject, row.score))


def _crowded(scope: Scope) -> dict[str, list[Crowded]]:
    """Give the mentors of each city's roll of whom more students are admitted than they have places."""
    student, mentor, interview = draft_table(STUDENTS), draft_table(MENTORS), draft_table(INTERVIEWS)
    same = (student.c.year == interview.c.year, student.c.city == interview.c.city)
    chosen = select(student.c.city, student.c.mentor_party, student.c.number).select_from(student)
    admitted = chosen.join(interview, and_(*same, student.c.number == interview.c.number, interview.c.admitted))
    by_mentor: dict[tuple[str, int], list[str]] = defaultdict(list)
    for city, party, number in scope.connection.execute(
        admitted.where(*scope.mine(student)).order_by(student.c.number)
    ):
        by_mentor[city, party].append(number)
    found: dict[str, list[Crowded]] = defaultdict(list)
    roll = scope.of(MENTORS, "party", "name", "institution", "places").where(mentor.c.taken)
    for city, party, name, institution, places in scope.connection.execute(roll):
        if len(students := by_mentor[city, party]) > places:
            found[city].append(Crowded(f"{institution} {name} ", places, tuple(students)))
    return found


def funded_places(scope: Scope) -> dict[str, int]:
    """Give the funded places that each city of the province holds or has reserved; a withdrawn city holds none."""
    table = table_of(CityPhase)
    query = select(table.c.city, table.c.tally).where(table.c.year == scope.year.year, table.c.phase == "interview")
    gone = withdrawn(scope)
    return {
        city: tally.get("funded", 0) for city, tally in scope.connection.execute(query) if tally and city not in gone
    }
