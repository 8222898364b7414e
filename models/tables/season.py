"""Tables of the season itself: the year, its cities, where each city phase stands, and how it came there."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Date,
    Float,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
    false,
)

from models.columns import METADATA, UTCDateTime

ProgrammeYear = Table(
    "programme_year",
    METADATA,
    Column("year", Integer, primary_key=True),
    Column("calendar", Text, nullable=False),
    Column("rehearsal", Boolean, nullable=False),
    Column("revision", Integer, nullable=False, default=0),
    Column("opened_by", String, nullable=False),
    Column("opened_at", UTCDateTime, nullable=False),
    Column("opened_as_of", UTCDateTime, nullable=False),
    Column("closed_as_of", UTCDateTime),
    Column("clock", UTCDateTime),  # a rehearsal's own time, where it was played
)
"""A year that was opened, with the calendar it runs on. `revision` grows with every writing transaction."""

CityYear = Table(
    "city_year",
    METADATA,
    Column("year", Integer, ForeignKey("programme_year.year"), primary_key=True),
    Column("city", String, primary_key=True),
    Column("name", String, nullable=False),
    Column("code", String, nullable=False),
    Column("position", Integer, nullable=False),
    Column("withdrawn_as_of", UTCDateTime),
)
"""A city in a year, in the customary order. A withdrawn city keeps what it passed and counts in no total."""

CityPhase = Table(
    "city_phase",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("year", Integer, ForeignKey("programme_year.year"), nullable=False),
    Column("phase", String, nullable=False),
    Column("city", String, nullable=False),
    Column("state", String, nullable=False),
    Column("attempt", Integer, nullable=False, default=1),
    Column("moves", Integer, nullable=False, default=0),
    Column("filings", Integer, nullable=False, default=0),
    Column("since", UTCDateTime),
    Column("filed_at", UTCDateTime),
    Column("passed_at", UTCDateTime),
    Column("as_of", UTCDateTime, nullable=False),
    Column("resume", String),
    Column("tally", JSON(none_as_null=True)),
    Column("on_paper", Boolean, nullable=False, default=False, server_default=false()),
    UniqueConstraint("year", "phase", "city"),
)
"""One city in one phase of one year, as it stands.

`moves` counts its log rows and is what compare-and-set compares. `since` is when the city last got it in hand
(opened, returned, rerun), `as_of` its newest log row. `resume` is the state a held phase had ('submitted' or
'passed') when an earlier phase's rerun put it back; `tally` is what its filing adds to the province's totals.
`on_paper`: it passed outside, before the year was opened here, and no gate judged it.
"""

Transition = Table(
    "transition",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("year", Integer, nullable=False),
    Column("phase", String, nullable=False),
    Column("city", String, nullable=False),
    Column("seq", Integer, nullable=False),
    Column("event", String, nullable=False),
    Column("from_state", String, nullable=False),
    Column("to_state", String, nullable=False),
    Column("refused", Boolean, nullable=False, default=False),
    Column("attempt", Integer, nullable=False),
    Column("filing", Integer, nullable=False),
    Column("since", UTCDateTime),
    Column("filed_at", UTCDateTime),
    Column("passed_at", UTCDateTime),
    Column("tally", JSON(none_as_null=True)),
    Column("on_paper", Boolean, nullable=False, default=False, server_default=false()),
    Column("by", String, nullable=False),
    Column("at", UTCDateTime, nullable=False),
    Column("as_of", UTCDateTime, nullable=False),
    Column("reason", String),
    UniqueConstraint("year", "phase", "city", "seq"),
    Index("ix_transition_year_as_of", "year", "as_of"),
)
"""The log, append-only: who did what to a city phase, when by the clock and when by the programme, and why.

