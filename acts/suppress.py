"""Addresses that are written to no more: by the office's word, or because what was sent to them came back."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import timedelta
from hashlib import sha256
from typing import TYPE_CHECKING, Literal

from acts import masking
from acts.act import KEPT, Act, Bench, Field, Filled
from acts.undo import Undo
from models import audit, suppression
from models.alarms import suppressed
from models.mail_answers import Meaning
from models.suppression import Unclear
from season.outcome import Outcome

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from sqlalchemy import Connection

    from acts.undo import Given
    from models.database import Database
    from models.stamp import Stamp
    from models.suppression import Lead
    from post.bounces import Bounce

BOUNCED = "退信：{reason}"
GIVEN_UP, TAKEN_UP = "停止向邮箱发函", "恢复向邮箱发函"
"""What the audit says of an address: its own row goes when it is written to again."""

Fate = Literal["ours", "old", "foreign", "unclear"]
"""What a bounce comes to: a letter that failed, nothing new, nothing of ours, nothing that can be said for sure."""

STALE = timedelta(hours=1)
"""So much older than the letter's sending a bounce is of an earlier one, however the clocks of mail hosts differ."""


@dataclass(frozen=True, slots=True)
class Returned:
    """What a mailbox came to: messages read, bounces among them, letters that failed by them, addresses newly given up.

    `foreign` are bounces of nothing that was sent from here; `delayed` may still come round; by those that are
    `unclear` nothing was changed.
    """

    read: int
    bounces: int
    delayed: int
    letters: int
    suppressed: tuple[str, ...]
    foreign: int
    unclear: tuple[Unclear, ...] = ()


def suppress(database: Database, address: str, stamp: Stamp, *, reason: str, account: int | None = None) -> Outcome:
    """Write to an address no more; its letters are held. Raises UnfitHeader for what is no address."""
    from letters.headers import fit_address

    fit = fit_address(address)
    with database.write("every") as connection:
        if not suppression.suppress(connection, {fit: reason}, stamp.as_of, stamp.by):
            return Outcome("done", f"早已停止向 {fit} 发函，未作改动。")
        audit.record(connection, stamp, GIVEN_UP, _subject(fit), account=account, reason=reason)
    return Outcome("done", f"已停止向 {fit} 发函；发往该地址的函件待补邮箱，更正邮箱或恢复发函后再发。")


def unsuppress(database: Database, address: str, stamp: Stamp, *, account: int | None = None) -> Outcome:
    """Write to an address again, and let go what waited for that."""
    with database.write("every") as connection:
        freed = suppression.unsuppress(connection, address.strip())
        if freed is None:
            return Outcome("refused", f"并未停止向 {address} 发函，未作改动。")
        audit.record(connection, stamp, TAKEN_UP, _subject(address), account=account)
    return Outcome("done", f"已恢复向 {address} 发函，{freed} 封待补邮箱的函件待发。")


def _subject(address: str) -> str:
    """What stands for an address in the audit, which holds no personal data."""
    return f"suppressed/{sha256(address.strip().lower().encode()).hexdigest()[:16]}"


def take_back(database: Database, mailbox: Iterable[bytes], stamp: Stamp) -> Returned:
    """Read bounces: a letter that came back from its own address has failed; one without a mailbox is suppressed.

    Nothing else is: a bounce of somebody else's mail changes nothing, nor does one that does not hold the letter, or
    names another address than the letter's: that is kept for a person to look at. The same mailbox read again changes
    nothing either.
    """
    from post.bounces import read

    found = [(read(message), message) for message in mailbox]
    dead = [(bounce, message) for bounce, message in found if bounce.addresses or bounce.unread]
    with database.write("every") as connection:
        kept = _kept(connection, [bounce for bounce, _ in dead])
        fates = [(kept.fate(bounce), kept.lead(bounce), bounce, message) for bounce, message in dead]
        ours = [(lead, bounce) for fate, lead, bounce, _ in fates if fate == "ours" and lead is not None]
        failed = [(suppression.came_back(connection, lead, bounce.reason), lead, bounce) for lead, bounce in ours]
        reasons = {
            lead.address: BOUNCED.format(reason=bounce.reason)
            for count, lead, bounce in failed
            if count and bounce.means is Meaning.NO_MAILBOX and lead.trial is None  # which may be the office's own
        }
        new = suppression.suppress(connection, reasons, stamp.as_of, stamp.by)
        for address in new:
            audit.record(connection, stamp, GIVEN_UP, _subject(address), reason="退信")
        unclear = {
            sha256(message).hexdigest(): Unclear(bounce.addresses, lead.id if lead else None, bounce.reason)
            for fate, lead, bounce, message in fates
            if fate == "unclear"
        }
        suppression.put_aside(connection, unclear, stamp.as_of)
    return Returned(
        read=len(found),
        bounces=len(dead),
        delayed=sum(bool(bounce.delayed) and not bounce.addresses for bounce, _ in found),
        letters=sum(count for count, _, _ in failed),
        suppressed=tuple(new),
        foreign=sum(fate == "foreign" for fate, *_ in fates),
        unclear=tuple(unclear.values()),
    )


