"""Doing what a form confirms, once: a double click, a resent page or two open tabs do it a single time.

The form's token is taken, and answered, in the transaction that does it. Whatever ends that early (a defect, another
writer, a lost connection, a killed process) gives the token back with it, and the same form may be sent again.
"""

from __future__ import annotations

import secrets
from contextlib import contextmanager, suppress
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

from fastapi.responses import RedirectResponse
from sqlalchemy.exc import SQLAlchemyError

from acts.doing import taken_back
from calendars.errors import TalentError
from dashboard.serving.open_years import refuse_ended
from models import deeds
from models.database import Busy, Within, passes
from season.outcome import Outcome

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from dashboard.serving.site import Site
    from dashboard.signing_in.reader import Reader
    from models.database import Database, Which
    from models.deeds import DoneAct

    Did = Callable[[Database, Outcome], DoneAct | None]

LONGEST = timedelta(minutes=10)
"""No request takes as long: a token that was taken before that and has no answer was left by a process that is gone."""


class Unsure(TalentError):
    """系统的数据库刚才断开了，不知道这次确认办成没有。可以稍后刷新本页重新提交：已经办成的不会再办一次；也可以回到前一页查看。"""

    def __init__(self, back: str) -> None:
        """`back` is the page where one sees whether it was done."""
        super().__init__()
        self.back = back


def form_token() -> str:
    """Make the token of a form that confirms something: a hidden field named `once`."""
    return secrets.token_urlsafe(18)


def outcome_of(do: Callable[[], Outcome]) -> Outcome:
    """Do it and give its answer; what cannot be done is refused in the words of the error. Raise Busy."""
    try:
        return do()
    except Busy:
        raise
    except TalentError as error:
        return Outcome("refused", str(error))


def once(
    site: Site,
    reader: Reader,
    token: str,
    act: str,
    back: str,
    do: Callable[[Database], Outcome],
    *,
    year: Which = None,
    did: Did | None = None,
) -> RedirectResponse:
    """Do it where this form was not answered before, and send the reader to what came of it.

    `act` says in Chinese what was confirmed; `back` is the page to go on from. `do` writes to the database that it is
    given, whose transaction excludes the other writers of `year`. A refusal of the act is an answer too. `did` says in
    the same transaction how it can be taken back. Raise Busy, or `Unsure` where the connection was lost, after which
    the form may be resent.
    """
    with _sure(back), site.database.write(year) as connection:
        first = deeds.take(connection, token, reader.account, act, site.wall(), back)
        if first:
            site.remembering.answered(reader.session)
            within = Within(site.database, connection, year)
            outcome = outcome_of(partial(_unless_ended, within, reader, do))
            back_by = did(within, outcome) if did else None
            deeds.answer(connection, token, done=outcome.done, said=outcome.message, did=back_by)
    return _answer(token)


def _unless_ended(within: Database, reader: Reader, do: Callable[[Database], Outcome]) -> Outcome:
    with within.read() as connection:
        refuse_ended(connection, reader)
    return do(within)


def refusal(site: Site, token: str, year: Which, do: Callable[[Database], Outcome]) -> str:
    """Say why it would be refused; "" where it would not, or where this form was answered before."""
    with site.database.read() as connection:
        if deeds.find(connection, token) is not None:
            return ""
    outcome = None
    with taken_back(site.database, year) as within:
        outcome = outcome_of(lambda: do(within))
    return outcome.message if outcome is not None and not outcome.done else ""


def once_in_steps(
    site: Site, reader: Reader, token: str, act: str, back: str, do: Callable[[], Outcome]
) -> RedirectResponse:
    """Do likewise what has transactions of its own, one after another; where it raises, the token is given back."""
    with _sure(back), site.database.write() as connection:
        first = deeds.take(connection, token, reader.account, act, site.wall(), back)
    if first:
        site.remembering.answered(reader.session)
        try:
            outcome = outcome_of(do)
        except Exception:
            with suppress(SQLAlchemyError, TalentError), site.database.write() as connection:
                deeds.forget(connection, token)
            raise
        with site.database.write() as connection:
            deeds.answer(connection, token, done=outcome.done, said=outcome.message)
    return _answer(token)


@contextmanager
def _sure(back: str) -> Iterator[None]:
    """Say where to look when the connection is lost: whether it was committed is not known then."""
    try:
        yield
    except SQLAlchemyError as error:
        if passes(error):
            raise Unsure(back) from error
        raise


def _answer(token: str) -> RedirectResponse:
    return RedirectResponse(f"/deeds/{token}", 303)
