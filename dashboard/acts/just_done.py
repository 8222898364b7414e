"""What an account confirmed a moment ago, and the way to take it back (撤销): by the act that stands for that.

What takes what back the acts say themselves (`acts.undo`). It was tried when the first was done; it is offered for ten
minutes, to the account that did it, as long as nothing more is on record of what it is about.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from acts.act import Bench
from acts.book import ACTS
from acts.countersigning import needs_second_hand
from acts.doing import previewed, recorded
from acts.letter_marks import key_of, mark
from acts.undo import LASTS, REASON, Undo
from calendars.errors import TalentError
from dashboard.acts.typed_fields import Typed, read
from models import audit, deeds, standing
from models.deeds import DoneAct
from models.letter_states import LetterState
from season.outcome import Outcome
from season.refusing import BY_ITSELF

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sqlalchemy import Connection

    from acts.act import Act, Filled
    from dashboard.serving.site import Site
    from dashboard.signing_in.reader import Reader
    from models.database import Database, Which
    from models.deeds import Confirmation
    from models.letter_marks import Mark
    from models.outbox import LetterKey
    from models.standing import Opened

TOO_LATE = "已经不能撤销：过了 10 分钟，或者情况已经变化。请看现在的情形，需要改的另行办理。"
MARKS: Mapping[str, Mark] = {"letter-hold": "release", "letter-release": "hold"}
"""What takes back what was said of letters, by what is kept of it."""


@dataclass(frozen=True, slots=True)
class Offer:
    """How something is taken back: by `do`, or where `preview` is an address, by sending `fields` there first.

    `minutes` it is offered still, the last one begun.
    """

    deed: Confirmation
    minutes: int
    do: Callable[[Database], Outcome]
    holds: Which
    preview: str = ""
    fields: tuple[tuple[str, str], ...] = ()


def done_act(act: Act, bench: Bench, filled: Filled, outcome: Outcome) -> DoneAct | None:
    """Give what is kept of an act for taking it back, in its own transaction; None where nothing takes it back now."""
    cities = tuple(sorted(_moved(outcome)))
    if act.undo is None or (act.event is not None and not cities):
        return None
    year, subject = bench.year.year, act.subject(bench.year, filled) if act.subject else ""
    given = {name: _kept(filled, name, cities) for name in (*act.undo.same, *act.undo.told)}
    given["subject"] = (subject,)
    with bench.database.read() as connection:
        if act.event is None and not _put_on_record(connection, bench, subject):
            return None
        newest = deeds.newest_on_record(connection, year, cities, subject)
        did = DoneAct(act.slug, year, given, cities, subject, newest, letters=False)
        back = _filled(connection, standing.opened(connection, year), did, act.undo)
    try:
        tried = previewed(back[0], bench, back[1]) if back else None
    except TalentError:
        return None
    if tried is None or not tried.done:
        return None
    written = any(letter.state != LetterState.CANCELLED for letter in tried.changes.letters)
    return replace(did, letters=written)


def marked(connection: Connection, year: int, key: LetterKey, wanted: Mark, outcome: Outcome) -> DoneAct | None:
    """Give what is kept of a word about letters, which the opposite takes back."""
    if not outcome.done:
        return None
    named = "/".join(key)
    newest = deeds.newest_on_record(connection, year, (), subject := f"letter/{named}")
    return DoneAct(f"letter-{wanted}", year, {"key": (named,)}, (), subject, newest, letters=False)


def offer(connection: Connection, site: Site, reader: Reader, deed: Confirmation) -> Offer | None:
    """Give the way to take back what was confirmed; None where there is none, or none any more."""
    did = deed.did
    if did is None or deed.account != reader.account or not deed.at <= site.wall() <= deed.at + LASTS:
        return None
    opened = standing.opened(connection, did.year)
    newest = deeds.newest_on_record(connection, did.year, did.cities, did.subject)
    if opened.closed_as_of is not None or newest != did.newest:
        return None
    return _mark(site, reader, opened, deed) if did.act in MARKS else _act(connection, site, reader, opened, deed)


def take_back(database: Database, site: Site, reader: Reader, token: str) -> Outcome:
    """Take it back, inside a transaction, as far as it is still offered and writes no letter of its own."""
    with database.read() as connection:
        deed = deeds.find(connection, token)
        found = offer(connection, site, reader, deed) if deed else None
    return Outcome("refused", TOO_LATE) if found is None or found.preview else found.do(database)


def newest(connection: Connection, site: Site, reader: Reader, page: str) -> Offer | None:
    """Give the way to take back what an account confirmed last of what leads back to a page."""
    deed = deeds.newest_of(connection, reader.account, page, site.wall() - LASTS)
    return offer(connection, site, reader, deed) if deed else None


def _moved(outcome: Outcome) -> frozenset[str]:
    """Give the cities for which anything was done that time does not do by itself."""
    moves = outcome.changes.transitions
    return frozenset(move.after.city for move in moves if not move.refused and move.event not in BY_ITSELF)


def _kept(filled: Filled, name: str, cities: tuple[str, ...]) -> tuple[str, ...]:
    fields = {"phase": (filled.slug,) if filled.phase else (), "city": cities, "request": (f"{filled.number}",)}
    return fields.get(name) or (filled.words[name],)


def _put_on_record(connection: Connection, bench: Bench, subject: str) -> bool:
    """Whether the act was done by this very account now, and had not been done before."""
    last = audit.entries(connection, account=bench.account, most=1)
    return any((one.subject, one.at) == (subject, bench.stamp.at) for one in last)


def _filled(connection: Connection, opened: Opened, did: DoneAct, undo: Undo) -> tuple[Act, Filled, Typed] | None:
    """Give the act that takes it back with what it is filled with; None where that cannot be said."""
    act, more = ACTS[undo.slug], undo.more(connection, did.year, did.given)
    if more is None:
        return None
    same = {name: tuple(did.given[name]) for name in undo.same}
    reason = {"reason": (REASON,)} if act.asks("reason") else {}
    typed = Typed({**same, **{name: (value,) for name, value in more.items()}, **reason})
    reading = read(act, opened, typed)
    return None if reading.faults else (act, reading.filled, typed)


def _act(connection: Connection, site: Site, reader: Reader, opened: Opened, deed: Confirmation) -> Offer | None:
    did = deed.did
    undo = ACTS[did.act].undo if did and did.act in ACTS else None
    found = _filled(connection, opened, did, undo) if did and undo else None
    if did is None or found is None:
        return None
    act, filled, typed = found
    if not (reader.admin if act.by == "province" else reader.city in did.cities):
        return None
    year, two_hands = opened.year, site.settings.two_hands
    first = did.letters or needs_second_hand(act, filled, two_hands)

    def do(database: Database) -> Outcome:
        return recorded(act, Bench(database, year, site.stamp(reader, opened), reader.account), filled)

    preview = f"/{year.year}/acts/{act.slug}/preview" if first else ""
    fields = tuple((name, value) for name, values in typed.values.items() for value in values)
    return Offer(deed, _minutes(site, deed), do, act.holds(year.year), preview, fields)


def _minutes(site: Site, deed: Confirmation) -> int:
    return (deed.at + LASTS - site.wall()) // timedelta(minutes=1) + 1


def _mark(site: Site, reader: Reader, opened: Opened, deed: Confirmation) -> Offer | None:
    did = deed.did
    key = key_of(did.given["key"][0], did.year) if did else None
    if did is None or not reader.admin or key is None:
        return None
    year, wanted = did.year, MARKS[did.act]

    def do(database: Database) -> Outcome:
        stamp = site.stamp(reader, opened)
        return mark(database, year, key, wanted, stamp, reason=REASON, account=reader.account)

    return Offer(deed, _minutes(site, deed), do, year)
