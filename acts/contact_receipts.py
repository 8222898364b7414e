"""Proof of being told: a letter acknowledged, a telephone call noted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from models import audit, contact_evidence, contacts, receipts, standing
from season.outcome import Outcome

if TYPE_CHECKING:
    from collections.abc import Collection

    from models.database import Database
    from models.stamp import Stamp

LONGEST_NAME, LONGEST_NOTE = 50, 2000
UNFIT = f"请写明与谁通话（{LONGEST_NAME} 字以内）和说了什么（{LONGEST_NOTE} 字以内）。"


def acknowledge(database: Database, letters: Collection[int], stamp: Stamp, *, by: str | None = None) -> Outcome:
    """Put on record that these letters were received; `by` is who was signed in, None by the letter's own link.

    A letter is acknowledged once; whoever does it again changes nothing.
    """
    with database.write("every") as connection:
        if receipts.acknowledge(connection, letters, by, stamp):
            contacts.touch(connection)
    return Outcome("done", "已签收。")


def note_call(
    database: Database,
    year: int,
    phase: str,
    city: str,
    stamp: Stamp,
    *,
    whom: str,
    said: str,
    account: int | None = None,
) -> Outcome:
    """Put a telephone call to a city about a phase on record. Raises UnknownPhase, UnknownCity."""
    whom, said = whom.strip(), said.strip()
    if not (1 <= len(whom) <= LONGEST_NAME and 1 <= len(said) <= LONGEST_NOTE):
        return Outcome("refused", UNFIT)
    with database.write(year) as connection:
        calendar = standing.opened(connection, year).year
        slug, found = calendar.phase(phase).slug, calendar.city(city)
        attempt = contact_evidence.attempt_of(connection, year, slug, found.slug, stamp.as_of)
        given = {"year": year, "phase": slug, "city": found.slug, "attempt": attempt, "whom": whom, "said": said}
        number = receipts.called(connection, stamp, given)
        audit.record(connection, stamp, "记录电话催办", f"call:{number}", account=account, city=found.slug)
        contacts.touch(connection, year)
    return Outcome("done", f"已记录与{found.name}市的通话。")
