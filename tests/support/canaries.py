"""Distinctive words in everything that belongs to a city, so that a page which shows another's gives itself away."""

from __future__ import annotations

import io
import json
import zipfile
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import pypdf
from sqlalchemy import JSON, Date, String, func, insert, literal, select, text, update
from sqlmodel import SQLModel
from sqlmodel.sql.sqltypes import AutoString

from calendars import files
from calendars.deadlines import TZ
from models.columns import UTCDateTime
from models.sealed import Sealed
from models.tables.catalogue import declared
from phases.book import BOOK

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sqlalchemy import Column, Connection, Table

    from models.database import Database

YEAR, DAY, UNTIL = 2022, date(2022, 2, 1), datetime(2022, 2, 7, 9, 0, tzinfo=TZ)
CODES = {city.slug: city.code for city in files.load(YEAR).cities}
EVERY = "*"

OWN_NAME = "self"
"""What tells a reader's own name from the rest: it heads every page of theirs."""

OWNERS: Mapping[str, str] = {
    "letter": "concerns", "contact": "office", "office": "office", "stated_address": "office",
    "letter_template": "office",
}  # fmt: skip
"""The column that says whose a row is, where it is not `city`."""

FREE = frozenset({
    "achieved", "act", "addressee", "agenda", "by", "contact", "content", "department",
    "detail", "email", "goal", "guardian", "head", "html", "institution", "item", "made_by", "mentor", "name", "note",
    "now",
    "opinion", "outline", "place", "planned", "reason", "research", "said", "school", "shown", "target", "teacher",
    "text", "unit", "voucher", "was", "whom",
})  # fmt: skip
"""Columns in which somebody's own words stand, or a person's name."""

IF_THERE = frozenset({"addressee"})
"""Columns that mean something else where they are empty."""

PHONES = frozenset({"mobile", "phone", "guardian_phone"})

FIXED = frozenset({
    "about", "address", "attempt", "back", "begins", "body", "cause", "city", "claim", "code", "concerns", "degree",
    "digest", "event", "form", "from_state", "funding", "gender", "grade", "ics", "key", "kind", "likeness",
    "mark",
    "message_id", "number", "office", "owner", "papers", "part", "password", "person", "persons",
    "phase", "purpose", "recipient", "relation", "resume", "role",
    "rule", "salt", "sha256", "sheet", "slot", "state", "subject", "title", "to_state", "token", "totp", "type", "way",
    "what", "whose", "wording",
})  # fmt: skip
"""Columns whose words are the programme's own."""

TABLES = declared(BOOK).sorted_tables
KEPT = frozenset({("account", "name"), ("city_year", "name")})
"""Names by which the tests sign in, and those of the cities themselves."""

ALSO = frozenset({("letter", "subject")})

ASKED = frozenset({("request", "kind"), ("request", "until")})
"""What a request is made with: a day, and the kind that has one."""

SAMPLES: Mapping[str, str] = {
    "phase": "interview", "kind": "mentor", "part": "main", "subject": "数学", "type": "导师", "cause": "extension",
    "rule": "interviews.ratio", "grade": "合格", "what": "试验", "funding": "资助", "purpose": "grant",
}  # fmt: skip


WORDS = (String, AutoString, Sealed)


def owned() -> list[tuple[Table, Column[Any]]]:
    """Every table whose rows belong to a city, with the column that says to which."""
    found = ((table, OWNERS.get(table.name, "city")) for table in TABLES)
    return [(table, table.c[owner]) for table, owner in found if owner in table.c]


def texts(table: Table) -> list[Column[Any]]:
    return [column for column in table.columns if isinstance(column.type, WORDS)]


UNLOCKED = {
    "sqlite": "SELECT 'DROP TRIGGER ' || name FROM sqlite_master WHERE type = 'trigger'",
    "postgresql": "SELECT format('DROP TRIGGER %I ON %s', tgname, tgrelid::regclass) FROM pg_trigger "
    "WHERE NOT tgisinternal",
}
"""What lets the logs be written over, which are append-only: this is a copy of them."""

Rows = dict[str, list[str]]


def rows(database: Database) -> Rows:
    """Everything there is, but for when a session was last used."""
    kept = (table for table in TABLES if table.name != "sign_in")
    with database.read() as connection:
        return {table.name: sorted(map(repr, connection.execute(table.select()))) for table in kept}


def unclassified() -> list[str]:
    """Columns of words that this module does not know: are they somebody's own, or the programme's?"""
    known = FREE | PHONES | FIXED
    return [
        f"{table.name}.{column.name}" for table, _ in owned() for column in texts(table) if column.name not in known
    ]


def mark(city: str) -> str:
    """The word that stands in everything of a city; of the province's own for `*`."""
    return f"canary{CODES.get(city, '0000')}x"


def phone(city: str) -> str:
    return f"139{CODES.get(city, '0000')}7531"


def marks_of(city: str) -> tuple[str, str]:
    return mark(city), phone(city)


