"""Playing a whole year on a database of its own, through the functions that the real year runs on."""

from __future__ import annotations

import heapq
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from acts import open_year
from acts.act import Bench
from acts.advance import advance
from acts.book import ACTS
from calendars.deadlines import TZ, at_nine, day_of, end_of, start_of
from calendars.errors import TalentError
from letters.phrases import office
from models import letterbox, open_years, reports, standing
from models.burdens import burdens
from models.stamp import MAIL_DOMAIN, SYSTEM, Stamp
from models.trained import with_trained
from post import marks
from season.outcome import Outcome

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping

    from acts.act import Filled
    from calendars.year import Year
    from models.burdens import Burden
    from models.database import Database
    from models.reports import Matrix
    from models.writing import Move
    from phases.book import Book
    from rehearsal.packs import Happening, Pack
    from season.outcome import Changes

PROVINCE = "省级管理办公室"


class Stuck(TalentError):
    """演练在 {at} 按日程办理时出错：{what}。"""


@dataclass(frozen=True, slots=True)
class Refusal:
    """An event that did not do what it asked, or did where a refusal was expected (`expected` tells which was due)."""

    event: Happening
    outcome: Outcome

    @property
    def rules(self) -> list[str]:
        """The rules that refused."""
        verdict = self.outcome.verdict
        return [finding.rule for finding in verdict.refusals] if verdict else []

    def as_json(self) -> dict[str, Any]:
        """One element of `refusals` in `talent rehearse --json`."""
        return {
            "at": self.event.at.isoformat(),
            "city": self.event.city,
            "do": self.event.do,
            "phase": self.event.phase,
            "outcome": self.outcome.outcome,
            "rules": self.rules,
            "message": self.outcome.message,
        }


@dataclass(slots=True)
class Rehearsed:
    """How a rehearsal ended. `unmet` are the events whose outcome was not the one that the pack expects.

    `burdens` is what the year was to each kind of party.
    """

    matrix: Matrix
    letters: Mapping[str, Mapping[str, int]]
    refusals: list[Refusal]
    unmet: list[Refusal]
    burdens: list[Burden]

    def as_json(self) -> dict[str, Any]:
        """`talent rehearse --json`."""
        return {
            "status": self.matrix.as_json(),
            "letters": self.letters,
            "refusals": [refusal.as_json() for refusal in self.refusals],
            "unmet": [refusal.as_json() for refusal in self.unmet],
            "burdens": [burden._asdict() for burden in self.burdens],
        }


