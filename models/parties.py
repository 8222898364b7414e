"""Whom a letter may go to besides offices: mentors, institutions and schools, and which students each has to do with.

Every question is one query for all cities, asked at most once for a batch of letters.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import String, cast, exists, literal, or_, select, union_all

from forms.folding import fold
from gates.states import State
from models.columns import table_of
from models.database import book_of
from models.days_of_persons import due_later
from models.facts.of_phase import facts_of
from models.facts.scope import Scope, in_training, let_on, still_in
from models.facts.training import visits
from models.shortcuts.bulk import among, listed
from models.tables.city_drafts import draft_table
from models.tables.pool import Party, PartyLikeness, PoolEntry, StatedAddress
from models.tables.season import CityPhase, Letter
from phases.application import STUDENTS
from phases.letter_kinds import LETTER_KINDS
from phases.mentor_recommendation import INSTITUTIONS, MENTORS
from phases.parties import InTraining, LetOnTo, Owing, Pooled, Rows

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

    from sqlalchemy import ColumnElement, Connection, Row, Select

    from phases.parties import Audience, Whom
    from phases.stored_sheet import StoredSheet

APPOINTING = tuple(kind for kind, row in LETTER_KINDS.items() if row.once)
"""The kinds that bind whoever gets one for the year."""

Numbers = Mapping[str, Collection[str]]
"""By city, numbers of students."""

Concerned = dict[str, dict[int, tuple[str, ...]]]
"""By city, by party: the numbers of the students it has to do with."""


@dataclass(frozen=True, slots=True)
class PartyOnFile:
    """A party as a city's sheet gives it, and its address in force."""

    id: int
    kind: str
    name: str
    place: str
    email: str
    title: str = ""

    @property
    def label(self) -> str:
        """How facts name it: a mentor with the institution."""
        return f"{self.name}（{self.place}）" if self.kind == "mentor" else self.name


class _Called(NamedTuple):
    """What a sheet calls a party."""

    name: str
    place: str
    title: str


_FILED = ""
"""For every city: what a filing says."""


@dataclass(frozen=True, slots=True)
class _Student:
    """A student whom a city took: its number, the institution chosen, and the parties of its own, by their kind."""

    number: str
    institution: str
    parties: Mapping[str, int | None]


PARTIES = {column.party: column.name for column in STUDENTS.worked_out if column.party}
"""By kind of party, the column of a student's own."""


def parties_named(connection: Connection, name: str) -> list[str]:
    """Give the parties of that name, however it is spelled, as in a letter's key: `mentor:38`."""
    alike = table_of(PartyLikeness)
    query = select(alike.c.kind, alike.c.party).distinct().where(alike.c.name == fold(name)).order_by(alike.c.party)
    return [f"{kind}:{key}" for kind, key in connection.execute(query)]


