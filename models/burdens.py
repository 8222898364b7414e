"""What a year asks of the people in it: letters written to each party, things done and cells typed by each city."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import func, select

from gates.states import Event
from models.columns import table_of
from models.database import book_of
from models.facts.scope import Scope
from models.letter_states import LetterState
from models.parties import Reach
from models.tables.city_drafts import draft_table
from models.tables.season import Letter, Transition
from phases.interview import INTERVIEWS
from phases.parties import Rows

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from sqlalchemy import Connection

    from calendars.year import Year

ADMITTED = Rows(INTERVIEWS.key, where=("admitted",))
ACTS = (Event.LOAD, Event.SUBMIT)
"""What a city does that stands in the log."""


class Burden(NamedTuple):
    """What the year was to parties of one kind: the most, and the sum of all, of letters, acts and typed cells.

    A mentor who had a student admitted is of the kind `mentor`, another `mentor-without`. Acts and cells are a city's.
    """

    audience: str
    parties: int
    letters: int
    letters_in_all: int
    acts: int = 0
    cells: int = 0


def burdens(connection: Connection, year: Year) -> list[Burden]:
    """Give the burden of each kind of party that anything was written to, in the order of the alphabet."""
    admitted = Reach(Scope.undated(connection, year)).find(ADMITTED, "mentor")
    with_students = {f"mentor:{party}" for parties in admitted.values() for party in parties}
    by_kind: dict[str, Counter[str]] = defaultdict(Counter)
    for recipient, count in _letters(connection, year.year):
        kind = recipient.partition(":")[0]
        without = kind == "mentor" and recipient not in with_students
        by_kind[f"{kind}-without" if without else kind][recipient] = count
    acts, cells = _acts(connection, year.year), _cells(connection, year.year)
    most = {"city": (max(acts.values(), default=0), max(cells.values(), default=0))}
    return [
        Burden(kind, len(counts), max(counts.values()), counts.total(), *most.get(kind, ()))
        for kind, counts in sorted(by_kind.items())
    ]


def _letters(connection: Connection, year: int) -> Iterable[tuple[str, int]]:
    letter = table_of(Letter)
    written = (letter.c.year == year) & (letter.c.state != LetterState.CANCELLED.value)
    query = select(letter.c.recipient, func.count()).where(written).group_by(letter.c.recipient)
    return connection.execute(query).tuples()


def _acts(connection: Connection, year: int) -> Mapping[str, int]:
    log = table_of(Transition)
    done = (log.c.year == year) & log.c.event.in_([event.value for event in ACTS])
    return dict(connection.execute(select(log.c.city, func.count()).where(done).group_by(log.c.city)).tuples().all())


def _cells(connection: Connection, year: int) -> Mapping[str, int]:
    """Count the cells that are filled in, by city: of each sheet that it fills in all that its rows hold."""
    found: Counter[str] = Counter()
    for sheet in (sheet for phase in book_of(connection).phases.values() if phase.form for sheet in phase.form.sheets):
        table = draft_table(sheet)
        filled = sum((func.count(table.c[name]) for name in sheet.fields), start=0 * func.count())
        rows = select(table.c.city, filled).where(table.c.year == year).group_by(table.c.city)
        found.update(dict(connection.execute(rows).tuples().all()))
    return found