@dataclass(frozen=True, slots=True)
class _Kept:
    """What is on file of what bounces name: letters by Message-ID, addresses that were written to, and given up."""

    leads: Mapping[str, Lead]
    written_to: frozenset[str]
    given_up: frozenset[str]

    def lead(self, bounce: Bounce) -> Lead | None:
        """Give the letter that leads the message that came back."""
        return self.leads.get(bounce.message_id or "")

    def fate(self, bounce: Bounce) -> Fate:
        """Say what a bounce comes to."""
        lead = self.lead(bounce)
        if bounce.unread:
            return "unclear" if lead is not None or bounce.message_id is None else "foreign"
        if lead is not None and lead.address.lower() in bounce.addresses:
            return "old" if _is_older(bounce, lead) else "ours"
        if lead is None and (bounce.message_id is not None or not self.written_to.intersection(bounce.addresses)):
            return "foreign"
        return "old" if self.given_up.issuperset(bounce.addresses) else "unclear"


def _is_older(bounce: Bounce, lead: Lead) -> bool:
    return bounce.at is not None and lead.sent_at is not None and bounce.at < lead.sent_at - STALE


def _kept(connection: Connection, dead: Iterable[Bounce]) -> _Kept:
    return _Kept(
        suppression.leads(connection, {bounce.message_id for bounce in dead if bounce.message_id}),
        suppression.written_to(connection, {address for bounce in dead for address in bounce.addresses}),
        frozenset(row.address for row in suppressed(connection)),
    )


def _suppressed(bench: Bench, filled: Filled) -> Outcome:
    email = filled.words["email"]
    given = (bench.database, email, bench.stamp)
    return _covered(email, suppress(*given, reason=filled.reason, account=bench.account))


def _unsuppressed(bench: Bench, filled: Filled) -> Outcome:
    email = filled.words["email"]
    return _covered(email, unsuppress(bench.database, email, bench.stamp, account=bench.account))


def _covered(address: str, outcome: Outcome) -> Outcome:
    """Cover the address in what was answered, for that is kept for ever."""
    said = re.sub(re.escape(address.strip()), lambda _: masking.email(address), outcome.message, flags=re.IGNORECASE)
    return replace(outcome, message=said)


def _address_of(connection: Connection, _year: int, given: Given) -> Mapping[str, str] | None:
    """Find the address again that the audit names by its digest alone."""
    found = (row.address for row in suppressed(connection))
    return next(({"email": one} for one in found if [_subject(one)] == [*given["subject"]]), None)


EMAIL = Field("email", "邮箱", "address")
SUPPRESS = Act(
    "suppress",
    lambda _: GIVEN_UP,
    (EMAIL, KEPT),
    _suppressed,
    lambda _book, _year, filled: f"停止向邮箱发函：{masking.email(filled.words['email'])}",
    subject=lambda _, filled: _subject(filled.words["email"]),
    records=True,
    undo=Undo("unsuppress", more=_address_of),
)
UNSUPPRESS = Act(
    "unsuppress",
    lambda _: TAKEN_UP,
    (EMAIL,),
    _unsuppressed,
    lambda _book, _year, filled: f"恢复向邮箱发函 {masking.email(filled.words['email'])}，发出待补邮箱的函件",
    subject=lambda _, filled: _subject(filled.words["email"]),
    records=True,
    instead="需要时再停止向此邮箱发函。",
)


def _looked(bench: Bench, _: Filled) -> Outcome:
    """Take what came back and could not be told as looked at, and name it: one that came since it was shown differs."""
    with bench.database.write("every") as connection:
        found = suppression.looked_at(connection, bench.stamp.as_of)
    if not found:
        return Outcome("refused", "没有待核对的退信，未作改动。")
    named = ("、".join(map(masking.email, one.addresses)) or "未写明收件地址" for _, one in found)
    said = "；".join(f"{whom}（{since:%m-%d %H:%M} 读到）" for whom, (since, _) in zip(named, found, strict=True))
    return Outcome("done", f"{len(found)} 封退信已核对：{said}。")


BOUNCES = Act(
    "bounces",
    lambda _: "退信已核对",
    (Field("reason", "核对结果", "reason", hint="只写入省办的操作日志：退的是哪一封函件，怎样处理了。"),),
    _looked,
    lambda _book, _year, _filled: "列出的退信均已核对",
    subject=lambda _year, _filled: "bounces",
)
