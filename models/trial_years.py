"""A year that is tried before it is live: where its letters go meanwhile, what was entered, and taking all of it out.

Docs: docs/decisions/0082-a-trial-before-the-year-is-live.md.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import delete, exists, func, or_, select, text, update

from models.begun_anew import put_back, take_out
from models.columns import table_of
from models.database import book_of
from models.letter_states import LetterState
from models.tables.accounts import Account
from models.tables.awards import AwardRow
from models.tables.case_notes import CaseNote
from models.tables.catalogue import declared
from models.tables.city_requests import Request
from models.tables.contact_receipts import Contact, Receipt
from models.tables.guardian_consents import GuardianConsent
from models.tables.personal_changes import PersonalChange
from models.tables.pool import Party, PoolEntry, StatedAddress
from models.tables.season import (
    ExtensionRow,
    Filing,
    Letter,
    LetterBody,
    LetterPaper,
    LetterTemplate,
    ProgrammeYear,
    UnclearBounce,
    WaiverRow,
    WorkbookLoad,
)

if TYPE_CHECKING:
    from sqlalchemy import Connection, Select, Table

    from calendars.year import Year
    from models.stamp import Stamp

_OWNED = text(
    "SELECT bool_and(pg_has_role(current_user, tableowner, 'USAGE')) FROM pg_tables"
    " WHERE schemaname = current_schema() AND tablename = ANY(:ours)"
)


class TrialCounts(NamedTuple):
    """What people entered in a trial; `addresses` are of parties of whom it was said.

    What goes on by itself, as its letters do, is not counted: a confirmation would be refused as long as they leave.
    """

    loads: int
    extensions: int
    waivers: int
    requests: int
    notes: int
    consents: int
    corrections: int
    awards: int
    filings: int
    addresses: int


class KeptCounts(NamedTuple):
    """What a year keeps of its setting up when it goes live."""

    contacts: int
    accounts: int
    pool: int


class TrialProgress(NamedTuple):
    """How far a trial is: where its letters go, how many to each party a relay took, how many cities loaded and filed.

    `received` are the letters that were acknowledged.
    """

    mailbox: str
    cities: int
    mentors: int
    institutions: int
    schools: int
    received: int
    loaded: int
    filed: int


def mailboxes(connection: Connection) -> dict[int, str]:
    """Give the years that are tried, each with the mailbox that its letters go to."""
    table = table_of(ProgrammeYear)
    tried = select(table.c.year, table.c.trial).where(table.c.trial.is_not(None))
    return dict(connection.execute(tried).tuples().all())


def put_mailbox(connection: Connection, year: int, mailbox: str) -> bool:
    """Let the letters of a trial go to another mailbox; tell whether the year is tried at all."""
    table = table_of(ProgrammeYear)
    tried = update(table).where(table.c.year == year, table.c.trial.is_not(None))
    return bool(connection.execute(tried.values(trial=mailbox, revision=table.c.revision + 1)).rowcount)


def may_go_live(connection: Connection) -> bool:
    """Tell whether the tables belong to whoever asks: nobody else takes out what is only added to."""
    ours = list(declared(book_of(connection)).tables)
    return connection.dialect.name == "sqlite" or bool(connection.execute(_OWNED, {"ours": ours}).scalar_one())


def entered(connection: Connection, year: int) -> TrialCounts:
    """Count what was entered in a year so far."""
    models = (
        WorkbookLoad, ExtensionRow, WaiverRow, Request, CaseNote, GuardianConsent, PersonalChange, AwardRow
    )  # fmt: skip
    filing, stated = table_of(Filing), table_of(StatedAddress)
    counts = (
        *(_rows(table_of(model), year) for model in models),
        _rows(filing, year).where(filing.c.part == "city"),
        select(func.count(stated.c.party.distinct())).where(stated.c.year == year),
    )
    return TrialCounts(*connection.execute(select(*(one.scalar_subquery() for one in counts))).one())


def progress(connection: Connection, year: int, mailbox: str) -> TrialProgress:
    """Give how far a trial is: what was really done in it."""
    letter, filing, load = table_of(Letter), table_of(Filing), table_of(WorkbookLoad)
    sent = _rows(letter, year).where(letter.c.state == LetterState.SENT.value)
    receipt = table_of(Receipt)
    counts = (
        *(sent.where(letter.c.recipient.like(f"{kind}:%")) for kind in ("city", "mentor", "institution", "school")),
        select(func.count()).join_from(receipt, letter, letter.c.id == receipt.c.letter).where(letter.c.year == year),
        *(select(func.count(one.c.city.distinct())).where(one.c.year == year) for one in (load, filing)),
    )
    return TrialProgress(mailbox, *connection.execute(select(*(one.scalar_subquery() for one in counts))).one())


def _rows(table: Table, year: int) -> Select[tuple[int]]:
    return select(func.count()).select_from(table).where(table.c.year == year)


def kept(connection: Connection, year: int) -> KeptCounts:
    """Count what stays of a year that is set up: people in charge, accounts, whom the year before brought along."""
    contact, account, pool = table_of(Contact), table_of(Account), table_of(PoolEntry)
    counts = (
        select(func.count()).select_from(contact).where(contact.c.until.is_(None)),
        select(func.count()).select_from(account).where(account.c.disabled_at.is_(None)),
        select(func.count()).select_from(pool).where(pool.c.year == year),
    )
    return KeptCounts(*connection.execute(select(*(one.scalar_subquery() for one in counts))).one())


def go_live(connection: Connection, year: Year, stamp: Stamp) -> None:
    """Take out all that was entered in a trial, and open the year anew, from now on and for good.

    For whoever owns the tables, in a transaction that holds every year.
    """
    party, stated, opened = table_of(Party), table_of(StatedAddress), table_of(ProgrammeYear)
    query = select(stated.c.party).where(stated.c.year == year.year).distinct()
    said = connection.execute(query).scalars().all()
    bounce, letter = table_of(UnclearBounce), table_of(Letter)
    theirs = bounce.c.letter.in_(select(letter.c.id).where(letter.c.year == year.year))
    connection.execute(update(bounce).where(theirs).values(letter=None))
    take_out(connection, year.year)
    invented = party.c.id.in_(said) & party.c.id.not_in(select(stated.c.party))
    connection.execute(update(party).where(invented).values(email=""))
    _drop_words(connection)
    put_back(connection, year, stamp.as_of)
    now = {"rules": dict.fromkeys(book_of(connection).rules), "trial": None, "revision": opened.c.revision + 1}
    opening = {"opened_by": stamp.by, "opened_at": stamp.at, "opened_as_of": stamp.as_of}
    connection.execute(update(opened).where(opened.c.year == year.year).values(now | opening))


def _drop_words(connection: Connection) -> None:
    """Keep no words that no letter says, and no papers that go with none: no purge would find them."""
    letter, body, paper = table_of(Letter), table_of(LetterBody), table_of(LetterPaper)
    connection.execute(delete(body).where(body.c.digest.not_in(select(letter.c.body))))
    template = table_of(LetterTemplate)
    named = (exists().where(table.c.papers.contains(paper.c.digest)) for table in (body, template))
    connection.execute(delete(paper).where(~or_(*named)))
