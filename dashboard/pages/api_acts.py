"""The API for other programs, what it does: the acts of the province and the filing of a city, each once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Depends, Header, Path, Request, Response
from fastapi.responses import JSONResponse

from acts import approve, extend, rerun, settle_letter, submit, waive, withdraw
from dashboard.acting.act import Filled
from dashboard.acting.table import ACTS
from dashboard.acting.trying import record
from dashboard.api_shapes import Answer, Asked, Extension, Problem, Rejection, Rerun, Settlement, Waiver, WithReason
from dashboard.idempotent import NoKey, once_for, said
from dashboard.ids import Id
from dashboard.nudge import owed
from dashboard.pages.api import PROBLEM, REFUSALS, ROOT
from dashboard.policy import ADMIN_ONLY, NotThere, Signed, allow
from dashboard.reader import Reader, Role
from models import letterbox
from models.database import Database, Within
from season.outcome import Outcome

if TYPE_CHECKING:
    from pydantic import BaseModel

    from calendars.year import Year
    from dashboard.site import Site
    from models.stamp import Stamp

CONFLICT: dict[int | str, dict[str, Any]] = {409: PROBLEM | {"description": "没有办成；answer 里是原因和报告单"}}
area = APIRouter(prefix=ROOT, responses=REFUSALS | CONFLICT)
PROVINCE_ACTS = [Depends(allow(ADMIN_ONLY))]
CITY_ACTS = [Depends(allow(frozenset({Role.CITY})))]
PLACE = "/years/{year}/phases/{phase}/cities/{city}"


Do = Callable[[Database], Outcome]
Entry = tuple[str, Filled]
"""What an act's entry in the audit says: the act of the pages that it is, and what it was given."""

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

    def slugs(self, phase: str, city: str) -> tuple[str, str]:
        """Give the slugs of what was named; raise UnknownPhase, UnknownCity."""
        return self.year.phase(phase).slug, self.year.city(city).slug

    def filled(self, phase: str | None, cities: Sequence[str] | None, reason: str = "") -> Filled:
        """Say what an act was given, as its form does: the phase, the cities (None: all of them), the reason."""
        named = tuple(city.slug for city in self.year.cities) if cities is None else tuple(cities)
        return Filled(phase=self.year.phase(phase) if phase else None, cities=named, reason=reason)

    def do(self, asked: BaseModel, act: Do, entry: Entry | None = None, *, preview: bool = False) -> Response:
        """Do it, once where it is no preview, and answer: 409 where not all that was asked happened.

        `entry` is what goes on record with it; None where the season's own log says all there is.
        """
        if preview:
            return _answered(said(lambda: act(self.site.database), preview=True))
        if self.key is None:
            raise NoKey
        whole = f"{self.request.url.path} {asked.model_dump_json()}"
        return _answered(once_for(self.site, self.reader, self.key, whole, lambda: self._done(act, entry)))

    def _done(self, act: Do, entry: Entry | None) -> Outcome:
        """Do it with its entry in the audit, in one transaction, and ask for what follows from it."""
        database = self.site.database
        if entry is None:
            outcome = act(database)
        else:
            of_page, filled = ACTS[entry[0]], entry[1]
            with database.write(self.year.year) as connection:
                outcome = act(Within(database, connection, self.year.year))
                record(connection, self.year, of_page, filled, self.stamp, self.reader.account, outcome)
        owed(self.site.nudge)
        return outcome


def _acting(request: Request, reader: Signed, year: Annotated[int, Path(ge=2000, le=2999)], key: Key = None) -> Acting:
    site: Site = request.app.state.site
    opened = site.year(year)
    return Acting(request, reader, opened.year, site.stamp(reader, opened), key)


Act = Annotated[Acting, Depends(_acting)]


def _answered(answer: dict[str, Any]) -> Response:
    if answer["outcome"] == "done":
        return JSONResponse(answer)
    problem = Problem(
        type="about:blank", title="Conflict", status=409, detail=answer["message"], answer=Answer(**answer)
    )
    return JSONResponse(problem.model_dump(exclude_none=True), 409, media_type="application/problem+json")


@area.post(f"{PLACE}/submit", dependencies=CITY_ACTS, response_model=Answer, summary="报送")
def file(act: Act, phase: str, city: str, asked: Asked) -> Response:
    """File a city's phase; the gate judges at once."""
    slug, place, dry = *act.slugs(phase, city), asked.dry_run
    return act.do(
        asked,
        lambda database: submit.submit(database, act.year.year, slug, place, act.stamp, dry_run=dry),
        preview=dry,
    )


