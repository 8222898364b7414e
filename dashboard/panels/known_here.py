"""The way to say at which addresses parties are reached, on the page of a city phase that will name them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from markupsafe import Markup

from acts.know_addresses import FILED
from dashboard.acts.filing_state import filing_of
from dashboard.serving.rendering import fragment
from dashboard.signing_in.reader import Role
from dashboard.views.next_step import MAY_ASK
from models.party_addresses import known_by
from phases.parties import Pooled

if TYPE_CHECKING:
    from dashboard.panels.place import Place
    from phases.book import Book
    from phases.parties import Audience


def kinds_of(book: Book, phase: str) -> tuple[Audience, ...]:
    """Give the kinds of party that a phase writes to at addresses known before it is filed."""
    found = book.find(phase)
    opened = ((one.audience, one.mailings.get("opened")) for one in (found.parties if found else ()))
    return tuple(audience for audience, mailing in opened if mailing and isinstance(mailing.whom, Pooled))


def known_panel(place: Place) -> Markup | None:
    """Say how many are known and lead to where more are said; nothing where the phase writes to nobody so."""
    opened = place.looking.opened
    if place.phase is None or place.city is None or place.looking.past or place.reader.role is Role.VIEWER:
        return None
    kinds = kinds_of(opened.book, place.phase.slug)
    if not kinds or opened.closed_as_of is not None or place.state not in MAY_ASK | FILED:
        return None
    with place.site.database.read() as connection:
        known = known_by(connection, opened.year.year, place.city.slug)
    here = filing_of(opened, place.phase.slug, place.city.slug, place.reader)
    theirs = [one for one in known if one.kind in kinds]
    dead = sum(one.dead and not one.waits for one in theirs)
    waits = sum(one.dead and one.waits for one in theirs)
    facts = {"count": len(theirs), "dead": dead, "waits": waits, "filed": place.state in FILED, "home": here.home}
    return fragment("panels/known_here.html", place.request, **facts)
