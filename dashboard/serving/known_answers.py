"""What every page of a year asks: answered once, as long as nothing was written and the minute is the same.

Docs: docs/decisions/0015-pages-from-memory.md.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from models.shortcuts.page_version import newest

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from sqlalchemy import Connection

    from dashboard.serving.look import Looking

T = TypeVar("T")


class KnownAnswers:
    """The newest answer to each question about each year. What it says must be the season's, the log's or time's."""

    def __init__(self, wall: Callable[[], datetime]) -> None:
        self._wall = wall  # that of a rehearsal may stand still, the post behind it does not
        self._known: dict[tuple[str, int], tuple[tuple[object, ...], Any]] = {}

    def answer(self, connection: Connection, look: Looking, question: str, ask: Callable[[], T]) -> T:
        """Give the answer to a question by its name, which is asked where it is not known."""
        year = look.opened.year.year
        minutes = (at.replace(second=0, microsecond=0) for at in (self._wall(), look.as_of))
        version = (*newest(connection, year), *minutes)
        known = self._known.get((question, year))
        if known is None or known[0] != version:
            known = self._known[question, year] = version, ask()
        found: T = known[1]
        return found