@dataclass
class Play:
    """A rehearsal under way. `steps` plays it from its opening, `resume` on from the year's own clock.

    Both yield each instant as it is reached; what happened is gathered here. `post` sends what is queued; None leaves
    every letter queued at the end.
    """

    database: Database
    year: Year
    pack: Pack
    until: datetime
    by: str
    base_url: str = ""
    post: Callable[[Stamp], None] | None = None
    refusals: list[Refusal] = field(default_factory=list)
    unmet: list[Refusal] = field(default_factory=list)
    mail_domain: str = MAIL_DOMAIN
    timeline: list[tuple[datetime, str]] = field(default_factory=list)
    moves: list[Move] = field(default_factory=list)
    kinds: Counter[str] = field(default_factory=Counter)
    _moments: list[datetime] = field(default_factory=list)
    _leaving: list[datetime] = field(default_factory=list)
    _now: datetime = field(default=datetime.min.replace(tzinfo=TZ))
    _resumed: bool = False

    def steps(self) -> Iterator[datetime]:
        """Open the year and play it: advance at every moment, and let each event happen at its own."""
        opens = min(start_of(phase.opens) for phase in self.year.phases)
        open_year.open_year(self.database, self.year, self._stamp(opens, self.by), rehearsal=True)
        self._moments = sorted(set(moments(self.year, opens, self.until)))
        yield from self._play(event for event in self.pack.events if event.at <= self.until)

    def resume(self, since: datetime, leave: Collection[str] = ()) -> Iterator[datetime]:
        """Play on from `since`, up to which all was played, without the pack's events of the cities in `leave`.

        The clock follows, so that a play that is cut off goes on from the last instant all of which was done.
        """
        with self.database.read() as connection:
            granted = standing.extensions(connection, self.year.year, None)
            self._leaving = letterbox.leaving(connection)
        own = {end_of(extension.until) for held in granted.values() for extension in held}
        owing = {*moments(self.year, since, self.until), *own}
        self._moments = sorted(at for at in owing if since < at <= self.until)
        self._now, self._resumed = since, True
        left = {self.year.city(city).slug for city in leave}
        coming = (event for event in self.pack.events if since < event.at <= self.until)
        yield from self._play(one for one in coming if not one.city or self.year.city(one.city).slug not in left)

    def _play(self, events: Iterable[Happening]) -> Iterator[datetime]:
        for event in events:
            yield from self._advance_to(event.at)
            self._happen(event)
            yield event.at
        yield from self._advance_to(self.until)
        self._send(self._now)
        if self.post is None:
            marks.let_go(self.database)
        self._set_clock(self.until)

    def _set_clock(self, at: datetime) -> None:
        with self.database.write(self.year.year) as connection:
            open_years.set_clock(connection, self.year.year, at)

    def _advance_to(self, instant: datetime) -> Iterator[datetime]:
        while self._moments and self._moments[0] <= instant:
            at = heapq.heappop(self._moments)
            self._reach(at)
            done = advance(self.database, self.year.year, self._stamp(at, SYSTEM))
            if done.failures:
                raise Stuck(at=f"{at:%Y-%m-%d %H:%M}", what=done.failures)
            self._gather(done.changes)
            yield at

    def _reach(self, at: datetime) -> None:
        """Let the post catch up before time moves on: what was written at an instant is sent at it."""
        if at > self._now:
            self._send(self._now)
            self._now = at

    def _happen(self, event: Happening) -> None:
        self._reach(event.at)
        theirs = event.city if event.city and of_a_city(self.database.book, event) else None
        by = office("city", self.year.city(theirs).name) if theirs else PROVINCE
        try:
            outcome = self._do(event, self._stamp(event.at, by))
        except TalentError as error:
            outcome = Outcome("refused", str(error))
        for grant in outcome.changes.extensions:
            heapq.heappush(self._moments, end_of(grant.until))
        self.timeline.append((event.at, outcome.message))
        met = event.expect == (None if outcome.done else outcome.outcome)
        refusal = Refusal(event, outcome)
        named = event.options.get("rule") if event.expect and event.do != "waive" else None
        if not outcome.done:
            self.refusals.append(refusal)
        if not met or (named and named not in refusal.rules):
            self.unmet.append(refusal)
        self._gather(outcome.changes)

    def _do(self, event: Happening, stamp: Stamp) -> Outcome:
        return ACTS[event.do].do(Bench(self.database, self.year, stamp), self._filled(event))

    def _filled(self, event: Happening) -> Filled:
        given = dict(event.options)
        given |= {"phase": event.phase, "city": given.get("cities") or event.city}
        for asked in ACTS[event.do].fields:
            if asked.kind == "day" and asked.name in given:
                given[asked.name] = date.fromisoformat(str(given[asked.name]))
        if "file" in given:
            given["file"] = self.pack.folder / given["file"]
        return ACTS[event.do].fill(self.year, given)

    def _gather(self, changes: Changes) -> None:
        self.moves += changes.transitions
        self.kinds.update(letter.kind for letter in changes.letters)
        self._leaving += {letter.leaves_at or self._now for letter in changes.letters}

    def _send(self, at: datetime) -> None:
        """Send what may leave by now, or hold it back until the end as if it had been sent."""
        if self._resumed:
            self._set_clock(at)
        kept = [one for one in self._leaving if one > at]
        if len(kept) < len(self._leaving) and self.post is not None:
            self.post(self._stamp(at, SYSTEM))
        elif len(kept) < len(self._leaving):
            marks.hold_back(self.database, at)
        self._leaving = kept

    def _stamp(self, at: datetime, by: str) -> Stamp:
        return Stamp(by, at, at, self.base_url, self.mail_domain)

    def ended(self) -> Rehearsed:
        """Give how it stands at the end."""
        with self.database.read() as connection:
            matrix = with_trained(connection, reports.matrix(connection, self.year.year, self.until))
            rows = letterbox.listed(connection, self.year.year, {})
            burden = burdens(connection, self.year)
        letters = by_day((row.queued_as_of, row.kind) for row in rows)
        return Rehearsed(matrix, letters, self.refusals, self.unmet, burden)


def by_day(letters: Iterable[tuple[datetime, str]]) -> dict[str, dict[str, int]]:
    """Count letters by the day they were queued, and by kind."""
    found: dict[str, Counter[str]] = defaultdict(Counter)
    for at, kind in letters:
        found[day_of(at).isoformat()][kind] += 1
    return {day: dict(sorted(kinds.items())) for day, kinds in sorted(found.items())}


def ends(year: Year) -> datetime:
    """Give the instant at which the last due day of the year is over."""
    return max(end_of(day) for phase in year.phases for day in (phase.due, phase.second_due, phase.province_due) if day)


def moments(year: Year, first: datetime, last: datetime) -> Iterator[datetime]:
    """Give every instant at which the calendar alone makes something owed: openings, due instants, working mornings."""
    for phase in year.phases:
        yield from (at for at in (start_of(phase.opens), end_of(phase.due)) if first <= at <= last)
    days = year.working_days
    day = first.date()
    while day <= last.date():
        if days.is_working(day) and first <= at_nine(day) <= last:
            yield at_nine(day)
        day += timedelta(days=1)


def of_a_city(book: Book, event: Happening) -> bool:
    """Tell what a city office does itself; all else is the province's, what it fills in itself among it."""
    act = ACTS.get(event.do)  # a consent that a fork records again is none
    return act is not None and act.by == "city" and not book.provincial(event.phase or "")
