"""How many students of each city, school and subject came how far: of the rows, or of what a purge left of them."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import insert, select

from models import standing
from models.columns import table_of
from models.facts import scope
from models.tables.city_drafts import draft_table
from models.tables.purges import Purge, StudentCount
from phases.application import STUDENTS
from phases.interview import INTERVIEWS
from phases.year_end import EVALUATIONS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection

APPLIED, TAKEN, INTERVIEWED, ADMITTED, FUNDED = "申报", "市级推荐", "参加面试", "入选", "省级资助"
TRAINED = "在培"


class StudentGroup(NamedTuple):
    """Whom a figure counts: the students of a school and a subject who came that far."""

    city: str
    school: str
    subject: str
    what: str


def of_year(connection: Connection, year: int) -> dict[StudentGroup, int]:
    """Give the figures of a year, the same before and after its rows are purged."""
    table = table_of(StudentCount)
    if purged(connection, year):
        kept = select(*(table.c[name] for name in StudentGroup._fields), table.c.count).where(table.c.year == year)
        return {StudentGroup(*row[:-1]): row[-1] for row in connection.execute(kept)}
    return dict(Counter(_counted(connection, year)))


def purged(connection: Connection, year: int) -> bool:
    """Tell whether a year's rows are gone."""
    table = table_of(Purge)
    return connection.execute(select(table.c.id).where(table.c.year == year).limit(1)).first() is not None


def in_training(connection: Connection, year: int) -> dict[str, int]:
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
    """Give each student once for each thing that is counted of him, in the city, school and subject of his form."""
    student, interview, evaluation = map(draft_table, (STUDENTS, INTERVIEWS, EVALUATIONS))
    columns = (student.c.city, student.c.school, student.c.subject, student.c.number, student.c.taken)
    whose: dict[str, tuple[str, str, str]] = {}
    for city, school, subject, number, taken in connection.execute(select(*columns).where(student.c.year == year)):
        whose[number] = (city, school, subject)
        yield StudentGroup(city, school, subject, APPLIED)
        if taken:
            yield StudentGroup(city, school, subject, TAKEN)
    came = select(interview.c.number, interview.c.came, interview.c.admitted, interview.c.funding)
    for number, there, admitted, funding in connection.execute(came.where(interview.c.year == year)):
        said = {INTERVIEWED: there, ADMITTED: admitted, FUNDED: admitted and funding == FUNDED}
        yield from (StudentGroup(*whose[number], what) for what, so in said.items() if so and number in whose)
    graded = select(evaluation.c.number, evaluation.c.grade).where(evaluation.c.year == year)
    yield from (StudentGroup(*whose[number], grade) for number, grade in connection.execute(graded) if number in whose)
    calendar = standing.opened(connection, year).year
    days = dict.fromkeys((city.slug for city in calendar.cities), calendar.phases[0].due)
    for numbers in scope.in_training(scope.Scope(connection, calendar, days, days)).values():
        yield from (StudentGroup(*whose[number], TRAINED) for number in numbers if number in whose)
