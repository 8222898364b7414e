"""Settling what a worker left behind that is proven gone, by what the other side saw of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from models import doubt

if TYPE_CHECKING:
    from datetime import datetime

    from letters.witnesses import Witness
    from models.database import Database


def reconcile(database: Database, witness: Witness, at: datetime) -> None:
    """Ask the witness about every letter in doubt, and put on record what it tells.

    What it cannot tell for good stands as unknown, for a person to settle; what it cannot tell yet is asked again.
    """
    found = doubt.doubtful(database, at)
    if found:
        asked = {one.message_id: one.since for one in found}
        doubt.resolve(database, found, witness.fates(asked, at), at)
