"""What several letters of one pass would tell a recipient, told once: which of them say what another says."""

from __future__ import annotations

from typing import TYPE_CHECKING

from models.days_told import AGAIN, OVERDUE
from models.letter_states import LetterState
from models.taking_back import SECOND
from phases.letter_kinds import LETTER_KINDS
from season import owing

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

    from models.outbox import LetterRow
    from models.standing import Key
    from season.owing import Owed
    from season.recipients import Recipient

SAID_BY: Mapping[str, tuple[str, ...]] = {kind: row.said_by for kind, row in LETTER_KINDS.items()}

Place = tuple[str | None, str, str]
"""A recipient of a city phase."""


def both_days(
    addressed: Sequence[tuple[Owed, Recipient]], names_day: Callable[[Owed, Recipient], bool]
) -> list[tuple[Owed, Recipient]]:
    """Let whoever gets a letter that names a phase's own day read in it that the second part's has moved as well.

    `names_day` tells of a letter whether it does so. An opening says both days in any case, and with what is filed no
    other letter of the phase names its own.
    """

    def place(one: Owed, to: Recipient) -> Place:
        return one.phase, one.city, to.key

    def takes(one: Owed, to: Recipient) -> bool:
        if place(one, to) not in apart or one.second:
            return False
        return one.kind == "rejoined" or (one.kind in SAYING_BOTH and place(one, to) not in opened)

    moved = [(one, to) for one, to in addressed if LETTER_KINDS[one.kind].moves and (one.second or one.also)]
    apart = {place(one, to): one for one, to in moved}
    opened = {place(one, to) for one, to in addressed if one.kind == "opened"}
    told = {place(one, to): one for one, to in reversed(addressed) if takes(one, to) and names_day(one, to)}
    made: dict[tuple[int, int], Owed] = {}
    found = []
    for one, to in addressed:
        where = place(one, to)
        if told.get(where) is one:
            pair = (id(one), id(apart[where]))
            made.setdefault(pair, owing.saying_both(one, apart[where]))
            found.append((made[pair], to))
        elif where not in told or apart[where] is not one:
            found.append((one, to))
    return found


SAYING_BOTH = tuple(kind for kind in LETTER_KINDS["moved"].said_by if kind != "opened")
"""The kinds in whose words the second part's new day stands, where it moves with the phase's own."""


def one_at_once(rows: Sequence[LetterRow], filed: Collection[Key]) -> list[LetterRow]:
    """Keep unsent what another letter of this very pass says: that the phase opened, unseen till now, or is late.

    It is written all the same, or the next pass would find it owed. What says nothing new is not written.
    """

    def once_more(row: LetterRow) -> bool:
        return row.kind == OVERDUE and AGAIN in row.slot

    def tells(row: LetterRow) -> bool:
        """An answer that declines names no day of its own: whatever gives another is told beside it."""
        return row.valid_until is not None or (row.kind == OVERDUE and not once_more(row))

    told = {(row.kind, row.phase, row.concerns, row.recipient) for row in rows if tells(row)}
    opened = {(row.phase, row.concerns, row.recipient) for row in rows if row.kind == "opened"}

    def gets(row: LetterRow, kind: str) -> bool:
        return (kind, row.phase, row.concerns, row.recipient) in told

    def unneeded(row: LetterRow) -> bool:
        return (row.kind == "reminder" and gets(row, "opened")) or (once_more(row) and gets(row, OVERDUE))

    def said(row: LetterRow) -> bool:
        """Of the second part's day only an opening speaks as well, dated or not, till the rest is `filed`."""
        if row.slot.startswith(SECOND) and (row.phase, row.concerns) not in filed:
            return (row.phase, row.concerns, row.recipient) in opened
        return any(gets(row, kind) for kind in SAID_BY[row.kind])

    return [
        row._replace(state=LetterState.CANCELLED, detail="与同时发出的函件重复，不另发") if unneeded(row) else row
        for row in rows
        if not said(row)
    ]
