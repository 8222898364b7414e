"""What has to be there before a year runs by itself, each read off what is: nobody ticks anything."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from sqlalchemy import select

from models import accounts, addresses, contacts, loading, signs_of_life, standing, trial_years
from models.columns import table_of
from models.tables.contact_receipts import Receipt
from models.tables.season import Letter
from phases.letter_kinds import PROVING

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from calendars.year import ContactPoint, Year
    from models.letter_states import LetterState
    from models.trial_years import TrialProgress


@dataclass(frozen=True, slots=True)
class TestedPost:
    """The newest letter that tests the post: its number, its state and why, when it arrived (None: not yet).

    One that arrived goes before those that have not.
    """

    letter: int
    state: LetterState
    detail: str | None
    arrived: datetime | None


@dataclass(frozen=True, slots=True)
class Readiness:
    """What is there of a year: `contact` is the province's, `mailboxes` and `signed_in` are numbers of cities.

    `on_paper` are the phases that were done on paper, `filed_later` how many city phases of these have a workbook;
    `watched` is when what is due was last looked after, None for never since the year was opened. `trial` is how far
    that is, None of a year that is live.
    """

    contact: ContactPoint
    mailboxes: int
    signed_in: int
    tested: TestedPost | None
    on_paper: tuple[str, ...]
    filed_later: int
    watched: datetime | None
    trial: TrialProgress | None = None


def readiness(
    connection: Connection, year: Year, begun: datetime | None, day: date, trial: str | None = None
) -> Readiness:
    """Give what is there on a day; the same number of questions, however many cities.

    `trial` is the mailbox of a year that is tried.
    """
    cities = {city.slug for city in year.cities}
    people = contacts.of(connection)
    on_file = addresses.on_file(connection)
    reached = contacts.addressed(on_file, people, day)
    able = {one.city for one in accounts.everybody(connection) if one.password and one.disabled_at is None}
    done = standing.done_on_paper(connection, year.year)
    watch = next((one.at for one in signs_of_life.signs(connection) if one.work == "watch"), None)
    return Readiness(
        contacts.points(on_file, people, day, year.contact)["province"],
        sum(bool(reached.get(city, (None, None))[0]) for city in cities),
        len(cities & able),
        _tested(connection, year.year),
        tuple(phase.name for phase in year.phases if phase.slug in done),
        sum(form in done for form, _ in loading.loaded_by(connection, year.year)) if done else 0,
        watch if watch and (begun is None or watch >= begun) else None,
        trial_years.progress(connection, year.year, trial) if trial else None,
    )


def _tested(connection: Connection, year: int) -> TestedPost | None:
    letter, receipt = table_of(Letter), table_of(Receipt)
    query = (
        select(letter.c.id, letter.c.state, letter.c.detail, receipt.c.at)
        .join_from(letter, receipt, receipt.c.letter == letter.c.id, isouter=True)
        .where(letter.c.year == year, letter.c.recipient == "province", letter.c.kind.in_(PROVING))
        .order_by(receipt.c.at.is_(None), letter.c.id.desc())
        .limit(1)
    )
    row = connection.execute(query).one_or_none()
    return TestedPost(*row) if row else None
