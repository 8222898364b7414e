"""Notes and questions about a case: written from the page of a city phase, a student or a mentor."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Annotated, Literal

from fastapi import Depends, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse

from acts.case_notes import add_note
from dashboard.acts.once import once
from dashboard.serving.area import Area
from dashboard.serving.look import Present
from dashboard.serving.places import phase_at
from dashboard.serving.policy import HANDS, NotThere, Signed, allow
from dashboard.serving.row_ids import LARGEST
from models import case_notes, directory, draft_rows
from models.case_notes import PROVINCE, NewNote
from phases.mentor_recommendation import MENTORS
from season.outcome import Outcome

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from dashboard.serving.look import Looking
    from dashboard.serving.site import Site
    from models.database import Database

area = Area(dependencies=[Depends(allow(HANDS))], default_response_class=HTMLResponse)
Number = Annotated[int, Form(ge=0, le=LARGEST)]


@area.post("/{year:int}/{phase}/{city}/notes")
def write(
    request: Request,
    reader: Signed,
    look: Present,
    phase: str,
    city: str,
    token: Annotated[str, Form(alias="once")],
    text: Annotated[str, Form(max_length=2000)] = "",
    of: Annotated[Literal["note", "question", "internal"], Form()] = "note",
    until: Annotated[str, Form(max_length=20)] = "",
    student: Annotated[str, Form(max_length=40)] = "",
    party: Number = 0,
    answers: Number = 0,
) -> RedirectResponse:
    """Write it, once; a person or a question of another city is not there."""
    site: Site = request.app.state.site
    year, slug = look.opened.year, phase_at(look.opened.year, phase).slug
    place, office = year.city(city).slug, reader.city or PROVINCE
    with site.database.read() as connection:
        about = _about(connection, look, place, student, party)
    asked = of == "question" and not answers
    owner = (PROVINCE if reader.city else place) if asked else None
    new = NewNote(slug, place, about, office, text, owner, internal=of == "internal" and not answers)
    new = new._replace(answers=answers or None)

    def do(database: Database) -> Outcome:
        try:
            day = date.fromisoformat(until.strip()) if asked and until.strip() else None
        except ValueError:
            return Outcome("refused", "请写明希望哪一天以前回复，如 2022-02-10；可以不写。")
        return add_note(database, year.year, new._replace(until=day), token, site.stamp(reader, look.opened))

    back = f"/{year.year}/{'students' if student else 'parties'}/{student or party}" if about else None
    return once(
        site, reader, token, f"留言：{year.city(place).name} {year.phase(slug).name}",
        back or f"/{year.year}/{slug}/{place}", do, year=year.year,
    )  # fmt: skip


def _about(connection: Connection, look: Looking, city: str, student: str, party: int) -> str:
    """Name the person that it is about; raise NotThere for one who is none of that city's."""
    year = look.opened.year.year
    if student:
        if directory.whose_student(connection, year, student) != city:
            raise NotThere
        return case_notes.of_student(student)
    if party:
        if not draft_rows.rows(connection, year, city, MENTORS.key, of={"party": party}):
            raise NotThere
        return case_notes.of_party(party)
    return ""
