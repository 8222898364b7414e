"""The papers of a year: who is to have one, what was issued under which number, what of it holds no longer.

Who is to have one is read off what stands: new mentors of an approved roll (三(一)), students of published results who
are 优秀 or 合格 (五(二)). Nothing is marked as owed, so that whatever changes is seen.
"""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, NamedTuple

from sqlalchemy import false, func, insert, select

from gates.states import State
from models.columns import table_of
from models.facts.scope import Scope, in_training
from models.one_snapshot import once_a_snapshot
from models.purges_done import purged_years
from models.record_chain import GONE
from models.tables.awards import AwardRevoked, AwardRow
from models.tables.city_drafts import draft_table
from models.tables.season import CityPhase
from models.writing import bump
from phases import mentor_recommendation, year_end
from phases.application import STUDENTS

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence
    from datetime import datetime

    from sqlalchemy import Connection, Select

    from calendars.year import Year
    from models.stamp import Stamp

AwardKind = Literal["appointment", "certificate"]
TITLES: Mapping[AwardKind, str] = {"appointment": "导师聘书", "certificate": "培养证书"}
TOKEN_BYTES = 18
_TOKEN = re.compile(r"[A-Za-z0-9_-]{24}")


@dataclass(frozen=True, slots=True)
class Entitled:
    """Who is to have a paper, and what is printed on it: `place` is a mentor's institution, a student's school."""

    kind: AwardKind
    city: str
    whose: str
    name: str
    place: str
    subject: str
    grade: str

    @property
    def student(self) -> str:
        """The number of a student's application; "" for a mentor."""
        party, _, number = self.whose.partition(":")
        return number if party == "student" else ""


@dataclass(frozen=True, slots=True)
class Award(Entitled):
    """A paper that was issued: its number of the year, where it is confirmed, and why it holds no longer, if so."""

    id: int
    year: int
    number: int
    edition: int
    token: str
    by: str
    as_of: datetime
    revoked: datetime | None
    why: str | None

    @property
    def title(self) -> str:
        """Name it as people do: 培养证书2022年第12号."""
        return f"{TITLES[self.kind]}{self.year}年第{self.number}号"

    @property
    def nameless(self) -> bool:
        """Whether its name was purged when its term was over."""
        return self.name == GONE


class Nominee(NamedTuple):
    """A student recommended to next year's provincial competition (五(二)): of a published result, and the best."""

    city: str
    number: str
    name: str
    school: str
    grade: str
    subject: str
    mentor: str
    institution: str


class OutdatedAward(NamedTuple):
    """A paper in force that says what is so no longer: `now` is what it should say, None where it is to be revoked."""

    award: Award
    now: Entitled | None


def entitled(connection: Connection, year: Year, kind: AwardKind) -> list[Entitled]:
    """Give who is to have a paper of a kind, whether or not it was issued, in the order in which they are numbered."""
    scope = Scope.undated(connection, year)
    find = {"appointment": _new_mentors, "certificate": _qualified}[kind]
    found: dict[str, Entitled] = {}
    for one in find(scope):
        found.setdefault(one.whose, one)
    return [*found.values()]


def _new_mentors(scope: Scope) -> Iterator[Entitled]:
    """New mentors of approved rolls; one of two cities is the first's."""
    sheet = mentor_recommendation.MENTORS
    table = draft_table(sheet)
    query = scope.of(sheet, "party", "name", "institution", "subject").where(table.c.taken, ~table.c.returning_mentor)
    for city, party, name, place, subject in _decided(scope, mentor_recommendation.PHASE.slug, query):
        yield Entitled("appointment", city, f"mentor:{party}", name, place, subject, "")


