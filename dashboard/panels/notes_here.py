"""What the offices noted, asked and answered about a city phase, a student or a mentor; and where more is written."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from markupsafe import Markup

from acts.case_notes import LONGEST
from dashboard.acts.once import form_token
from dashboard.serving.policy import HANDS
from dashboard.serving.rendering import render
from models import case_notes
from models.case_notes import PROVINCE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fastapi import Request

    from calendars.year import City, Phase
    from dashboard.panels.place import Place
    from dashboard.serving.look import Looking
    from dashboard.serving.site import Site
    from dashboard.signing_in.reader import Reader


@dataclass(frozen=True, slots=True)
class Case:
    """What is talked about: a phase of one of these cities, or a person in it; `student` and `party` are his ids."""

    phase: Phase
    cities: Sequence[City]
    student: str = ""
    party: int = 0

    @property
    def about(self) -> str:
        """The same as the table has it."""
        if self.student:
            return case_notes.of_student(self.student)
        return case_notes.of_party(self.party) if self.party else ""


def notes_panel(place: Place) -> Markup | None:
    """Show what stands beside a city phase; on the page of a city what waits for an answer."""
    if place.city is None:
        return None
    if place.phase is not None:
        return notes_of(place.request, place.reader, place.looking, Case(place.phase, [place.city]))
    year, office = place.looking.opened.year, place.reader.city or PROVINCE
    with place.site.database.read() as connection:
        found = case_notes.threads(connection, year.year, office, place.looking.as_of, city=place.city.slug)
    waiting = [one.note for one in found if one.waits_for]
    if not waiting:
        return None
    facts = {"waiting": waiting, "year": year, "office": office, "look": place.looking}
    return Markup(render("panels/notes_waiting.html", place.request, **facts))  # noqa: S704 -- a template's


def notes_of(request: Request, reader: Reader, look: Looking, case: Case) -> Markup | None:
    """Give what was written about a case, with the form for more where the reader may write."""
    site: Site = request.app.state.site
    year, office = look.opened.year, reader.city or PROVINCE
    mine = [city for city in case.cities if reader.sees(city.slug)]
    # Beside a city phase stands what is about persons in it, too.
    where = {"about": case.about} if case.about else {"phase": case.phase.slug}
    with site.database.read() as connection:
        found = [
            one
            for city in mine
            for one in case_notes.threads(connection, year.year, office, look.as_of, city=city.slug, **where)
        ]
    may = reader.role in HANDS and not look.past and look.opened.closed_as_of is None and bool(mine)
    if not (found or may):
        return None
    facts = {
        "found": found, "may": may, "case": case, "cities": mine, "year": year, "office": office, "look": look,
        "token": form_token, "longest": LONGEST, "province": PROVINCE,
    }  # fmt: skip
    return Markup(render("panels/notes_here.html", request, **facts))  # noqa: S704 -- a template's
