"""年度评价: every student in training of all cities by subject, with what the evaluation rests on, ranked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal
from urllib.parse import quote

from fastapi import Depends, Query, Request
from fastapi.responses import HTMLResponse, Response

from calendars.deadlines import day_of
from dashboard.exports.spreadsheets import Table, as_xlsx
from dashboard.serving.area import Area
from dashboard.serving.look import Present
from dashboard.serving.policy import PROVINCE, Signed, allow
from dashboard.serving.rendering import page
from dashboard.views import masking
from dashboard.views.scoring import MATERIALS, board, of_cities
from gates.states import State
from models import evaluations
from models.reports import matrix
from phases.scores import columns as score_columns
from phases.scores import cut
from phases.year_end import PHASE as YEAR_END

if TYPE_CHECKING:
    from calendars.year import Year
    from dashboard.exports.spreadsheets import Cell
    from dashboard.serving.look import Looking
    from dashboard.serving.site import Site
    from dashboard.views.scoring import Scored, SubjectBoard

area = Area(default_response_class=HTMLResponse, dependencies=[Depends(allow(PROVINCE))])
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
HEADER = (
    "名次", "报名号", "姓名", "城市", "材料", "到校", "成长日志", "面谈记录", "中期评价",
)  # fmt: skip
AFTER = ("总分", "等级", "缺项", "存疑")
MIDTERM = {True: "合格", False: "不合格", None: ""}


def _boards(request: Request, look: Looking, city: str = "") -> tuple[SubjectBoard, ...]:
    site: Site = request.app.state.site
    year = look.opened.year
    cities = [one.slug for one in year.cities]
    with site.database.read() as connection:
        found = evaluations.everybody(connection, year, cities, day_of(look.as_of))
    return of_cities(board(found, year.subjects, year.figures), [city] if city else cities)


@area.get("/{year:int}/evaluation")
def shown(
    request: Request,
    reader: Signed,
    look: Present,
    subject: Annotated[str, Query(max_length=20)] = "",
    city: Annotated[str, Query(max_length=40)] = "",
    only: Literal["noted", ""] = "",
) -> HTMLResponse:
    """Show the board, of a subject or a city alone, or of what wants a look alone."""
    site: Site = request.app.state.site
    year = look.opened.year
    boards = _boards(request, look, city)
    with site.database.read() as connection:
        table = matrix(connection, year.year, look.as_of)
    filed = [
        one
        for one in year.cities
        for at in table.cities.get(one.slug, ())
        if at.phase == YEAR_END.slug and at.state is State.SUBMITTED
    ]
    facts: dict[str, Any] = {
        "boards": [one for one in boards if subject in {"", one.subject}],
        "subjects": [one.subject for one in boards],
        "filters": {"subject": subject, "city": city, "only": only},
        "filed": filed if reader.admin and not look.opened.closed_as_of else [],
        "covered": masking.name,
        "materials": MATERIALS,
        "midterm": MIDTERM,
        "city_names": {one.slug: one.name for one in year.cities},
    }
    return page("evaluation.html", request, look=look, year=year, **facts)


@area.get("/{year:int}/evaluation.xlsx", dependencies=[Depends(allow(PROVINCE, dear=True))])
def workbook(request: Request, look: Present) -> Response:
    """Give the whole board as a workbook, a sheet for each subject; names are covered."""
    year = look.opened.year
    each = score_columns(year) if year.figures.panel > 1 else ()
    columns = (*HEADER, *year.figures.dimensions, *AFTER, *each)
    tables = [Table(one.subject, columns, [_cells(year, row) for row in one.rows]) for one in _boards(request, look)]
    title = f"{year.year} 年度{look.mark}评价一览"
    named = f"attachment; filename*=UTF-8''{quote(title)}.xlsx"
    return Response(as_xlsx(tables, title), media_type=XLSX, headers={"content-disposition": named})


def _cells(year: Year, row: Scored) -> tuple[Cell, ...]:
    one = row.student
    who = (row.rank, one.number, masking.name(one.name), year.city(one.city).name)
    rests_on = (one.materials, one.visits, one.logs, one.talks, MIDTERM[one.qualified])
    scores = (*map(cut, row.averages), *(None for _ in year.figures.dimensions[len(row.averages) :]))
    total = None if row.total is None else cut(row.total)
    each = one.scores if year.figures.panel > 1 else ()
    return (*who, *rests_on, *scores, total, one.grade, "、".join(row.gaps), "、".join(row.doubts), *each)