class Reach:
    """The parties of these cities in a year."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self._numbers: dict[Whom, Numbers] = {}
        self._all: dict[Audience, Concerned] = {}

    @cached_property
    def _students(self) -> dict[str, list[_Student]]:
        taken = draft_table(STUDENTS).c.taken
        rows = self.scope.of(STUDENTS, "number", "institution", *PARTIES.values()).where(taken)
        found: dict[str, list[_Student]] = defaultdict(list)
        for city, number, institution, *own in self.scope.connection.execute(rows):
            found[city].append(_Student(number, institution, dict(zip(PARTIES, own, strict=True))))
        return found

    @cached_property
    def _institutions(self) -> dict[str, int]:
        rows = self.scope.connection.execute(self.scope.of(INSTITUTIONS, "name", "party"))
        return {name: party for _, name, party in rows}

    def _whose(self, student: _Student, kind: str) -> int | None:
        return self._institutions.get(student.institution) if kind == "institution" else student.parties[kind]

    def _by(self, numbers: Numbers, kind: str) -> Concerned:
        found: dict[str, dict[int, list[str]]] = defaultdict(lambda: defaultdict(list))
        for city, students in self._students.items():
            wanted = frozenset(numbers.get(city, ()))
            for student in students:
                if student.number in wanted and (whose := self._whose(student, kind)) is not None:
                    found[city][whose].append(student.number)
        return {city: {one: tuple(theirs) for one, theirs in parties.items()} for city, parties in found.items()}

    @cached_property
    def training(self) -> dict[str, tuple[str, ...]]:
        """The numbers of the students in training, by city."""
        return in_training(self.scope)

    @cached_property
    def places(self) -> dict[tuple[str, int], int]:
        """How many students each mentor of a city's roll has places for, by city and party."""
        rows = self.scope.connection.execute(self.scope.of(MENTORS, "party", "places"))
        return {(city, party): places for city, party, places in rows}

    def pool(self, kind: str) -> Concerned:
        """Mentors, institutions or schools that came along, or whose address the city filed in that year or since."""
        table, party, stated = table_of(PoolEntry), table_of(Party), table_of(StatedAddress)
        year = self.scope.year.year
        filed = (stated.c.office.in_(self.scope.cities), stated.c.year.between(year - 1, year), party.c.kind == kind)
        held = select(stated.c.office, cast(stated.c.party, String)).join(party, party.c.id == stated.c.party)
        came = select(table.c.city, table.c.key).where(*self.scope.mine(table), table.c.kind == kind)
        rows = self.scope.connection.execute(came.union(held.where(*filed)))
        return _bare((city, int(key)) for city, key in rows)

    @cached_property
    def with_priority(self) -> frozenset[str]:
        """The numbers of applicants who were in training in the past year."""
        student = draft_table(STUDENTS)
        query = select(student.c.number).where(*self.scope.mine(student), student.c.taken, student.c.priority)
        return frozenset(self.scope.connection.execute(query).scalars())

    def behind(self, before: date, owed: int) -> dict[str, dict[str, int]]:
        """Give the students in training with fewer days on campus before that day than owed: city, number, days had."""
        had = visits(self.scope, dict.fromkeys(self.scope.cities, before))
        return {
            city: {number: days for number in numbers if (days := had[city].get(number, 0)) < owed}
            for city, numbers in self.training.items()
        }

    def students(self, audience: Audience) -> Concerned:
        """Give the parties of an audience with all their students."""
        if audience not in self._all:
            everyone = {city: [one.number for one in all_of] for city, all_of in self._students.items()}
            self._all[audience] = self._by(everyone, audience)
        return self._all[audience]

    def find(self, whom: Whom, audience: Audience) -> Concerned:
        """Give whom a phase means of an audience, by city, each with its students of these."""
        if isinstance(whom, Pooled):
            there = self._named(whom.without, audience)
            pool = self.pool(audience)
            return {city: dict.fromkeys(theirs.keys() - there[city].keys(), ()) for city, theirs in pool.items()}
        if isinstance(whom, Rows) and (sheet := self._sheet(whom.sheet)).party == audience:
            theirs = self.students(audience)
            found: Concerned = defaultdict(dict)
            for city, party in self.scope.connection.execute(_chosen(self.scope.of(sheet, "party"), sheet, whom)):
                found[city][party] = theirs.get(city, {}).get(party, ())
            return found
        if whom not in self._numbers:
            self._numbers[whom] = self._students_of(whom)
        found = self._by(self._numbers[whom], audience)
        return self._owing(found, whom, audience) if isinstance(whom, Owing) else found

    def _named(self, sheet: str, audience: Audience) -> Concerned:
        """Give the parties of an audience that a sheet of theirs, by its key, names; none without a sheet."""
        if not sheet:
            return defaultdict(dict)
        assert self._sheet(sheet).party == audience
        return _bare(self.scope.connection.execute(self.scope.of(self._sheet(sheet), "party")))

    def _students_of(self, whom: Whom) -> Numbers:
        if isinstance(whom, Rows):
            sheet = self._sheet(whom.sheet)
            return self._listed(_chosen(self.scope.of(sheet, "number"), sheet, whom))
        everybody = let_on(self.scope, whom.phase)[0] if isinstance(whom, LetOnTo) else self.training
        if not isinstance(whom, LetOnTo | InTraining) or not whom.without:
            return everybody
        done = self._listed(self.scope.of(self._sheet(whom.without), "number"))
        later = due_later(self.scope, self._phase(whom.without))
        return {city: set(numbers).difference(done.get(city, ()), later[city]) for city, numbers in everybody.items()}

    def _sheet(self, key: str) -> StoredSheet:
        return book_of(self.scope.connection).sheets[key]

    def _phase(self, sheet: str) -> str:
        """Give the phase in whose form a sheet stands, by its key."""
        phases = book_of(self.scope.connection).phases.values()
        return next(one.slug for one in phases if one.form and any(each.key == sheet for each in one.form.sheets))

    def _listed(self, query: Select[Any]) -> Numbers:
        return {city: [row.number for row in rows] for city, rows in self.scope.grouped(query).items()}

    def _owing(self, concerned: Concerned, whom: Owing, audience: Audience) -> Concerned:
        facts, on_file = facts_of(whom.gate, self.scope), self.on_file(concerned)
        return {
            city: {party: theirs for party, theirs in parties.items() if fold(on_file[city, party].label) in owing}
            for city, parties in concerned.items()
            for owing in (frozenset(map(fold, whom.labels(facts[city]).get(audience, ()))),)
        }

    def bound(self, phase: str, audience: Audience, ahead: Mapping[tuple[str, str], str]) -> Concerned:
        """Give the parties of an audience whom the year still binds while this phase runs: a city's leaving ends that.

        With each its students in training. Those who were told of it or of a later one, by that one's `opened` or, by
        kind and phase, by a letter `ahead` that says until when it lasts; whoever was appointed, in any phase; and
        whoever has a student of its own who is still in.
        """
        slugs = [each.slug for each in self.scope.year.phases]
        named = slugs[slugs.index(phase) :]
        kind, of = table_of(Letter).c.kind, table_of(Letter).c.phase
        early = ((kind == told) & (of == slug) for (told, slug), later in ahead.items() if later in named)
        bind = or_((kind == "opened") & of.in_(named), kind.in_(APPOINTING), *early)
        found = self._written_to(audience, bind)
        theirs = self._by(still_in(self.scope, phase), audience) if audience in PARTIES else {}
        for city, parties in theirs.items():
            found[city] |= dict.fromkeys(parties, ())
        trained = self._by(self.training, audience)
        return {
            city: {party: trained.get(city, {}).get(party, ()) for party in parties} for city, parties in found.items()
        }

    def told(self, phase: str, audience: Audience) -> Concerned:
        """Give the parties of an audience who got this phase's `opened`."""
        letter = table_of(Letter)
        return self._written_to(audience, (letter.c.kind == "opened") & (letter.c.phase == phase))

    def _written_to(self, audience: Audience, which: ColumnElement[bool]) -> Concerned:
        letter = table_of(Letter)
        query = select(letter.c.concerns, letter.c.recipient).where(
            letter.c.year == self.scope.year.year,
            which,
            letter.c.recipient.like(f"{audience}:%"),
            letter.c.concerns.in_(self.scope.cities),
        )
        rows = self.scope.connection.execute(query)
        return _bare((city, int(recipient.partition(":")[2])) for city, recipient in rows)

    def on_file(self, concerned: Concerned) -> dict[tuple[str, int], PartyOnFile]:
        """Give the parties themselves, by city: each is called as the sheet of that city calls it."""
        ids = sorted({party for parties in concerned.values() for party in parties})
        if not ids:
            return {}
        table, connection = table_of(Party), self.scope.connection
        query = select(*(table.c[name] for name in ("id", "kind", "name", "place", "email")))
        theirs = query.where(among(connection.dialect.name, table.c.id, "ids"))
        rows = {row.id: row for row in connection.execute(theirs, {"ids": listed(connection, ids)})}
        return {
            (city, one): PartyOnFile(one, rows[one].kind, called.name, called.place, rows[one].email, called.title)
            for city, parties in concerned.items()
            for one in parties
            for called in (self._called(city, one, rows[one]),)
        }

    def _called(self, city: str, party: int, registered: Row[Any]) -> _Called:
        """Give how a city's sheet calls a party; one that none names: how a filing does, else how it was registered."""
        by_default = _Called(registered.name, registered.place, "")
        return self._names.get((city, party)) or self._names.get((_FILED, party), by_default)

    @cached_property
    def _names(self) -> dict[tuple[str, int], _Called]:
        """What the year's sheets call parties, by city; what a filing that counts does, for all: of several the first.

        A draft is heard by its own city alone.
        """
        cell, connection = table_of(CityPhase), self.scope.connection
        counts = cell.c.state.in_((State.SUBMITTED.value, State.PASSED.value))
        asked = []
        for of, sheet in book_of(connection).parties.values():
            table = draft_table(sheet)
            place, title = (table.c[name] if name in table.c else literal("") for name in ("institution", "title"))
            filed = exists().where(
                cell.c.year == table.c.year, cell.c.city == table.c.city, cell.c.phase == of.slug, counts
            )
            wanted = or_(table.c.city.in_(self.scope.cities), filed)
            columns = (table.c.city, table.c.party, table.c.name, place.label("place"), title.label("title"))
            asked.append(select(*columns, filed.label("filed")).where(table.c.year == self.scope.year.year, wanted))
        found: dict[tuple[str, int], _Called] = {}
        for city, party, name, place, title, filed in sorted(connection.execute(union_all(*asked))):
            found[city, party] = called = _Called(name, place, title)
            if filed:
                found.setdefault((_FILED, party), called)
        return found


def _chosen(query: Select[Any], sheet: StoredSheet, rows: Rows) -> Select[Any]:
    table = draft_table(sheet)
    return query.where(*(table.c[name] for name in rows.where), *(~table.c[name] for name in rows.unless))


def _bare(rows: Iterable[Sequence[Any]]) -> Concerned:
    found: Concerned = defaultdict(dict)
    for city, party in rows:
        found[city][party] = ()
    return found
