"""Addresses that are written to no more: by the office's word, or because what was sent to them came back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from acts.outcome import Outcome
from models import suppression

if TYPE_CHECKING:
    from collections.abc import Iterable

    from letters.bounces import Bounce
    from models.database import Database
    from models.stamp import Stamp

BOUNCED = "退信：{reason}"


@dataclass(frozen=True, slots=True)
class Returned:
    """What a mailbox came to: messages read, bounces among them, letters that failed by them, addresses newly given up.

    `foreign` are bounces of nothing that was sent from here; `delayed` may still come round.
    """

    read: int
    bounces: int
    delayed: int
    letters: int
    suppressed: tuple[str, ...]
    foreign: int


def suppress(database: Database, address: str, stamp: Stamp, *, reason: str) -> Outcome:
    """Write to an address no more; its letters are held. Raises UnfitHeader for what is no address."""
    from letters.message import fit_address

    fit = fit_address(address)
    with database.write() as connection:
        if not suppression.suppress(connection, {fit: reason}, stamp.as_of, stamp.by):
            return Outcome("done", f"{fit} 早已停用，未作改动。")
    return Outcome("done", f"{fit} 已停用；发往该地址的函件暂存，更正地址或恢复后再发。")


def unsuppress(database: Database, address: str) -> Outcome:
    """Write to an address again, and let go what waited for that."""
    with database.write() as connection:
        freed = suppression.unsuppress(connection, address.strip())
    if freed is None:
        return Outcome("refused", f"{address} 没有停用，未作改动。")
    return Outcome("done", f"{address} 已恢复，{freed} 封暂存的函件待发。")


def take_back(database: Database, mailbox: Iterable[bytes], stamp: Stamp) -> Returned:
    """Read bounces: the letters they return have failed, and the addresses that refuse for good are suppressed.

    Only an address that was written to can be suppressed: a bounce of somebody else's mail changes nothing. The same
    mailbox read again changes nothing either.
    """
    from letters.bounces import read

    found = [read(message) for message in mailbox]
    dead = [bounce for bounce in found if bounce.addresses]
    with database.write() as connection:
        leads = suppression.leads(connection, {key for bounce in dead for key in bounce.message_ids})
        ours = suppression.written_to(connection, {address for bounce in dead for address in bounce.addresses})
        letters, reasons, foreign = 0, {}, 0
        for bounce in dead:
            carried = [leads[key] for key in bounce.message_ids if key in leads]
            failed = {lead.address: suppression.came_back(connection, lead, bounce.reason) for lead in carried}
            known = [address for address in bounce.addresses if address in ours and not carried]
            theirs = [address for address, count in failed.items() if count] + known
            reasons.update(dict.fromkeys(theirs, BOUNCED.format(reason=bounce.reason)))
            letters += sum(failed.values())
            foreign += not carried and not known
        new = suppression.suppress(connection, reasons, stamp.as_of, stamp.by)
    return Returned(len(found), len(dead), _delayed(found), letters, tuple(new), foreign)


def _delayed(found: Iterable[Bounce]) -> int:
    return sum(bool(bounce.delayed) and not bounce.addresses for bounce in found)
