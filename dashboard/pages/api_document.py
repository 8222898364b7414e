"""The API's own description: its OpenAPI document for programs, a page made of it for people."""

from __future__ import annotations

from typing import Any

from fastapi import Depends, Request
from fastapi.responses import HTMLResponse

from dashboard.serving.api_reference import document, operations
from dashboard.serving.api_shapes import ROOT
from dashboard.serving.area import Area
from dashboard.serving.policy import EVERYONE, allow
from dashboard.serving.rendering import page

area = Area(prefix=ROOT, dependencies=[Depends(allow(EVERYONE))], include_in_schema=False)


def _document(request: Request) -> dict[str, Any]:
    """Give the document, made once for the application."""
    state = request.app.state
    if not hasattr(state, "api_document"):
        state.api_document = document(request.app.routes, ROOT)
    found: dict[str, Any] = state.api_document
    return found


@area.get("/openapi.json")
def openapi(request: Request) -> dict[str, Any]:
    """Give the OpenAPI document."""
    return _document(request)


@area.get("/docs", response_class=HTMLResponse)
def docs(request: Request) -> HTMLResponse:
    """Show what may be asked, with nothing fetched from anywhere else."""
    return page("api_document.html", request, operations=tuple(operations(_document(request))))
