"""How many students of each city, school and subject came how far: of the rows, or of what a purge left of them."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import insert, select

from models import standing
from models.columns import table_of
from models.facts.scope import Scope, counting, in_training
from models.purges_done import purged_years
from models.tables.purges import StudentCount
from phases.application import PHASE as APPLICATION
from phases.application import STUDENTS
from phases.interview import INTERVIEWS
from phases.interview import PHASE as INTERVIEW
from phases.year_end import EVALUATIONS
from phases.year_end import PHASE as YEAR_END

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection

APPLIED, TAKEN, INTERVIEWED, ADMITTED, FUNDED = "申报", "审核通过", "参加面试", "入选", "省级资助"
TRAINED = "在培"

FORM, INTERVIEWED_AS = ("number", "school", "subject", "taken"), ("number", "came", "admitted", "funding")


class StudentGroup(NamedTuple):
    """Whom a figure counts: the students of a school and a subject who came that far."""

    city: str
    school: str
    subject: str
    what: str


def of_year(connection: Connection, year: int) -> dict[StudentGroup, int]:
    """Give the figures of a year, the same before and after its rows are purged."""
    table = table_of(StudentCount)
    if year in purged_years(connection):
        kept = select(*(table.c[name] for name in StudentGroup._fields), table.c.count).where(table.c.year == year)
        return {StudentGroup(*row[:-1]): row[-1] for row in connection.execute(kept)}
    return dict(Counter(_counted(connection, year)))


def trained(connection: Connection, year: int) -> dict[str, int]:
    """Give how many of each city's students were in training when its rows went."""
    found = Counter[str]()
    for group, count in of_year(connection, year).items():
        if group.what == TRAINED:
            found[group.city] += count
    return found


def keep(connection: Connection, year: int) -> None:
    """Keep the figures of a year whose rows are about to go."""
    found = of_year(connection, year)
    if found:
        rows = [{"year": year, **group._asdict(), "count": count} for group, count in found.items()]
        connection.execute(insert(table_of(StudentCount)), rows)


def _counted(connection: Connection, year: int) -> Iterator[StudentGroup]:
    """Give each student once for each thing that is counted of him, in the city, school and subject of his form.

    Drafts, and cities that left the year, are in no figure: what is counted is what the totals are of.
    """
    of = Scope.undated(connection, standing.opened(connection, year).year)
    whose: dict[tuple[str, str], StudentGroup] = {}
    applied, admitting = counting(of, APPLICATION.slug), counting(of, INTERVIEW.slug)
    for city, number, school, subject, taken in connection.execute(of.of(STUDENTS, *FORM)):
        whose[city, number] = student = StudentGroup(city, school, subject, APPLIED)
        if city in applied:
            yield student
        if city in applied and taken:
            yield student._replace(what=TAKEN)
    for city, number, came, admitted, funding in connection.execute(of.of(INTERVIEWS, *INTERVIEWED_AS)):
        if city in admitting and (city, number) in whose:
            said = {INTERVIEWED: came, ADMITTED: admitted, FUNDED: admitted and funding == FUNDED}
            yield from (whose[city, number]._replace(what=what) for what, so in said.items() if so)
    training = {(city, number) for city, numbers in in_training(of).items() for number in numbers} & whose.keys()
    recorded, graded = counting(of, INTERVIEW.slug, decided=True), counting(of, YEAR_END.slug, decided=True)
    yield from (whose[one]._replace(what=TRAINED) for one in training if one[0] in recorded)
    for city, number, grade in connection.execute(of.of(EVALUATIONS, "number", "grade")):
        if city in graded and grade and (city, number) in training:
            yield whose[city, number]._replace(what=grade)
