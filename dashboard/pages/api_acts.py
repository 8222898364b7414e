"""The API for other programs, what it does: the acts of the province and the filing of a city, each once."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Depends, Header, Path, Request, Response
from fastapi.responses import JSONResponse

from acts.act import Bench
from acts.book import ACTS
from acts.doing import recorded
from dashboard.acts.idempotency import NoKey, once_for, said
from dashboard.serving.api_shapes import (
    PROBLEM,
    REFUSALS,
    ROOT,
    ActAnswer,
    ActBody,
    ExtendBody,
    Problem,
    Rejection,
    Rerun,
    Settlement,
    Waiver,
    WithReason,
)
from dashboard.serving.policy import ADMIN_ONLY, NotThere, Signed, allow
from dashboard.serving.row_ids import Id
from dashboard.signing_in.reader import Reader, Role
from models import letterbox
from models.database import Database
from season.outcome import Outcome

if TYPE_CHECKING:
    from pydantic import BaseModel

    from calendars.year import Year
    from dashboard.serving.site import Site
    from models.stamp import Stamp

CONFLICT: dict[int | str, dict[str, Any]] = {409: PROBLEM | {"description": "没有办成；answer 里是原因和报告单"}}
area = APIRouter(prefix=ROOT, responses=REFUSALS | CONFLICT)
PROVINCE_ACTS = [Depends(allow(ADMIN_ONLY))]
CITY_ACTS = [Depends(allow(frozenset({Role.CITY})))]
PLACE = "/years/{year}/phases/{phase}/cities/{city}"


Key = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        max_length=200,
        description="办理时必写（预览不用）：同一个键只办一次，重发得到同样的结果",
    ),
]


@dataclass(frozen=True)
class Acting:
    """Who asks what of which year, and how it is done once."""

    request: Request
    reader: Reader
    year: Year
    stamp: Stamp
    key: str | None

    @property
    def site(self) -> Site:
        """The site that is acted on."""
        site: Site = self.request.app.state.site
        return site

    def do(self, slug: str, asked: BaseModel, **named: object) -> Response:
        """Do an act of the book, once where it is no preview, and answer: 409 where not all that was asked happened.

        `named` is what the address names.
        """
        act, given = ACTS[slug], asked.model_dump()
        filled, preview = act.fill(self.year, given | named), given.get("dry_run", False)
        bench = Bench(self.site.database, self.year, self.stamp, self.reader.account, preview)
        if preview:
            return _answered(said(lambda: act.do(bench, filled), preview=True))
        if self.key is None:
            raise NoKey
        whole, year = f"{self.request.url.path} {asked.model_dump_json()}", self.year.year

        def do(database: Database) -> Outcome:
            return recorded(act, replace(bench, database=database), filled)

        return _answered(once_for(self.site, self.reader, self.key, whole, act.holds(year), do))


def _acting(request: Request, reader: Signed, year: Annotated[int, Path(ge=2000, le=2999)], key: Key = None) -> Acting:
    site: Site = request.app.state.site
    opened = site.year(year)
    return Acting(request, reader, opened.year, site.stamp(reader, opened), key)


Act = Annotated[Acting, Depends(_acting)]


def _answered(answer: dict[str, Any]) -> Response:
    if answer["outcome"] == "done":
        return JSONResponse(answer)
    problem = Problem(
        type="about:blank", title="Conflict", status=409, detail=answer["message"], answer=ActAnswer(**answer)
    )
    return JSONResponse(problem.model_dump(exclude_none=True), 409, media_type="application/problem+json")


@area.post(f"{PLACE}/submit", dependencies=CITY_ACTS, response_model=ActAnswer, summary="报送")
def file(act: Act, phase: str, city: str, asked: ActBody) -> Response:
    """File a city's phase; the gate judges at once."""
    return act.do("submit", asked, phase=phase, city=city)


@area.post(f"{PLACE}/approve", dependencies=PROVINCE_ACTS, response_model=ActAnswer, summary="审定、备案、公布结果")
def approval(act: Act, phase: str, city: str, asked: ActBody) -> Response:
    """Give the province's last word."""
    return act.do("approve", asked, phase=phase, city=city)


@area.post(f"{PLACE}/reject", dependencies=PROVINCE_ACTS, response_model=ActAnswer, summary="退回修改")
def rejection(act: Act, phase: str, city: str, asked: Rejection) -> Response:
    """Return a filing to its city."""
    return act.do("reject", asked, phase=phase, city=city)


@area.post(f"{PLACE}/rerun", dependencies=PROVINCE_ACTS, response_model=ActAnswer, summary="重启")
def start_again(act: Act, phase: str, city: str, asked: Rerun) -> Response:
    """Open a phase again for one city, and for no other."""
    return act.do("rerun", asked, phase=phase, city=city)


@area.post(f"{PLACE}/waive", dependencies=PROVINCE_ACTS, response_model=ActAnswer, summary="豁免")
def waiver(act: Act, phase: str, city: str, asked: Waiver) -> Response:
    """Set an in-principle rule aside for this attempt."""
    return act.do("waive", asked, phase=phase, city=city)


@area.post("/years/{year}/phases/{phase}/extend", dependencies=PROVINCE_ACTS, response_model=ActAnswer, summary="延期")
def extension(act: Act, phase: str, asked: ExtendBody) -> Response:
    """Give these cities, or all that still owe it, a later due day."""
    return act.do("extend", asked, phase=phase, city=asked.cities)


@area.post("/years/{year}/cities/{city}/withdraw", dependencies=PROVINCE_ACTS, response_model=ActAnswer, summary="退出")
def withdrawal(act: Act, city: str, asked: WithReason) -> Response:
    """Take a city out of the year."""
    return act.do("withdraw", asked, city=city)


@area.post(
    "/years/{year}/letters/{letter}/settle", dependencies=PROVINCE_ACTS, response_model=ActAnswer, summary="核实函件"
)
def settlement(act: Act, letter: Id, asked: Settlement) -> Response:
    """Say what became of a letter of unknown fate, send again one that was given up, or drop it."""
    with act.site.database.read() as connection:
        row = letterbox.letter_by_id(connection, letter)
    if row is None or row.year != act.year.year:
        raise NotThere
    return act.do("settle", asked, letter=letter)
