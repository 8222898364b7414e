"""What the offices noted, asked and answered about a city phase, a student or a mentor; and where more is written."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from markupsafe import Markup

from acts.case_notes import LONGEST
from calendars.deadlines import day_of
from dashboard.acts.once import form_token
from dashboard.serving.policy import HANDS
from dashboard.serving.rendering import fragment
from models import case_notes, directory
from models.case_notes import PROVINCE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fastapi import Request
    from sqlalchemy import Connection

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
    waiting = sorted((one.note for one in found if one.waits_for), key=lambda one: (one.until or date.max, one.id))
    if not waiting or _closed(place.looking):
        return None
    facts = {"waiting": waiting, "year": year, "office": office, "look": place.looking}
    facts["today"] = day_of(place.looking.as_of)
    return fragment("panels/notes_here/waiting.html", place.request, **facts)


def notes_of(request: Request, reader: Reader, look: Looking, case: Case) -> Markup | None:
    """Give what was written about a case, with the form for more where the reader may write."""
    site: Site = request.app.state.site
    year, office = look.opened.year, reader.city or PROVINCE
    mine = [city for city in case.cities if reader.sees(city.slug)]
    with site.database.read() as connection:
        found = _found(connection, look, case, office) if mine else ()
        about = {one.note.about for one in found} - {""}
        there = directory.on_sheets(connection, year.year, reader.city, about) if about and not case.about else about
    may = reader.role in HANDS and not look.past and look.opened.closed_as_of is None and bool(mine)
    if not (found or may):
        return None
    facts = {
        "found": found, "may": may, "case": case, "cities": mine, "year": year, "office": office, "look": look,
        "token": form_token, "longest": LONGEST, "province": PROVINCE, "there": there,
        "here": [city.slug for city in case.cities], "closed": _closed(look), "today": day_of(look.as_of),
    }  # fmt: skip
    return fragment("panels/notes_here.html", request, **facts)


def _found(connection: Connection, look: Looking, case: Case, office: str) -> tuple[case_notes.Thread, ...]:
    """Read what stands there: of a person from every city that the office reads of, for he may have moved."""
    year, at = look.opened.year.year, look.as_of
    if case.about:
        return case_notes.threads(connection, year, office, at, about=case.about)
    # Beside a city phase stands what is about persons in it, too.
    return case_notes.threads(connection, year, office, at, city=case.cities[0].slug, phase=case.phase.slug)


def _closed(look: Looking) -> bool:
    """Whether the year was closed by then: what waited waits for nobody."""
    return look.opened.closed_as_of is not None and look.opened.closed_as_of <= look.as_of
