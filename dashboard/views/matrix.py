"""The matrix in words and shapes: what one cell of it says, and what needs the province's hand."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from markupsafe import Markup, escape

from calendars.deadlines import day_of
from gates.states import State
from models.waiting import pending_of

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from datetime import date, datetime

    from calendars.deadlines import Due
    from calendars.year import City, Phase, Year
    from models.reports import Standing, Standings
    from models.standing import Key

SHAPES: Mapping[State, str] = {
    State.WAITING: "·",
    State.OPEN: "○",
    State.SUBMITTED: "◐",
    State.PASSED: "✓",
    State.RETURNED: "↩",
    State.OVERDUE: "!",
    State.WITHDRAWN: "—",
}
"""Told apart without colour."""

ON_TIME, EXTENDED, MOVED, LATE = "按时", "延期内按时", "已延期", "逾期"
REOPENED = "重新开放后报送"
WAIVED, RERUN, ASKED, AWAITED, ON_PAPER = "有豁免", "重新开放", "申请延期", "需省办处理", "线下办理"
ROUND = "轮"

MARKS: Mapping[str, str] = {
    ON_TIME: "=",
    EXTENDED: "+",
    MOVED: "»",
    ON_PAPER: "◇",
    WAIVED: "*",
    RERUN: "↻",
    ASKED: "?",
    AWAITED: "▸",
}
"""The shape of each note, told apart without colour too."""

IN_HAND = frozenset({State.OPEN, State.SUBMITTED, State.RETURNED, State.OVERDUE})
"""Where somebody has something to do: what a phone lists, city by city."""


@dataclass(frozen=True, slots=True)
class MatrixCell:
    """One city in one phase, as it is shown. `left` is how long it has, or for how long it is late; "" where neither.

    `notes` tell apart beside the state: 按时, 延期内按时, 线下办理, 有豁免, 第 2 轮, who was told.
    """

    phase: str
    state: State
    shape: str
    word: str
    left: str
    notes: tuple[str, ...]
    hand: bool

    @property
    def live(self) -> bool:
        """Whether somebody has it in hand."""
        return self.state in IN_HAND

    @property
    def looks(self) -> str:
        """The classes of its cell."""
        return f"{self.state.value} live" if self.live else self.state.value

    @property
    def inner(self) -> Markup:
        """What stands in it; most cells say the same, so it is written once for all of them."""
        return _inner(self.shape, self.word, self.left, self.notes)


@dataclass(frozen=True, slots=True)
class MatrixLine:
    """A city's line of the matrix."""

    city: City
    cells: tuple[MatrixCell, ...]

    @property
    def hand(self) -> bool:
        """Whether anything in it needs the province."""
        return any(cell.hand for cell in self.cells)

    def row(self, year: Year, at: str) -> Markup:
        """Give its cells as a table has them; `at` is what their links carry on.

        Written here and not in the template: of the time a page takes, most would go into these few words.
        """
        city = escape(f"{self.city.slug}{at}")
        cells = zip(year.phases, self.cells, strict=True)
        return Markup("\n").join(_td(f"/{year.year}/{cell.phase}/{city}", phase, cell) for phase, cell in cells)


def _td(address: str, phase: Phase, cell: MatrixCell) -> Markup:
    """Give one cell of the table, its `address` escaped; a phone shows a live one apart from its column, so named."""
    which = f'<span class="which">{escape(phase.name)}</span>' if cell.live else ""
    return Markup(f'<td class="cell {cell.looks}"><a href="{address}">{cell.inner}{which}</a></td>')  # nosec B704 # noqa: S704 -- escaped


def lines(
    found: Standings, told: Mapping[Key, tuple[str, ...]] | None = None, asked: Collection[Key] = ()
) -> tuple[MatrixLine, ...]:
    """Give the matrix line by line, in the customary order.

    `told` adds words to the notes of a phase and city; `asked` are those for which a city asks for more time.
    """
    said, days, phases, today = told or {}, found.year.working_days, found.year.phases, day_of(found.as_of)
    rest: dict[date, int] = {}
    made: dict[object, MatrixCell] = {}

    def cell(phase: Phase, city: str, standing: Standing) -> MatrixCell:
        key = (phase.slug, city)
        more = (*((ASKED,) if key in asked else ()), *said.get(key, ()))
        how = (standing.timeliness, standing.on_paper, standing.waived)
        second = (standing.second, standing.second_at)
        facts = (phase.slug, standing.state, standing.attempt, standing.due, *how, *second, more)
        if facts not in made:
            if standing.due.day not in rest:
                rest[standing.due.day] = days.left(today, standing.due.day)
            made[facts] = _cell(found, phase, standing, rest[standing.due.day], more)
        return made[facts]

    return tuple(
        MatrixLine(found.year.city(city), tuple(map(cell, phases, (city,) * len(phases), standings)))
        for city, standings in found.cities.items()
    )


def _cell(standings: Standings, phase: Phase, standing: Standing, rest: int, more: tuple[str, ...]) -> MatrixCell:
    waits, state = pending_of(standings, phase, standing), standing.state
    late = (f"后交部分{LATE} {waits.late} 天",) if waits and standing.second_late else ()
    found = (*notes(standing), *((AWAITED,) if waits and waits.province else ()), *late, *more)
    hand = waits is not None or ASKED in more
    said = left(state, standing.due, standings.as_of, rest, waits.late if waits else 0)
    return MatrixCell(phase.slug, state, SHAPES[state], state.chinese, said, found, hand)


def left(state: State, due: Due, as_of: datetime, rest: int, late: int) -> str:
    """Say how many working days are left, or how many calendar days it is late."""
    if state in {State.OPEN, State.RETURNED}:
        return "今天截止" if due.day == day_of(as_of) else f"剩 {rest} 个工作日"
    return f"{LATE} {late} 天" if state is State.OVERDUE else ""


def notes(standing: Standing) -> tuple[str, ...]:
    """Say what is told apart beside the state."""
    moved = any(cause in {"correction", "extension", "grace"} for cause in standing.due.because)
    found = (
        timely(standing) or None,
        MOVED if moved and standing.state in {State.WAITING, State.OPEN, State.RETURNED} else None,
        f"第 {standing.attempt} {ROUND}" if standing.attempt > 1 else None,
        WAIVED if standing.waived else None,
    )
    return tuple(note for note in found if note)


def timely(standing: Standing) -> str:
    """Say whether what has passed was filed in time: by the day that a rerun gave, or one that was put off, is neither.

    "" where nothing has passed; what was done on paper says that instead.
    """
    if standing.on_paper:
        return ON_PAPER
    late = REOPENED if "rerun" in standing.due.because else EXTENDED
    return {"on-time": ON_TIME, "extended": late}.get(standing.timeliness or "", "")


def mark(note: str) -> str:
    """Give the shape of a note; "" where it has none of its own."""
    return MARKS.get(note) or (MARKS[RERUN] if note == REOPENED or note.endswith(ROUND) else "")


@lru_cache(maxsize=2048)
def _inner(shape: str, word: str, rest: str, told: tuple[str, ...]) -> Markup:
    said = Markup('<span class="shape" aria-hidden="true">{}</span><span class="word">{}</span>').format(shape, word)
    for note in told:
        sign = Markup('<i aria-hidden="true">{}</i>').format(mark(note)) if mark(note) else ""
        said += Markup('<small class="note">{}{}</small>').format(sign, note)
    return said + Markup("<small>{}</small>").format(rest) if rest else said
