"""Doing what a program asks once: the same `Idempotency-Key` gives the same answer, and does nothing again."""

from __future__ import annotations

import json
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from acts.json_shapes import outcome_json
from calendars.errors import TalentError
from dashboard.acts.once import outcome_of
from models import deeds
from models.database import Within

if TYPE_CHECKING:
    from collections.abc import Callable

    from dashboard.serving.site import Site
    from dashboard.signing_in.reader import Reader
    from models.database import Database, Which
    from season.outcome import Outcome

ACT = "接口办理"


class NoKey(TalentError):
    """请在请求头里写明 Idempotency-Key：同一个键只办一次，重发得到同样的结果。"""


class CutShort(TalentError):
    """这个 Idempotency-Key 的请求办理时中断，没有留下结果；请先查看是否已经办成，没有办成的换一个键重新办理。"""


class OtherRequest(TalentError):
    """这个 Idempotency-Key 已经用于另一个请求；请换一个。"""


def once_for(
    site: Site, reader: Reader, key: str, asked: str, year: Which, do: Callable[[Database], Outcome]
) -> dict[str, Any]:
    """Do it where this key was not answered before, and give what it came to, now as then.

    `asked` is the whole request. The key is taken, and answered, in the transaction that does it, which excludes other
    writers of the year: whoever asks meanwhile waits for the answer. Raise OtherRequest; CutShort for a key that an
    earlier release took and left; or Busy, after which, as after any defect, the same key may be tried again.
    """
    token = f"api-{sha256(f'{reader.account}:{key}'.encode()).hexdigest()}"
    act = f"{ACT} {sha256(asked.encode()).hexdigest()[:16]}"
    with site.database.write(year) as connection:
        if not deeds.take(connection, token, reader.account, act, site.wall(), "/"):
            kept = deeds.find(connection, token)
            assert kept is not None
            return _answer_of(kept.act, act, kept.said)
        answer = said(lambda: do(Within(site.database, connection, year)))
        kept_as = json.dumps(answer, ensure_ascii=False)
        deeds.answer(connection, token, done=answer["outcome"] == "done", said=kept_as)
    return answer


def said(do: Callable[[], Outcome], *, preview: bool = False) -> dict[str, Any]:
    """Do it and give its answer; what cannot be done is refused in the words of the error. Raise Busy."""
    return outcome_json(outcome_of(do), preview=preview)


def _answer_of(kept_act: str, act: str, kept: str | None) -> dict[str, Any]:
    if kept_act != act:
        raise OtherRequest
    if kept is None:
        raise CutShort
    answer: dict[str, Any] = json.loads(kept)
    return answer