def _qualified(scope: Scope) -> Iterator[Entitled]:
    """Students still in training whose published grade is a good one."""
    evaluation, training = draft_table(year_end.EVALUATIONS), in_training(scope)
    graded = select(evaluation.c.city, evaluation.c.number, evaluation.c.grade).where(*scope.mine(evaluation))
    grades = {(city, number): grade for city, number, grade in scope.connection.execute(graded)}
    query = scope.of(STUDENTS, "number", "name", "school", "subject").order_by(None)
    query = query.order_by(draft_table(STUDENTS).c.number)
    for city, number, name, school, subject in _decided(scope, year_end.PHASE.slug, query):
        grade = grades.get((city, number), year_end.UNQUALIFIED)
        if number in training[city] and grade != year_end.UNQUALIFIED:
            yield Entitled("certificate", city, f"student:{number}", name, school, subject, grade)


def _decided(scope: Scope, phase: str, query: Select[tuple[str, ...]]) -> list[tuple[str, ...]]:
    """Give the rows of cities in which the province ended a phase here, city by city in the customary order.

    Also of one that left the year since: what was approved before it left stands.
    """
    cell = table_of(CityPhase)
    passed = select(cell.c.city).where(
        cell.c.year == scope.year.year, cell.c.phase == phase, cell.c.state == State.PASSED.value,
        cell.c.on_paper == false(),
    )  # fmt: skip
    ended = frozenset(scope.connection.execute(passed).scalars())
    rows = scope.grouped(query)
    return [tuple(row) for city in scope.year.cities if city.slug in ended for row in rows.get(city.slug, ())]


def nominees(connection: Connection, year: Year) -> list[Nominee]:
    """Give whom the province recommends, city by city, by number."""
    best = {one.student for one in entitled(connection, year, "certificate") if one.grade == year_end.EXCELLENT}
    scope = Scope.undated(connection, year)
    query = scope.of(STUDENTS, *Nominee._fields[1:]).order_by(None).order_by(draft_table(STUDENTS).c.number)
    return [Nominee(*row) for row in _decided(scope, year_end.PHASE.slug, query) if row[1] in best]


def due(connection: Connection, year: Year, kind: AwardKind) -> list[Entitled]:
    """Give who is to have a paper and never had one, of that year or any."""
    award = table_of(AwardRow)
    had = frozenset(connection.execute(select(award.c.whose).where(award.c.kind == kind)).scalars())
    return [one for one in entitled(connection, year, kind) if one.whose not in had]


def unissued(connection: Connection, year: Year) -> dict[str, int]:
    """Give how many papers are due, by their title; what is not due at all is left out."""
    return {title: count for kind, title in TITLES.items() if (count := len(due(connection, year, kind)))}


def outdated(connection: Connection, year: Year) -> list[OutdatedAward]:
    """Give the papers in force that say what is so no longer; nothing is known of a year that was purged.

    What a city files or has judged again is not decided, and nothing follows from it meanwhile.
    """
    held = [one for one in register(connection, year.year) if one.revoked is None]
    if not held or year.year in purged_years(connection):
        return []
    undecided = _undecided(connection, year.year)
    found = []
    for kind in TITLES:
        now = {one.whose: one for one in entitled(connection, year, kind)}
        for award in (one for one in held if one.kind == kind):
            other = now.get(award.whose)
            if other is None and award.city in undecided[kind]:
                continue
            if other is None or _printed(other) != _printed(award):
                found.append(OutdatedAward(award, other))
    return found


def lapsed(connection: Connection, year: Year) -> list[Award]:
    """Give the revoked papers whose holders are to have one by what stands now, and have no newer one."""
    newest = {one.whose: one for one in register(connection, year.year)}
    gone = [one for one in newest.values() if one.revoked is not None]
    if not gone or year.year in purged_years(connection):
        return []
    now = {one.whose for kind in TITLES for one in entitled(connection, year, kind)}
    return [one for one in gone if one.whose in now]


def _printed(one: Entitled) -> tuple[str, ...]:
    return one.name, one.place, one.subject, one.grade


def _undecided(connection: Connection, year: int) -> dict[AwardKind, frozenset[str]]:
    cell = table_of(CityPhase)
    ends: dict[AwardKind, str] = {
        "appointment": mentor_recommendation.PHASE.slug, "certificate": year_end.PHASE.slug,
    }  # fmt: skip
    decided = (State.PASSED.value, State.WITHDRAWN.value)
    query = select(cell.c.phase, cell.c.city).where(cell.c.year == year, cell.c.state.not_in(decided))
    rows = connection.execute(query).all()
    return {kind: frozenset(city for phase, city in rows if phase == slug) for kind, slug in ends.items()}


