"""A phase over all cities, and one city in it. Listed last: these addresses would take what comes after them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from fastapi import Depends, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from calendars.deadlines import BECAUSE
from calendars.moments import moments
from dashboard.acts.filing_state import to_supplement
from dashboard.panels.beside import panels
from dashboard.panels.contact_evidence import told_section
from dashboard.panels.place import Place
from dashboard.serving.area import Area
from dashboard.serving.look import Look
from dashboard.serving.places import city_at, phase_at
from dashboard.serving.policy import EVERYONE, Signed, allow
from dashboard.serving.rendering import page
from dashboard.signing_in.reader import Role
from dashboard.views import opening_conditions, requirements
from dashboard.views.history import as_read, filings, step
from dashboard.views.standings import rows_of_city, rows_of_phase, rule_name
from dashboard.views.timetable import entry
from dashboard.views.todo import tasks
from gates.states import Event
from letters.words import is_untold
from models import histories, letterbox
from models.city_requests import later_days
from models.letter_states import LetterState
from models.reports import standings

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from sqlalchemy import Connection

    from calendars.year import City, Phase, Year
    from dashboard.serving.look import Looking
    from dashboard.serving.site import Site
    from dashboard.signing_in.reader import Reader

area = Area(default_response_class=HTMLResponse, dependencies=[Depends(allow(EVERYONE))])
MOST_REFUSED = 20


@dataclass(frozen=True, slots=True)
class Past:
    """What happened to a city phase up to an instant: the timeline oldest first, all else as `histories` gives it."""

    moves: tuple[histories.PastMove, ...]
    judgements: tuple[histories.PastJudgement, ...]
    loads: tuple[histories.Load, ...]
    refused: tuple[histories.PastRefusal, ...]
    grants: tuple[histories.PastGrant, ...]
    waivers: tuple[histories.SetAside, ...]


@area.get("/{year:int}/{phase}")
def of_phase(request: Request, look: Look, reader: Signed, phase: str) -> Response:
    """Show a phase: every city in it, what it asks, its moments. A city is sent to its own line of it."""
    site: Site = request.app.state.site
    year = look.opened.year
    found = phase_at(year, phase)
    if reader.city is not None:
        return RedirectResponse(f"/{year.year}/{found.slug}/{reader.city}{look.at}", 303)
    with site.database.read() as connection:
        table = standings(connection, year.year, look.as_of)
    facts: dict[str, Any] = {
        "rows": rows_of_phase(table, found.slug),
        "moments": _moments(year, found, look),
        "rules": requirements.rules(look.opened.book.find(found.slug), found),
        "figures": requirements.figures(look.opened.book.find(found.slug), found, year.figures),
        "opening": opening_conditions.opening(year, found),
        "passing": opening_conditions.passing(found),
        "after": [(each, opening_conditions.opening(year, each)) for each in opening_conditions.followers(year, found)],
        "panels": panels(Place(request, reader, look, found, None, table)),
    }
    return page("phases/phase.html", request, look=look, year=year, phase=found, **facts)


def _moments(year: Year, phase: Phase, look: Looking) -> list[Any]:
    return [entry(each, year.working_days, look.as_of) for each in moments(year) if each.phase == phase.slug]


@area.get("/{year:int}/{phase}/{city}")
def of_city(request: Request, look: Look, reader: Signed, phase: str, city: str) -> HTMLResponse:
    """Show one city in one phase: where it stands, what its gate said, all that happened."""
    site: Site = request.app.state.site
    year = look.opened.year
    found, whose = phase_at(year, phase), city_at(year, city)
    with site.database.read() as connection:
        table = standings(connection, year.year, look.as_of)
        past = _past(connection, look, reader, found, whose)
        untold = _untold(connection, look, reader, found, whose)
        asked = later_days(connection, year.year, whose.slug, look.as_of)
        without = {} if look.past else to_supplement(site, connection, reader, look.opened, whose.slug)
    place = Place(request, reader, look, found, whose, table)
    rows = rows_of_city(table, whose.slug)
    states = {row.phase.slug: row.cell.state for row in rows}
    at = [row.phase.slug for row in rows].index(found.slug)
    full = reader.role is not Role.VIEWER
    facts: dict[str, Any] = {
        "row": rows[at],
        "task": tasks(year, table.cities[whose.slug], look.as_of, reader, asked, without)[at],
        "lacking": opening_conditions.lacking(year, found, states, look.as_of),
        "passing": opening_conditions.passing(found),
        "rules": requirements.rules(look.opened.book.find(found.slug), found),
        "after": opening_conditions.after(year, found, states, look.as_of),
        "steps": [step(look.opened.book, as_read(move, full=full), found, untold) for move in past.moves],
        "filings": filings(look.opened.book, past.judgements),
        "papers": {move.attempt for move in past.moves if move.event is Event.ON_PAPER},
        "tries": sorted((*past.loads, *past.refused), key=lambda one: one.as_of, reverse=True),
        "forms_loaded": [form for form in _forms(look, reader, found) if any(load.form == form for load in past.loads)],
        "panels": panels(place),
        "told": told_section(place),
        "rule_name": partial(rule_name, look.opened.book),
        "because": BECAUSE,
        "untold": untold,
        "corrections": max((grant.corrections for grant in past.grants), default=0),
    }
    return page("phases/city.html", request, look=look, year=year, phase=found, city=whose, past=past, **facts)


def _past(connection: Connection, look: Looking, reader: Reader, phase: Phase, city: City) -> Past:
    span = histories.Span(look.opened.year.year, look.as_of, phase.slug, city.slug)
    return Past(
        tuple(reversed(histories.moves(connection, span))),
        histories.judgements(connection, span),
        histories.loads(connection, span, [form.slug for form in look.opened.book.forms_of(phase)]),
        histories.refused_loads(connection, span, _forms(look, reader, phase), limit=MOST_REFUSED),
        histories.grants(connection, span),
        histories.waivers(connection, span),
    )


def _untold(connection: Connection, look: Looking, reader: Reader, phase: Phase, city: City) -> Mapping[datetime, str]:
    """Give why letters of a new day were not sent, by the instant of the act; a city reads it of its own letters."""
    year, mine = look.opened.year.year, None if reader.province else city.slug
    wanted = letterbox.LetterQuery(year, look.as_of, phase=phase.slug, city=city.slug, reader=mine)
    kept = letterbox.kept_unsent(connection, wanted)
    return {at: detail for at, detail in kept if is_untold(LetterState.CANCELLED, detail)}


def _forms(look: Looking, reader: Reader, phase: Phase) -> list[str]:
    """Give the forms that are loaded in a phase, as far as they are the reader's business."""
    book = look.opened.book
    return [form.slug for form in book.forms_of(phase) if reader.province or not book.provincial(form.slug)]
