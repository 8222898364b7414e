"""The figures that whoever watches machines asks for: counts and ages, of nobody in particular."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from models.columns import table_of
from models.letter_states import LetterEvent, may
from models.signs_of_life import Sign, signs
from models.tables.season import CityPhase, Letter, ProgrammeYear

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from sqlalchemy import Connection


@dataclass(frozen=True, slots=True)
class MachineFigures:
    """By year and state how many city phases and letters there are, the years' revisions, the oldest queued letter.

    `oldest` is when by the clock the letter was queued that has waited longest, None where none waits; `signs` are
    the last of what runs by itself.
    """

    phases: Mapping[tuple[int, str], int]
    letters: Mapping[tuple[int, str], int]
    revisions: Mapping[int, int]
    oldest: datetime | None
    signs: tuple[Sign, ...] = ()


def figures(connection: Connection) -> MachineFigures:
    """Count, in five statements, whatever there is."""
    phase, letter, year = table_of(CityPhase), table_of(Letter), table_of(ProgrammeYear)
    by_state = (
        select(one.c.year, one.c.state, func.count()).group_by(one.c.year, one.c.state) for one in (phase, letter)
    )
    phases, letters = ({(row[0], row[1]): row[2] for row in connection.execute(query)} for query in by_state)
    revisions = {row.year: row.revision for row in connection.execute(select(year.c.year, year.c.revision))}
    oldest = connection.execute(select(func.min(letter.c.queued_at)).where(may(letter, LetterEvent.CLAIM))).scalar()
    return MachineFigures(phases, letters, revisions, oldest, signs(connection))
