"""The page from which an act was begun: it leads back there, when it is done and when it is left."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from fastapi import Request

    from dashboard.acts.typed_fields import Typed

CAME = "came"
"""The hidden field that carries it from step to step."""

WITHIN = re.compile(r"/\d{4}(?!/acts/|/years)(?:/\w[\w.-]{0,59}){0,4}(?:\?(?!.*\bas_of=)[\w=&%.+-]{0,200})?", re.ASCII)
"""A page of a year, with its filters: no step of an act, and nothing of the past, where none is done."""


def came_from(request: Request, year: int, typed: Typed) -> str:
    """Give the address of the page of this year where the act was begun; "" where that is not known.

    The first step learns it from the browser, which tells it of our own pages alone; the others carry it.
    """
    said = typed.one(CAME) or _referred(request)
    return said if WITHIN.fullmatch(said) and said.split("/")[1].partition("?")[0] == str(year) else ""


def _referred(request: Request) -> str:
    parts = urlsplit(request.headers.get("referer", ""))
    query = f"?{parts.query}" if parts.query else ""
    return f"{parts.path}{query}" if parts.netloc == request.url.netloc else ""
