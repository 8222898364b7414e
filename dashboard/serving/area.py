"""An area of pages: each page is of one snapshot of the database, whatever it is put together from."""

from __future__ import annotations

from functools import wraps
from inspect import iscoroutinefunction
from typing import TYPE_CHECKING, Any

from fastapi import APIRouter

if TYPE_CHECKING:
    from collections.abc import Callable

    from dashboard.serving.site import Site


class Area(APIRouter):
    """A router whose functions, each in a thread of its own, read of one snapshot until they write."""

    def add_api_route(self, path: str, endpoint: Callable[..., Any], **named: Any) -> None:  # noqa: ANN401 -- FastAPI's own
        """Add a route; a coroutine hands its reading to threads by itself, each with a snapshot of its own."""
        super().add_api_route(path, endpoint if iscoroutinefunction(endpoint) else _of_one_snapshot(endpoint), **named)


def _of_one_snapshot(endpoint: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(endpoint)
    def read_at_once(**given: Any) -> Any:  # noqa: ANN401 -- whatever a page is given and gives
        if "request" not in given:
            return endpoint(**given)
        site: Site = given["request"].app.state.site
        with site.database.one_snapshot():
            return endpoint(**given)

    return read_at_once
