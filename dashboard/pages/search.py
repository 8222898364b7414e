"""查找: cities, schools, mentors, institutions, students and letters by what one knows of them.

What is looked for is sent in the body, never in an address: it may be a child's name (decision 62).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import Depends, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from dashboard.acts import uncovering
from dashboard.serving.area import Area
from dashboard.serving.look import Present
from dashboard.serving.policy import EVERYONE, Signed, allow
from dashboard.serving.rendering import page
from dashboard.signing_in.rate_limit import peer
from dashboard.views import masking
from dashboard.views.letterbox import KINDS, heading, may_read, recipients, shown_state
from dashboard.views.naming import KINDS as PARTY_KINDS
from models import audit, directory, letterbox

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection

    from calendars.year import City
    from dashboard.serving.look import Looking
    from dashboard.serving.site import Site
    from dashboard.signing_in.reader import Reader
    from models.directory import FoundStudent, KnownParty
    from models.letterbox import Listed

area = Area(default_response_class=HTMLResponse, dependencies=[Depends(allow(EVERYONE))])
MOST = 20
LONGEST = 50
UNPROCESSABLE = 422
WHOLE = re.compile("[1-9][0-9]{0,8}")


@dataclass(frozen=True, slots=True)
class Hits:
    """What was found, at most `MOST` of each; `letter` is the one whose number was given.

    `by_name`: students were looked for by their names too.
    """

    by_name: bool
    cities: tuple[City, ...] = ()
    parties: Sequence[tuple[KnownParty, tuple[str, ...]]] = ()
    students: Sequence[FoundStudent] = ()
    letters: tuple[Listed, ...] = ()
    letter: int | None = None


@area.get("/{year:int}/search")
def form(request: Request, look: Present) -> HTMLResponse:
    """Ask what is looked for."""
    return _shown(request, look, "", None)


@area.post("/{year:int}/search")
def search(
    request: Request,
    reader: Signed,
    look: Present,
    q: Annotated[str, Form()] = "",
    reason: Annotated[str, Form()] = "",
) -> Response:
    """Show what is found; a student's whole number leads to his page.

    A city finds its own students by name; the province's hands do for a reason, which is put on record with the numbers
    of those who were shown.
    """
    site: Site = request.app.state.site
    words, reason = " ".join(q.split()), reason.strip()
    if not 1 <= len(words) <= LONGEST:
        return _shown(request, look, "", None, said=f"请写要找的名称、姓名或编号（{LONGEST} 字以内）。")
    by_name = not reader.province or (reader.admin and uncovering.is_reason(reason))
    with site.database.read() as connection:
        whose = directory.whose_student(connection, look.opened.year.year, words)
        if whose is not None and reader.sees(whose):
            return RedirectResponse(f"/{look.opened.year.year}/students/{words}", 303)
        found = _hits(connection, reader, look, words, by_name=by_name)
    if by_name and reader.province:
        with site.database.write() as connection:
            stamp, numbers = site.stamp(reader, look.opened), "、".join(one.number for one in found.students)
            subject = f"{look.opened.year.year}/{numbers or '没有找到学生'}"
            account, address = reader.account, peer(request)
            audit.record(connection, stamp, "按姓名查找学生", subject, account=account, reason=reason, address=address)
    return _shown(request, look, words, found)


def _hits(connection: Connection, reader: Reader, look: Looking, words: str, *, by_name: bool) -> Hits:
    year, whose = look.opened.year, reader.city
    wanted = letterbox.LetterQuery(year.year, look.as_of, reader=whose, subject=words)
    letter = letterbox.letter_by_id(connection, int(words)) if WHOLE.fullmatch(words) else None
    mine = letter and letter.year == year.year and may_read(reader, letter.recipient, letter.state, letter.writer)
    cities = (city for city in year.cities if words.removesuffix("市") in {city.name, city.slug})
    return Hits(
        by_name,
        tuple(city for city in cities if reader.sees(city.slug)),
        directory.parties(connection, year.year, whose, words, limit=MOST),
        directory.students(connection, year.year, whose, words, by_name=by_name, limit=MOST),
        letterbox.letters(connection, wanted, limit=MOST),
        letter.id if letter and mine else None,
    )


def _shown(request: Request, look: Looking, words: str, found: Hits | None, *, said: str = "") -> HTMLResponse:
    year = look.opened.year
    letters = found.letters if found else ()
    facts: dict[str, Any] = {
        "words": words,
        "found": found,
        "said": said,
        "most": MOST,
        "longest": LONGEST,
        "longest_reason": uncovering.LONGEST_REASON,
        "covered": str if found and found.by_name else masking.name,
        "to": recipients(year, letters),
        "letters": letters,
        "city_names": {city.slug: city.name for city in year.cities},
        "kinds": PARTY_KINDS,
        "letter_kinds": KINDS,
    }
    words_of: dict[str, Any] = {"shown_state": shown_state, "heading": heading}
    status = UNPROCESSABLE if said else 200
    answer = page("search.html", request, status=status, look=look, year=year, **facts, **words_of)
    answer.headers["cache-control"] = "no-store"
    return answer
