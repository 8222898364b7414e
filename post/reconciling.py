"""Settling what a worker left behind that is proven gone, by what the other side saw of it."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from post import unknown_letters

if TYPE_CHECKING:
    from datetime import datetime

    from models.database import Database
    from post.evidence.witnesses import Fate, Witness


def reconcile(database: Database, witness: Witness, at: datetime) -> None:
    """Ask the witness about every letter in doubt, and put on record what it tells.

    What it cannot tell for good stands as unknown, for a person to settle; what it cannot tell yet is asked again. Two
    messages of one Message-ID, as when a letter is owed once more whose fellows still go by its name, look alike to it.
    """
    found = unknown_letters.doubtful(database, at)
    times: defaultdict[str, set[datetime]] = defaultdict(set)
    for one in found:
        times[one.message_id].add(one.since)
    fates: dict[str, Fate] = {key: "untold" for key, since in times.items() if len(since) > 1}
    asked = {key: since for key, (since, *others) in times.items() if not others}
    if asked:
        fates |= witness.fates(asked, at)
    unknown_letters.resolve(database, found, fates, at)
