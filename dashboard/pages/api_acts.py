"""The API for other programs, what it does: acts of the book, each once, at the addresses that are listed here."""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import nullcontext
from dataclasses import dataclass
from inspect import Parameter, Signature
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import Depends, Header, Path, Request, Response
from fastapi.responses import JSONResponse

from acts.act import PROVINCE, Act, Bench
from acts.book import ACTS
from acts.doing import previewed, recorded, taken_back
from acts.own_letter import write
from acts.recall_own_letter import recall_own
from calendars.deadlines import FIRST_YEAR, LAST_YEAR
from dashboard.acts.idempotency import NoKey, once_for, said
from dashboard.acts.wanted_letters import wanted_letter
from dashboard.serving.api_shapes import (
    PROBLEM,
    REFUSALS,
    ROOT,
    ActAnswer,
    ActBody,
    OwnLetterBody,
    Problem,
    RecallBody,
    body_of,
)
from dashboard.serving.area import Area
from dashboard.serving.policy import ADMIN_ONLY, CITY_ONLY, HANDS, NotThere, Signed, allow
from dashboard.serving.row_ids import Id
from dashboard.signing_in.reader import Reader
from models import letterbox
from models.database import Database, Which
from season.outcome import Outcome

if TYPE_CHECKING:
    from collections.abc import Callable

    from calendars.year import Year
    from dashboard.serving.site import Site
    from models.stamp import Stamp

PLACE = "/years/{year}/phases/{phase}/cities/{city}"
ADDRESSES: Mapping[str, str] = {
    "submit": PLACE,
    "recall": PLACE,
    "ask": PLACE,
    "question": PLACE,
    "retract": PLACE,
    "approve": PLACE,
    "reject": PLACE,
    "rerun": PLACE,
    "waive": PLACE,
    "correct": PLACE,
    "nudge": PLACE,
    "extend": "/years/{year}/phases/{phase}",
    "nobody-applied": "/years/{year}/cities/{city}",
    "know-addresses": "/years/{year}/cities/{city}",
    "withdraw": "/years/{year}/cities/{city}",
    "settle": "/years/{year}/letters/{letter}",
    "issue-awards": "/years/{year}",
    "revoke-award": "/years/{year}",
    "reissue-award": "/years/{year}",
    "trial-mailbox": "/years/{year}",
    "go-live": "/years/{year}",
}
"""Which acts a program may ask for, and where; what the address does not name of what an act asks goes in the body."""

CONFLICT: dict[int | str, dict[str, Any]] = {409: PROBLEM | {"description": "没有办成；answer 里是原因和核验结果"}}
area = Area(prefix=ROOT, responses=REFUSALS | CONFLICT)

Key = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        max_length=200,
        description="办理时必写（预览不用）：同一个键只办一次，重发得到同样的结果",
    ),
]
InYears = Annotated[int, Path(ge=FIRST_YEAR, le=LAST_YEAR)]


@dataclass(frozen=True)
class Acting:
    """Who asks for an act of which year, and how it is done once."""

    request: Request
    reader: Reader
    year: Year
    stamp: Stamp
    key: str | None
    two_hands: frozenset[str]

    def do(self, act: Act, asked: ActBody, named: Mapping[str, object]) -> Response:
        """Do it, once where it is no preview, and answer: 409 where not all that was asked happened.

        `named` is what the address names.
        """
        filled = act.fill(self.year, {**asked.model_dump(), **named})

        def do(database: Database) -> Outcome:
            bench = Bench(database, self.year, self.stamp, self.reader.account, asked.dry_run, self.two_hands)
            return (previewed if asked.dry_run else recorded)(act, bench, filled)

        return self.once(asked, act.holds(self.year.year), do)

    def once(self, asked: ActBody, holds: Which, do: Callable[[Database], Outcome]) -> Response:
        """Do what was asked once, or look at it where it is a preview, and answer."""
        site: Site = self.request.app.state.site
        if asked.dry_run:
            return _answered(said(lambda: do(site.database), preview=True))
        if self.key is None:
            raise NoKey
        whole = f"{self.request.url.path} {asked.model_dump_json(by_alias=True)}"
        return _answered(once_for(site, self.reader, self.key, whole, holds, do))


