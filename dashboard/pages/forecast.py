"""What will be written by the end of the next working day, to be read before it leaves; nothing of it is queued."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from fastapi import Depends, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from acts.advance import forecast
from acts.letter_marks import ON_RECORD, REMARKED, key_of, mark, remark
from dashboard.acts.just_done import marked
from dashboard.acts.once import form_token, once
from dashboard.panels.undo_here import just_done
from dashboard.serving.area import Area
from dashboard.serving.look import Look, Present
from dashboard.serving.places import phase_at
from dashboard.serving.policy import ADMIN_ONLY, PROVINCE, NotThere, Signed, allow
from dashboard.serving.rendering import page
from dashboard.serving.row_ids import LARGEST
from dashboard.views.letterbox import KINDS, STATES, heading
from letters.addressee import in_text
from models import letter_marks, letterbox
from models.letter_marks import Mark, every
from models.outbox import ALL
from phases.letter_kinds import Kind
from season.recipients import named

if TYPE_CHECKING:
    from dashboard.serving.look import Looking
    from dashboard.serving.site import Site
    from dashboard.signing_in.reader import Reader
    from models.database import Database
    from models.deeds import DoneAct
    from models.outbox import LetterKey
    from season.outcome import Outcome

area = Area(default_response_class=HTMLResponse, dependencies=[Depends(allow(PROVINCE))])
MOST = 200
"""So many letters are shown."""
Reason = Annotated[str, Form(max_length=200)]


@area.get("/{year:int}/forecast", dependencies=[Depends(allow(PROVINCE, dear=True))])
def of_letters(request: Request, look: Look, reader: Signed) -> Response:
    """Play the year on, take that back, and show the letters that time will make owed if nobody acts."""
    site: Site = request.app.state.site
    year = look.opened.year
    if look.past:
        return RedirectResponse(f"/{year.year}/forecast", 303)
    found = forecast(site.database, year.year, site.stamp(reader, look.opened))
    with site.database.read() as connection:
        said = letter_marks.marks(connection, year.year)
        waiting = letterbox.by_state(connection, letterbox.LetterQuery(year.year, look.as_of)).get("queued", 0)
    kinds_kept = [(key[4], key[0]) for key, mark in said.items() if key[3] == ALL and mark == "hold"]
    letters = [(row, named(year, row.recipient), in_text(row.text, row.addressee)) for row in found.letters[:MOST]]
    failures = [year.city(city).name if city != "*" else "全省" for city in found.failures]
    return page(
        "forecast.html", request, look=look, year=year, letters=letters, in_all=len(found.letters), until=found.until,
        failures=failures, waiting=waiting, states=STATES, kinds=KINDS, heading=heading, kinds_kept=kinds_kept,
        just_done=just_done(request, reader),
        token=form_token() if reader.admin and look.opened.closed_as_of is None else None,
    )  # fmt: skip


@area.post("/{year:int}/forecast/marks", dependencies=[Depends(allow(ADMIN_ONLY))])
def mark_letter(
    request: Request,
    reader: Signed,
    look: Present,
    key: Annotated[str, Form(max_length=300)],
    wanted: Annotated[Mark, Form()],
    token: Annotated[str, Form(alias="once")],
    reason: Reason = "",
) -> RedirectResponse:
    """Keep one letter, written or foreseen, for a release, or let it go."""
    found = key_of(key, look.opened.year.year)
    if found is None:
        raise NotThere
    return _mark(request, reader, look, found, wanted, token, reason)


@area.post("/{year:int}/forecast/remarks", dependencies=[Depends(allow(ADMIN_ONLY))])
def add_remark(
    request: Request,
    reader: Signed,
    look: Present,
    number: Annotated[int, Form(ge=1, le=LARGEST)],
    token: Annotated[str, Form(alias="once")],
    words: Annotated[str, Form(max_length=2000)] = "",
) -> RedirectResponse:
    """Add a person's words to a letter that waits."""
    site: Site = request.app.state.site
    year, stamp = look.opened.year.year, site.stamp(reader, look.opened)
    return once(
        site, reader, token, REMARKED, f"/{year}/letters/{number}",
        lambda database: remark(database, year, number, words, stamp, account=reader.account), year=year,
    )  # fmt: skip


@area.post("/{year:int}/forecast/kinds", dependencies=[Depends(allow(ADMIN_ONLY))])
def mark_kind(
    request: Request,
    reader: Signed,
    look: Present,
    phase: Annotated[str, Form()],
    of: Annotated[Kind, Form()],
    wanted: Annotated[Mark, Form()],
    token: Annotated[str, Form(alias="once")],
    reason: Reason = "",
) -> RedirectResponse:
    """Keep all letters of a kind in a phase for a release, or let them go."""
    return _mark(request, reader, look, every(of, phase_at(look.opened.year, phase).slug), wanted, token, reason)


def _mark(
    request: Request, reader: Reader, look: Looking, key: LetterKey, wanted: Mark, token: str, reason: str
) -> RedirectResponse:
    site: Site = request.app.state.site
    year, stamp = look.opened.year.year, site.stamp(reader, look.opened)

    def did(database: Database, outcome: Outcome) -> DoneAct | None:
        with database.read() as connection:
            return marked(connection, year, key, wanted, outcome)

    return once(
        site, reader, token, ON_RECORD[wanted], f"/{year}/forecast",
        lambda database: mark(
            database, year, key, wanted, stamp, reason=reason.strip() or None, account=reader.account), year=year,
        did=did,
    )  # fmt: skip
