"""Pages from templates: precompiled, autoescaped, with nothing undefined."""

from __future__ import annotations

import gzip
from dataclasses import replace
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from acts.signatures import granter, signed
from dashboard.serving.forgery import of_trial
from dashboard.serving.in_hand import hands_now
from dashboard.serving.look import minute, moved
from dashboard.serving.open_years import other_years, tried_years
from dashboard.serving.purged_year import purged_on
from dashboard.serving.rehearsal_clock import clock_bar
from dashboard.serving.whom_to_ask import office_to_ask, whom_to_ask
from dashboard.views.dates import clock, day, moment, short_day, weekday
from dashboard.views.masking import for_reader
from dashboard.views.naming import done
from dashboard.views.notice import cited
from dashboard.views.request_words import answer_word, wish

if TYPE_CHECKING:
    from fastapi import Request

    from dashboard.serving.look import Looking
    from dashboard.signing_in.reader import Reader

HERE = Path(__file__).parents[1]
STATIC = HERE / "static"
PACKING = 5
"""How hard a page is packed: from here on it costs more time than it saves bytes."""

WORTH_PACKING = 1000
"""Bytes; a shorter page goes as it is."""


@cache
def environment() -> Environment:
    """Give the environment of the page templates."""
    made = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters |= {
        "day": day,
        "short_day": short_day,
        "weekday": weekday,
        "moment": moment,
        "clock": clock,
        "for_reader": for_reader,
        "signed": signed,
        "done": done,
        "answer_word": answer_word,
        "wish": wish,
    }
    made.globals |= {
        "static": static,
        "cited": cited,
        "moved": moved,
        "granter": granter,
        "minute": minute,
        "clock_bar": clock_bar,
        "hands_now": hands_now,
        "other_years": other_years,
        "purged_on": purged_on,
        "tried_years": tried_years,
        "whom_to_ask": whom_to_ask,
        "office_to_ask": office_to_ask,
    }
    return made


@cache
def static(name: str) -> str:
    """Give the address of a static file, which changes with its content, so that it may be kept for ever."""
    return f"/static/{name}?v={sha256((STATIC / name).read_bytes()).hexdigest()[:12]}"


def render(template: str, request: Request, **facts: Any) -> str:  # noqa: ANN401 -- a template's own facts
    """Give a page's text. Every template may use `reader` (None where nobody is signed in) and `request`."""
    reader = _of_page(getattr(request.state, "reader", None), facts.get("look"))
    return environment().get_template(template).render(reader=reader, request=request, **facts)


def _of_page(reader: Reader | None, look: Looking | None) -> Reader | None:
    """Give the reader whose forms say that the year was tried when they were shown, where it is."""
    if reader is None or look is None or look.opened.trial is None:
        return reader
    return replace(reader, csrf=of_trial(reader.csrf, look.opened.year.year))


def fragment(template: str, request: Request, **facts: Any) -> Markup:  # noqa: ANN401 -- a template's own facts
    """Give a part of a page, for a template to put in as it is: what it shows was escaped where it was rendered."""
    return Markup(render(template, request, **facts))  # nosec B704 # noqa: S704 -- the template escapes


def page(template: str, request: Request, *, status: int = 200, **facts: Any) -> HTMLResponse:  # noqa: ANN401
    """Give a page as an answer, packed where the browser takes that."""
    text = render(template, request, status=status, **facts).encode()
    if len(text) < WORTH_PACKING or "gzip" not in request.headers.get("accept-encoding", ""):
        return HTMLResponse(text, status)
    packed = gzip.compress(text, PACKING, mtime=0)
    return HTMLResponse(packed, status, headers={"content-encoding": "gzip", "vary": "accept-encoding"})
