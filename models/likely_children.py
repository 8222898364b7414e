"""疑似同一人: applicants of a year who have name and birth date in common and another school, and what was settled."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, func, insert, select

from gates.states import State
from models.columns import table_of
from models.facts.scope import in_state, withdrawn
from models.one_snapshot import once_a_snapshot
from models.tables.city_drafts import draft_table
from models.tables.likely_children import ChildSettled
from phases.application import STUDENTS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sqlalchemy import Connection, Row, Select

    from models.facts.scope import Scope
    from models.stamp import Stamp


@dataclass(frozen=True, slots=True)
class Applicant:
    """One application: whose city, which number, which school; `person` is its fingerprint."""

    city: str
    number: str
    school: str
    person: str


@dataclass(frozen=True, slots=True)
class LikelyChild:
    """Applicants who look like one child. `same` is what was settled of exactly these; None while that is open."""

    likeness: str
    applicants: tuple[Applicant, ...]
    same: bool | None = None
    reason: str = ""
    by: str = ""

    @property
    def persons(self) -> str:
        """The fingerprints that they have, as a settlement names them."""
        return " ".join(sorted({one.person for one in self.applicants}))

    @property
    def cities(self) -> tuple[str, ...]:
        """The cities where they applied, each once."""
        return tuple(dict.fromkeys(one.city for one in self.applicants))


def likely_children(scope: Scope, own: Iterable[str] = ()) -> list[LikelyChild]:
    """Give all of a year whom the cities took, in the order of their numbers, in two statements.

    Those of cities whose applications passed and who did not leave count, and those of the cities in `own`.
    """
    counted = (in_state(scope, "application", [State.PASSED]) - withdrawn(scope)) | set(own)
    return list(_likely_children(scope.connection, scope.year.year, tuple(sorted(counted))))


@once_a_snapshot
def _likely_children(connection: Connection, year: int, cities: tuple[str, ...]) -> Sequence[LikelyChild]:
    found: dict[str, list[Applicant]] = defaultdict(list)
    for likeness, *rest in connection.execute(_alike(cities), {"of_year": year}):
        found[likeness].append(Applicant(*rest))
    if not found:
        return []
    settled, children = _settled(connection, year), []
    for likeness, rows in found.items():
        one = LikelyChild(likeness, tuple(rows))
        said = settled.get((likeness, one.persons))
        children.append(replace(one, same=said.same, reason=said.reason, by=said.by) if said else one)
    return children


@lru_cache(maxsize=32)
def _alike(cities: tuple[str, ...]) -> Select[Any]:
    student = draft_table(STUDENTS)
    taken = (student.c.year == bindparam("of_year"), student.c.taken, student.c.city.in_(cities))
    several = select(student.c.likeness).where(*taken).group_by(student.c.likeness)
    several = several.having(func.count(student.c.person.distinct()) > 1)
    columns = (student.c.likeness, student.c.city, student.c.number, student.c.school, student.c.person)
    return select(*columns).where(*taken, student.c.likeness.in_(several)).order_by(student.c.number)


def _settled(connection: Connection, year: int) -> dict[tuple[str, str], Row[Any]]:
    """Give what was settled last, by likeness and persons."""
    table = table_of(ChildSettled)
    rows = connection.execute(select(table).where(table.c.year == year).order_by(table.c.id))
    return {(row.likeness, row.persons): row for row in rows}


def settled_as_one(connection: Connection, year: int) -> list[str]:
    """Give the likenesses of which it was settled last that they are one child."""
    rows = connection.execute(_said_same(), {"of_year": year})
    return [likeness for likeness, same in dict(rows.tuples().all()).items() if same]


@cache
def _said_same() -> Select[Any]:
    table = table_of(ChildSettled)
    return select(table.c.likeness, table.c.same).where(table.c.year == bindparam("of_year")).order_by(table.c.id)


def settle(connection: Connection, year: int, child: LikelyChild, stamp: Stamp, *, same: bool, reason: str) -> None:
    """Put on record that these applicants are one child, or are not."""
    row = {"year": year, "likeness": child.likeness, "persons": child.persons, "same": same, "reason": reason}
    connection.execute(insert(table_of(ChildSettled)), row | stamp.columns())
