"""The people of an office: who is in charge on a day, and what of their addresses the letters go to."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, fields
from datetime import date, timedelta
from functools import cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, insert, select, update

from calendars.deadlines import day_of
from calendars.year import ContactPoint
from models.columns import table_of
from models.letter_states import LetterEvent, may
from models.tables.contact_receipts import Contact
from models.tables.season import Letter, ProgrammeYear

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from sqlalchemy import Connection, Select

    from models.stamp import Stamp

MAIN, DEPUTY = "main", "deputy"
PARTS: Mapping[str, str] = {MAIN: "经办人", DEPUTY: "代办人（B 岗）"}
Addresses = dict[str, tuple[str | None, str | None]]
"""By office: where its letters go, and where its head's go."""


@dataclass(frozen=True, slots=True)
class ContactPerson:
    """A contact as it is on file; `since` and `until` are inclusive, None without end."""

    id: int
    office: str
    part: str
    name: str
    email: str | None
    phone: str | None
    since: date | None
    until: date | None
    by: str
    at: datetime
    ended_at: datetime | None

    def covers(self, day: date) -> bool:
        """Whether that day is one of theirs."""
        return (self.since is None or self.since <= day) and (self.until is None or day <= self.until)


def in_charge(people: Iterable[ContactPerson], day: date) -> ContactPerson | None:
    """Give who is in charge of one office on a day: the newest in the main part, else a deputy, else nobody."""
    there = [person for person in people if person.covers(day)]
    return max(there, key=lambda person: (person.part == MAIN, person.since or date.min, person.id), default=None)


def addressed(
    on_file: Mapping[str, tuple[str | None, str | None]], people: Iterable[ContactPerson], day: date
) -> Addresses:
    """Give where letters go on a day: to who is in charge then, else to the office's own address; the head's stays."""
    found = dict(on_file)
    for office, person in charged(people, day).items():
        own, head = on_file.get(office, (None, None))
        found[office] = ((person.email if person else None) or own, head)
    return found


def points(
    on_file: Mapping[str, tuple[str | None, str | None]],
    people: Sequence[ContactPerson],
    day: date,
    of_year: ContactPoint,
) -> dict[str, ContactPoint]:
    """Give whom to ask on a day, by office: who is in charge then, at the address that letters to the office go to.

    What is not on file of the province says the year file (`of_year`).
    """
    there = {office: person for office, person in charged(people, day).items() if person}
    reached = {office: own or "" for office, (own, _) in addressed(on_file, people, day).items()}
    named = {office: (person.name, person.phone or "") for office, person in there.items()}
    found = {
        office: ContactPoint.model_construct(name=name, phone=phone, mailbox=reached.get(office, ""))
        for office in {*reached, *named}
        for name, phone in (named.get(office, ("", "")),)
    }
    known = found.get("province", ContactPoint()).model_dump().items()
    return found | {"province": of_year.model_copy(update={name: value for name, value in known if value})}


def charged(people: Iterable[ContactPerson], day: date) -> dict[str, ContactPerson | None]:
    """Give who is in charge on a day of each office that has people, None where nobody is."""
    theirs: dict[str, list[ContactPerson]] = defaultdict(list)
    for person in people:
        theirs[person.office].append(person)
    return {office: in_charge(those, day) for office, those in theirs.items()}


def recipients(office: str) -> tuple[str, str]:
    """Give an office and its head as they stand in a letter's key."""
    return ("province", "lead") if office == "province" else (f"city:{office}", f"head:{office}")


def of(connection: Connection, office: str | None = None) -> list[ContactPerson]:
    """Give an office's contacts (None: all), those of old among them; by office, the newest first."""
    found = connection.execute(_persons(of_all=office is None), {"of_office": office})
    return [ContactPerson(*row) for row in found]


@cache
def _persons(*, of_all: bool) -> Select[Any]:
    table = table_of(Contact)
    query = select(*(table.c[each.name] for each in fields(ContactPerson)))
    query = query.order_by(table.c.office, table.c.id.desc())
    return query if of_all else query.where(table.c.office == bindparam("of_office"))


def find(connection: Connection, key: int) -> ContactPerson | None:
    """Give one contact."""
    table = table_of(Contact)
    row = connection.execute(
        select(*(table.c[each.name] for each in fields(ContactPerson))).where(table.c.id == key)
    ).first()
    return None if row is None else ContactPerson(*row)


def add(connection: Connection, stamp: Stamp, given: Mapping[str, Any]) -> int:
    """Put a contact on file; give its number."""
    row = {**given, "by": stamp.by, "at": stamp.at}
    made = connection.execute(insert(table_of(Contact)).values(row).returning(table_of(Contact).c.id))
    return int(made.scalar_one())


def end(connection: Connection, stamp: Stamp, key: int, last: date) -> bool:
    """Let a contact's part end with that day; False where it was ended before."""
    table = table_of(Contact)
    running = update(table).where(table.c.id == key, table.c.ended_at.is_(None))
    return bool(connection.execute(running.values(until=last, ended_at=stamp.at)).rowcount)


def replace_all(connection: Connection, stamp: Stamp, rows: Sequence[Mapping[str, Any]], gone: Iterable[int]) -> None:
    """Put these in charge from today on; the parts of those who are `gone` end with the day before."""
    table, ended, today = table_of(Contact), sorted(gone), day_of(stamp.as_of)
    if ended:
        over = update(table).where(table.c.id.in_(ended), table.c.ended_at.is_(None))
        connection.execute(over.values(until=today - timedelta(days=1), ended_at=stamp.at))
    if rows:
        new: dict[str, Any] = {"part": MAIN, "since": today, "until": None, "by": stamp.by, "at": stamp.at}
        connection.execute(insert(table), [{**new, **row} for row in rows])


def redirect(connection: Connection, recipient: str, address: str) -> int:
    """Send what is queued for an office, and not yet offered to anybody, to this address; give how many letters."""
    letter = table_of(Letter)
    waiting = may(letter, LetterEvent.CLAIM) & (letter.c.recipient == recipient) & (letter.c.address != address)
    return int(connection.execute(update(letter).where(waiting).values(address=address)).rowcount)


def touch(connection: Connection, year: int | None = None) -> None:
    """Say that what the pages of a year (None: of every running year) show has changed; whoever does has locked it."""
    table = table_of(ProgrammeYear)
    which = table.c.closed_as_of.is_(None) if year is None else table.c.year == year
    connection.execute(update(table).where(which).values(revision=table.c.revision + 1))
