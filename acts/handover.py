"""交接单: what whoever takes over in mid-season has to know: promises, what waits, what is unlike last year."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Literal

from acts.last_word import last_work
from calendars.deadlines import BY_HAND, day_of, end_of
from calendars.files import load, shipped
from calendars.unlike import unlike
from calendars.year import ContactPoint
from gates.pending import owes_second
from gates.states import Event, State
from models import (
    addresses,
    case_notes,
    city_requests,
    contacts,
    days_told,
    excuses,
    histories,
    letter_marks,
    prepared_acts,
)
from models import standing as years
from models.case_notes import PROVINCE
from models.reports import matrix
from models.waiting import waiting
from phases.application import PHASE as APPLICATION
from season.still_due import still_due_at

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import date, datetime

    from sqlalchemy import Connection

    from calendars.unlike import Unlike
    from calendars.year import Year
    from models.histories import PastGrant
    from models.reports import Matrix, Standing

Promised = Literal["day", "person", "note", "prepared", "nobody", "excuse", "left-out"]
PROMISED: Mapping[Promised, str] = {
    "day": "另定的截止日",
    "person": "个人延期",
    "note": "约定日期的留言",
    "prepared": "待签批的事项",
    "nobody": "今年没有申报",
    "excuse": "免交总结",
    "left-out": "不另行通知",
}
"""What was promised, or stands as decided until its phase is over."""

MOVED = BY_HAND | {"correction"}
"""What gives a city a day of its own: by the province's hand, or as what is left of one given by mistake."""

OPEN = frozenset({State.WAITING, State.OPEN, State.RETURNED})
"""The states in which a city still goes by the day that it was given."""

ENDED = frozenset({State.PASSED, State.WITHDRAWN})


@dataclass(frozen=True, slots=True)
class Promise:
    """One that is open: of which city phase, if of any, about whom, until when, in which words, whose, since when.

    `note` is the number of the note or prepared act, 0 where it is neither.
    """

    kind: Promised
    phase: str
    city: str
    whom: str
    until: date | None
    said: str
    by: str
    since: datetime | None
    note: int = 0


@dataclass(frozen=True, slots=True)
class Outstanding:
    """What waits for an office (`province` or a city's slug): of which city phase, since when, until which day."""

    owner: str
    what: str
    phase: str
    city: str
    since: datetime
    until: date | None
    late: int = 0


@dataclass(frozen=True, slots=True)
class Handover:
    """The whole sheet. `letters` are counts by state of those that only a person moves on.

    `persons` tells whether later days of single persons are known: of a past instant they are not. `before` is the year
    that `unlike` compares with, None where its calendar is not known. `call` is whom to ask, by office.
    """

    year: Year
    as_of: datetime
    promises: tuple[Promise, ...]
    awaited: tuple[Outstanding, ...]
    letters: Mapping[str, int]
    persons: bool
    before: int | None
    unlike: tuple[Unlike, ...]
    call: Mapping[str, ContactPoint]

    def as_json(self) -> dict[str, Any]:
        """`talent handover --json`."""
        return {
            "year": self.year.year,
            "as_of": self.as_of.isoformat(),
            "promises": [_plain(asdict(one)) for one in self.promises],
            "awaited": [_plain(asdict(one)) for one in self.awaited],
            "letters": dict(self.letters),
            "persons": self.persons,
            "before": self.before,
            "unlike": [one._asdict() for one in self.unlike],
            "call": {office: one.model_dump() for office, one in self.call.items()},
        }


def _plain(found: dict[str, Any]) -> dict[str, Any]:
    days = ("until", "since")
    return found | {name: found[name] and found[name].isoformat() for name in days}


def handover(connection: Connection, year: int, as_of: datetime, city: str | None = None) -> Handover:
    """Give the sheet as of an instant: the province's, or what of it is a city's own."""
    found, persons = matrix(connection, year, as_of), years.newest_act(connection, year) <= as_of
    sheet = _Sheet(connection, found, city, persons=persons)
    before = _before(connection, found)
    return Handover(
        found.year,
        as_of,
        tuple(sheet.promises()),
        tuple(sheet.awaited()),
        sheet.letters(),
        persons,
        before.year if before else None,
        unlike(before, found.year, found.book.terms) if before else (),
        _call(connection, found, city),
    )


