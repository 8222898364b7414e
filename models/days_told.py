"""Which due day each recipient was told, by the letters in the outbox, and which it is not to be: one query each."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import and_, case, exists, func, or_, select, tuple_

from calendars.deadlines import TZ
from models.columns import table_of
from models.contact_evidence import left, left_at, sent_by
from models.letter_states import LetterState
from models.shortcuts.bulk import among, listed
from models.tables.contact_receipts import Receipt
from models.tables.season import Letter, LetterBody, ProgrammeYear
from models.taking_back import SECOND
from phases.letter_kinds import LETTER_KINDS, UNTOLD

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from sqlalchemy import ColumnElement, Connection, Row, Select

    from models.standing import Key

TELLING = tuple(kind for kind, row in LETTER_KINDS.items() if row.tells_due)
"""The kinds that tell a due day of their own phase."""

MOVING = tuple(kind for kind, row in LETTER_KINDS.items() if row.moves)
"""The kinds that say nothing but another day, which an act may leave unsaid."""

NEWER = ("id", "kind", "slot", "valid_until", "state", "detail")
"""What is asked of the newest letter beside the newest that went out."""

OVERDUE = "overdue"
"""The kind whose slot is the instant that has passed: nothing makes it untrue, so that its row has no other."""

AGAIN = "#"
"""What parts that instant from the week in which it is said once more."""

ARRIVING = tuple(state.value for state in LetterState if state not in {LetterState.FAILED, LetterState.CANCELLED})
"""The states of what has arrived, may have, or still will."""

Ahead = Mapping[tuple[str, str], str]
"""By kind and phase: the later phase of which such a letter says until when it lasts."""

Told = Mapping[str, datetime]
"""By recipient, the first instant that is too late by what it was told last."""


def days_told(
    connection: Connection,
    year: int,
    phases: Collection[str],
    cities: Collection[str],
    ahead: Ahead,
    apart: Collection[int] = (),
) -> dict[Key, Told]:
    """Give what was told of these phases of these cities, but for letters, by number, that tell `apart` another day.

    The province, whose due days are its own, is left out.
    """
    told = _telling(year, phases, cities, ahead).where(table_of(Letter).c.state.in_(ARRIVING))
    return _newest(connection, _without(connection, told, apart), phases)


def left_unsaid(
    connection: Connection,
    year: int,
    phases: Collection[str],
    cities: Collection[str],
    ahead: Ahead,
    apart: Collection[int] = (),
) -> dict[Key, Told]:
    """Give the due day that each is not to be told: the newest there was to tell, and an act left it unsaid."""
    letter = table_of(Letter)
    told = _telling(year, phases, cities, ahead).add_columns(_left_unsaid().label("unsaid"))
    told = told.where(letter.c.state.in_(ARRIVING) | letter.c.kind.in_(MOVING))
    return _newest(connection, _without(connection, told, apart), phases, "unsaid")


class LeftOut(NamedTuple):
    """Of a city phase, how many are not told that its day moved, why, and since when."""

    phase: str
    city: str
    recipients: int
    reason: str
    as_of: datetime


def left_out(connection: Connection, year: int, as_of: datetime, *, ever: bool = False) -> list[LeftOut]:
    """Give what acts left unsaid by an instant, act by act, the oldest first; `ever`: also what was said since."""
    letter, newer = table_of(Letter), table_of(Letter).alias("newer")
    same = (newer.c[name] == letter.c[name] for name in ("year", "phase", "city", "recipient"))
    told = (newer.c.kind.in_(TELLING), newer.c.state.in_(ARRIVING), newer.c.queued_as_of <= as_of)
    said = exists().where(*same, newer.c.id > letter.c.id, *told)
    columns = (letter.c.phase, letter.c.concerns, letter.c.detail, letter.c.queued_as_of)
    mine = (letter.c.year == year, _left_unsaid(), letter.c.queued_as_of <= as_of, *([] if ever else [~said]))
    query = select(*columns, func.count(letter.c.recipient.distinct()).label("recipients")).where(*mine)
    return [
        LeftOut(row.phase, row.concerns, row.recipients, row.detail.removeprefix(f"{UNTOLD}："), row.queued_as_of)
        for row in connection.execute(query.group_by(*columns).order_by(letter.c.queued_as_of, letter.c.concerns))
    ]


def told_of_second(connection: Connection, year: int, keys: Collection[Key]) -> Sequence[Row[Any]]:
    """Give what tells these city phases a day, or is left unsaid (`untold`), the oldest first.

    Which of them tell the day of the second part, and which one: `season.second_days`.
    """
    query = _of_second(year, keys)
    return connection.execute(query.where(table_of(Letter).c.state.in_(ARRIVING) | _left_unsaid())).all()


def second_by(
    connection: Connection, year: int, as_of: datetime, keys: Collection[Key], recipients: Collection[str] | None
) -> Sequence[Row[Any]]:
    """Give the same of these recipients (None: all) as known at an instant, but for what was taken back.

    `gone` says whether it went out by then, `at` when, and `received` when that was acknowledged.
    """
    letter, receipt = table_of(Letter), table_of(Receipt)
    taken_back = (letter.c.state == LetterState.CANCELLED.value) & ~_left_unsaid()
    theirs = [] if recipients is None else [letter.c.recipient.in_(recipients)]
    query = (
        _of_second(year, keys)
        .add_columns(sent_by(year, as_of).label("gone"), left(year).label("at"), receipt.c.as_of.label("received"))
        .outerjoin(receipt, (receipt.c.letter == letter.c.id) & (receipt.c.as_of <= as_of))
        .where(letter.c.queued_as_of <= as_of, ~taken_back, *theirs)
    )
    return connection.execute(query).all()


def _of_second(year: int, keys: Collection[Key]) -> Select[Any]:
    letter = table_of(Letter)
    names = ("id", "phase", "city", "recipient", "kind", "slot", "valid_until", "queued_as_of", "state", "detail")
    query = select(*(letter.c[name] for name in names), _left_unsaid().label("untold")).where(
        letter.c.year == year,
        tuple_(letter.c.phase, letter.c.city).in_(sorted(keys)),
        letter.c.recipient != "province",
        letter.c.kind.in_(TELLING),
    )
    return query.order_by(letter.c.queued_as_of, letter.c.id)


def _left_unsaid() -> ColumnElement[bool]:
    letter = table_of(Letter)
    return (letter.c.state == LetterState.CANCELLED.value) & func.coalesce(letter.c.detail, "").startswith(UNTOLD)


def _telling(year: int, phases: Collection[str] | None, cities: Collection[str] | None, ahead: Ahead) -> Select[Any]:
    """Select the letters that name a due day of these city phases (None: all), each recipient's newest first of all."""
    letter = table_of(Letter)
    early = [(and_(letter.c.kind == kind, letter.c.phase == phase), later) for (kind, phase), later in ahead.items()]
    about = case(*early, else_=letter.c.phase) if early else letter.c.phase
    newest = func.row_number().over(
        partition_by=(about, letter.c.city, letter.c.recipient),
        order_by=(letter.c.queued_as_of.desc(), letter.c.id.desc()),
    )
    columns = [letter.c[name] for name in ("city", "recipient", "kind", "slot", "valid_until", "queued_as_of")]
    of_phases = [] if phases is None else [letter.c.phase.in_({*phases, *(phase for _, phase in ahead)})]
    of_cities = [] if cities is None else [letter.c.city.in_(cities)]
    return select(about.label("about"), *columns, newest.label("place")).where(
        letter.c.year == year,
        *of_phases,
        *of_cities,
        letter.c.recipient != "province",
        ~letter.c.slot.startswith(SECOND),
        or_(letter.c.kind.in_(TELLING), *(told for told, _ in early)),
        letter.c.valid_until.is_not(None) | ((letter.c.kind == OVERDUE) & letter.c.recipient.like("city:%")),
    )