def _acting(request: Request, reader: Signed, year: InYears, key: Key = None) -> Acting:
    site: Site = request.app.state.site
    opened = site.year(year)
    return Acting(request, reader, opened.year, site.stamp(reader, opened), key, site.settings.two_hands)


def _letter(request: Request, year: InYears, letter: Id) -> int:
    """Give the number of a letter of the year; any other is not there."""
    site: Site = request.app.state.site
    with site.database.read() as connection:
        row = letterbox.letter_by_id(connection, letter)
    if row is None or row.year != year:
        raise NotThere
    return letter


NAMED: Mapping[str, object] = {"phase": str, "city": str, "letter": Annotated[int, Depends(_letter)]}
"""What an address names beside the year."""


def _answered(answer: dict[str, Any]) -> Response:
    if answer["outcome"] == "done":
        return JSONResponse(answer)
    problem = Problem(
        type="about:blank", title="Conflict", status=409, detail=answer["message"], answer=ActAnswer(**answer)
    )
    return JSONResponse(problem.model_dump(exclude_none=True), 409, media_type="application/problem+json")


def handler(act: Act, address: str) -> Callable[..., Response]:
    """Make the handler of an act: it takes what the address names, and a body with whatever else the act asks."""
    names = [name for name in re.findall(r"{(\w+)}", address) if name in NAMED]

    def handle(*, acting: Acting, asked: ActBody, **named: object) -> Response:
        return acting.do(act, asked, named)

    kinds = {name: NAMED[name] for name in names} | {
        "acting": Annotated[Acting, Depends(_acting)],
        "asked": body_of(act, names),
    }
    parameters = [Parameter(name, Parameter.KEYWORD_ONLY, annotation=kind) for name, kind in kinds.items()]
    handle.__signature__ = Signature(parameters)  # type: ignore[attr-defined]  # what FastAPI reads it by
    return handle


Asking = Annotated[Acting, Depends(_acting)]
OWN = "/years/{year}/letters"


@area.post(f"{OWN}/write", name="write", response_model=ActAnswer, dependencies=[Depends(allow(HANDS))])
def write_own(*, acting: Asking, asked: OwnLetterBody) -> Response:
    """写函：用自己的话写给一类人或一个人；市办只写给本市的."""
    year, words = acting.year.year, (asked.one, asked.subject, asked.text, asked.when, asked.papers or ())
    wanted = wanted_letter(acting.reader, acting.year, asked.group, asked.phase or "", asked.cities or (), *words)
    account, dry_run = acting.reader.account, asked.dry_run

    def do(database: Database) -> Outcome:
        return write(database, year, wanted, acting.stamp, account=account, dry_run=dry_run)

    return acting.once(asked, year, do)


@area.post(f"{OWN}/recall", name="recall-own", response_model=ActAnswer, dependencies=[Depends(allow(HANDS))])
def recall_own_letter(*, acting: Asking, asked: RecallBody) -> Response:
    """收回一号自拟函里还没有发出的；市办只收回自己写的."""
    office, year = acting.reader.city or PROVINCE, acting.year.year
    account = acting.reader.account

    def do(database: Database) -> Outcome:
        with taken_back(database, year) if asked.dry_run else nullcontext(database) as within:
            return recall_own(within, year, asked.number, acting.stamp, office=office, account=account)

    return acting.once(asked, year, do)


for _slug, _address in ADDRESSES.items():
    _act = ACTS[_slug]
    area.add_api_route(
        f"{_address}/{_slug}",
        handler(_act, _address),
        methods=["POST"],
        name=_slug,
        summary=_act.title(None),
        response_model=ActAnswer,
        dependencies=[Depends(allow(CITY_ONLY if _act.by == "city" else ADMIN_ONLY))],
    )
