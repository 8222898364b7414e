"""What the cities ask of the province: a later day, or a question; which wait for it, and what was answered."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from functools import cache
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from sqlalchemy import BindParameter, Select, and_, bindparam, func, insert, select

from models.columns import table_of
from models.one_snapshot import once_a_snapshot
from models.tables.city_requests import Request, RequestAnswer
from models.taking_back import take_back_requests
from models.writing import bump

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from sqlalchemy import ColumnElement, Connection

    from models.stamp import Stamp

RequestKind = Literal["later-day", "question"]
Said = Literal["granted", "declined", "upheld", "changed", "needless", "retracted", "corrected", "reopened"]
ANSWERS: Mapping[bool | None, Said] = {True: "granted", False: "declined", None: "needless"}
"""What is said of a request for a later day that is granted, declined, or overtaken."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of a request, as in the table: `said`, in which words, by whom, when by the programme."""

    said: Said
    reason: str | None
    move: int | None
    by: str
    as_of: datetime


@dataclass(frozen=True, slots=True)
class CityRequest:
    """A request as in the table, with what was last said of it; None where nobody answered."""

    id: int
    kind: RequestKind
    year: int
    phase: str
    city: str
    attempt: int
    until: date | None
    about: str | None
    reason: str
    by: str
    as_of: datetime
    last: Answer | None

    @property
    def answer(self) -> Answer | None:
        """What it was answered; None while it waits for the province."""
        return None if self.last is None or self.last.said == "reopened" else self.last

    @property
    def day(self) -> date:
        """The day that a request for a later day asks for."""
        assert self.until is not None
        return self.until


class Wanted(NamedTuple):
    """A request as it is made: for a later day, or about what stands; `id` where it is on record, and made again."""

    kind: RequestKind
    attempt: int
    reason: str
    until: date | None = None
    about: str | None = None
    id: int | None = None


FOR_EVER = datetime.max.replace(tzinfo=UTC)
ASKED = ("id", "kind", "year", "phase", "city", "attempt", "until", "about", "reason", "by", "as_of")
ANSWERED = ("said", "reason", "move", "by", "as_of")


def requests(
    connection: Connection, year: int, *which: ColumnElement[bool], as_of: datetime | None = None
) -> tuple[CityRequest, ...]:
    """Give the requests of a year as they stand, or stood at an instant, the oldest first; `which` of `Request`."""
    asked = {"asked_in": year, "known_at": as_of or FOR_EVER}
    query = _as_they_stand().where(*which) if which else _as_they_stand()
    return tuple(_read(tuple(row)) for row in connection.execute(query, asked))


@cache
def _as_they_stand() -> Select[Any]:
    """The requests of the year `asked_in`, made until `known_at`, each with what was last said of it until then."""
    asked, answers = table_of(Request), table_of(RequestAnswer)
    of_year = asked.c.year == bindparam("asked_in")
    known_at: BindParameter[datetime] = bindparam("known_at")
    newest = select(answers.c.request, func.max(answers.c.number).label("number")).where(answers.c.as_of <= known_at)
    newest = newest.join(asked, asked.c.id == answers.c.request).where(of_year)
    last = newest.group_by(answers.c.request).subquery()
    holds = and_(answers.c.request == last.c.request, answers.c.number == last.c.number)
    return (
        select(*(asked.c[name] for name in ASKED), *(answers.c[name] for name in ANSWERED))
        .outerjoin(last, last.c.request == asked.c.id)
        .outerjoin(answers, holds)
        .where(of_year, asked.c.as_of <= known_at)
        .order_by(asked.c.as_of, asked.c.id)
    )


def _read(row: tuple[Any, ...]) -> CityRequest:
    asked, said = row[: len(ASKED)], row[len(ASKED) :]
    return CityRequest(*asked, None if said[0] is None else Answer(*said))  # type: ignore[call-arg]  # as in `ASKED`


def find(connection: Connection, year: int, request: int) -> CityRequest | None:
    """Give one request of a year."""
    return next(iter(numbered(connection, year, [request])), None)


@once_a_snapshot
def of_city_phase(connection: Connection, year: int, phase: str, city: str) -> tuple[CityRequest, ...]:
    """Give what the city asked for in this phase, newest first."""
    table = table_of(Request)
    found = requests(connection, year, table.c.phase == phase, table.c.city == city)
    return tuple(sorted(found, key=lambda one: -one.id))


def numbered(connection: Connection, year: int, numbers: Collection[int]) -> tuple[CityRequest, ...]:
    """Give these requests of a year, the oldest first."""
    return requests(connection, year, table_of(Request).c.id.in_(list(numbers))) if numbers else ()


def waits(asked: Sequence[CityRequest], attempt: int, kind: RequestKind = "later-day") -> CityRequest | None:
    """Give the one of these that nobody has answered: for a later day in this attempt, or a question in any."""
    return next(
        (one for one in asked if one.kind == kind and one.answer is None and one.attempt in {attempt, *_any(one)}), None
    )


def _any(asked: CityRequest) -> tuple[int, ...]:
    return () if asked.kind == "later-day" else (asked.attempt,)


@once_a_snapshot
def unanswered(connection: Connection, year: int, as_of: datetime | None = None) -> tuple[CityRequest, ...]:
    """Give the requests that wait for the province, or waited at an instant, the oldest first."""
    return tuple(one for one in requests(connection, year, as_of=as_of) if one.answer is None)


def later_days(connection: Connection, year: int, city: str, as_of: datetime) -> Mapping[str, CityRequest]:
    """Give by phase a city's requests for a later day that wait, or waited at an instant."""
    waiting = unanswered(connection, year, as_of)
    return {one.phase: one for one in waiting if one.city == city and one.kind == "later-day"}


def ask(connection: Connection, token: str, place: tuple[int, str, str], wanted: Wanted, stamp: Stamp) -> int:
    """Keep a request for a city phase (`place`: year, phase, city), and give its number; its token is taken once.

    Pages from memory show it, so the year's revision moves with it.
    """
    year, phase, city = place
    row = {"token": token, "year": year, "phase": phase, "city": city, **wanted._asdict()} | stamp.columns()
    if wanted.id is None:
        del row["id"]
    new = insert(table_of(Request)).values(row)
    number = int(connection.execute(new.returning(table_of(Request).c.id)).scalar_one())
    take_back_requests(connection, year, [number])
    bump(connection, year)
    return number


@dataclass(frozen=True, slots=True)
class NewAnswer:
    """What becomes of a request, as in the table, and the words of that."""

    request: int
    said: Said
    reason: str | None = None
    move: int | None = None


def answer(connection: Connection, year: int, answers: Sequence[NewAnswer], stamp: Stamp) -> None:
    """Put what became of requests on record, and take back what said otherwise: as many statements, however many."""
    if not answers:
        return
    table = table_of(RequestAnswer)
    counted = select(table.c.request, func.count()).where(table.c.request.in_([each.request for each in answers]))
    before = dict(connection.execute(counted.group_by(table.c.request)).tuples().all())
    rows = [{**asdict(one), "number": before.get(one.request, 0) + 1, **stamp.columns()} for one in answers]
    connection.execute(insert(table).inline(), rows)
    take_back_requests(connection, year, [each.request for each in answers])
    bump(connection, year)
