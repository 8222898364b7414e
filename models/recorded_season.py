"""What was put into a season, as it stands on record: what people did, and the rows that were judged."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import Row, select

from gates.states import Event
from models import days_told, draft_rows, filed_rows, guardian_consents, histories
from models.columns import table_of
from models.database import book_of
from models.guardian_consents import NewConsent
from models.loading import EMPTIED, NOTHING
from models.tables.arrangements import Arrangement
from models.tables.city_drafts import draft_table
from models.tables.city_requests import Request, RequestAnswer
from models.tables.personal_changes import PersonalChange
from models.tables.pool import Party
from models.tables.revised_calendars import Amendment
from models.tables.season import CityYear, Excuse, Filing, Transition, WorkbookLoad
from phases.application import STUDENTS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy import Connection

    from models.histories import PastGrant, SetAside
    from phases.stored_sheet import StoredSheet

Moment = tuple[str, str, datetime]
"""A phase, or a form, with a city and the instant of the log."""

Sheets = dict[str, list[dict[str, Any]]]
"""Rows by their sheet's key, each by field with its `line`."""


class Logged(NamedTuple):
    """A row of the log, as far as what was done is read off it; `filed_at` is when a filing came in."""

    phase: str
    city: str
    event: Event
    refused: bool
    as_of: datetime
    filed_at: datetime | None
    reason: str | None
    request: int | None


class Loaded(NamedTuple):
    """A load of a form, and which filing judged it: None where none did."""

    form: str
    city: str
    as_of: datetime
    filing: int | None


