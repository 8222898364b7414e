"""报送内容: the rows that a city filed, for who decides about them; who somebody is, covered until it is said why."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from fastapi import Depends, Form, Query, Request
from fastapi.responses import HTMLResponse, Response

from acts.read_back import values, written
from dashboard.acts import uncovering
from dashboard.acts.filing_state import Here
from dashboard.serving.area import Area
from dashboard.serving.look import Look
from dashboard.serving.policy import ADMIN_ONLY, EVERYONE, NotThere, Signed, allow
from dashboard.serving.rendering import page
from dashboard.serving.row_ids import NUMBER
from dashboard.signing_in.rate_limit import peer
from dashboard.views import masking
from dashboard.views.paging import SIZE, page_of
from models import audit, draft_rows, filed_rows, reports

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Connection

    from dashboard.acts.filing_state import PhaseForm
    from dashboard.serving.look import Looking
    from dashboard.serving.site import Site
    from dashboard.signing_in.reader import Reader
    from dashboard.views.paging import ListPage
    from forms.definitions import AskedSheet
    from models.draft_rows import KeptFiling
    from models.histories import Load

area = Area(prefix="/{year:int}/{phase}/{city}", default_response_class=HTMLResponse)

UNPROCESSABLE = 422


@dataclass(frozen=True, slots=True)
class FiledSheet:
    """What the address names: a sheet of a city's form, and which page of its rows."""

    here: PhaseForm
    sheet: AskedSheet
    number: int


def _wanted(here: Here, sheet: Annotated[str, Query()] = "", number: Annotated[int, NUMBER] = 1) -> FiledSheet:
    found = next((one for one in here.form.sheets if sheet in {one.key, ""}), None)
    if found is None:
        raise NotThere
    return FiledSheet(here, found, number)


What = Annotated[FiledSheet, Depends(_wanted)]


@dataclass(frozen=True, slots=True)
class FiledRows:
    """The rows of a page as they are written, by line; the load they came by, and the city's newest filing."""

    counts: Mapping[str, int]
    pages: ListPage
    rows: Mapping[int, Mapping[str, str]]
    load: Load | None
    filing: KeptFiling | None
    on_paper: bool  # whether that filing is what was filled in of a phase done on paper
    since: tuple[str, ...]  # the columns of which a row says otherwise than it was filed

    @property
    def filed(self) -> bool:
        """Whether these are the rows that were filed: nothing was loaded since."""
        if self.load is None or self.filing is None:
            return False
        return bool((self.load.as_of, self.load.at) <= (self.filing.as_of, self.filing.at))


@area.get("/filed", dependencies=[Depends(allow(EVERYONE))])
def filed(request: Request, reader: Signed, look: Look, wanted: What) -> Response:
    """Show the rows; to the city its own as they are."""
    site: Site = request.app.state.site
    with site.database.read() as connection:
        found = _found(connection, wanted)
    return _shown(request, reader, look, wanted, found, full=not reader.province)


@area.post("/filed", dependencies=[Depends(allow(ADMIN_ONLY))])
def uncovered(
    request: Request, reader: Signed, look: Look, wanted: What, reason: Annotated[str, Form()] = ""
) -> Response:
    """Show one page of rows with nothing covered, for a reason that is put on record first."""
    site: Site = request.app.state.site
    reason = reason.strip()
    good = uncovering.is_reason(reason)
    with site.database.write() as connection:
        found = _found(connection, wanted)
        if good and found.rows and found.load:
            here, lines = wanted.here, (min(found.rows), max(found.rows))
            subject = f"{here.address[1:]}/load:{found.load.id}/{wanted.sheet.key}:{lines[0]}-{lines[1]}"
            what = f"查看完整的{here.form.title}“{wanted.sheet.name}”"
            stamp, account = site.stamp(reader, look.opened), reader.account
            city, address = here.city.slug, peer(request)
            audit.record(connection, stamp, what, subject, account=account, city=city, reason=reason, address=address)
    return _shown(request, reader, look, wanted, found, full=good, said="" if good else uncovering.NO_REASON)


def _found(connection: Connection, wanted: FiledSheet) -> FiledRows:
    here, sheet = wanted.here, wanted.sheet
    year, city = here.opened.year.year, here.city.slug
    counts = draft_rows.counts(connection, year, city, [one.key for one in here.form.sheets])
    pages = page_of(f"{here.address}/filed", {"sheet": sheet.key}, wanted.number, counts[sheet.key])
    rows = values(connection, year, city, sheet, start=pages.offset, limit=SIZE)
    load = draft_rows.newest(connection, year, here.form.slug, city)
    filing = draft_rows.newest_filing(connection, year, here.phase.slug, city)
    papers = reports.on_paper(connection, year, here.phase.slug, city)
    shown = written(sheet, rows)
    since = _since(connection, here, filing, sheet, shown) if filing else ()
    on_paper = filing is not None and filing.attempt in papers
    return FiledRows(counts, pages, shown, load, filing, on_paper, since)


def _since(
    connection: Connection, here: PhaseForm, filing: KeptFiling, sheet: AskedSheet, rows: Mapping[int, dict[str, str]]
) -> tuple[str, ...]:
    """Give the columns of which one of these rows was changed since it was filed, as far as that is kept."""
    whose = (here.opened.year.year, here.phase.slug, here.city.slug, filing.number)
    kept = filed_rows.rows(connection, *whose, here.opened.book.sheets[sheet.key])
    was = written(sheet, {line: row for line, row in kept.items() if line in rows})
    other = {field for line, row in was.items() for field, text in row.items() if text != rows[line][field]}
    return tuple(one.label for one in sheet.columns if one.field in other and one.field in next(iter(kept.values())))


def _shown(
    request: Request, reader: Reader, look: Looking, wanted: FiledSheet, found: FiledRows, *, full: bool, said: str = ""
) -> HTMLResponse:
    here, sheet = wanted.here, wanted.sheet
    masks = {} if full else {one.field: mask for one in sheet.columns if (mask := masking.mask(one))}
    rows = {
        line: [masks[field](text) if field in masks else text for field, text in row.items()]
        for line, row in found.rows.items()
    }
    forms = here.opened.book.forms_of(here.phase)
    other = next((form.slug for form in forms if form.slug != here.form.slug), None) if reader.province else None
    answer = page(
        "filed.html", request, status=UNPROCESSABLE if said else 200, look=look, year=here.opened.year,
        here=here, sheet=sheet, found=found, rows=rows, pages=found.pages, full=full, said=said, other=other,
        covered=bool(masks), evaluation=here.provincial, longest=uncovering.LONGEST_REASON,
    )  # fmt: skip
    answer.headers["cache-control"] = "no-store"
    return answer
