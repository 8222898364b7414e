"""Whom a letter may go to besides offices: mentors, institutions and schools, and which students each has to do with.

Every question is one query for all cities, asked at most once for a batch of letters.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from models.columns import table_of
from models.facts.scope import Scope, admitted, in_training, let_on
from models.facts.training import summaries_owing, visits
from models.shortcuts.bulk import among, listed
from models.tables.city_drafts import draft_table
from models.tables.pool import Party, PoolEntry
from models.tables.season import Letter
from phases.application import STUDENTS
from phases.mentor_recommendation import INSTITUTIONS, MENTORS
from phases.midterm import RESULTS
from phases.year_end import SUMMED_UP

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from datetime import date

    from sqlalchemy import Connection

    from phases.parties import Audience, Whom

Concerned = dict[str, dict[int, tuple[str, ...]]]
"""By city, by party: the numbers of the students it has to do with."""


@dataclass(frozen=True, slots=True)
class PartyOnFile:
    """A party as its form gave it."""

    id: int
    kind: str
    name: str
    place: str
    email: str


@dataclass(frozen=True, slots=True)
class _Student:
    number: str
    mentor: int
    school: int | None
    institution: str


def parties_named(connection: Connection, name: str) -> list[str]:
    """Give the parties of that name, as in a letter's key: `mentor:38`."""
    party = table_of(Party)
    rows = connection.execute(select(party.c.kind, party.c.id).where(party.c.name == name).order_by(party.c.id))
    return [f"{kind}:{key}" for kind, key in rows]


