"""What is owed by a second way beside the letters of an act, where it is urgent and its recipient chose one."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from calendars.deadlines import day_of
from letters.occurrences import OFFICES
from letters.short_messages import says
from models.contact_keys import Unopened
from models.letter_states import LetterState
from models.second_ways import reached
from models.short_messages import OwedShort
from phases.letter_kinds import LETTER_KINDS
from season.recipients import audience_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from letters.brief import Brief
    from models.outbox import LetterRow
    from phases.letter_kinds import Kind
    from season.unit_of_work import Season


def owed_beside(season: Season, letters: Sequence[LetterRow], brief: Callable[[LetterRow], Brief]) -> list[OwedShort]:
    """Give the short messages owed beside these letters, those left unsent by their act left out.

    None where addresses cannot be read, for the key is not there: the letter itself goes.
    """
    urgent = [row for row in letters if row.state is not LetterState.CANCELLED and _is_urgent(season, row)]
    try:
        ways = reached(season.connection, {row.recipient for row in urgent}, day_of(season.stamp.as_of))
    except Unopened:
        return []
    return [
        OwedShort(row.message_id, ways[row.recipient], says(brief(row)), row.leaves_at or season.stamp.as_of)
        for row in urgent
        if row.recipient in ways
    ]


def _is_urgent(season: Season, row: LetterRow) -> bool:
    urgent = LETTER_KINDS[cast("Kind", row.kind)].urgent
    return urgent == "always" or (urgent == "last" and _is_last(season, row))


def _is_last(season: Season, row: LetterRow) -> bool:
    """Tell whether no other reminder of that due day follows."""
    office = audience_of(row.recipient) in OFFICES
    rungs = season.year.phase(row.phase).rungs if office else season.year.figures.party_rungs
    return int(row.slot.partition("@")[0]) == min(rungs)