class _Sheet:
    """What is asked once and said in two places; of one city, or of all."""

    def __init__(self, connection: Connection, found: Matrix, city: str | None, *, persons: bool) -> None:
        self.connection, self.found, self.city = connection, found, city
        self.year, self.as_of = found.year, found.as_of
        self.cells = {
            (one.phase, slug): one for slug, those in found.cities.items() for one in those if city in {None, slug}
        }
        asked = (connection, self.year.year, found.as_of)
        self.persons = [one for one in still_due_at(*asked) if city in {None, one.city}] if persons else []
        reader = city or PROVINCE
        self.notes = case_notes.threads(connection, self.year.year, reader, found.as_of, city=city)
        closed = years.opened(connection, self.year.year).closed_as_of
        self.closed = closed is not None and closed <= found.as_of

    def promises(self) -> Iterator[Promise]:
        """Give every promise that is open, kind by kind."""
        yield from self._days()
        today = day_of(self.as_of)
        for one in self.persons:
            if one.until >= today:
                yield Promise("person", one.phase, one.city, one.whom, one.until, "", "", None)
        for note in self._unanswered():
            if note.until is not None and note.until >= today:
                place = (note.phase, note.city, note.owner or "", note.until)
                yield Promise("note", *place, note.text, note.by, note.as_of, note.id)
        if self.city is None:
            for act in prepared_acts.unsigned(self.connection, self.year.year, self.as_of):
                yield Promise("prepared", "", "", "", None, act.says, act.by, act.as_of, act.id)
        yield from self._nobody()
        yield from self._excused()
        if self.city is None:
            yield from self._left_out()

    def awaited(self) -> Iterator[Outstanding]:
        """Give what waits, the province's first."""
        for province in (True, False):
            for one in waiting(self.found, province=province):
                if self.city in {None, one.city.slug}:
                    owner = PROVINCE if province else one.city.slug
                    pending, place = one.pending, (one.phase.slug, one.city.slug)
                    work = last_work(self.found.book, one.phase, unfinished=pending.unfinished)
                    what = f"待{work}" if province else _late(one.standing)
                    yield Outstanding(owner, what, *place, pending.since, pending.due.day, pending.late)
        for asked in city_requests.unanswered(self.connection, self.year.year, self.as_of):
            if self.city in {None, asked.city}:
                what = f"申请延期至 {asked.until}" if asked.until else "提出异议"
                yield Outstanding(PROVINCE, f"{what}，待答复", asked.phase, asked.city, asked.as_of, None)
        yield from self._beyond_a_day()

    def _beyond_a_day(self) -> Iterator[Outstanding]:
        """Give the notes that wait for no day, or longer than theirs, and the persons whose day is over."""
        today = day_of(self.as_of)
        for note in self._unanswered():
            if note.until is None or note.until < today:
                late, place = (today - note.until).days if note.until else 0, (note.phase, note.city)
                yield Outstanding(note.owner or "", "留言待回复", *place, note.as_of, note.until, late)
        for one in self.persons:
            if one.until < today:
                what, late = f"{one.whom} 的个人延期到期未交齐", (today - one.until).days
                yield Outstanding(one.city, what, one.phase, one.city, end_of(one.until), one.until, late)

    def letters(self) -> dict[str, int]:
        """Count by state the letters that only a person moves on: the province's business."""
        if self.city is not None:
            return {}
        kept, _ = letter_marks.kept(self.connection, self.year.year, self.as_of)
        return {**self.found.alarms.letters, **({"awaiting": kept} if kept else {})}

    def _days(self) -> Iterator[Promise]:
        """Give the days that cities were given and still go by, with the words of the newest, a correction's too."""
        given: dict[tuple[str, str], PastGrant] = {}
        for one in histories.grants(self.connection, histories.Span(self.year.year, self.as_of, city=self.city)):
            if one.cause in MOVED:
                given[one.phase, one.city] = one
        for key, cell in self.cells.items():
            second = cell.second if owes_second(cell.state, cell.second, cell.second_at) else None
            due = second or (cell.due if cell.state in OPEN else None)
            if due is not None and key in given and MOVED.intersection(due.because) and due.met_by(self.as_of):
                grant = given[key]
                yield Promise("day", *key, "", due.day, grant.reason, grant.by, grant.as_of)

    def _unanswered(self) -> Sequence[case_notes.KeptNote]:
        """Give the notes that wait for an answer; none do once the year is closed."""
        return [one.note for one in self.notes if one.waits_for is not None and not self.closed]

    def _nobody(self) -> Iterator[Promise]:
        """Give the cities in which nobody applied, until all that is asked of them is over."""
        span = histories.Span(self.year.year, self.as_of, APPLICATION.slug, self.city)
        newest: dict[str, histories.PastMove] = {}
        for move in histories.moves(self.connection, span):
            if move.event in {Event.NOBODY, Event.RERUN} and not move.refused:
                newest.setdefault(move.city, move)
        for city, last in newest.items():
            states = {cell.state for (_, slug), cell in self.cells.items() if slug == city}
            if last.event is Event.NOBODY and not states <= ENDED:
                yield Promise("nobody", last.phase, city, "", None, last.reason or "", last.by, last.as_of)

    def _excused(self) -> Iterator[Promise]:
        for one in excuses.on_record(self.connection, self.year.year, self.as_of):
            cell = self.cells.get((one.phase, one.city))
            if cell is not None and cell.state not in ENDED:
                whom = f"{one.name}（{one.place}）" if one.place else one.name
                yield Promise("excuse", one.phase, one.city, whom, None, one.reason, one.by, one.as_of)

    def _left_out(self) -> Iterator[Promise]:
        for one in days_told.left_out(self.connection, self.year.year, self.as_of):
            cell = self.cells.get((one.phase, one.city))
            if cell is not None and cell.state not in ENDED:
                whom = f"{one.recipients} 个收件人"
                yield Promise("left-out", one.phase, one.city, whom, None, one.reason, "", one.as_of)


def _late(cell: Standing) -> str:
    return "逾期未报送" if cell.state is State.OVERDUE else "后交部分逾期未交"


def _before(connection: Connection, found: Matrix) -> Year | None:
    """Give the calendar of the year before: as it was opened here, else as it comes with the programme."""
    last = found.year.year - 1
    if last in years.years_open(connection):
        return years.opened(connection, last).year
    return load(last, found.book.terms) if last in shipped() else None


def _call(connection: Connection, found: Matrix, city: str | None) -> dict[str, ContactPoint]:
    """Give whom to ask on the day, by office: the province, then the cities in their order."""
    given = (addresses.on_file(connection), contacts.of(connection), day_of(found.as_of), found.year.contact)
    points = contacts.points(*given)
    order = (PROVINCE, *(slug for slug in found.cities if city in {None, slug}))
    return {office: points.get(office, ContactPoint()) for office in order}