@dataclass(frozen=True)
class RecordedSeason:
    """The record of a year up to an instant, each kind of row asked for once."""

    connection: Connection
    year: int
    until: datetime

    @cached_property
    def log(self) -> Sequence[Logged]:
        """The log in the order in which it was written."""
        table = table_of(Transition)
        columns = (table.c[name] for name in Logged._fields)
        query = select(*columns).where(table.c.year == self.year, table.c.as_of <= self.until).order_by(table.c.id)
        return [Logged(phase, city, Event(what), *rest) for phase, city, what, *rest in self.connection.execute(query)]

    @cached_property
    def grants(self) -> Mapping[Moment, PastGrant]:
        """The later days that were given, or put right, by hand, by the instant of their act."""
        found = histories.grants(self.connection, histories.Span(self.year, self.until))
        return {(one.phase, one.city, one.as_of): one for one in found if one.cause != "grace"}

    @cached_property
    def waivers(self) -> Mapping[Moment, SetAside]:
        """The waived rules, by the instant."""
        found = histories.waivers(self.connection, histories.Span(self.year, self.until))
        return {(one.phase, one.city, one.as_of): one for one in found}

    @cached_property
    def excuses(self) -> Mapping[Moment, Row[Any]]:
        """Who was excused, by the instant: name, place and reason."""
        table, party = table_of(Excuse), table_of(Party)
        whose = table.c.recipient == party.c.kind + ":" + party.c.id.cast(table.c.recipient.type)
        columns = (table.c.phase, table.c.city, table.c.as_of, party.c.name, party.c.place, table.c.reason)
        found = self.connection.execute(select(*columns).join(party, whose).where(table.c.year == self.year))
        return {(row.phase, row.city, row.as_of): row for row in found}

    @cached_property
    def untold(self) -> Mapping[Moment, str]:
        """Why whoever was told another day was not told that it moved, by the instant of the act."""
        found = days_told.left_out(self.connection, self.year, self.until, ever=True)
        return {(one.phase, one.city, one.as_of): one.reason for one in found}

    @cached_property
    def revised(self) -> Mapping[datetime, Mapping[str, str]]:
        """Why the calendar was revised, and why whoever was told another day was not told of it, by the instant."""
        table = table_of(Amendment)
        found = self.connection.execute(select(table.c.as_of, table.c.reason).where(table.c.year == self.year))
        untold = {at: reason for (_, _, at), reason in self.untold.items()}
        return {row.as_of: {"reason": row.reason, "untold": untold.get(row.as_of, "")} for row in found}

    @cached_property
    def arrangements(self) -> Mapping[Moment, Row[Any]]:
        """When and where parties meet, by the instant at which it was said."""
        table = table_of(Arrangement)
        found = self.connection.execute(select(table).where(table.c.year == self.year))
        return {(row.phase, row.city, row.as_of): row for row in found}

    @cached_property
    def requests(self) -> Mapping[int, Row[Any]]:
        """What cities asked, by number."""
        table = table_of(Request)
        return {row.id: row for row in self.connection.execute(select(table).where(table.c.year == self.year))}

    @cached_property
    def answers(self) -> Mapping[tuple[int, datetime], Row[Any]]:
        """What was answered, by the request's number and the instant."""
        table, asked = table_of(RequestAnswer), table_of(Request)
        query = select(table).join(asked, asked.c.id == table.c.request).where(asked.c.year == self.year)
        return {(row.request, row.as_of): row for row in self.connection.execute(query)}

    @cached_property
    def consents(self) -> Mapping[tuple[str, datetime], list[NewConsent]]:
        """What offices recorded of guardians' consent, by city and instant, in the order of the rows."""
        found: dict[tuple[str, datetime], list[NewConsent]] = defaultdict(list)
        for one in guardian_consents.consents(self.connection, self.year):
            if one.filing is None:
                new = NewConsent(one.number, one.given, one.day, one.relation, one.way, one.wording, one.reason)
                found[one.city, one.as_of].append(new)
        return found

    @cached_property
    def consents_in_error(self) -> Mapping[tuple[str, datetime], list[tuple[str, datetime, str]]]:
        """What offices recorded in error: by city and instant, whose it was, since when on record, and why."""
        found: dict[tuple[str, datetime], list[tuple[str, datetime, str]]] = defaultdict(list)
        recorded = {one.id: one for one in guardian_consents.consents(self.connection, self.year)}
        for void in guardian_consents.voids(self.connection, self.year).values():
            one = recorded[void.record]
            found[void.city, void.as_of].append((one.number, one.as_of, void.reason))
        return found

    @cached_property
    def persons(self) -> Mapping[tuple[str, datetime], Sequence[Row[Any]]]:
        """What was changed of single persons, by city and instant, in the order of the rows."""
        table, found = table_of(PersonalChange), defaultdict[tuple[str, datetime], list[Row[Any]]](list)
        query = select(table).where(table.c.year == self.year).order_by(table.c.id)
        for row in self.connection.execute(query):
            found[row.city, row.as_of].append(row)
        return found

    @cached_property
    def city_of(self) -> Mapping[str, str]:
        """The cities of the year by the name that a move of a student has."""
        table = table_of(CityYear)
        found = self.connection.execute(select(table.c.name, table.c.city).where(table.c.year == self.year))
        return dict(found.tuples().all())

    def home(self, number: str, city: str, at: datetime) -> tuple[str, str] | None:
        """Give school and mentor, as 姓名（单位）, that a student had once he had moved to a city; None if he moved on.

        That is what the first change since replaced, else what stands.
        """
        changes = (row for rows in self.persons.values() for row in rows if row.number == number and row.as_of > at)
        since = sorted(changes, key=lambda row: int(row.id))
        if any(row.what == "city" for row in since):
            return None
        was = {row.what: row.was for row in reversed(since)}
        student = draft_table(STUDENTS)
        mine = (student.c.year == self.year, student.c.city == city, student.c.number == number)
        columns = (student.c[name] for name in ("school", "mentor", "institution"))
        row = self.connection.execute(select(*columns).where(*mine)).one_or_none()
        if row is None:
            return None
        return was.get("school", row.school), was.get("mentor", f"{row.mentor}（{row.institution}）")

    @cached_property
    def _filings(self) -> Mapping[tuple[str, str], Sequence[Row[Any]]]:
        table, found = table_of(Filing), defaultdict[tuple[str, str], list[Row[Any]]](list)
        query = select(table.c.phase, table.c.city, table.c.number, table.c.as_of)
        for row in self.connection.execute(query.where(table.c.year == self.year, table.c.part == "city")):
            found[row.phase, row.city].append(row)
        return found

    @cached_property
    def loads(self) -> Mapping[Moment, list[Loaded]]:
        """The loads by the owner's phase, city and instant; of several that one filing judged, or none, the last."""
        table, book = table_of(WorkbookLoad), book_of(self.connection)
        gone = table.c.sha256.in_([NOTHING, EMPTIED])
        query = select(table.c.form, table.c.city, table.c.as_of).where(table.c.year == self.year, ~gone)
        last: dict[tuple[str, str, int | None], Loaded] = {}
        for form, city, as_of in self.connection.execute(query.order_by(table.c.id)):
            later = (one.number for one in self._filings.get((form, city), ()) if one.as_of >= as_of)
            one = Loaded(form, city, as_of, min(later, default=None))
            last[form, city, one.filing] = one
        found: dict[Moment, list[Loaded]] = defaultdict(list)
        for one in last.values():
            if one.as_of <= self.until:
                found[book.owner(one.form).slug, one.city, one.as_of].append(one)
        return found

    def rows(self, load: Loaded) -> Sheets | None:
        """Give the rows of a load: as they were judged, else as they are the draft; None where they were not kept."""
        form = book_of(self.connection).forms[load.form].sheets
        if load.filing is None:
            return {sheet.key: self._draft(load, sheet) for sheet in form}
        found = {sheet.key: self._filed(load, sheet) for sheet in form}
        return found if any(found.values()) else None

    def _draft(self, load: Loaded, sheet: StoredSheet) -> list[dict[str, Any]]:
        found = draft_rows.rows(self.connection, self.year, load.city, sheet.key)
        apart = {"year", "city", *(column.name for column in sheet.worked_out)}
        return [{name: value for name, value in row.items() if name not in apart} for row in found]

    def _filed(self, load: Loaded, sheet: StoredSheet) -> list[dict[str, Any]]:
        assert load.filing is not None
        given = (self.connection, self.year, load.form, load.city, load.filing, sheet)
        return [{"line": line, **cells} for line, cells in filed_rows.rows(*given).items()]