@once_a_snapshot
def register(connection: Connection, year: int, city: str | None = None) -> list[Award]:
    """Give the papers of a year, of all cities or one, by kind and number."""
    award = table_of(AwardRow)
    query = _awards().where(award.c.year == year).order_by(award.c.kind, award.c.number)
    return _read(connection, query if city is None else query.where(award.c.city == city))


def numbered(connection: Connection, year: int, kind: AwardKind, number: int) -> Award | None:
    """Give the paper of that number; None where there is none."""
    award = table_of(AwardRow)
    query = _awards().where(award.c.year == year, award.c.kind == kind, award.c.number == number)
    return next(iter(_read(connection, query)), None)


def confirmed(connection: Connection, token: str) -> Award | None:
    """Give the paper that a token stands on; None where none has it."""
    return next(iter(_read(connection, _awards().where(table_of(AwardRow).c.token == token))), None)


def is_token(text: str) -> bool:
    """Tell whether a paper may have it for a token: what has another shape is no guess."""
    return _TOKEN.fullmatch(text) is not None


def followed(connection: Connection, award: Award) -> bool:
    """Tell whether the same person has a newer one."""
    return _editions(connection, [award.whose])[award.whose] > award.edition


def _awards() -> Select[tuple[object, ...]]:
    award, revoked = table_of(AwardRow), table_of(AwardRevoked)
    names = (
        "kind", "city", "whose", "name", "place", "subject", "grade", "id", "year", "number", "edition", "token", "by",
        "as_of",
    )  # fmt: skip
    joined = award.outerjoin(revoked, revoked.c.award == award.c.id)
    return select(*(award.c[name] for name in names), revoked.c.as_of, revoked.c.reason).select_from(joined)


def _read(connection: Connection, query: Select[tuple[object, ...]]) -> list[Award]:
    return [Award(*row) for row in connection.execute(query)]


def issue(connection: Connection, year: int, chosen: Sequence[Entitled], stamp: Stamp) -> list[int]:
    """Issue papers of one kind, and give their numbers: they go on from the last of the year and the kind.

    In a transaction that excludes all other writers of the year, so that no number is left out. Each is the next of its
    person's: `UNIQUE` forbids the same one twice.
    """
    if not chosen:
        return []
    award = table_of(AwardRow)
    kind = chosen[0].kind
    last = select(func.coalesce(func.max(award.c.number), 0)).where(award.c.year == year, award.c.kind == kind)
    begun = connection.execute(last).scalar_one()
    editions = _editions(connection, [one.whose for one in chosen])
    rows = [
        {
            "year": year, "kind": kind, "number": number, "city": one.city, "whose": one.whose,
            "edition": editions.get(one.whose, 0) + 1, "name": one.name, "place": one.place, "subject": one.subject,
            "grade": one.grade, "token": secrets.token_urlsafe(TOKEN_BYTES), **stamp.columns(),
        }
        for number, one in enumerate(chosen, begun + 1)
    ]  # fmt: skip
    connection.execute(insert(award), rows)
    bump(connection, year)
    return [*range(begun + 1, begun + 1 + len(rows))]


def _editions(connection: Connection, whose: Collection[str]) -> dict[str, int]:
    """Give the newest edition that each has; one who has none is left out."""
    award = table_of(AwardRow)
    query = select(award.c.whose, func.max(award.c.edition)).group_by(award.c.whose)
    chosen = frozenset(whose)
    return {one: edition for one, edition in connection.execute(query).tuples() if one in chosen}


def revoke(connection: Connection, award: Award, stamp: Stamp, reason: str) -> None:
    """Put on record that a paper holds no longer; its primary key forbids twice."""
    row = {"award": award.id, "year": award.year, "reason": reason, **stamp.columns()}
    connection.execute(insert(table_of(AwardRevoked)), [row])
    bump(connection, award.year)
