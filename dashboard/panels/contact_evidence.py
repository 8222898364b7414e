"""Proof of being told, as it is shown: beside a city phase, and beside a letter."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from dashboard.acts.once import form_token
from dashboard.serving.rendering import fragment
from dashboard.views.letterbox import STATES, heading, shown_state
from gates.states import State
from models import contact_evidence, letterbox, receipts, short_messages
from models.histories import Span
from models.letterbox import own
from models.second_ways import WAYS
from post.receipt_links import acknowledged
from season.recipients import named

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection

    from dashboard.panels.place import Place
    from dashboard.serving.look import Looking
    from dashboard.signing_in.reader import Reader
    from models.letterbox import WordedLetter

MOST = 30
"""So many letters stand on the page of a city phase."""


@dataclass(frozen=True, slots=True)
class ReceiptFacts:
    """A letter's acknowledgement: since when, by whom (None: by its link); `may`: the reader may give it now."""

    letter: int
    at: datetime | None
    by: str | None
    may: bool


def receipt_facts(connection: Connection, reader: Reader, look: Looking, letter: WordedLetter) -> ReceiptFacts | None:
    """Give what `parts/receipt.html` shows of a letter; None for one that nobody acknowledges, or that was not sent."""
    if not acknowledged(letter.recipient):
        return None
    found = receipts.receipt(connection, letter.id)
    if found is not None and found.as_of <= look.as_of:
        return ReceiptFacts(letter.id, found.at, found.by, may=False)
    if letter.state in receipts.NOT_OUT:
        return None
    may = found is None and not look.past and is_theirs(reader, letter.recipient)
    return ReceiptFacts(letter.id, None, None, may)


def is_theirs(reader: Reader, recipient: str) -> bool:
    """Tell whether a letter to this recipient is for the reader's own office to acknowledge."""
    if reader.city is not None:
        return recipient in own(reader.city)
    return reader.admin and recipient in {"province", "lead"}


def told_section(place: Place) -> Markup | None:
    """Show on the page of a city phase every letter about it, whether it was acknowledged, and who was telephoned.

    A city sees its own office's letters.
    """
    if place.phase is None or place.city is None:
        return None
    look, reader = place.looking, place.reader
    year, phase, city = look.opened.year, place.phase.slug, place.city.slug
    mine = None if reader.province else city
    wanted = letterbox.LetterQuery(year.year, look.as_of, phase=phase, city=city, reader=mine)
    with place.site.database.read() as connection:
        letters = contact_evidence.letters_of(connection, wanted, limit=MOST)
        in_all = sum(letterbox.by_state(connection, wanted).values())
        short = short_messages.beside(connection, [row.id for row in letters])
        calls = contact_evidence.calls_of(connection, Span(year.year, look.as_of, phase, city))
    facts: dict[str, Any] = {
        "letters": letters,
        "short": short,
        "ways": WAYS,
        "states": STATES,
        "in_all": in_all,
        "calls": calls,
        "acknowledged": acknowledged,
        "heading": heading,
        "shown_state": shown_state,
        "named": {row.recipient: named(year, row.recipient) for row in letters},
        "late": place.state is State.OVERDUE,
        "token": form_token() if reader.admin and not look.past else None,
    }
    facts |= {"look": look, "year": year, "phase": place.phase, "city": place.city}
    return fragment("panels/contact_evidence.html", place.request, **facts)
