"""推演: the season on record played again with other figures, on a copy, for who administers the province's year."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from fastapi import Depends, Request
from fastapi.responses import HTMLResponse
from starlette.concurrency import run_in_threadpool

from dashboard.serving.area import Area
from dashboard.serving.arrival import place
from dashboard.serving.look import Present
from dashboard.serving.policy import ADMIN_ONLY, Signed, allow
from dashboard.serving.rendering import page
from dashboard.views.letterbox import KINDS
from models import audit
from models.letterbox import EVERY
from rehearsal.fork import PLAYED_AGAIN, OnPaper, Unfit, figures, fork
from rehearsal.standing_in_words import in_words

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dashboard.serving.look import Looking
    from dashboard.serving.site import Site
    from dashboard.signing_in.reader import Reader
    from rehearsal.fork import Fork

area = Area(prefix="/{year:int}/fork", default_response_class=HTMLResponse, dependencies=[Depends(allow(ADMIN_ONLY))])
LONGEST = 200
MOST = 200
"""So many lines of a list are shown."""


@area.get("")
def asked(request: Request, look: Present) -> HTMLResponse:
    """Show the figures as they stand."""
    return _page(request, look, {}, None)


@area.post("")
async def played(request: Request, look: Present, reader: Signed) -> HTMLResponse:
    """Play the season again with what was typed, one at a time, and show what would be otherwise."""
    form = await request.form()
    typed = {name: value.strip()[:LONGEST] for name, value in form.items() if isinstance(value, str)}
    await form.close()
    async with place("dear"):
        return await run_in_threadpool(_played, request, look, reader, typed)


def _played(request: Request, look: Looking, reader: Reader, typed: Mapping[str, str]) -> HTMLResponse:
    site: Site = request.app.state.site
    year = look.opened.year
    known = figures(year, look.opened.book)
    given = {name: typed[name] for name in known if name in typed}
    try:
        found = fork(site.database, year.year, look.as_of, given)
    except (Unfit, OnPaper) as error:
        return _page(request, look, given, None, wrong=str(error))
    with site.database.write() as connection:
        stamp = site.stamp(reader, look.opened)
        audit.record(
            connection, stamp, PLAYED_AGAIN, f"year/{year.year}", account=reader.account, reason=found.said or None
        )
    return _page(request, look, given, found)


def _page(
    request: Request, look: Looking, given: Mapping[str, str], found: Fork | None, wrong: str = ""
) -> HTMLResponse:
    year = look.opened.year
    known = figures(year, look.opened.book)
    facts: dict[str, Any] = {
        "found": found,
        "wrong": wrong,
        "figures": known,
        "most": MOST,
        "stands": in_words,
        "every": EVERY,
    }
    if found is not None:
        labels = {total.name: (total.label, total.unit) for total in look.opened.book.totals}
        facts |= {
            "totals": [(*labels[name], *both) for name, both in found.totals.items() if name in labels],
            "letters": [(KINDS[kind], city, *counts) for (kind, city), counts in found.post.items()],
            "left": Counter(one.event.chinese for one in found.left),
        }
    values = {name: given.get(name, one.value) for name, one in known.items()}
    return page("fork.html", request, look=look, year=year, values=values, **facts)
