"""The province's list: what waits for its hand, with the acts that apply; and the acts on the pages of city phases."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fastapi import Depends, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from acts.last_word import decision
from acts.leave_training import YEAR_END
from calendars.deadlines import day_of
from dashboard.acts.at_hand import groups
from dashboard.panels.undo_here import just_done
from dashboard.serving.area import Area
from dashboard.serving.look import Look
from dashboard.serving.policy import PROVINCE, Signed, allow
from dashboard.serving.rendering import page
from dashboard.views.letterbox import heading, way_and_address
from gates.states import State
from letters.words import STATES
from models import (
    awards,
    case_notes,
    city_requests,
    letter_marks,
    loading,
    party_addresses,
    prepared_acts,
    short_messages,
    suppression,
)
from models.addresses import on_file
from models.alarms import put_off, undelivered
from models.facts.scope import Scope
from models.guardian_consents import open_withdrawals
from models.likely_children import likely_children
from models.mail_answers import MENDS
from models.open_years import begun
from models.reports import matrix
from phases.application import PHASE as APPLICATION
from season.outdated_results import outdated_results
from season.recipients import named
from season.still_due import still_due
from season.unit_of_work import Season

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection

    from calendars.year import City, Phase, Year
    from dashboard.serving.site import Site
    from models.reports import Matrix

area = Area(dependencies=[Depends(allow(PROVINCE))], default_response_class=HTMLResponse)

SETTLED_BY_HAND = frozenset({"failed", "unknown"})


@area.get("/{year:int}/tasks")
def tasks(request: Request, look: Look, reader: Signed) -> Response:
    """Show what waits now; in the past nothing does."""
    if look.past:
        return RedirectResponse(f"/{look.opened.year.year}/tasks", 303)
    site: Site = request.app.state.site
    year = look.opened.year
    with site.database.read() as connection:
        found = matrix(connection, year.year, look.as_of)
        asked = city_requests.unanswered(connection, year.year, look.as_of)
        noted = case_notes.unanswered(connection, year.year, case_notes.PROVINCE, look.as_of)
        unsigned = prepared_acts.unsigned(connection, year.year, look.as_of)
        letters = undelivered(connection, year.year, look.as_of)
        short = short_messages.to_settle(connection, year.year, look.as_of)
        waiting = put_off(connection, look.as_of, year.year)
        offices = on_file(connection)
        returned = suppression.unclear(connection)
        kept, _ = letter_marks.kept(connection, year.year, look.as_of)
        differing = party_addresses.differences(connection, year.year, look.as_of)
        likely = [one for one in likely_children(Scope.undated(connection, year)) if one.same is None]
        consents = () if look.opened.closed_as_of else open_withdrawals(Scope.undated(connection, year))
        season = Season.read(connection, year.year, site.stamp(reader, look.opened), None, reading=True)
        outdated, later = outdated_results(season), still_due(season)
        unissued = _unissued(connection, year)
        papers = awards.outdated(connection, year)
        emptied = loading.emptied_drafts(connection, year.year)
    without = [city for city in year.cities if city.slug not in offices or not offices[city.slug].email]
    return page(
        "tasks.html", request, look=look, year=year, may=reader.admin and look.opened.closed_as_of is None,
        awaiting=groups(found, province=True), late=groups(found, province=False),
        asked=asked, noted=noted, unsigned=unsigned, letters=letters, short=short, without=without,
        way_and_address=way_and_address,
        suppressed=found.alarms.suppressed, named=lambda key: named(year, key), states=STATES,
        heading=heading, differing=differing, likely=likely, outdated=outdated, later=later, kept=kept,
        unissued=unissued, papers=papers, emptied=_emptied(look, emptied),
        consents=consents, reopened=_standing(found, APPLICATION.slug, State.PASSED, State.OVERDUE),
        ended=_standing(found, YEAR_END, State.SUBMITTED, State.PASSED),
        tried_in=begun(year, day_of(look.as_of)) if look.opened.trial else None,
        today=day_of(look.as_of), returned=returned, put_off=waiting, mends=MENDS, by_hand=SETTLED_BY_HAND,
        just_done=just_done(request, reader), decision=decision, new_rules=look.opened.book.left_out(year),
    )  # fmt: skip


def _unissued(connection: Connection, year: Year) -> dict[str, int]:
    """Count the papers that are to be issued, by what they are called; those of which none are left out."""
    due = {title: len(awards.due(connection, year, kind)) for kind, title in awards.TITLES.items()}
    return {title: count for title, count in due.items() if count}


def _emptied(look: Look, drafts: Sequence[tuple[str, str]]) -> list[tuple[str, Phase, City]]:
    """Give the workbooks to be loaded again for their contacts: title, phase and city."""
    book, year = look.opened.book, look.opened.year
    return [(book.forms[form].title, year.phase(book.owner(form).slug), year.city(city)) for form, city in drafts]


def _standing(found: Matrix, phase: str, *states: State) -> frozenset[str]:
    """Give the cities whose phase stands in one of these states; of another, nothing has to be opened first."""
    where = {city: one.state for city, row in found.cities.items() for one in row if one.phase == phase}
    return frozenset(city for city, state in where.items() if state in states)
