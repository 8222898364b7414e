"""Tables of the season itself: the year, its cities, where each city phase stands, and how it came there."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, Column, Index, Text, UniqueConstraint, false
from sqlmodel import Field, SQLModel

from models.columns import UTCDateTime


class ProgrammeYear(SQLModel, table=True):
    """A year that was opened, with the calendar it runs on. `revision` grows with every writing transaction.

    `rules` are the ids of the rules that it judges by, each with the instant since when, None since it was opened; none
    of them are kept where an earlier release opened it: see `calendars.versions.RULES`. `matching_key` is the id of the
    key that its children are matched by, None until what an earlier release stored is: see `models.matching_keys`.
    `trial` is the one mailbox that its letters go to while it is tried; None: it is live (`models.trial_years`).
    """

    __tablename__ = "programme_year"

    year: int = Field(primary_key=True)
    calendar: str = Field(sa_column=Column(Text, nullable=False))
    rehearsal: bool
    revision: int = 0
    opened_by: str
    opened_at: datetime = Field(sa_type=UTCDateTime)
    opened_as_of: datetime = Field(sa_type=UTCDateTime)
    closed_as_of: datetime | None = Field(default=None, sa_type=UTCDateTime)
    clock: datetime | None = Field(default=None, sa_type=UTCDateTime)  # a rehearsal's own time, where it was played
    rules: dict[str, str | None] | None = Field(default=None, sa_column=Column(JSON(none_as_null=True)))
    matching_key: str | None = None
    trial: str | None = None


class CityYear(SQLModel, table=True):
    """A city in a year, in the customary order. A withdrawn city keeps what it passed and counts in no total."""

    __tablename__ = "city_year"

    year: int = Field(primary_key=True, foreign_key="programme_year.year")
    city: str = Field(primary_key=True)
    name: str
    code: str
    position: int
    withdrawn_as_of: datetime | None = Field(default=None, sa_type=UTCDateTime)


class CityPhase(SQLModel, table=True):
    """One city in one phase of one year, as it stands.

    `moves` counts its log rows and is what compare-and-set compares. `since` is when the city last got it in hand
    (opened, returned, rerun), `as_of` its newest log row. `second_at` is when the second part of what stands filed was
    whole, in a year that dates one. `resume` is the state a held phase had ('submitted' or 'passed') when an earlier
    phase's rerun put it back; `tally` is what its filing adds to the province's totals.
    `on_paper`: it passed outside, before the year was opened here, and no gate judged it.
    """

    __tablename__ = "city_phase"
    __table_args__ = (UniqueConstraint("year", "phase", "city"),)

    id: int | None = Field(default=None, primary_key=True)
    year: int = Field(foreign_key="programme_year.year")
    phase: str
    city: str
    state: str
    attempt: int = 1
    moves: int = 0
    filings: int = 0
    since: datetime | None = Field(default=None, sa_type=UTCDateTime)
    filed_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    passed_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    second_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    as_of: datetime = Field(sa_type=UTCDateTime)
    resume: str | None = None
    tally: dict[str, int] | None = Field(default=None, sa_column=Column(JSON(none_as_null=True)))
    on_paper: bool = Field(default=False, sa_column_kwargs={"server_default": false()})


class Transition(SQLModel, table=True):
    """The log, append-only, chained: who did what to a city phase, when by the clock and when by the programme, why.

    Each row carries the city phase as it stood afterwards, so that any past instant can be shown from the log alone.
    A refused try and a note (load, extension, waiver) are rows whose two states are the same. A row about what a city
    asked names its `request`: what people wrote stands there, and in its answer, for here it could not be deleted.
    `account` is whose act it was, where somebody signed in did it; `by` is how he was called then.
    """

    __tablename__ = "transition"
    __table_args__ = (
        UniqueConstraint("year", "phase", "city", "seq"),
        Index("ix_transition_year_as_of", "year", "as_of"),
    )

    id: int | None = Field(default=None, primary_key=True)
    year: int
    phase: str
    city: str
    seq: int
    event: str
    from_state: str
    to_state: str
    refused: bool = False
    attempt: int
    filing: int
    since: datetime | None = Field(default=None, sa_type=UTCDateTime)
    filed_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    passed_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    second_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    tally: dict[str, int] | None = Field(default=None, sa_column=Column(JSON(none_as_null=True)))
    on_paper: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    by: str
    at: datetime = Field(sa_type=UTCDateTime)
    as_of: datetime = Field(sa_type=UTCDateTime)
    reason: str | None = None
    request: int | None = None
    account: int | None = None
    salt: str | None = None
    purged: dict[str, str] | None = Field(default=None, sa_column=Column(JSON(none_as_null=True)))


class ExtensionRow(SQLModel, table=True):
    """A later due day that one city was given for one phase: by extension, by rerun, or as room to work (grace).

    A correction takes back what has fewer `corrections` than itself.
    """

    __tablename__ = "extension"
    __table_args__ = (UniqueConstraint("year", "phase", "city", "attempt", "cause", "until", "corrections"),)

    id: int | None = Field(default=None, primary_key=True)
    year: int
    phase: str
    city: str
    attempt: int
    cause: str
    until: date
    corrections: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    reason: str
    by: str
    at: datetime = Field(sa_type=UTCDateTime)
    as_of: datetime = Field(sa_type=UTCDateTime)


class WaiverRow(SQLModel, table=True):
    """An in-principle rule that the province waived for one city, phase and attempt."""

    __tablename__ = "waiver"
    __table_args__ = (UniqueConstraint("year", "phase", "city", "attempt", "rule"),)

    id: int | None = Field(default=None, primary_key=True)
    year: int
    phase: str
    city: str
    attempt: int
    rule: str
    reason: str
    by: str
    at: datetime = Field(sa_type=UTCDateTime)
    as_of: datetime = Field(sa_type=UTCDateTime)


class Excuse(SQLModel, table=True):
    """A party of a city, as in a letter's key, whom the province excused of its part in a phase: its summary."""

    __tablename__ = "excuse"
    __table_args__ = (UniqueConstraint("year", "phase", "city", "recipient"),)

    id: int | None = Field(default=None, primary_key=True)
    year: int
    phase: str
    city: str
    recipient: str
    reason: str
    by: str
    at: datetime = Field(sa_type=UTCDateTime)
    as_of: datetime = Field(sa_type=UTCDateTime)


