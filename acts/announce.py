"""Announcing in the office's chat that a digest, an escalation, a nudge went out: one short line, once, of no person.

A letter is the notice; this only points at it. So a line that does not get through is not sent again, and nothing of
the post waits for it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from models import audit, letterbox
from models.open_years import live
from models.reports import standings
from models.waiting import waiting

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from sqlalchemy import Connection

    from calendars.year import Year
    from models.database import Database
    from models.letterbox import SentLetter
    from models.reports import Standings
    from models.stamp import Stamp

KINDS = ("digest", "escalation", "nudge")
WHAT = "announce"
RECENT = timedelta(days=1)
"""What was sent longer ago is no news: a channel that is set up late does not get the season's backlog."""


@dataclass(slots=True)
class Announced:
    """How many lines were announced, and how many did not get through."""

    said: int = 0
    lost: int = 0


def announce(database: Database, stamp: Stamp, deliver: Callable[[str], bool]) -> Announced:
    """Announce what was sent and not announced before, of every real year under way that is no trial.

    What is about to be announced is put on record first, in one transaction a year: two of these never say the same.
    """
    with database.read() as connection:
        under_way = [opened.year for opened in live(connection) if opened.trial is None]
        years = [year for year in under_way if _unannounced(connection, year.year, stamp)]
    done = Announced()
    for year in years:
        with database.write(year.year) as connection:
            letters = _unannounced(connection, year.year, stamp)
            for letter in letters:
                audit.record(connection, stamp, WHAT, subject(letter.id), city=_city(letter))
            found = standings(connection, year.year, stamp.as_of) if letters else None
            lines = list(worded(year, letters, found)) if found else []
        for line in lines:
            if deliver(line):
                done.said += 1
            else:
                done.lost += 1
    return done


def subject(letter: int) -> str:
    """Name a letter in the audit."""
    return f"letter {letter}"


def _unannounced(connection: Connection, year: int, stamp: Stamp) -> Sequence[SentLetter]:
    return letterbox.sent_unaudited(connection, year, KINDS, stamp.at - RECENT, WHAT)


def _city(letter: SentLetter) -> str | None:
    return None if letter.concerns == "*" else letter.concerns


def worded(year: Year, letters: Iterable[SentLetter], found: Standings) -> Iterable[str]:
    """Give a line for each thing that was written about, however many it was written to; no person is named."""
    for kind, phase, concerns in dict.fromkeys((one.kind, one.phase, one.concerns) for one in letters):
        if kind == "digest":
            late, awaiting = (len(waiting(found, province=province)) for province in (False, True))
            yield f"{year.year} 年度每日待办已发：逾期 {late} 项，已报送待办 {awaiting} 项"
        else:
            done = "已催办" if kind == "nudge" else "逾期，已发督办函"
            yield f"{year.city(concerns).name} {year.phase(phase).name} {done}"
