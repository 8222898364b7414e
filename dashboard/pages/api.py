"""The API for other programs, what it tells: years, status, report cards, the log, letters, the calendar."""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import Depends, Path, Query, Request

from acts.json_shapes import letter_entry, log_entry
from acts.why import report_card
from calendars.moments import moments
from dashboard.serving.api_shapes import (
    REFUSALS,
    ROOT,
    Calendar,
    Card,
    LetterEntry,
    LetterState,
    LogEntry,
    Me,
    Status,
    WholeLetter,
    YearEntry,
)
from dashboard.serving.area import Area
from dashboard.serving.instants import sensible
from dashboard.serving.look import Looking, looking
from dashboard.serving.policy import EVERYONE, NotThere, Signed, allow
from dashboard.serving.row_ids import Id
from dashboard.signing_in.reader import Reader, Role
from dashboard.views.history import as_read
from dashboard.views.letterbox import may_read
from dashboard.views.masking import for_reader
from letters.addressee import in_text
from models import histories, letterbox, reports
from models.open_years import all_years
from models.trained import with_trained
from phases.letter_kinds import Kind

if TYPE_CHECKING:
    from dashboard.serving.site import Site
    from models.alarms import Suppression

area = Area(prefix=ROOT, dependencies=[Depends(allow(EVERYONE))], responses=REFUSALS)


def _looked(
    request: Request,
    year: Annotated[int, Path(ge=2000, le=2999)],
    as_of: Annotated[datetime | None, Query(description="按过去哪一时刻；不写时为现在")] = None,
) -> Looking:
    site: Site = request.app.state.site
    return looking(request, year, None if as_of is None else sensible(as_of, site.wall()))


Look = Annotated[Looking, Depends(_looked)]
CityName = Annotated[str | None, Query(max_length=50, description="设区市：拼音、中文名或行政区划代码")]
PhaseName = Annotated[str | None, Query(max_length=50, description="阶段，如 shortlist")]


def place(look: Looking, reader: Reader, city: str | None) -> str | None:
    """Give the one city that is asked for and theirs to see, None for all of them; raise NotThere."""
    if city is None:
        return reader.city
    slug = look.opened.year.city(city).slug
    if not reader.sees(slug):
        raise NotThere
    return slug


@area.get("/me", response_model=Me, summary="当前账号")
def me(reader: Signed) -> dict[str, Any]:
    """Say who is signed in, with the token that requests which do something carry."""
    return {name: getattr(reader, name) for name in Me.model_fields}


@area.get("/years", response_model=list[YearEntry], summary="各年度")
def years(request: Request) -> list[dict[str, Any]]:
    """Give every year that was opened, oldest first."""
    site: Site = request.app.state.site
    with site.database.read() as connection:
        found = all_years(connection)
    return [
        {
            "year": opened.year.year,
            "rehearsal": opened.rehearsal,
            "trial": opened.trial is not None,
            "provisional": opened.year.provisional,
            "closed": opened.closed_as_of is not None,
            "now": site.now(opened),
            "revision": opened.revision,
        }
        for opened in found
    ]


@area.get("/years/{year}/status", response_model=Status, summary="进度总览")
def status(
    request: Request, reader: Signed, look: Look, city: CityName = None, phase: PhaseName = None
) -> dict[str, Any]:
    """Give the matrix, now or at any past instant."""
    site: Site = request.app.state.site
    wanted, slug = place(look, reader, city), look.opened.year.phase(phase).slug if phase else None
    with site.database.read() as connection:
        found = with_trained(connection, reports.matrix(connection, look.opened.year.year, look.as_of))
    cities = {
        key: tuple(each for each in phases if slug in {None, each.phase})
        for key, phases in found.cities.items()
        if wanted in {None, key}
    }
    alarms = replace(found.alarms, suppressed=tuple(_covered(one, reader) for one in found.alarms.suppressed))
    told = replace(found, cities=cities, alarms=alarms).as_json()
    return told if reader.province else told | {"totals": None, "in_training": None, "alarms": None}


def _covered(one: Suppression, reader: Reader) -> Suppression:
    return replace(one, address=for_reader(one.address, reader), why=for_reader(one.why, reader))


@area.get("/years/{year}/phases/{phase}/cities/{city}/why", response_model=Card, summary="核验结果")
def why(
    request: Request,
    reader: Signed,
    look: Look,
    phase: str,
    city: str,
    trial: Annotated[bool, Query(description="自查：按现在导入的内容核验")] = False,
) -> dict[str, Any]:
    """Give the newest report card of a city phase, or of its draft where nothing was filed."""
    site: Site = request.app.state.site
    year = look.opened.year
    stamp = replace(site.stamp(reader, look.opened), as_of=look.as_of)
    slug, wanted = year.phase(phase).slug, year.city(city).slug
    return report_card(site.database, year.year, slug, wanted, stamp, trial=trial).as_json()


@area.get("/years/{year}/log", response_model=list[LogEntry], summary="流转记录")
def log(
    request: Request, reader: Signed, look: Look, city: CityName = None, phase: PhaseName = None
) -> list[dict[str, Any]]:
    """Give the transitions: who, when, why; oldest first."""
    site: Site = request.app.state.site
    wanted, slug = place(look, reader, city), look.opened.year.phase(phase).slug if phase else None
    with site.database.read() as connection:
        rows = histories.as_written(connection, histories.Span(look.opened.year.year, look.as_of, slug, wanted))
    return [log_entry(as_read(row, full=reader.role is not Role.VIEWER)) for row in rows]


@area.get("/years/{year}/letters", response_model=list[LetterEntry], summary="函件清单")
def letters(
    request: Request,
    reader: Signed,
    look: Look,
    state: LetterState | None = None,
    city: CityName = None,
    kind: Kind | None = None,
) -> list[dict[str, Any]]:
    """Give the letters, oldest first, without their words."""
    site: Site = request.app.state.site
    wanted = {"state": state, "concerns": place(look, reader, city), "kind": kind}
    with site.database.read() as connection:
        rows = letterbox.listed(connection, look.opened.year.year, wanted, look.as_of)
    return [letter_entry(row) for row in rows if may_read(reader, row.recipient, row.state, row.writer)]


@area.get("/years/{year}/letters/{letter}", response_model=WholeLetter, summary="一封函件")
def letter(request: Request, reader: Signed, look: Look, letter: Id) -> dict[str, Any]:
    """Give one letter with its words."""
    site: Site = request.app.state.site
    with site.database.read() as connection:
        row = letterbox.letter_by_id(connection, letter)
    shown = row is not None and row.year == look.opened.year.year and row.queued_as_of <= look.as_of
    if row is None or not shown or not may_read(reader, row.recipient, row.state, row.writer):
        raise NotThere
    return letter_entry(row) | {"text": in_text(row.text, row.addressee)}


@area.get("/years/{year}/calendar", response_model=Calendar, summary="年度日程")
def calendar(look: Look) -> dict[str, Any]:
    """Give the moments of the year."""
    year = look.opened.year
    found = [asdict(moment) for moment in moments(year)]
    return {"year": year.year, "provisional": year.provisional, "moments": found}