class Filing(SQLModel, table=True):
    """One judgement of a gate, with the verdict and the facts it looked at, frozen.

    `part` is 'city', 'second' (what the city files after the rest) or 'province'.
    """

    __tablename__ = "filing"
    __table_args__ = (UniqueConstraint("year", "phase", "city", "number", "part"),)

    id: int | None = Field(default=None, primary_key=True)
    year: int
    phase: str
    city: str
    number: int
    part: str
    attempt: int
    passed: bool
    verdict: list[dict[str, Any]] = Field(sa_column=Column(JSON, nullable=False))
    facts: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    digest: str
    by: str
    at: datetime = Field(sa_type=UTCDateTime)
    as_of: datetime = Field(sa_type=UTCDateTime)


class WorkbookLoad(SQLModel, table=True):
    """A workbook whose rows are, or once were, the draft of a city for a form (a phase, or `evaluation`)."""

    __tablename__ = "workbook_load"

    id: int | None = Field(default=None, primary_key=True)
    year: int = Field(index=True)
    form: str
    city: str
    attempt: int
    sha256: str
    rows: int
    by: str
    at: datetime = Field(sa_type=UTCDateTime)
    as_of: datetime = Field(sa_type=UTCDateTime)


class RefusedLoad(SQLModel, table=True):
    """A workbook, or rows typed on a page, that did not load for its faults: how many, and where the first of them are.

    `places` are at most 50 of {sheet, row, column, code, wrong}; nothing that stood in a cell is kept.
    """

    __tablename__ = "refused_load"
    __table_args__ = (Index("ix_refused_load_year_city", "year", "city"),)

    id: int | None = Field(default=None, primary_key=True)
    year: int
    form: str
    city: str
    attempt: int
    faults: int
    places: list[dict[str, Any]] = Field(sa_column=Column(JSON, nullable=False))
    by: str
    at: datetime = Field(sa_type=UTCDateTime)
    as_of: datetime = Field(sa_type=UTCDateTime)


class Office(SQLModel, table=True):
    """The addresses that the office keeps, by slug or `province`; `head` is a city's head or the province's lead."""

    __tablename__ = "office"

    office: str = Field(primary_key=True)
    email: str | None = None
    head: str | None = None


class LetterBody(SQLModel, table=True):
    """The words of one or many letters, kept once and never changed; `digest` is made from them.

    The two texts may have a place for the addressee, in which alone the letters differ that share them. `ics` is the
    calendar file that goes with them, `reply_to` the mailbox of whom they name to be asked, `framed` where their own
    words stand (`letters.framed`), `papers` the digests of what else goes with them, with a space between.
    """

    __tablename__ = "letter_body"

    digest: str = Field(primary_key=True)
    text: str = Field(sa_column=Column(Text, nullable=False))
    html: str = Field(sa_column=Column(Text, nullable=False))
    ics: str | None = Field(default=None, sa_column=Column(Text))
    reply_to: str | None = None
    framed: str | None = None
    papers: str | None = None


class LetterPaper(SQLModel, table=True):
    """A file that goes with letters, kept once and never changed; `digest` is made from it."""

    __tablename__ = "letter_paper"

    digest: str = Field(primary_key=True)
    name: str
    type: str
    content: bytes