Each row carries the city phase as it stood afterwards, so that any past instant can be shown from the log alone.
A refused try and a note (load, extension, waiver) are rows whose two states are the same.
"""

ExtensionRow = Table(
    "extension",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("year", Integer, nullable=False),
    Column("phase", String, nullable=False),
    Column("city", String, nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("cause", String, nullable=False),
    Column("until", Date, nullable=False),
    Column("reason", String, nullable=False),
    Column("by", String, nullable=False),
    Column("at", UTCDateTime, nullable=False),
    Column("as_of", UTCDateTime, nullable=False),
    UniqueConstraint("year", "phase", "city", "attempt", "cause", "until"),
)
"""A later due day that one city was given for one phase: by extension, by rerun, or as room to work (grace)."""

WaiverRow = Table(
    "waiver",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("year", Integer, nullable=False),
    Column("phase", String, nullable=False),
    Column("city", String, nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("rule", String, nullable=False),
    Column("reason", String, nullable=False),
    Column("by", String, nullable=False),
    Column("at", UTCDateTime, nullable=False),
    Column("as_of", UTCDateTime, nullable=False),
    UniqueConstraint("year", "phase", "city", "attempt", "rule"),
)
"""An in-principle rule that the province waived for one city, phase and attempt."""

Filing = Table(
    "filing",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("year", Integer, nullable=False),
    Column("phase", String, nullable=False),
    Column("city", String, nullable=False),
    Column("number", Integer, nullable=False),
    Column("part", String, nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("passed", Boolean, nullable=False),
    Column("verdict", JSON, nullable=False),
    Column("facts", JSON, nullable=False),
    Column("digest", String, nullable=False),
    Column("by", String, nullable=False),
    Column("at", UTCDateTime, nullable=False),
    Column("as_of", UTCDateTime, nullable=False),
    UniqueConstraint("year", "phase", "city", "number", "part"),
)
"""One judgement of a gate, with the verdict and the facts it looked at, frozen. `part` is 'city' or 'province'."""

WorkbookLoad = Table(
    "workbook_load",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("year", Integer, nullable=False, index=True),
    Column("form", String, nullable=False),
    Column("city", String, nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("sha256", String, nullable=False),
    Column("rows", Integer, nullable=False),
    Column("by", String, nullable=False),
    Column("at", UTCDateTime, nullable=False),
    Column("as_of", UTCDateTime, nullable=False),
)
"""A workbook whose rows are, or once were, the draft of a city for a form (a phase, or `evaluation`)."""

RefusedLoad = Table(
    "refused_load",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("year", Integer, nullable=False),
    Column("form", String, nullable=False),
    Column("city", String, nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("faults", Integer, nullable=False),
    Column("places", JSON, nullable=False),
    Column("by", String, nullable=False),
    Column("at", UTCDateTime, nullable=False),
    Column("as_of", UTCDateTime, nullable=False),
    Index("ix_refused_load_year_city", "year", "city"),
)
"""A workbook, or rows typed on a page, that did not load for its faults: how many, and where the first of them are.

`places` are at most 50 of {sheet, row, column, code, wrong}; nothing that stood in a cell is kept.
"""

Office = Table(
    "office",
    METADATA,
    Column("office", String, primary_key=True),
    Column("email", String),
    Column("head", String),
)
"""The addresses that the office keeps, by slug or `province`; `head` is a city's head or the province's lead."""

LetterBody = Table(
    "letter_body",
    METADATA,
    Column("digest", String, primary_key=True),
    Column("text", Text, nullable=False),
    Column("html", Text, nullable=False),
    Column("ics", Text),
)
"""The words of one or many letters, kept once and never changed; `digest` is made from them.

The two texts may have a place for the addressee, in which alone the letters differ that share them. `ics` is the
calendar file that goes with them.
"""

Letter = Table(
    "letter",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("year", Integer, nullable=False),
    Column("phase", String, nullable=False),
    Column("city", String, nullable=False),
    Column("attempt", String, nullable=False),
    Column("recipient", String, nullable=False),
    Column("kind", String, nullable=False),
    Column("slot", String, nullable=False),
    Column("concerns", String, nullable=False),  # the city whose doings cause it, also where the key's city is '*'
    Column("state", String, nullable=False, default="queued"),
    Column("tries", Integer, nullable=False, default=0),
    Column("claim", String),
    Column("claimed_at", UTCDateTime),
    Column("address", String, nullable=False),
    Column("subject", String, nullable=False),
    Column("body", String, ForeignKey("letter_body.digest"), nullable=False),
    Column("addressee", String),
    Column("message_id", String, nullable=False),
    Column("queued_at", UTCDateTime, nullable=False),
    Column("queued_as_of", UTCDateTime, nullable=False),
    Column("due_at", UTCDateTime, nullable=False),
    Column("sent_at", UTCDateTime),
    Column("detail", String),
    Column("envelope", Integer),
    Column("moot", Boolean, nullable=False, default=False, server_default=false()),
    Column("valid_until", UTCDateTime),
    UniqueConstraint("year", "phase", "city", "attempt", "recipient", "kind", "slot"),
    Index("ix_letter_state_due_at_id", "state", "due_at", "id"),
    Index("ix_letter_recipient", "recipient"),  # without its state: a claim would rewrite a page a letter
    Index("ix_letter_year_slot", "year", "slot"),
    Index("ix_letter_thread", "year", "phase", "recipient"),
)
"""A letter owed to one recipient, rendered when it was queued. Its seven-part key forbids writing it twice.

Its words are those of `body` with the `addressee` in his place, or as they stand where there is none.
`claim` is the token of the worker that has, or last had, it in hand. `envelope` is the id of the letter whose
Message-ID the message carries that this one goes out in, its own where it goes alone; set when it is first taken in
hand. `moot` tells a worker that the letter in its hand is no longer owed. From `valid_until` on it would be untrue.
"""

Suppressed = Table(
    "suppressed",
    METADATA,
    Column("address", String, primary_key=True),
    Column("since", UTCDateTime, nullable=False),
    Column("why", String, nullable=False),
    Column("by", String, nullable=False),
)
"""An address that is written to no more: it refused for good, or the office said so. Its letters are held."""

ClockReading = Table(
    "clock_reading",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("wall", UTCDateTime, nullable=False),
    Column("boot", String, nullable=False),
    Column("ticks", Float, nullable=False),
    Column("alarm", String),
)
"""The last reading of the clock that the post believed: the time, and the seconds since this boot of the machine.

`alarm` says why the post is held since a later reading that it does not believe.
"""
