"""A student's whole story: every row on record, what changed, the letters by number; who it is, covered by right."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any
from urllib.parse import quote

from fastapi import Depends, Form, Request
from fastapi.responses import HTMLResponse, Response

from dashboard.acts import uncovering
from dashboard.exports.spreadsheets import as_xlsx
from dashboard.exports.student_copy import HeldOfStudent, copy_tables
from dashboard.panels.consents_here import consents_of
from dashboard.panels.notes_here import Case, notes_of
from dashboard.serving.area import Area
from dashboard.serving.look import Present
from dashboard.serving.policy import ADMIN_ONLY, CITY_ONLY, EVERYONE, NotThere, Signed, allow
from dashboard.serving.rendering import page
from dashboard.signing_in.rate_limit import peer
from dashboard.views import masking, persons
from dashboard.views.letterbox import KINDS, heading, recipients, shown_state
from gates.states import State
from models import audit, awards, directory, draft_rows, guardian_consents, letterbox, personal_changes, states_as_of
from models.facts.scope import Scope, in_training
from phases.application import PHASE as APPLICATION
from phases.application import STUDENTS

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy import Connection

    from calendars.year import Phase
    from dashboard.serving.look import Looking
    from dashboard.serving.site import Site
    from dashboard.signing_in.reader import Reader
    from forms.definitions import AskedSheet
    from models.personal_changes import KeptChange

area = Area(default_response_class=HTMLResponse)
UNPROCESSABLE = 422
SEEN_IN_FULL, COPIED = "查看学生的完整信息", "下载学生信息的副本（{rows} 行）"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MOST_LETTERS = 20
HEADING = frozenset({"number", "name"})
"""The columns of a sheet that say whose row it is."""


@area.get("/{year:int}/students/{student}", dependencies=[Depends(allow(EVERYONE))])
def one(request: Request, reader: Signed, look: Present, student: str) -> HTMLResponse:
    """Show all of a student, to his city as it is; another city's is not there."""
    return _shown(request, reader, look, student, full=not reader.province)


@area.post("/{year:int}/students/{student}", dependencies=[Depends(allow(ADMIN_ONLY))])
def one_uncovered(
    request: Request, reader: Signed, look: Present, student: str, reason: Annotated[str, Form()] = ""
) -> HTMLResponse:
    """Show all of a student with nothing covered, for a reason that is put on record first."""
    site: Site = request.app.state.site
    reason = reason.strip()
    good = uncovering.is_reason(reason)
    with site.database.write() as connection:
        city = _city(connection, reader, look, student)
        if good:
            _on_record(connection, request, reader, look, SEEN_IN_FULL, city, student, reason)
    return _shown(request, reader, look, student, full=good, said="" if good else uncovering.NO_REASON)


@area.get("/{year:int}/students/{student}/copy.xlsx", dependencies=[Depends(allow(CITY_ONLY))])
def own_copy(request: Request, reader: Signed, look: Present, student: str) -> Response:
    """Give a city what is held of a student of its own as a workbook, for who may ask for a copy; on record first."""
    return _copied(request, reader, look, student, None)


@area.post("/{year:int}/students/{student}/copy.xlsx", dependencies=[Depends(allow(ADMIN_ONLY))])
def copy(
    request: Request, reader: Signed, look: Present, student: str, reason: Annotated[str, Form()] = ""
) -> Response:
    """Give the province the same, for a reason."""
    reason = reason.strip()
    if not uncovering.is_reason(reason):
        return _shown(request, reader, look, student, full=False, said=uncovering.NO_REASON)
    return _copied(request, reader, look, student, reason)


def _copied(request: Request, reader: Reader, look: Looking, student: str, reason: str | None) -> Response:
    site: Site = request.app.state.site
    year = look.opened.year
    with site.database.read() as connection:
        city = _city(connection, reader, look, student)
        sheets = [sheet for _, sheet in _sheets(look, reader, _published(connection, look, city))]
        rows = _rows(connection, look, city, student, sheets)
        changes = _changes(connection, reader, year.year, student)
        consents = guardian_consents.consents(connection, year.year, number=student)
        errors = guardian_consents.voids(connection, year.year)
        papers = awards.register(connection, year.year, city)
    tables = copy_tables(
        HeldOfStudent(
            [persons.sheet_of_one(sheet, rows[sheet.key], known=(), full=True) for sheet in sheets],
            persons.changed(changes, full=True),
            [(one, reader.sees(one.city), errors.get(one.id)) for one in consents],
            [one for one in papers if one.student == student],
        )
    )
    what = COPIED.format(rows=sum(len(table.rows) for table in tables))
    with site.database.write() as connection:
        _on_record(connection, request, reader, look, what, city, student, reason)
    site.database.let_go()
    named = f"attachment; filename=\"copy.xlsx\"; filename*=UTF-8''{quote(f'学生信息副本{look.mark}-{student}.xlsx')}"
    return Response(as_xlsx(tables, "学生信息副本"), media_type=XLSX, headers={"content-disposition": named})