class Letter(SQLModel, table=True):
    """A letter owed to one recipient, rendered when it was queued. Its seven-part key forbids writing it twice.

    Its words are those of `body` with the `addressee` in his place, or as they stand where there is none.
    `claim` is the token of the worker that has, or last had, it in hand. `envelope` is the id of the letter whose
    Message-ID the message carries that this one goes out in, its own where it goes alone; set when it is first taken in
    hand. `moot` tells a worker that the letter in its hand is no longer owed. From `valid_until` on it would be untrue.
    It does not leave before `due_at`. One that nobody's hand causes keeps office hours, and may leave from `leaves_at`.
    `deferred_since` is when a relay first put it off, `tries` counts what came to no answer.
    """

    __tablename__ = "letter"
    __table_args__ = (
        UniqueConstraint("year", "phase", "city", "attempt", "recipient", "kind", "slot"),
        Index("ix_letter_state_due_at_id", "state", "due_at", "id"),
        Index("ix_letter_recipient", "recipient"),  # without its state: a claim would rewrite a page a letter
        Index("ix_letter_year_slot", "year", "slot"),
        Index("ix_letter_thread", "year", "phase", "recipient"),
    )

    id: int | None = Field(default=None, primary_key=True)
    year: int
    phase: str
    city: str
    attempt: str
    recipient: str
    kind: str
    slot: str
    concerns: str  # the city whose doings cause it, also where the key's city is '*'
    state: str = "queued"
    tries: int = 0
    claim: str | None = None
    claimed_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    address: str
    subject: str
    body: str = Field(foreign_key="letter_body.digest")
    addressee: str | None = None
    message_id: str
    queued_at: datetime = Field(sa_type=UTCDateTime)
    queued_as_of: datetime = Field(sa_type=UTCDateTime)
    due_at: datetime = Field(sa_type=UTCDateTime)
    sent_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    detail: str | None = None
    envelope: int | None = None
    moot: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    valid_until: datetime | None = Field(default=None, sa_type=UTCDateTime)
    deferred_since: datetime | None = Field(default=None, sa_type=UTCDateTime)
    leaves_at: datetime | None = Field(default=None, sa_type=UTCDateTime)


class LetterMark(SQLModel, table=True):
    """What a person decided about a letter, written or not, by the parts of its key: it waits (`hold`), or may leave.

    Of a kind in a phase, of all such letters, where the other parts are '*'; what is said of one letter goes first.
    """

    __tablename__ = "letter_mark"

    year: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    phase: str = Field(primary_key=True)
    city: str = Field(primary_key=True)
    attempt: str = Field(primary_key=True)
    recipient: str = Field(primary_key=True)
    kind: str = Field(primary_key=True)
    slot: str = Field(primary_key=True)
    mark: str
    reason: str | None = None
    by: str
    at: datetime = Field(sa_type=UTCDateTime)
    as_of: datetime = Field(sa_type=UTCDateTime)


class LetterTemplate(SQLModel, table=True):
    """A letter that an office keeps to write again, by a name of its own: a subject and words, with their fields.

    `whom` is the group that it goes to, `papers` what goes with it, with a space between; "" where nothing was kept.
    """

    __tablename__ = "letter_template"
    __table_args__ = (UniqueConstraint("office", "name"),)

    id: int | None = Field(default=None, primary_key=True)
    office: str
    name: str
    subject: str
    text: str = Field(sa_column=Column(Text, nullable=False))
    whom: str = Field(default="", sa_column_kwargs={"server_default": ""})
    papers: str = Field(default="", sa_column_kwargs={"server_default": ""})
    by: str
    at: datetime = Field(sa_type=UTCDateTime)
    as_of: datetime = Field(sa_type=UTCDateTime)


class Suppressed(SQLModel, table=True):
    """An address that is written to no more: it refused for good, or the office said so. Its letters are held."""

    __tablename__ = "suppressed"

    address: str = Field(primary_key=True)
    since: datetime = Field(sa_type=UTCDateTime)
    why: str
    by: str


class UnclearBounce(SQLModel, table=True):
    """A bounce that changed nothing, for nobody can tell which letter it returns: a person has to look.

    `digest` is that of the message, so that the same mailbox read again brings no second one. `addresses` are those
    that it names, with commas between them, `letter` the one that it holds, where it holds one. `looked_at` is when
    somebody had looked.
    """

    __tablename__ = "unclear_bounce"

    digest: str = Field(primary_key=True)
    addresses: str
    letter: int | None = None
    reason: str
    since: datetime = Field(sa_type=UTCDateTime)
    looked_at: datetime | None = Field(default=None, sa_type=UTCDateTime)


class ClockReading(SQLModel, table=True):
    """The last reading of the clock that the post believed: the time, and the seconds since this boot of the machine.

    `alarm` says why the post is held since a later reading that it does not believe.
    """

    __tablename__ = "clock_reading"

    id: int = Field(primary_key=True)
    wall: datetime = Field(sa_type=UTCDateTime)
    boot: str
    ticks: float
    alarm: str | None = None