def _without(connection: Connection, telling: Select[Any], apart: Collection[int]) -> Select[Any]:
    if not apart:
        return telling
    # Not `~theirs`: of `= ANY` that makes `!= ANY`.
    theirs = among(connection.dialect.name, table_of(Letter).c.id, "apart")
    return telling.where(theirs.is_(False)).params(apart=listed(connection, apart))


def _newest(connection: Connection, telling: Select[Any], phases: Collection[str], only: str = "") -> dict[Key, Told]:
    told = telling.subquery()
    query = select(told).where(told.c.place == 1, told.c.about.in_(phases))
    found: dict[Key, dict[str, datetime]] = defaultdict(dict)
    for row in connection.execute(query.where(told.c[only]) if only else query):
        found[row.about, row.city][row.recipient] = until_of(row)
    return dict(found)


def in_calendars_of(connection: Connection, year: int, city: str, audience: str) -> Mapping[str, Collection[str]]:
    """Give by phase the calendar files with which a city's deadlines were written to an audience, arrived or not."""
    letter, body = table_of(Letter), table_of(LetterBody)
    query = select(letter.c.phase, body.c.ics).distinct().join_from(letter, body, body.c.digest == letter.c.body)
    theirs = (letter.c.year == year, letter.c.concerns == city, letter.c.recipient.like(f"{audience}:%"))
    found: dict[str, list[str]] = defaultdict(list)
    for phase, file in connection.execute(query.where(*theirs, body.c.ics.is_not(None))):
        found[phase].append(file)
    return found