@area.post(f"{PLACE}/approve", dependencies=PROVINCE_ACTS, response_model=Answer, summary="审定、备案、公布结果")
def approval(act: Act, phase: str, city: str, asked: Asked) -> Response:
    """Give the province's last word."""
    slug, place, dry = *act.slugs(phase, city), asked.dry_run
    return act.do(
        asked,
        lambda database: approve.approve(database, act.year.year, slug, place, act.stamp, dry_run=dry),
        ("approve", act.filled(phase, [place])),
        preview=dry,
    )


@area.post(f"{PLACE}/reject", dependencies=PROVINCE_ACTS, response_model=Answer, summary="退回修改")
def rejection(act: Act, phase: str, city: str, asked: Rejection) -> Response:
    """Return a filing to its city."""
    slug, place = act.slugs(phase, city)
    return act.do(
        asked,
        lambda database: approve.reject(
            database, act.year.year, slug, place, act.stamp,
            reason=asked.reason, until=asked.until, dry_run=asked.dry_run,
        ),
        ("reject", act.filled(phase, [place], asked.reason)),
        preview=asked.dry_run,
    )  # fmt: skip


@area.post(f"{PLACE}/rerun", dependencies=PROVINCE_ACTS, response_model=Answer, summary="重启")
def start_again(act: Act, phase: str, city: str, asked: Rerun) -> Response:
    """Open a phase again for one city, and for no other."""
    slug, place = act.slugs(phase, city)
    return act.do(
        asked,
        lambda database: rerun.rerun(
            database, act.year.year, slug, place, act.stamp,
            until=asked.until, reason=asked.reason, dry_run=asked.dry_run,
        ),
        ("rerun", act.filled(phase, [place], asked.reason)),
        preview=asked.dry_run,
    )  # fmt: skip


@area.post(f"{PLACE}/waive", dependencies=PROVINCE_ACTS, response_model=Answer, summary="豁免")
def waiver(act: Act, phase: str, city: str, asked: Waiver) -> Response:
    """Set an in-principle rule aside for this attempt."""
    slug, place = act.slugs(phase, city)
    return act.do(
        asked,
        lambda database: waive.waive(
            database, act.year.year, asked.rule, slug, place, act.stamp,
            reason=asked.reason, dry_run=asked.dry_run,
        ),
        ("waive", act.filled(phase, [place], asked.reason)),
        preview=asked.dry_run,
    )  # fmt: skip


@area.post("/years/{year}/phases/{phase}/extend", dependencies=PROVINCE_ACTS, response_model=Answer, summary="延期")
def extension(act: Act, phase: str, asked: Extension) -> Response:
    """Give these cities, or all that still owe it, a later due day."""
    slug = act.year.phase(phase).slug
    places = None if asked.cities is None else list(dict.fromkeys(act.year.city(one).slug for one in asked.cities))
    return act.do(
        asked,
        lambda database: extend.extend(
            database, act.year.year, slug, places, act.stamp,
            until=asked.until, reason=asked.reason, dry_run=asked.dry_run,
        ),
        ("extend", act.filled(phase, places, asked.reason)),
        preview=asked.dry_run,
    )  # fmt: skip


@area.post("/years/{year}/cities/{city}/withdraw", dependencies=PROVINCE_ACTS, response_model=Answer, summary="退出")
def withdrawal(act: Act, city: str, asked: WithReason) -> Response:
    """Take a city out of the year."""
    place = act.year.city(city).slug
    return act.do(
        asked,
        lambda database: withdraw.withdraw(
            database, act.year.year, place, act.stamp, reason=asked.reason, dry_run=asked.dry_run
        ),
        ("withdraw", act.filled(None, [place], asked.reason)),
        preview=asked.dry_run,
    )


@area.post(
    "/years/{year}/letters/{letter}/settle", dependencies=PROVINCE_ACTS, response_model=Answer, summary="核实函件"
)
def settlement(act: Act, letter: Id, asked: Settlement) -> Response:
    """Say what became of a letter of unknown fate, send again one that was given up, or drop it."""
    with act.site.database.read() as connection:
        row = letterbox.letter_by_id(connection, letter)
    if row is None or row.year != act.year.year:
        raise NotThere
    return act.do(
        asked,
        lambda database: settle_letter.settle(database, [letter], asked.found, act.stamp, account=act.reader.account),
    )
