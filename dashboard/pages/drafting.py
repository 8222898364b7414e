"""A new year drafted on a page from another one: every field as words, checked as typed, kept as a draft."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Annotated

from fastapi import Depends, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from acts.draft_year import WHAT, drafted, keep_draft, origins
from calendars import files, typed_year
from calendars.deadlines import LAST_YEAR
from calendars.typed_year import DAYS, RUNGS
from dashboard.acts.once import form_token, once, refusal
from dashboard.serving.area import Area
from dashboard.serving.policy import ADMIN_ONLY, Signed, allow
from dashboard.serving.rendering import page
from models import calendar_drafts

if TYPE_CHECKING:
    from collections.abc import Mapping

    from calendars.typed_year import TypedYear, YearField
    from calendars.working_days import WorkingDays
    from calendars.year import Year
    from dashboard.serving.site import Site
    from models.calendar_drafts import KeptDraft
    from models.database import Database
    from season.outcome import Outcome

area = Area(prefix="/years/draft", dependencies=[Depends(allow(ADMIN_ONLY))], default_response_class=HTMLResponse)
UNPROCESSABLE, CONFLICT = 422, 409
REVISED = "您填写的时候，年度日历已被修订。下面还是您填的，请与现行的日历核对；再按一次“检查”，就以您填的为准。"
LONGEST = 300
"""Characters of a field that are looked at."""


@dataclass(frozen=True, slots=True)
class _Form:
    """What a form brought: the calendar whose cities and phases it has, what was typed, which draft was seen.

    `seen` is the version of it and `seen_of` its year: another year's draft was not seen. `revises` is the year under
    way whose calendar it is to be, 0 for none.
    """

    base: str
    typed: Mapping[str, str]
    seen: int = 0
    seen_of: int = 0
    once: str = ""
    revises: int = 0

    def seen_as(self, year: int) -> int:
        """Give the version of a year's draft that was seen; 0 for none."""
        return self.seen if self.seen_of == year else 0


async def _form(request: Request) -> _Form:
    form = await request.form()
    said = {name: str(value) for name, value in form.items() if isinstance(value, str)}
    await form.close()
    base, token = (said.pop(name, "") for name in ("base", "once"))
    seen, of, revises = (_number(said.pop(name, "")) for name in ("seen", "seen_of", "revises"))
    typed = {name: value.strip()[:LONGEST] for name, value in said.items()}
    return _Form(base.replace("\r\n", "\n"), typed, seen, of, token, revises)


def _number(said: str) -> int:
    return int(said) if said.isascii() and said.isdigit() and len(said) < len("100000") else 0


Given = Annotated[_Form, Depends(_form)]


@area.get("")
def begin(
    request: Request,
    origin: Annotated[int, Query(alias="from", ge=0, le=LAST_YEAR)] = 0,
    year: Annotated[int, Query(ge=0, le=LAST_YEAR)] = 0,
    revise: Annotated[int, Query(ge=0, le=LAST_YEAR)] = 0,
) -> Response:
    """Show a year's draft as it was saved, else what is carried over from another year to the next.

    A year that has a draft is not begun anew: that leads to it. Of a year under way, its calendar as it stands: what
    comes of it is previewed as any revision.
    """
    site: Site = request.app.state.site
    if revise:
        base = site.year(revise).year
        return _show(request, base, _Form(base.source_text, _values(request, base, revise), revises=revise))
    with site.database.read() as connection:
        kept = calendar_drafts.draft_of(connection, year)
        base = files.stored(kept.calendar, "") if kept else drafted(connection, origin or max(origins(connection)))
        if not kept and calendar_drafts.draft_of(connection, base.year):
            return RedirectResponse(f"/years/draft?year={base.year}", 303)
    form = _Form(base.source_text, _values(request, base))
    return _show(request, base, replace(form, seen=kept.version, seen_of=kept.year) if kept else form, kept=kept)


def _fields(request: Request, base: Year, revises: int) -> Mapping[str, YearField]:
    site: Site = request.app.state.site
    return typed_year.fields(base, site.database.book.terms, revising=bool(revises))


def _values(request: Request, base: Year, revises: int = 0) -> Mapping[str, str]:
    return typed_year.values(_fields(request, base, revises))


def _made(request: Request, base: Year, given: _Form) -> TypedYear:
    """Read what was typed, and check it."""
    site: Site = request.app.state.site
    return typed_year.read(base, given.typed, site.database.book.terms, revising=bool(given.revises))


def _show(
    request: Request, base: Year, given: _Form, said: str = "", status: int = 200, kept: KeptDraft | None = None
) -> HTMLResponse:
    """Show every field with what stands in it, what is said of it, and the weekday of each day."""
    known, made = _fields(request, base, given.revises), _made(request, base, given)
    days = made.year.working_days if made.year else base.working_days
    facts = {
        "base": base, "given": given, "kept": kept, "known": known, "made": made, "said": said, "token": form_token(),
        "days": DAYS, "rungs": RUNGS, "beside": {name: _beside(days, given.typed.get(name, "")) for name in known},
        "head": [one for one in known.values() if "." not in one.name],
        "contact": [one for one in known.values() if one.name.startswith("contact.")],
        "single": [one for one in known.values() if one.name.startswith("days.")],
        "same": bool(made.year and _values(request, made.year, given.revises) == typed_year.values(known)),
        "figures": [one for one in known.values() if one.name.startswith("figures.")],
    }  # fmt: skip
    return page("drafting.html", request, status=status, **facts)


def _beside(days: WorkingDays, typed: str) -> str:
    try:
        return typed_year.beside(days, date.fromisoformat(typed))
    except ValueError:
        return ""


@area.post("/check")
def check(request: Request, given: Given) -> HTMLResponse:
    """Check what was typed: each fault beside its field."""
    base = _base(request, given)
    if given.revises and given.base.strip() != base.source_text.strip():
        return _show(request, base, given, REVISED, CONFLICT)
    return _show(request, base, given, status=200 if _made(request, base, given).year else UNPROCESSABLE)


def _base(request: Request, given: _Form) -> Year:
    """Give the calendar whose cities and phases the form has; raise `CalendarFaults`, or `YearNotOpen`."""
    site: Site = request.app.state.site
    return site.year(given.revises).year if given.revises else files.parse(given.base, "", None)


@area.post("")
def save(request: Request, reader: Signed, given: Given) -> Response:
    """Keep it as the draft of its year, once; with faults, or where another was saved meanwhile, show it again."""
    site: Site = request.app.state.site
    base = _base(request, given)
    year = _made(request, base, given).year
    if year is None:
        return _show(request, base, given, "有错误，没有保存；您填的都在下面。", UNPROCESSABLE)
    stamp, form = site.sign(reader.shown), given.once or form_token()

    def do(database: Database) -> Outcome:
        return keep_draft(database, year, stamp, given.seen_as(year.year), account=reader.account)

    said = refusal(site, form, None, do)
    if said:
        with site.database.read() as connection:
            there = calendar_drafts.draft_of(connection, year.year)
        now = replace(given, seen=there.version if there else 0, seen_of=year.year)
        return _show(request, base, now, said, CONFLICT)
    return once(site, reader, form, WHAT, "/years", do)
