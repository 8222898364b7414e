"""Doing what a program asks once: the same `Idempotency-Key` gives the same answer, and does nothing again."""

from __future__ import annotations

import json
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from acts.shapes import outcome_json
from calendars.errors import TalentError
from models import deeds
from models.database import Busy
from season.outcome import Outcome

if TYPE_CHECKING:
    from collections.abc import Callable

    from dashboard.reader import Reader
    from dashboard.site import Site

ACT = "接口办理"


class NoKey(TalentError):
    """请在请求头里写明 Idempotency-Key：同一个键只办一次，重发得到同样的结果。"""


class UnderWay(TalentError):
    """同一个 Idempotency-Key 的请求正在办理，请稍后再取结果。"""


class OtherRequest(TalentError):
    """这个 Idempotency-Key 已经用于另一个请求；请换一个。"""


def once_for(site: Site, reader: Reader, key: str, asked: str, do: Callable[[], Outcome]) -> dict[str, Any]:
    """Do it where this key was not answered before, and give what it came to, now as then.

    `asked` is the whole request. Raise UnderWay, OtherRequest, or Busy, after which the same key may be tried again.
    """
    token = f"api-{sha256(f'{reader.account}:{key}'.encode()).hexdigest()}"
    act = f"{ACT} {sha256(asked.encode()).hexdigest()[:16]}"
    with site.database.write() as connection:
        first = deeds.take(connection, token, reader.account, act, site.wall(), "/")
        kept = None if first else deeds.find(connection, token)
    if kept is not None:
        return _answer_of(kept.act, act, kept.said)
    try:
        answer = said(do)
    except Busy:
        with site.database.write() as connection:
            deeds.forget(connection, token)
        raise
    with site.database.write() as connection:
        kept_as = json.dumps(answer, ensure_ascii=False)
        deeds.answer(connection, token, done=answer["outcome"] == "done", said=kept_as)
    return answer


def said(do: Callable[[], Outcome], *, preview: bool = False) -> dict[str, Any]:
    """Do it and give its answer; what cannot be done is refused in the words of the error. Raise Busy."""
    try:
        outcome = do()
    except Busy:
        raise
    except TalentError as error:
        outcome = Outcome("refused", str(error))
    return outcome_json(outcome, preview=preview)


def _answer_of(kept_act: str, act: str, kept: str | None) -> dict[str, Any]:
    if kept_act != act:
        raise OtherRequest
    if kept is None:
        raise UnderWay
    answer: dict[str, Any] = json.loads(kept)
    return answer