def plant(database: Database, word: Callable[[str], str] = mark, *, letters: bool = True) -> None:
    """Put a city's word in front of everything that somebody wrote there; give each city a row of everything."""
    with database.write() as connection:
        for drop in connection.execute(text(UNLOCKED[connection.dialect.name])).scalars().all():
            connection.execute(text(drop))
        for table, owner in owned():
            for city in CODES:
                _row_of(connection, table, owner, city)
            for city in (*CODES, EVERY):
                _write(connection, table, owner, city, word, letters=letters)
        for city in CODES:
            _verdicts(connection, city)
            _answers(connection, city)
            if letters:
                _bodies(connection, city)


def _verdicts(connection: Connection, city: str) -> None:
    """Put the city's word into what its report cards say."""
    filing = SQLModel.metadata.tables["filing"]
    for key, verdict in connection.execute(select(filing.c.id, filing.c.verdict).where(filing.c.city == city)).all():
        told = json.dumps(verdict).replace('"mend": "', f'"mend": "{mark(city)}')
        connection.execute(update(filing).where(filing.c.id == key).values(verdict=json.loads(told)))


def _answers(connection: Connection, city: str) -> None:
    """Put the city's word into what the province answered it: to a request of its own, where it has none."""
    asked, answers = (SQLModel.metadata.tables[name] for name in ("request", "request_answer"))
    signed = {"by": mark(city), "at": UNTIL, "as_of": UNTIL}
    row = {"token": f"answered {city}", "year": YEAR, "phase": "interview", "city": city, "attempt": 1, "until": DAY}
    new = insert(asked).values(row | signed | {"reason": mark(city)}).returning(asked.c.id)
    number = connection.execute(new).scalar_one()
    said = {"request": number, "number": 1, "said": "declined", "reason": mark(city)}
    connection.execute(insert(answers).values(said | signed))


def _bodies(connection: Connection, city: str) -> None:
    """Put the city's word into the letters' texts that are about it alone, where these are kept apart."""
    letter, body = SQLModel.metadata.tables["letter"], SQLModel.metadata.tables.get("letter_body")
    if body is not None:
        about = select(letter.c.body).group_by(letter.c.body)
        alone = about.having(func.min(letter.c.concerns) == city, func.max(letter.c.concerns) == city)
        words = {name: literal(mark(city)).concat(body.c[name]) for name in ("text", "html")}
        titled = func.replace(body.c.framed, '"title": "', f'"title": "{mark(city)}')
        connection.execute(update(body).where(body.c.digest.in_(alone)).values(words | {"framed": titled}))


def _write(
    connection: Connection, table: Table, owner: Column[Any], city: str, word: Callable[[str], str], *, letters: bool
) -> None:
    changed: dict[str, Any] = {}
    for column in texts(table):
        if (table.name, column.name) in KEPT or (column.name == "html" and not letters):
            continue
        if column.name in FREE and isinstance(column.type, Sealed):
            changed[column.name] = word(city)
        elif column.name in FREE or (table.name, column.name) in ALSO:
            name = OWN_NAME if (table.name, column.name) == ("account", "shown") else ""
            changed[column.name] = literal(word(city) + name).concat(
                column if column.name in IF_THERE else func.coalesce(column, "")
            )
        elif column.name in PHONES:
            changed[column.name] = phone(city)
    if changed:
        connection.execute(update(table).where(owner == city).values(changed))


def _row_of(connection: Connection, table: Table, owner: Column[Any], city: str) -> None:
    if connection.execute(select(owner).where(owner == city).limit(1)).first() is None:
        row = {column.name: _sample(column, city) for column in table.columns if _wanted(column)}
        connection.execute(insert(table).values(row | {owner.name: city}))


def _wanted(column: Column[Any]) -> bool:
    autonumber = column.primary_key and column.name == "id"
    if (column.table.name, column.name) in ASKED:
        return column.name == "until"
    return not autonumber and (not column.nullable or column.name in FREE)


def _sample(column: Column[Any], city: str) -> object:
    name = column.name
    consent = SQLModel.metadata.tables["guardian_consent"]
    own = {
        "number": [*CODES].index(city) + 1, "whose": f"mentor:of {city}", "kind": "appointment",
        "record": select(func.min(consent.c.id)).where(consent.c.city == city).scalar_subquery(),
    }  # fmt: skip
    if column.foreign_keys or (column.table.name == "award" and name in own):
        return own.get(name, YEAR if name == "year" else 1)
    if isinstance(column.type, WORDS):
        unique = {"number": f"{CODES[city]}-2022-0001"} | {
            key: f"{key} of {city}" for key in ("token", "digest", "key")
        }
        unique |= {"way": "paid"} if column.table.name == "fund_transfer" else {}
        unique |= {"kind": "student"} if column.table.name == "pool" else {}  # whose key is no party's number
        return unique.get(name, SAMPLES.get(name, ""))
    if isinstance(column.type, JSON):
        return []
    if isinstance(column.type, Date):
        return date(2022, 2, 25) if name == "until" else DAY
    if isinstance(column.type, UTCDateTime):
        return UNTIL
    return {"serial": [*CODES].index(city) + 1, "year": YEAR}.get(name, 1)


def text_of(content: bytes) -> str:
    """Everything that can be read in an answer: of a page, a table, a workbook, a document."""
    if content.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return "\n".join(text_of(archive.read(name)) for name in archive.namelist())
    if content.startswith(b"%PDF"):
        return "\n".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(content)).pages)
    return content.decode("utf-8", "replace").replace("\r\n ", "")
