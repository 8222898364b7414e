"""A whole season played through the real acts: a pack's events in time order, and an advance at every moment."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING

from acts.advance import advance
from acts.approve import approve, reject
from acts.load import load
from acts.open_year import open_year
from acts.outcome import Changes, Outcome
from acts.rerun import rerun
from acts.submit import submit
from acts.waive import waive
from acts.withdraw import withdraw
from calendars.deadlines import at_nine, end_of
from calendars.errors import TalentError
from calendars.moments import moments
from models import standing
from models.stamp import Stamp

if TYPE_CHECKING:
    from acts.pack import Event, Pack
    from calendars.year import Year
    from models.database import Database


class AlreadyOpen(TalentError):
    """这个数据库里已有 {year} 年度；演练要用一个新的数据库。"""


@dataclass(frozen=True, slots=True)
class Step:
    """One instant of the play: an event with its outcome, or (event None) an advance with what it changed."""

    at: datetime
    event: Event | None
    outcome: Outcome
    failures: Mapping[str, str] = field(default_factory=dict)

    @property
    def rules(self) -> tuple[str, ...]:
        """The rules that refused the event."""
        verdict = self.outcome.verdict
        return tuple(finding.rule for finding in verdict.refusals) if verdict and not self.outcome.done else ()

    @property
    def as_marked(self) -> bool:
        """Whether an event that is marked to be refused was, so and by that rule; True where nothing is marked."""
        if self.event is None or self.event.expect is None:
            return True
        return self.outcome.outcome == self.event.expect and self.event.refused_by in {None, *self.rules}


@dataclass(frozen=True, slots=True)
class Player:
    """Who plays, by which clock, on which database."""

    database: Database
    year: Year
    by: str
    clock: datetime
    base_url: str = ""

    def stamp(self, at: datetime) -> Stamp:
        """The act's stamp: the clock's instant is that of the play."""
        return Stamp(self.by, self.clock, at, self.base_url)


def play(player: Player, pack: Pack, until: datetime | None = None) -> Iterator[Step]:
    """Open the year and play it up to `until`, that instant included (None: to its end); raise `AlreadyOpen`.

    A due day that an act moves is a moment too, from then on.
    """
    _open(player, pack)
    waiting = [(at, 0, None) for at in _moments(player.year)] + [
        (event.at, number, event) for number, event in enumerate(pack.events, start=1)
    ]
    heap: list[tuple[datetime, int, Event | None]] = waiting
    heapq.heapify(heap)
    last: datetime | None = None
    while heap and (until is None or heap[0][0] <= until):
        at, _, event = heapq.heappop(heap)
        if event is None and at == last:
            continue
        step = _advance(player, at) if event is None else _do(player, pack, event)
        last = at if event is None else None
        for grant in step.outcome.changes.extensions:
            heapq.heappush(heap, (end_of(grant.until), 0, None))
        yield step
    if until is not None and last != until:
        yield _advance(player, until)


def _open(player: Player, pack: Pack) -> None:
    year = player.year
    with player.database.read() as connection:
        try:
            standing.opened(connection, year.year)
        except standing.YearNotOpen:
            pass
        else:
            raise AlreadyOpen(year=year.year)
    first = min(_moments(year)[0], *(event.at for event in pack.events))
    open_year(player.database, year, player.stamp(first), rehearsal=True)


def _moments(year: Year) -> list[datetime]:
    """Every moment of the calendar, and 09:00 of every working day, when the province's digest goes out."""
    fixed = [moment.instant for moment in moments(year)]
    first, last = fixed[0].date(), fixed[-1].date()
    days = (date.fromordinal(number) for number in range(first.toordinal(), last.toordinal() + 1))
    nines = (at_nine(day) for day in days if year.working_days.is_working(day))
    return sorted({*fixed, *nines})


def _advance(player: Player, at: datetime) -> Step:
    done = advance(player.database, player.year.year, player.stamp(at))
    return Step(at, None, Outcome("done", "", changes=done.changes), done.failures)


def _do(player: Player, pack: Pack, event: Event) -> Step:
    try:
        outcome = DOES[event.do](player, pack, event)
    except TalentError as error:
        outcome = Outcome("refused", str(error), changes=Changes())
    return Step(event.at, event, outcome)


Do = Callable[[Player, "Pack", "Event"], Outcome]


def _load(player: Player, pack: Pack, event: Event) -> Outcome:
    stamp = player.stamp(event.at)
    return load(player.database, pack.year, event.phase, _city(player, event), pack.folder / event.file, stamp)


def _submit(player: Player, pack: Pack, event: Event) -> Outcome:
    return submit(player.database, pack.year, event.phase, _city(player, event), player.stamp(event.at))


def _approve(player: Player, pack: Pack, event: Event) -> Outcome:
    return approve(player.database, pack.year, event.phase, _city(player, event), player.stamp(event.at))


def _reject(player: Player, pack: Pack, event: Event) -> Outcome:
    city, stamp = _city(player, event), player.stamp(event.at)
    return reject(player.database, pack.year, event.phase, city, stamp, reason=event.reason, until=event.until)


def _waive(player: Player, pack: Pack, event: Event) -> Outcome:
    city, stamp = _city(player, event), player.stamp(event.at)
    return waive(player.database, pack.year, event.rule, event.phase, city, stamp, reason=event.reason)


def _rerun(player: Player, pack: Pack, event: Event) -> Outcome:
    city, stamp = _city(player, event), player.stamp(event.at)
    assert event.until is not None
    return rerun(player.database, pack.year, event.phase, city, stamp, until=event.until, reason=event.reason)


def _withdraw(player: Player, pack: Pack, event: Event) -> Outcome:
    stamp = player.stamp(event.at)
    return withdraw(player.database, pack.year, _city(player, event), stamp, reason=event.reason)


def _city(player: Player, event: Event) -> str:
    return player.year.city(event.city).slug


DOES: Mapping[str, Do] = {
    "load": _load,
    "submit": _submit,
    "approve": _approve,
    "reject": _reject,
    "waive": _waive,
    "rerun": _rerun,
    "withdraw": _withdraw,
}
"""What an event's `do` does."""
