"""A year inside one transaction: what stands, and what an act adds to it before all of it is written at once."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from calendars.deadlines import Due, Extension, at_nine, day_of, handed_in, handed_in_from, knows, resolve
from calendars.errors import TalentError
from gates.pending import Pending, pending, second_due
from gates.states import Event, State, step
from letters.occurrences import OFFICES
from letters.words import is_untold
from models import addresses, city_requests, contacts, histories, letter_marks, revised_calendars, standing, writing
from models.arrangements import arrangements
from models.outbox import message_id
from models.states_as_of import Seen
from models.writing import Grant, Judged, Move, Waiving, Writes
from phases.letter_kinds import UNTOLD
from season.outcome import Changes, Outcome

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import date, datetime

    from sqlalchemy import Connection

    from calendars.deadlines import Cause
    from calendars.working_days import WorkingDays
    from calendars.year import ContactPoint, Year
    from gates.verdict import Waived
    from models.city_requests import CityRequest
    from models.contacts import ContactPerson
    from models.histories import PastMove
    from models.outbox import LetterKey
    from models.stamp import Stamp
    from models.standing import Cell
    from phases.book import Book
    from phases.parties import Arranged, Audience, Dealings
    from season.owing import Owed


class NotARehearsal(TalentError):
    """{year} 年度是正式年度，操作时间以系统时钟为准，不接受 --as-of。"""


class Backdated(TalentError):
    """{city} {phase} 在 {newest} 已有记录，不能以更早的时间（{as_of}）操作。"""


class YearClosed(TalentError):
    """{year} 年度已归档，不能再操作。"""


@dataclass
class Season:
    """What an act works on. Moves change `cells` at once; `flush` writes them, with everything else gathered.

    `arrived` is when the act came in: whether it is in time is decided by that. `stamp.as_of` is where it stands in the
    log, never before what stood there already. Docs: docs/decisions/0028-when-it-came-in.md.
    """

    connection: Connection
    year: Year
    book: Book
    rehearsal: bool
    stamp: Stamp
    arrived: datetime
    cells: dict[standing.Key, Cell]
    extensions: dict[standing.Key, list[Extension]]
    chosen: Collection[str] | None
    looking: bool = False
    by_itself: bool = False  # an advance, which is nobody's hand
    trial: bool = False  # its letters go to one mailbox, and tell nobody anything
    begun: datetime | None = None  # when it was opened: anew where it was tried and is live
    writes: Writes = field(default_factory=Writes)
    written: Writes = field(default_factory=Writes)
    owed: list[Owed] = field(default_factory=list)
    reasons: dict[standing.Key, str] = field(default_factory=dict)  # why a due day moved, for the letters that say so
    untold: str = ""  # why those who were told a day that this act moves are not to hear of it; "" where they are
    mistaken: dict[standing.Key, Due] = field(default_factory=dict)  # the day that a correction takes back
    before: dict[standing.Key, tuple[Due, Due]] = field(default_factory=dict)  # a second part's days that an act moves
    _dues: dict[standing.Key, Due] = field(default_factory=dict)
    _dealings: dict[tuple[str, bool], Dealings] = field(default_factory=dict)

    @classmethod
    def read(
        cls,
        connection: Connection,
        year: int,
        stamp: Stamp,
        cities: Collection[str] | None,
        *,
        reading: bool = False,
        by_itself: bool = False,
    ) -> Season:
        """Read what stands, for these cities or all; raise where the year takes no act at such an instant.

        `reading` is for those who only look, a dry run among them: they may look at any instant, of any year.
        """
        opened = standing.opened(connection, year)
        if opened.closed_as_of is not None and not reading:
            raise YearClosed(year=year)
        if not opened.rehearsal and stamp.as_of != stamp.at and not reading:
            raise NotARehearsal(year=year)
        return cls(
            connection,
            opened.year,
            opened.book,
            opened.rehearsal,
            stamp,
            stamp.as_of,
            standing.cells(connection, year, cities),
            standing.extensions(connection, year, cities),
            cities,
            looking=reading,
            by_itself=by_itself,
            trial=opened.trial is not None,
            begun=opened.begun,
        )

    @cached_property
    def waivers(self) -> Mapping[tuple[str, str, int], Mapping[str, Waived]]:
        """The waived rules by phase, city and attempt."""
        return standing.waivers(self.connection, self.year.year, self.chosen)

    @cached_property
    def revisions(self) -> int:
        """How often the year's calendar was revised, before this act or in it."""
        return revised_calendars.revisions(self.connection, self.year.year)

    @cached_property
    def _given(self) -> tuple[Mapping[standing.Key, datetime], datetime | None]:
        asked = (self.connection, self.year.year)
        return standing.given_at(*asked), revised_calendars.revised(*asked, self.stamp.as_of)[1]

    @property
    def revised_at(self) -> datetime | None:
        """When the year's calendar was revised last; None where never."""
        return self._given[1]

    def moved_at(self, cell: Cell) -> datetime | None:
        """Give when a city phase was last given a day, its own or a revised calendar's; None where never."""
        own, revised = self._given
        return max(filter(None, (own.get((cell.phase, cell.city)), revised)), default=None)

    @cached_property
    def withdrawn(self) -> frozenset[str]:
        """The cities that left the year."""
        return standing.withdrawn(self.connection, self.year.year)

    @cached_property
    def on_file(self) -> Mapping[str, tuple[str | None, str | None]]:
        """The offices' own addresses."""
        return addresses.on_file(self.connection)

    @cached_property
    def people(self) -> Sequence[ContactPerson]:
        """The offices' people, those of old among them."""
        return contacts.of(self.connection)

    @cached_property
    def offices(self) -> Mapping[str, tuple[str | None, str | None]]:
        """Where the offices' letters go: to who is in charge on the day, else to the office's own address."""
        return contacts.addressed(self.on_file, self.people, day_of(self.stamp.as_of))

    @cached_property
    def contact_points(self) -> Mapping[str, ContactPoint]:
        """Whom to ask in each office on the day."""
        return contacts.points(self.on_file, self.people, day_of(self.stamp.as_of), self.year.contact)

    @cached_property
    def days(self) -> WorkingDays:
        """The working days of the year."""
        return self.year.working_days

    @cached_property
    def history(self) -> Sequence[PastMove]:
        """What was done to the city phases read before this act, the newest first."""
        only = next(iter(self.chosen)) if self.chosen is not None and len(self.chosen) == 1 else None
        return histories.moves(self.connection, histories.Span(self.year.year, self.stamp.as_of, city=only))

    @cached_property
    def marks(self) -> Mapping[LetterKey, letter_marks.Mark]:
        """The letters, and kinds of letter, that wait for a person's release, or have it."""
        return letter_marks.marks(self.connection, self.year.year)

    @cached_property
    def later_days(self) -> Mapping[tuple[str | None, str, str], CityRequest]:
        """The requests for a later day that wait for the province, by phase, city and attempt as in a letter's key."""
        waiting = city_requests.unanswered(self.connection, self.year.year, self.stamp.as_of)
        return {(one.phase, one.city, f"{one.attempt}"): one for one in waiting if one.kind == "later-day"}

    @cached_property
    def arrangements(self) -> dict[standing.Key, Arranged]:
        """When and where the cities bring the parties of a phase together, by phase and city."""
        return arrangements(self.connection, self.year.year)

    def told_at_last(self, cell: Cell) -> datetime:
        """Give the hour from which the parties of a phase are told that it is open, be nothing arranged yet."""
        return at_nine(self.theirs(self.due(cell.phase, cell.city), "mentor").day)

    def waits_for_arrangement(self, cell: Cell) -> bool:
        """Tell whether the parties of a phase are not told that it is open yet, for the city has to say when and where.

        At the latest they are on their own day of it.
        """
        if not self.dealings(cell.phase).arranged or self.stamp.as_of >= self.told_at_last(cell):
            return False
        return (cell.phase, cell.city) not in self.arrangements

    @property
    def cities(self) -> tuple[str, ...]:
        """The cities read, in the customary order."""
        read = {city for _, city in self.cells}
        return tuple(city.slug for city in self.year.cities if city.slug in read)

    def states(self, city: str) -> dict[str, State]:
        """Give the states of one city, by phase."""
        return {phase.slug: self.cells[phase.slug, city].state for phase in self.year.phases}

    def due(self, phase: str, city: str) -> Due:
        """Ask the resolver; its answer holds until a later day is granted."""
        if (phase, city) not in self._dues:
            self._dues[phase, city] = resolve(self.year.phase(phase).due, self.extensions.get((phase, city), ()))
        return self._dues[phase, city]

    def theirs(self, due: Due, audience: Audience) -> Due:
        """Give what a city's due day asks of an audience: of a party, which hands in to the city, an earlier one."""
        return due if audience in OFFICES else handed_in(due, self.year.figures.party_days, self.days)

    def told(self, due: Due, audience: Audience) -> Due:
        """Give the same as it is told now: where a party's day has come, the next working day, if there is one."""
        if audience in OFFICES:
            return due
        return handed_in_from(day_of(self.stamp.as_of), due, self.year.figures.party_days, self.days)

    def holds(self, due: Due, audience: Audience, until: datetime) -> bool:
        """Tell whether an audience that was told this instant knows what a city's due day asks: `theirs`, or `told`."""
        return knows(until, due, self.theirs(due, audience), day_of(self.stamp.as_of))

    def pending(self, cell: Cell) -> Pending | None:
        """Give whose hand a city phase waits for now; None where nobody's."""
        due, second = self.due(cell.phase, cell.city), self.second_due(cell.phase, cell.city)
        seen = Seen(cell.phase, cell.state, cell.attempt, due, cell.filed_at, cell.on_paper, second, cell.second_at)
        return pending(self.year, self.year.phase(cell.phase), seen, self.stamp.as_of)

    def is_late(self, cell: Cell) -> bool:
        """Tell whether a city is late in a phase, or with its second part."""
        waits = self.pending(cell)
        return waits is not None and not waits.province

    def second_due(self, phase: str, city: str) -> Due | None:
        """Give until when a city files the second part of a phase; None where the year dates none."""
        return second_due(self.year.phase(phase), self.extensions.get((phase, city), ()))

    def second_owed(self, cell: Cell) -> Due | None:
        """Give until when a city that has filed a phase owes its second part; None where it owes none."""
        filed = cell.state is State.SUBMITTED and cell.second_at is None
        return self.second_due(cell.phase, cell.city) if filed else None

    def owed_by(self, cell: Cell) -> Due:
        """Give until when a city phase is owed: its second part, where that alone still is."""
        return self.second_owed(cell) or self.due(cell.phase, cell.city)

    def dealings(self, phase: str, *, second: bool = False) -> Dealings:
        """Give what a phase of the year, or its second part, has to do with its parties."""
        if (phase, second) not in self._dealings:
            self._dealings[phase, second] = self.book.dealings(self.year.phase(phase), self.year, second=second)
        return self._dealings[phase, second]

    def title(self, phase: str, city: str) -> str:
        """Name a city phase for people."""
        return f"{self.year.city(city).name} {self.year.phase(phase).name}"

    def after_what_stands(self) -> None:
        """Let an act of a real year stand after what was done to its city phases while it waited for its turn.

        Where somebody named another instant than the clock's (a rehearsal, a look at the past), that instant stays.
        """
        if not self.rehearsal and self.stamp.as_of == self.stamp.at:
            newest = max((cell.as_of for cell in self.cells.values()), default=self.arrived)
            self.stamp = replace(self.stamp, as_of=max(self.arrived, newest))

    def in_time(self, cell: Cell) -> bool:
        """Tell whether the act came in before the city phase's due instant, whatever went on record meanwhile."""
        return self.due(cell.phase, cell.city).met_by(self.arrived)

    def not_backdated(self, cell: Cell) -> None:
        """Raise `Backdated` where the city phase is to be written and has a newer log row than this act's instant."""
        if self.stamp.as_of < cell.as_of and not self.looking:
            raise Backdated(
                city=self.year.city(cell.city).name,
                phase=self.year.phase(cell.phase).name,
                newest=f"{cell.as_of:%Y-%m-%d %H:%M}",
                as_of=f"{self.stamp.as_of:%Y-%m-%d %H:%M}",
            )

    def move(
        self,
        cell: Cell,
        event: Event,
        reason: str | None = None,
        *,
        request: int | None = None,
        **changes: Any,  # noqa: ANN401
    ) -> Cell:
        """Take the transition that `event` names and change these fields; raise `IllegalTransition`.

        What a city asked gives the reason by its number as `request`, and its words stand there alone.
        """
        after = replace(cell, state=step(cell.state, event), **changes)
        return self._log(Move(cell, after, event, reason, request=request))

    def note(
        self,
        cell: Cell,
        event: Event,
        reason: str | None = None,
        *,
        refused: bool = False,
        request: int | None = None,
        **changes: Any,  # noqa: ANN401
    ) -> Cell:
        """Log what left the state as it is: a load, an extension, a waiver, a refused try."""
        return self._log(Move(cell, replace(cell, **changes), event, reason, refused, request))

    def _log(self, move: Move) -> Cell:
        cell = move.before
        after = replace(move.after, moves=cell.moves + 1, as_of=max(cell.as_of, self.stamp.as_of))
        self.cells[cell.phase, cell.city] = after
        self.writes.moves.append(replace(move, after=after))
        return after

    def message_id(self, key: LetterKey) -> str:
        """Give the Message-ID of a letter: in a trial another than the one it will have once it is meant."""
        key = (f"trial {key[0]}", *key[1:]) if self.trial else key
        return message_id(self.stamp.mail_domain, self.year.year, key)

    def grant(self, cell: Cell, cause: Cause, until: date, reason: str) -> None:
        """Give the city phase a later due day; what it has already is not given twice. A correction begins anew."""
        held = self.extensions.setdefault((cell.phase, cell.city), [])
        corrections = max((one.corrections for one in held), default=0) + (cause == "correction")
        given = Extension(until, cause, corrections)
        if given not in held:
            self._keep_second(cell.phase, cell.city)
            held.append(given)
            self._dues.pop((cell.phase, cell.city), None)
            self.reasons[cell.phase, cell.city] = reason
            self.writes.grants.append(Grant(cell.phase, cell.city, cell.attempt, cause, until, reason, corrections))

    def follow(self, calendar: Year) -> None:
        """Go on by another calendar of the same cities and phases: every due day is asked for anew."""
        for phase, city in self.cells:
            self._keep_second(phase, city)
        self.year = calendar
        self._dues.clear()
        self._dealings.clear()
        for name in ("days", "revisions"):
            self.__dict__.pop(name, None)

    def _keep_second(self, phase: str, city: str) -> None:
        """Keep until when the second part was to be filed, and handed in by parties, before this act moves that."""
        if due := self.second_due(phase, city):
            self.before.setdefault((phase, city), (due, self.theirs(due, "mentor")))

    def waive(self, cell: Cell, rule: str, reason: str) -> None:
        """Set a rule aside for this attempt."""
        self.writes.waivings.append(Waiving(cell.phase, cell.city, cell.attempt, rule, reason))

    def keep(self, judged: Judged) -> None:
        """Keep a judgement."""
        self.writes.judged.append(judged)

    @property
    def changes(self) -> Changes:
        """What was written so far."""
        return Changes(tuple(self.written.moves), tuple(self.written.letters), tuple(self.written.grants))

    def answered(self, outcome: Outcome) -> Outcome:
        """Give the outcome with what was written for it, and how many letters stay unsent by the province's word."""
        kept = sum(is_untold(one.state, one.detail) for one in self.changes.letters)
        said = f"{UNTOLD}：{self.untold}；{kept} 封函件不发出，只留记录。" if kept else ""
        return replace(outcome, message=outcome.message + said, changes=self.changes)

    def flush(self) -> None:
        """Write what was gathered, so that queries see it."""
        writing.write(self.connection, self.year.year, self.writes, self.stamp)
        for kept, new in ((getattr(self.written, name), getattr(self.writes, name)) for name in Writes.__slots__):
            kept.extend(new)
        self.writes = Writes()
