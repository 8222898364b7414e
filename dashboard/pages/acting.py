"""The acts of the province: a form, a preview that does it and takes it back, and the confirmation."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import Depends, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from starlette.datastructures import UploadFile

from acts.act import Act, Bench
from acts.book import ACTS
from acts.countersigning import needs_second_hand
from acts.doing import about, record_overtaken
from acts.undo import CLOSED
from calendars.drafts import diff
from calendars.errors import TalentError
from calendars.findings import check
from calendars.typed_year import sentences
from dashboard.acts import preview_words
from dashboard.acts.came_from import came_from
from dashboard.acts.choices import asked
from dashboard.acts.just_done import done_act
from dashboard.acts.once import form_token, once
from dashboard.acts.results_shown import results
from dashboard.acts.second_hand import prepare, prepared_for, signed
from dashboard.acts.single_students import on_record
from dashboard.acts.trial import Changed, done, tried
from dashboard.acts.typed_fields import Typed, carried, read
from dashboard.serving.area import Area
from dashboard.serving.look import Look, Looking, NotNow
from dashboard.serving.policy import ADMIN_ONLY, NotThere, Signed, allow
from dashboard.serving.rendering import page
from dashboard.signing_in.reader import Reader
from dashboard.views import masking
from dashboard.views.like_cases import like_cases
from models import deeds
from models.database import Busy
from models.earlier_cases import earlier_cases
from season.outcome import Outcome

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Connection

    from acts.act import Filled
    from calendars.year import Phase
    from dashboard.acts.trial import Tried
    from dashboard.acts.typed_fields import TypedFields
    from dashboard.serving.site import Site
    from dashboard.views.like_cases import LikeCase
    from models.database import Database
    from models.deeds import DoneAct
    from models.prepared_acts import KeptAct

area = Area(dependencies=[Depends(allow(ADMIN_ONLY))], default_response_class=HTMLResponse)

CHANGED = "预览之后情况有了变化，没有办理。"
MEANWHILE = "确认的同时情况又变了，没有办理；请回到前一页重新预览。"
UNPROCESSABLE = 422
MOST_CASES = 8
"""How many earlier cases are shown: the newest."""


async def _typed(request: Request) -> Typed:
    if request.method == "GET":
        return Typed({name: request.query_params.getlist(name) for name in request.query_params})
    form = await request.form()
    upload = form.get("file")
    values = {name: [str(one) for one in form.getlist(name) if isinstance(one, str)] for name in form}
    brought = await upload.read() if isinstance(upload, UploadFile) else b""
    await form.close()
    return Typed(values, brought)


def _act(act: str) -> Act:
    found = ACTS.get(act)
    if found is None or found.by != "province":
        raise NotThere
    return found


Which = Annotated[Act, Depends(_act)]
Given = Annotated[Typed, Depends(_typed)]


@area.get("/{year:int}/acts/{act}")
def form(request: Request, look: Look, act: Which, typed: Given) -> HTMLResponse:
    """Ask what the act needs, with what is known already filled in."""
    return _form(request, look, act, typed, {})


def _form(
    request: Request,
    look: Looking,
    act: Act,
    typed: Typed,
    faults: Mapping[str, str],
    errors: Outcome | None = None,
    filled: Filled | None = None,
    kept: KeptAct | None = None,
) -> HTMLResponse:
    if look.past:
        raise NotNow
    site: Site = request.app.state.site
    with site.database.read() as connection:
        facts = asked(connection, look, act, typed)
        cases = _cases(
            connection, look, act, facts.request.phase if facts.request else _slug(facts.phase), typed.one("rule")
        )
    status = UNPROCESSABLE if faults or errors else 200
    return page(
        "acting/form.html", request, status=status, look=look, year=look.opened.year, act=act, typed=typed,
        faults=faults, errors=errors, facts=facts, kept=kept, cases=cases, most=MOST_CASES,
        wrong=preview_words.wrong(errors, filled) if errors and filled else (),
        came=came_from(request, look.opened.year.year, typed),
    )  # fmt: skip


def _slug(phase: Phase | None) -> str | None:
    return phase.slug if phase else None


def _cases(connection: Connection, look: Looking, act: Act, phase: str | None, rule: str = "") -> tuple[LikeCase, ...]:
    found = earlier_cases(connection, act.slug, phase, look.as_of, rule=rule, limit=MOST_CASES) if phase else ()
    return like_cases(found, look.opened.year, look.opened.book)


def _read(request: Request, look: Looking, act: Act, typed: Typed) -> TypedFields:
    site: Site = request.app.state.site
    reading = read(act, look.opened, typed)
    with site.database.read() as connection:
        return replace(reading, filled=about(connection, look.opened.year, act, reading.filled))


@area.post("/{year:int}/acts/{act}/preview")
def preview(request: Request, reader: Signed, look: Look, act: Which, typed: Given) -> HTMLResponse:
    """Show exactly what would happen: it is done, looked at and taken back."""
    typed, kept = prepared_for(request.app.state.site, look.opened.year.year, act, typed)
    reading = _read(request, look, act, typed)
    if typed.one("edit") or reading.faults:
        return _form(request, look, act, typed, {} if typed.one("edit") else reading.faults, kept=kept)
    return _preview(request, reader, look, act, typed, reading, kept)


def _preview(
    request: Request,
    reader: Reader,
    look: Looking,
    act: Act,
    typed: Typed,
    reading: TypedFields,
    kept: KeptAct | None,
    said: str = "",
) -> HTMLResponse:
    try:
        found = _tried(request, reader, look, act, reading.filled)
    except TalentError as error:
        return _form(request, look, act, typed, {"": f"{said}\n{error}".strip()}, kept=kept)
    if found.refused(act.event):
        refused = replace(found.outcome, message=f"{said}\n{found.outcome.message}".strip())
        return _form(request, look, act, typed, {}, refused, reading.filled, kept)
    site: Site = request.app.state.site
    with site.database.read() as connection:
        stands = on_record(connection, look.opened.year.year, act, reading.filled)
        cases = _cases(connection, look, act, _slug(reading.filled.phase), reading.filled.words.get("rule", ""))
        shown = results(connection, look, act, reading.filled)
    return page(
        "acting/preview.html", request, status=409 if said else 200, look=look, year=look.opened.year, act=act,
        said=said, closed=CLOSED, token=form_token(), carried=carried(act, typed, reading.filled), on_record=stands,
        results=shown, covered=masking.name, kept=kept,
        cases=cases, most=MOST_CASES, came=came_from(request, look.opened.year.year, typed),
        two_hands=needs_second_hand(act, reading.filled, site.settings.two_hands),
        **_shown(look, act, reading.filled, found),
    )  # fmt: skip


def _shown(look: Looking, act: Act, filled: Filled, found: Tried) -> dict[str, Any]:
    year, calendar = look.opened.year, filled.calendar
    return {
        "found": found,
        "filled": filled,
        "says": act.says(look.opened.book, year, filled),
        "cities": preview_words.cities(year, found),
        "letters": preview_words.letters(year, found),
        "totals": preview_words.totals(found),
        "untouched": preview_words.untouched(year, found),
        "differences": preview_words.differences(diff(year, calendar)) if calendar else None,
        "changed": preview_words.changed_fields(year, calendar, look.opened.book.terms) if calendar else (),
        "warnings": sentences(calendar, look.opened.book.terms, check(calendar)) if calendar else (),
    }


def _tried(request: Request, reader: Reader, look: Looking, act: Act, filled: Filled) -> Tried:
    if look.past:
        raise NotNow
    site: Site = request.app.state.site
    return tried(site.database, look.opened.year, act, filled, site.stamp(reader, look.opened))


@area.post("/{year:int}/acts/{act}")
def confirm(request: Request, reader: Signed, look: Look, act: Which, typed: Given) -> Response:
    """Do what was previewed, once; where something else would happen by now, preview that.

    What is refused by now is answered as that, and goes on record: somebody else was first.
    """
    site: Site = request.app.state.site
    token = typed.one("once")
    if _taken(request, token):
        return RedirectResponse(f"/deeds/{token}", 303)
    typed, kept = prepared_for(site, look.opened.year.year, act, typed)
    reading = _read(request, look, act, typed)
    if reading.faults:
        return _form(request, look, act, typed, reading.faults, kept=kept)
    if not token or not _may_go_on(request, reader, look, act, typed, reading):
        if _taken(request, token):
            return RedirectResponse(f"/deeds/{token}", 303)
        tried_it = bool(token) and not look.past
        said = _overtaken(site.database, site, reader, look, act, reading.filled, CHANGED) if tried_it else CHANGED
        return _preview(request, reader, look, act, typed, reading, kept, said)
    return _once(request, reader, look, act, typed, reading.filled, kept)


def _may_go_on(request: Request, reader: Reader, look: Looking, act: Act, typed: Typed, reading: TypedFields) -> bool:
    """Tell whether it comes to what was shown, or to a refusal of what was shown."""
    try:
        found = _tried(request, reader, look, act, reading.filled)
    except Busy:
        raise
    except TalentError:
        return False
    return found.digest == typed.one("digest") or found.refused(act.event)


def _overtaken(
    database: Database, site: Site, reader: Reader, look: Looking, act: Act, filled: Filled, said: str
) -> str:
    """Put on record that it came to something else, and say what was done meanwhile."""
    bench = Bench(database, look.opened.year, site.stamp(reader, look.opened), reader.account)
    with database.write() as connection:
        return record_overtaken(connection, act, bench, filled, said)


def _taken(request: Request, token: str) -> bool:
    site: Site = request.app.state.site
    with site.database.read() as connection:
        return bool(token) and deeds.find(connection, token) is not None


def _once(
    request: Request, reader: Reader, look: Looking, act: Act, typed: Typed, filled: Filled, kept: KeptAct | None
) -> RedirectResponse:
    site: Site = request.app.state.site
    year, digest, token = look.opened.year, typed.one("digest"), typed.one("once")
    says = act.says(look.opened.book, year, filled)

    def do(database: Database) -> Outcome:
        stamp = site.stamp(reader, look.opened)
        try:
            found = done(database, year, act, filled, stamp, expected=digest, account=reader.account)
        except Changed:
            return Outcome("refused", _overtaken(database, site, reader, look, act, filled, MEANWHILE))
        return found.outcome

    def with_two_hands(database: Database) -> Outcome:
        bench = Bench(database, year, site.stamp(reader, look.opened), reader.account)
        if kept is None:
            return prepare(database, year.year, act, carried(act, typed, filled), says, filled, bench)
        return signed(kept, act, filled, bench, do)

    back = f"/{year.year}/tasks"
    if filled.phase and len(filled.cities) == 1:
        back = f"/{year.year}/{filled.slug}/{filled.cities[0]}"
    back = came_from(request, year.year, typed) or back
    two_hands = kept is not None or needs_second_hand(act, filled, site.settings.two_hands)
    doing = with_two_hands if two_hands else do

    def did(database: Database, outcome: Outcome) -> DoneAct | None:
        return done_act(act, Bench(database, year, site.stamp(reader, look.opened), reader.account), filled, outcome)

    return once(site, reader, token, says, back, doing, year=act.holds(year.year), did=did)
