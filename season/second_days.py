"""Which day of a phase's second part a letter told: that alone, or beside the other, as it held then."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any, cast

from calendars.deadlines import Extension, day_of, handed_in_from
from gates.pending import second_due
from gates.states import State
from letters.occurrences import OFFICES
from models import histories
from models.days_told import told_of_second, until_of
from models.standing import calendar_then
from models.taking_back import BOTH, SECOND
from season.recipients import audience_of

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from sqlalchemy import Connection, Row

    from calendars.deadlines import Cause
    from calendars.year import Year
    from models.standing import Key


class SecondDays:
    """Reads letters of these phases; what it has to know of the year is asked once."""

    def __init__(self, connection: Connection, year: Year, phases: Collection[str]) -> None:
        self._calendar = calendar_then(connection, year)
        self._given: dict[Key, list[histories.PastGrant]] = defaultdict(list)
        for one in histories.grants(connection, histories.Span(year.year, None)):
            self._given[one.phase, one.city].append(one)
        self._stood: dict[Key, list[tuple[datetime, bool]]] = defaultdict(list)
        spans = (histories.Span(year.year, None, phase) for phase in phases)
        for move in (move for span in spans for move in histories.as_written(connection, span)):
            self._stood[move.phase, move.city].append((move.as_of, move.after is State.SUBMITTED))

    def of(self, letter: Row[Any]) -> datetime | None:
        """Give the first instant too late by the day of the second part that a letter told; None where it told none."""
        if self.alone(letter):
            return until_of(letter)
        if letter.kind != "opened" and not letter.slot.startswith(BOTH):
            return None
        year = self._calendar(letter.queued_as_of)
        given = (one for one in self._given[letter.phase, letter.city] if one.as_of <= letter.queued_as_of)
        extensions = [Extension(one.until, cast("Cause", one.cause), one.corrections) for one in given]
        due = second_due(year.phase(letter.phase), extensions)
        if due is not None and audience_of(letter.recipient) not in OFFICES:
            due = handed_in_from(day_of(letter.queued_as_of), due, year.figures.party_days, year.working_days)
        return due.instant if due else None

    def alone(self, letter: Row[Any]) -> bool:
        """Tell whether whatever day a letter tells is the second part's: by its slot, or as the rest stood filed.

        Neither what filed it nor what returned it is written while it stands so.
        """
        if letter.slot.startswith(SECOND):
            return True
        stood = self._stood[letter.phase, letter.city]
        before = [filed for at, filed in stood if at < letter.queued_as_of]
        until = [filed for at, filed in stood if at <= letter.queued_as_of]
        return bool(before) and before[-1] and until[-1]


def alone(connection: Connection, year: Year, keys: Collection[Key]) -> frozenset[int]:
    """Give the letters, by number, that tell a day of the second part of these city phases, and none of the rest."""
    dated = [key for key in keys if year.phase(key[0]).second_due]
    if not dated:
        return frozenset()
    days = SecondDays(connection, year, {phase for phase, _ in dated})
    return frozenset(row.id for row in told_of_second(connection, year.year, dated) if days.alone(row))
