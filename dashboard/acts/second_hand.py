"""An act that one account prepared and another signs: kept until then, shown again as it would do by now, and done."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from acts.act import Bench
from acts.doing import acted
from calendars.errors import TalentError
from dashboard.acts.came_from import CAME
from dashboard.acts.typed_fields import DIGITS, Typed
from dashboard.serving.policy import NotThere
from models import audit, prepared_acts
from models.prepared_acts import NewAct
from season.outcome import Outcome

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sqlalchemy import Connection

    from acts.act import Act, Filled
    from dashboard.serving.site import Site
    from dashboard.signing_in.reader import Reader
    from models.database import Database
    from models.prepared_acts import Given, KeptAct, Settled
    from models.stamp import Stamp

OWN = ("once", "digest", CAME)
"""What a form that confirms brings besides what was prepared."""

HOW: Mapping[Settled, str] = {
    "signed": "签批办理",
    "declined": "退回",
    "retracted": "由经办人撤回",
    "lapsed": "随年度归档作废",
}
KEPT = "已送签批，还没有办理：由另一位管理员在“待办”的“待签批”里核对后办理；此前不改动任何东西，也不发函件。"


class AlreadySettled(TalentError):
    """这件事已经{how}，没有再办；请回到待办查看。"""


class OwnHand(TalentError):
    """经办的人不能自己签批：请由另一位管理员签批，或者撤回。"""


class Unexplained(TalentError):
    """退回须写明理由，没有退回；请回到待办，再核对一次。"""


def prepared_for(site: Site, year: int, act: Act, typed: Typed) -> tuple[Typed, KeptAct | None]:
    """Give what was prepared in the place of what a form brings, where it names such an act; raise `AlreadySettled`."""
    number = typed.one("prepared")
    if not number:
        return typed, None
    if not (number.isascii() and number.isdecimal() and len(number) <= DIGITS):
        raise NotThere
    with site.database.read() as connection:
        kept = prepared_acts.find(connection, year, int(number))
    if kept is None or kept.act != act.slug:
        raise NotThere
    if kept.settled:
        raise AlreadySettled(how=HOW[kept.settled])
    values = defaultdict(list, {name: list(typed.values[name]) for name in OWN if name in typed.values})
    for name, value in kept.fields:
        values[name].append(value)
    return Typed(values), kept


def prepare(database: Database, year: int, act: Act, given: Given, says: str, filled: Filled, bench: Bench) -> Outcome:
    """Keep an act for another account's signature, on record."""
    assert bench.account is not None
    with database.write(act.holds(year)) as connection:
        new = NewAct(act.slug, given, says, filled.reason or None)
        number = prepared_acts.prepare(connection, year, new, bench.stamp, bench.account)
        _record(connection, bench, act, filled, number, "送签批", filled.reason)
    return Outcome("done", f"{says}：{KEPT}")


def signed(kept: KeptAct, act: Act, filled: Filled, bench: Bench, do: Callable[[Database], Outcome]) -> Outcome:
    """Do what another account prepared, in one transaction with the signature; what is refused as a whole waits on."""
    if kept.account == bench.account:
        raise OwnHand
    with bench.database.write(act.holds(kept.year)) as connection:
        now = prepared_acts.find(connection, kept.year, kept.id)
        if now is None or now.settled:
            raise AlreadySettled(how=HOW[now.settled] if now and now.settled else "处理")
        outcome = do(bench.database)
        if outcome.done or acted(outcome, act.event):
            prepared_acts.settle(connection, kept, "signed", bench.stamp)
            _record(connection, bench, act, filled, kept.id, "签批", f"经办：{kept.by}")
    return outcome


def put_aside(connection: Connection, kept: KeptAct, reader: Reader, stamp: Stamp, reason: str) -> None:
    """Take back what one prepared, else send it back; raise `AlreadySettled`, or `Unexplained` without a reason."""
    own = kept.account == reader.account
    if not (own or reason):
        raise Unexplained
    if not prepared_acts.settle(connection, kept, "retracted" if own else "declined", stamp):
        raise AlreadySettled(how="处理")
    what, subject = "撤回送签" if own else "退回送签", f"prepared:{kept.id}"
    audit.record(
        connection, stamp, what, subject, account=reader.account, reason="。".join(filter(None, (kept.says, reason)))
    )


def _record(
    connection: Connection, bench: Bench, act: Act, filled: Filled, number: int, what: str, reason: str
) -> None:
    title, subject = f"{act.title(filled.phase)}（{what}）", f"prepared:{number}"
    audit.record(connection, bench.stamp, title, subject, account=bench.account, reason=reason or None)
