"""A mentor's, an institution's or a school's whole story: their rows, their students, what changed, their letters."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from fastapi import Depends, Request
from fastapi.responses import HTMLResponse

from dashboard.panels.notes_here import Case, notes_of
from dashboard.serving.area import Area
from dashboard.serving.look import Present
from dashboard.serving.policy import EVERYONE, NotThere, Signed, allow
from dashboard.serving.rendering import page
from dashboard.serving.row_ids import Id
from dashboard.views import masking, persons
from dashboard.views.letterbox import KINDS, heading, recipients, shown_state
from dashboard.views.naming import KINDS as PARTY_KINDS
from models import directory, draft_rows, excuses, letterbox, personal_changes
from models.facts.scope import Scope, in_training
from models.parties import PARTIES
from phases.application import STUDENTS
from phases.mentor_recommendation import MENTORS
from phases.mentor_recommendation import PHASE as ROLL

if TYPE_CHECKING:
    from markupsafe import Markup
    from sqlalchemy import Connection

    from dashboard.serving.look import Looking
    from dashboard.serving.site import Site
    from dashboard.signing_in.reader import Reader
    from models.directory import KnownParty

area = Area(default_response_class=HTMLResponse)
MOST_LETTERS = 20
HEADING = frozenset({"name", "institution"})


@dataclass(frozen=True, slots=True)
class PartyRows:
    """What of a party stands on the sheets: its own rows, the mentors of an institution, the students it has."""

    sheet: str
    own: list[dict[str, Any]]
    mentors: list[dict[str, Any]]
    students: list[dict[str, Any]]

    @property
    def cities(self) -> tuple[str, ...]:
        """The cities on whose sheets it stands, each once."""
        return tuple(dict.fromkeys(row["city"] for row in (*self.own, *self.students)))


@area.get("/{year:int}/parties/{party}", dependencies=[Depends(allow(EVERYONE))])
def one(request: Request, reader: Signed, look: Present, party: Id) -> HTMLResponse:
    """Show all of a party; to a city what stands on its own sheets, and nothing of whom it does not have there."""
    site: Site = request.app.state.site
    year, full = look.opened.year, not reader.province
    with site.database.read() as connection:
        known = directory.party(connection, party)
        found = _on_file(connection, reader, look, known) if known else None
        if known is None or found is None or not (found.cities or reader.province):
            raise NotThere
        training = in_training(Scope.undated(connection, year, found.cities))
        changes = personal_changes.changes(connection, year.year, found.cities)
        excused = excuses.excused(connection, year.year, found.cities)
        wanted = letterbox.LetterQuery(year.year, look.as_of, reader=reader.city, recipient=known.recipient)
        letters = letterbox.letters(connection, wanted, limit=MOST_LETTERS)
    sheet = look.opened.book.sheets[found.sheet].asked(year)
    about = [known.label, *(row["number"] for row in found.students)]
    facts: dict[str, Any] = {
        "party": known,
        "cities": [year.city(slug) for slug in found.cities],
        "told": [(year.city(row["city"]), persons.sheet_of_one(sheet, [row], HEADING, full=full)) for row in found.own],
        "mentors": found.mentors,
        "students": [row if full else row | {"name": masking.name(row["name"])} for row in found.students],
        "training": frozenset(number for numbers in training.values() for number in numbers),
        "rows": persons.changed(changes, about=about, full=full),
        "excused": [year.city(city) for city, keys in excused.items() if (known.kind, known.name, known.place) in keys],
        "letters": letters,
        "to": recipients(year, letters) | {known.recipient: known.label},
        "notes": _notes(request, reader, look, known, found),
    }
    words: dict[str, Any] = {
        "shown_state": shown_state,
        "letter_kinds": KINDS,
        "heading": heading,
        "kinds": PARTY_KINDS,
    }
    return page("parties.html", request, look=look, year=year, **facts, **words)


def _notes(request: Request, reader: Reader, look: Looking, known: KnownParty, found: PartyRows) -> Markup | None:
    """Give what was written about a mentor, with the cities on whose rolls he stands."""
    if known.kind != "mentor" or not found.own:
        return None
    year = look.opened.year
    cities = [year.city(slug) for slug in dict.fromkeys(row["city"] for row in found.own)]
    return notes_of(request, reader, look, Case(year.phase(ROLL.slug), cities, party=known.id))


def _on_file(connection: Connection, reader: Reader, look: Looking, known: KnownParty) -> PartyRows:
    """Read what stands on the sheets of the reader's cities: a statement each."""
    year, city = look.opened.year.year, reader.city

    def rows(key: str, **of: object) -> list[dict[str, Any]]:
        return draft_rows.rows(connection, year, city, key, of=of)

    sheet = next(one.key for one in directory.sheets_of_parties(connection) if one.party == known.kind)
    mentors = rows(MENTORS.key, institution=known.name) if known.kind == "institution" else []
    students = rows(STUDENTS.key, **{PARTIES[known.kind]: known.id}) if known.kind in PARTIES else []
    return PartyRows(sheet, rows(sheet, party=known.id), mentors, students)
