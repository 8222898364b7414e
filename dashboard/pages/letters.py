"""The letters of a year: what was written to whom, what became of it, and each letter as its recipient sees it."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Annotated, Any, cast

from fastapi import Depends, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse

from dashboard.acts.once import form_token
from dashboard.panels.contact_evidence import receipt_facts
from dashboard.serving.area import Area
from dashboard.serving.look import Look, query_of
from dashboard.serving.policy import EVERYONE, HANDS, NotThere, Signed, allow
from dashboard.serving.rendering import page
from dashboard.serving.row_ids import NUMBER, Id
from dashboard.views.letterbox import (
    KINDS,
    STATES,
    UNKNOWN,
    heading,
    may_read,
    recipients,
    shown_state,
    way_and_address,
)
from dashboard.views.masking import for_reader, without_addresses
from dashboard.views.paging import SIZE, page_of
from letters.addressee import in_html, in_text
from letters.remarks import takes, written
from models import letter_papers, letterbox, short_messages
from models.letterbox import EVERY, letter_by_id
from models.written_letters import of_own
from season.recipients import is_recipient, named

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from dashboard.serving.look import Looking
    from dashboard.serving.site import Site
    from dashboard.signing_in.reader import Reader
    from models.letterbox import WordedLetter
    from phases.letter_kinds import Kind

area = Area(default_response_class=HTMLResponse, dependencies=[Depends(allow(EVERYONE))])
Filter = Annotated[str, Query(max_length=40, pattern=r"^[a-z0-9-]*$")]
Recipient = Annotated[str, Query(max_length=60, pattern=r"^[a-z]*(:[a-z0-9-]*)?$")]

TWIN_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'; sandbox"
"""A letter's own styles are inline; nothing else of it may do or load anything."""


@area.get("/{year:int}/letters")
def listed(
    request: Request,
    look: Look,
    reader: Signed,
    state: Filter = "",
    kind: Filter = "",
    phase: Filter = "",
    city: Filter = "",
    to: Recipient = "",
    number: Annotated[int, NUMBER] = 1,
) -> HTMLResponse:
    """List the letters that the reader may read, the newest first, and count them by state."""
    site: Site = request.app.state.site
    year = look.opened.year
    to = to if to and is_recipient(year, to) else ""
    filters = {"state": state, "kind": kind, "phase": phase, "city": city if reader.province else "", "to": to}
    wanted = letterbox.LetterQuery(
        year.year,
        look.as_of,
        state=state or None,
        kind=kind or None,
        phase=phase or None,
        city=filters["city"] or None,
        reader=reader.city,
        recipient=to or None,
    )
    with site.database.read() as connection:
        counts = letterbox.by_state(connection, wanted)
        total = counts.get(state, 0) if state else sum(counts.values())
        pages = page_of(request.url.path, query_of(look, filters), number, total)
        found = letterbox.letters(connection, wanted, limit=SIZE, offset=pages.offset)
    facts: dict[str, Any] = {
        "letters": found,
        "to": recipients(year, found),
        "recipient": named(year, to) if to else "",
        "shown_state": shown_state,
        "counts": counts,
        "pages": pages,
        "filters": filters,
    }
    return page("letters.html", request, look=look, year=year, states=STATES, kinds=KINDS, heading=heading, **facts)


@area.get("/{year:int}/letters/{letter:int}")
def one(request: Request, look: Look, reader: Signed, letter: Id) -> HTMLResponse:
    """Show one letter; another city's is not there."""
    year = look.opened.year
    found = _readable(request, look, reader, letter)
    phase = None if found.phase == EVERY else year.phase(found.phase)
    city = None if found.concerns == EVERY else year.city(found.concerns)
    is_own = may_read(reader, found.recipient)  # else a city wrote it to a party, whose address another may have given
    shown = partial(for_reader, reader=reader) if is_own else without_addresses
    facts: dict[str, Any] = {
        "text": in_text(found.text, found.addressee),
        "to": named(year, found.recipient),
        "address": shown(found.address) or UNKNOWN,
        "detail": shown(found.detail or ""),
        "is_own": is_own,
        "party": whose if reader.province and (whose := found.recipient.partition(":")[2]).isdecimal() else None,
        "state": shown_state(found),
        "left": found.due_at if found.sent_at and look.opened.rehearsal else found.sent_at,
        "kind": KINDS[found.kind],
        "way_and_address": way_and_address,
        "states": STATES,
        "phase": phase,
        "city": city,
        "remark": written(found.text) if takes(cast("Kind", found.kind)) else None,
        "mark_token": form_token() if reader.admin and not look.past else None,
    }
    site: Site = request.app.state.site
    with site.database.read() as connection:
        receipt = receipt_facts(connection, reader, look, found)
        facts["own"] = _own(connection, reader, look, found)
        papers = letter_papers.of(connection, (found.papers or "").split())
        facts["short"] = short_messages.beside(connection, [letter]).get(letter)
    facts["papers"] = sorted(one.name for one in papers.values())
    return page("letters/letter.html", request, look=look, year=year, letter=found, receipt=receipt, **facts)


@area.get("/l/{letter:int}")
def of_a_short_message(request: Request, reader: Signed, letter: Id) -> RedirectResponse:
    """Lead from the short address in a short message to its letter."""
    site: Site = request.app.state.site
    with site.database.read() as connection:
        found = letter_by_id(connection, letter)
    if found is None or not may_read(reader, found.recipient, found.state, found.writer):
        raise NotThere
    return RedirectResponse(f"/{found.year}/letters/{letter}", 303)


def _own(connection: Connection, reader: Reader, look: Looking, found: WordedLetter) -> dict[str, Any] | None:
    """Give what of a letter in an office's own words can still be called back, where the reader may."""
    if look.past or reader.role not in HANDS or not found.writer or reader.city not in {None, found.writer}:
        return None
    number = int(found.slot.partition("@")[0])
    in_all = of_own(connection, found.year, number)
    return {"number": number, "waiting": in_all.waiting, "token": form_token()} if in_all and in_all.waiting else None


@area.get("/{year:int}/letters/{letter:int}/html")
def twin(request: Request, look: Look, reader: Signed, letter: Id) -> HTMLResponse:
    """Give the letter's HTML as it was written, for the frame on its page: it may neither run nor load anything."""
    found = _readable(request, look, reader, letter)
    headers = {"content-security-policy": TWIN_POLICY, "x-frame-options": "SAMEORIGIN"}
    return HTMLResponse(in_html(found.html, found.addressee), headers=headers)


def _readable(request: Request, look: Looking, reader: Reader, letter: int) -> WordedLetter:
    site: Site = request.app.state.site
    with site.database.read() as connection:
        found = letter_by_id(connection, letter)
    if found is None or found.year != look.opened.year.year or found.queued_as_of > look.as_of:
        raise NotThere
    if not may_read(reader, found.recipient, found.state, found.writer):
        raise NotThere
    return found