class Reach:
    """The parties of these cities in a year."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope

    @cached_property
    def _students(self) -> dict[str, list[_Student]]:
        student = draft_table(STUDENTS)
        rows = self.scope.of(STUDENTS, "number", "mentor_party", "school_party", "institution").where(student.c.taken)
        found: dict[str, list[_Student]] = defaultdict(list)
        for city, *row in self.scope.connection.execute(rows):
            found[city].append(_Student(*row))
        return found

    def _by_mentor(self, numbers: Mapping[str, Iterable[str]]) -> Concerned:
        return self._by(numbers, lambda student: student.mentor)

    def _by(self, numbers: Mapping[str, Iterable[str]], party: Callable[[_Student], int | None]) -> Concerned:
        found: dict[str, dict[int, list[str]]] = defaultdict(lambda: defaultdict(list))
        for city, students in self._students.items():
            wanted = frozenset(numbers.get(city, ()))
            for student in students:
                whose = party(student)
                if student.number in wanted and whose is not None:
                    found[city][whose].append(student.number)
        return {city: {one: tuple(theirs) for one, theirs in parties.items()} for city, parties in found.items()}

    @cached_property
    def _admitted(self) -> dict[str, tuple[str, ...]]:
        return admitted(self.scope)

    @cached_property
    def training(self) -> dict[str, tuple[str, ...]]:
        """The numbers of the students in training, by city."""
        return in_training(self.scope)

    def roll(self) -> Concerned:
        """Mentors of the roll, each with those who chose them."""
        mentor = draft_table(MENTORS)
        chosen = self._by_mentor({city: [s.number for s in students] for city, students in self._students.items()})
        found: Concerned = defaultdict(dict)
        for city, party in self.scope.connection.execute(
            self.scope.of(MENTORS, "party").where(mentor.c.taken)
        ).tuples():
            found[city][party] = chosen.get(city, {}).get(party, ())
        return found

    def new_mentors(self) -> Concerned:
        """Mentors of the roll who are not returning ones."""
        mentor = draft_table(MENTORS)
        new = self.scope.of(MENTORS, "party").where(mentor.c.taken, ~mentor.c.returning_mentor)
        return _bare(self.scope.connection.execute(new))

    def pool(self, kind: str) -> Concerned:
        """Mentors, institutions or schools that came along from the year before."""
        table = table_of(PoolEntry)
        query = select(table.c.city, table.c.key).where(*self.scope.mine(table), table.c.kind == kind)
        return _bare((city, int(key)) for city, key in self.scope.connection.execute(query))

    @cached_property
    def with_priority(self) -> frozenset[str]:
        """The numbers of applicants who were in training in the past year."""
        student = draft_table(STUDENTS)
        query = select(student.c.number).where(*self.scope.mine(student), student.c.taken, student.c.priority)
        return frozenset(self.scope.connection.execute(query).scalars())

    def shortlisted(self) -> Concerned:
        """Mentors of shortlisted students; in a year without a shortlist, of all who may be interviewed."""
        return self._by_mentor(let_on(self.scope, "interview")[0])

    def admitted(self) -> Concerned:
        """Mentors of admitted students."""
        return self._by_mentor(self._admitted)

    def schools_of_admitted(self) -> Concerned:
        """Schools of admitted students."""
        return self._by(self._admitted, lambda student: student.school)

    def in_training(self) -> Concerned:
        """Mentors of students in training."""
        return self._by_mentor(self.training)

    def schools_in_training(self) -> Concerned:
        """Schools of students in training."""
        return self._by(self.training, lambda student: student.school)

    def institutions_in_training(self) -> Concerned:
        """Institutions whose mentors students in training chose."""
        rows = self.scope.connection.execute(self.scope.of(INSTITUTIONS, "name", "party"))
        parties = {name: party for _, name, party in rows}
        return self._by(self.training, lambda student: parties.get(student.institution))

    def not_evaluated(self) -> Concerned:
        """Mentors of students in training whose midterm result is not in the draft."""
        rows = self.scope.grouped(self.scope.of(RESULTS, "number"))
        done = {city: {row.number for row in found} for city, found in rows.items()}
        return self._by_mentor({city: set(numbers) - done.get(city, set()) for city, numbers in self.training.items()})

    def schools_of_exited(self) -> Concerned:
        """Schools of those whom the midterm took out of training."""
        result = draft_table(RESULTS)
        rows = self.scope.grouped(self.scope.of(RESULTS, "number").where(~result.c.qualified))
        return self._by(
            {city: [r.number for r in found] for city, found in rows.items()}, lambda student: student.school
        )

    def summaries(self, kind: Audience) -> Concerned:
        """Mentors, schools or institutions of students in training whose annual summary is not in the draft."""
        concerned = FINDS["in-training", kind](self)
        owing = {
            (city, *whose)
            for city, kinds in summaries_owing(self.scope).items()
            for one, all_of in kinds.items()
            if SUMMED_UP[one].actor == kind
            for whose in all_of
        }
        on_file = self.on_file(concerned)
        return {
            city: {
                party: numbers
                for party, numbers in parties.items()
                if (city, on_file[party].name, on_file[party].place if kind == "mentor" else "") in owing
            }
            for city, parties in concerned.items()
        }

    def behind(self, before: date, owed: int) -> dict[str, dict[str, int]]:
        """Give the students in training with fewer days on campus before that day than owed: city, number, days had."""
        had = visits(self.scope, before)
        return {
            city: {number: days for number in numbers if (days := had[city].get(number, 0)) < owed}
            for city, numbers in self.training.items()
        }

    def find(self, whom: Whom, audience: Audience) -> Concerned:
        """Give whom a phase names of an audience, by city."""
        return FINDS[whom, audience](self)

    def told(self, phase: str, audience: Audience, *, later: bool = False) -> Concerned:
        """Give the parties of an audience who got this phase's `opened`, or that of a later one."""
        letter, slugs = table_of(Letter), [each.slug for each in self.scope.year.phases]
        place = slugs.index(phase)
        query = select(letter.c.concerns, letter.c.recipient).where(
            letter.c.year == self.scope.year.year,
            letter.c.phase.in_(slugs[place:] if later else [phase]),
            letter.c.kind == "opened",
            letter.c.recipient.like(f"{audience}:%"),
            letter.c.concerns.in_(self.scope.cities),
        )
        rows = self.scope.connection.execute(query)
        return _bare((city, int(recipient.partition(":")[2])) for city, recipient in rows)

    def on_file(self, concerned: Concerned) -> dict[int, PartyOnFile]:
        """Give the parties themselves."""
        ids = sorted({party for parties in concerned.values() for party in parties})
        if not ids:
            return {}
        table, connection = table_of(Party), self.scope.connection
        query = select(*(table.c[name] for name in ("id", "kind", "name", "place", "email")))
        theirs = query.where(among(connection.dialect.name, table.c.id, "ids"))
        rows = connection.execute(theirs, {"ids": listed(connection, ids)})
        return {row[0]: PartyOnFile(*row) for row in rows.all()}


def _bare(rows: Iterable[Sequence[Any]]) -> Concerned:
    found: Concerned = defaultdict(dict)
    for city, party in rows:
        found[city][party] = ()
    return found


FINDS: Mapping[tuple[Whom, Audience], Callable[[Reach], Concerned]] = MappingProxyType(
    {
        ("pool", "institution"): lambda reach: reach.pool("institution"),
        ("pool", "mentor"): lambda reach: reach.pool("mentor"),
        ("pool", "school"): lambda reach: reach.pool("school"),
        ("roll", "mentor"): Reach.roll,
        ("new", "mentor"): Reach.new_mentors,
        ("shortlisted", "mentor"): Reach.shortlisted,
        ("admitted", "mentor"): Reach.admitted,
        ("admitted", "school"): Reach.schools_of_admitted,
        ("in-training", "mentor"): Reach.in_training,
        ("in-training", "school"): Reach.schools_in_training,
        ("in-training", "institution"): Reach.institutions_in_training,
        ("not-evaluated", "mentor"): Reach.not_evaluated,
        ("exited", "school"): Reach.schools_of_exited,
        ("without-summary", "mentor"): lambda reach: reach.summaries("mentor"),
        ("without-summary", "school"): lambda reach: reach.summaries("school"),
        ("without-summary", "institution"): lambda reach: reach.summaries("institution"),
    }
)
"""How those are found whom a phase names, `phases.parties.Whom`, of an audience."""