def _on_record(
    connection: Connection, request: Request, reader: Reader, look: Looking, what: str, city: str, student: str,
    reason: str | None,
) -> None:  # fmt: skip
    site: Site = request.app.state.site
    stamp, subject = site.stamp(reader, look.opened), f"{look.opened.year.year}/{student}"
    account, address = reader.account, peer(request)
    audit.record(connection, stamp, what, subject, account=account, city=city, reason=reason, address=address)


def _city(connection: Connection, reader: Reader, look: Looking, student: str) -> str:
    city = directory.whose_student(connection, look.opened.year.year, student)
    if city is None or not reader.sees(city):
        raise NotThere
    return city


def _changes(connection: Connection, reader: Reader, year: int, student: str) -> list[KeptChange]:
    """Give what was changed of him in whatever city he was then, each once; not why, and by whom, where he is no more.

    As consents do, what another city wrote stays with it.
    """
    found: dict[tuple[str, str, str, datetime], KeptChange] = {}
    for one in personal_changes.of_student(connection, year, student):
        known = (one.what, one.was, one.now, one.as_of)
        if reader.sees(one.city) or known not in found:
            found[known] = one if reader.sees(one.city) else replace(one, reason="", by="")
    return list(found.values())


def _published(connection: Connection, look: Looking, city: str) -> frozenset[str]:
    """Give the city's phases that have passed: what the province filled in for them is decided, and its city's too."""
    now = states_as_of.seen(connection, look.opened.year, city, look.as_of)
    return frozenset(slug for slug, one in now.items() if one.state is State.PASSED)


def _sheets(look: Looking, reader: Reader, published: frozenset[str]) -> list[tuple[Phase, AskedSheet]]:
    """Give the sheets that name students, in the order of the year, as far as they are the reader's business."""
    year, book = look.opened.year, look.opened.book
    return [
        (phase, sheet)
        for phase in year.phases
        for form in book.forms_of(phase)
        if reader.province or phase.slug in published or not book.provincial(form.slug)
        for sheet in form.asked(year).sheets
        if "number" in sheet.fields
    ]


def _is_anything_to_come(look: Looking, published: frozenset[str]) -> bool:
    """Tell whether the province fills something in that its city does not see yet."""
    book, phases = look.opened.book, look.opened.year.phases
    ahead = (phase for phase in phases if phase.slug not in published)
    return any(book.provincial(form.slug) for phase in ahead for form in book.forms_of(phase))


def _rows(
    connection: Connection, look: Looking, city: str, student: str, sheets: Sequence[AskedSheet]
) -> dict[str, list[dict[str, Any]]]:
    """Give his rows by the key of their sheet; of his application always."""
    year, of = look.opened.year.year, {"number": student}
    keys = {STUDENTS.key, *(sheet.key for sheet in sheets)}
    return {key: draft_rows.rows(connection, year, city, key, of=of) for key in keys}


def _shown(
    request: Request, reader: Reader, look: Looking, student: str, *, full: bool, said: str = ""
) -> HTMLResponse:
    site: Site = request.app.state.site
    year = look.opened.year
    wanted = letterbox.LetterQuery(year.year, look.as_of, reader=reader.city, names=student)
    with site.database.read() as connection:
        city = _city(connection, reader, look, student)
        published = _published(connection, look, city)
        sheets = _sheets(look, reader, published)
        rows = _rows(connection, look, city, student, [sheet for _, sheet in sheets])
        trained = student in in_training(Scope.undated(connection, year, [city]))[city]
        changes = _changes(connection, reader, year.year, student)
        letters = letterbox.letters(connection, wanted, limit=MOST_LETTERS)
    written = partial(persons.sheet_of_one, known=HEADING, full=full)
    applied = rows[STUDENTS.key][0]
    defined = [found for phase in year.phases if (found := look.opened.book.find(phase.slug))]
    case = Case(year.phase(APPLICATION.slug), [year.city(city)], student=student)
    facts: dict[str, Any] = {
        "number": student,
        "name": applied["name"] if full else masking.name(applied["name"]),
        "city": year.city(city),
        "applied": applied,
        "standing": persons.standing([one.lets_on for one in defined if one.lets_on], rows, trained=trained),
        "told": [(phase, written(sheet, rows[sheet.key])) for phase, sheet in sheets if rows[sheet.key]],
        "rows": persons.changed(changes, full=full),
        "unpublished": _is_anything_to_come(look, published),
        "letters": letters,
        "to": recipients(year, letters),
        "full": full,
        "said": said,
        "longest": uncovering.LONGEST_REASON,
        "notes": notes_of(request, reader, look, case),
        "consents": consents_of(request, reader, look, applied, full=full),
    }
    words: dict[str, Any] = {"shown_state": shown_state, "letter_kinds": KINDS, "heading": heading}
    answer = page(
        "students.html", request, status=UNPROCESSABLE if said else 200, look=look, year=year, **facts, **words
    )
    answer.headers["cache-control"] = "no-store"
    return answer
