"""Doing what a form confirms, once: a double click, a resent page or two open tabs do it a single time."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from fastapi.responses import RedirectResponse

from calendars.errors import TalentError
from models import deeds

if TYPE_CHECKING:
    from collections.abc import Callable

    from dashboard.reader import Reader
    from dashboard.site import Site
    from season.outcome import Outcome


def form_token() -> str:
    """Make the token of a form that confirms something: a hidden field named `once`."""
    return secrets.token_urlsafe(18)


def once(site: Site, reader: Reader, token: str, act: str, back: str, do: Callable[[], Outcome]) -> RedirectResponse:
    """Do it where this form was not answered before, and send the reader to what came of it.

    `act` says in Chinese what was confirmed; `back` is the page to go on from. A refusal of the act is an answer too.
    """
    with site.database.write() as connection:
        first = deeds.take(connection, token, reader.account, act, site.wall(), back)
    if first:
        site.remembering.answered(reader.session)
        try:
            outcome = do()
            done, said = outcome.done, outcome.message
        except TalentError as error:
            done, said = False, str(error)
        with site.database.write() as connection:
            deeds.answer(connection, token, done=done, said=said)
    return RedirectResponse(f"/deeds/{token}", 303)