class ToldDay(NamedTuple):
    """The day that a recipient was told last of a city phase: `until` is the first instant that is too late by it.

    `letter` is the letter that told it, of that `kind`, gone out `at` an instant; `received` is when that was
    acknowledged. `newer` is a letter that tells another day and has not gone out: its number, state and detail.
    """

    phase: str
    city: str
    recipient: str
    until: datetime
    letter: int
    kind: str
    at: datetime
    received: datetime | None
    newer: tuple[int, str, str | None] | None


def told_by(
    connection: Connection,
    year: int,
    as_of: datetime,
    ahead: Ahead,
    recipients: Collection[str] | None = None,
    apart: Collection[int] = (),
) -> list[ToldDay]:
    """Give which day each of these recipients (None: all but the province) was told by then, of every city phase.

    What became of a letter is known as it is now, but for when it went out. Letters that tell `apart` another day, by
    number, are left out.
    """
    letter, receipt, programme = table_of(Letter), table_of(Receipt), table_of(ProgrammeYear)
    theirs = letter.c.recipient.is_not(None) if recipients is None else letter.c.recipient.in_(recipients)
    written = _without(connection, _telling(year, None, None, ahead), apart)
    written = written.where(theirs, letter.c.queued_as_of <= as_of)
    wanted = ("id", "state", "detail", "sent_at")
    written = written.add_columns(*(letter.c[name] for name in wanted), left_at().label("left_at"))
    gone, newest = written.where(sent_by(year, as_of)).subquery(), written.subquery()
    same = [newest.c[name] == gone.c[name] for name in ("about", "city", "recipient")]
    query = (
        select(gone, receipt.c.as_of.label("received"), *(newest.c[name].label(f"newer_{name}") for name in NEWER))
        .join(newest, and_(*same, newest.c.place == 1))
        .outerjoin(receipt, (receipt.c.letter == gone.c.id) & (receipt.c.as_of <= as_of))
        .where(gone.c.place == 1)
        .order_by(gone.c.id)
    )
    rehearsed = connection.execute(select(programme.c.rehearsal).where(programme.c.year == year)).scalar()
    return [
        ToldDay(
            row.about, row.city, row.recipient, until_of(row), row.id, row.kind,
            row.left_at if rehearsed else row.sent_at, row.received,
            _newer(row),
        )
        for row in connection.execute(query)
    ]  # fmt: skip


def until_of(row: Row[Any], prefix: str = "") -> datetime:
    """Give the first instant that is too late by what a letter told: an `overdue` says it in its slot."""
    kind, slot, until = (getattr(row, f"{prefix}{name}") for name in ("kind", "slot", "valid_until"))
    told: datetime = datetime.fromisoformat(slot.partition(AGAIN)[0]).replace(tzinfo=TZ) if kind == OVERDUE else until
    return told


def _newer(row: Row[Any]) -> tuple[int, str, str | None] | None:
    """Give the newest letter where it tells another day and still may, or is left unsaid on purpose."""
    gone = row.newer_state == LetterState.CANCELLED and not (row.newer_detail or "").startswith(UNTOLD)
    same = row.newer_id == row.id or until_of(row, "newer_") == until_of(row)
    return None if gone or same else (row.newer_id, row.newer_state, row.newer_detail)


def left_untold(
    connection: Connection, year: int, phase: str, city: str, first: datetime, last: datetime, since: datetime
) -> dict[str, str]:
    """Give by recipient why a city phase's day was left untold by what was written from `since` on.

    It is told as an instant from `first` to `last`.
    """
    letter = table_of(Letter)
    query = select(letter.c.recipient, letter.c.detail).where(
        letter.c.year == year,
        letter.c.phase == phase,
        letter.c.concerns == city,
        letter.c.kind.in_(TELLING),
        letter.c.state == LetterState.CANCELLED.value,
        letter.c.detail.startswith(UNTOLD),
        letter.c.valid_until.between(first, last),
        letter.c.queued_as_of >= since,
    )
    rows = connection.execute(query.order_by(letter.c.id))
    return {recipient: detail.partition("：")[2] for recipient, detail in rows}
