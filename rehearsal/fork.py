"""如果…会怎样: the season on record played again from its opening on a copy, with other figures; and what differs.

Nothing is sent, nothing is stored: the copy is a file of its owner's alone that goes with the folder it lies in.
Docs: docs/decisions/0079-a-season-played-again.md.
"""

from __future__ import annotations

import secrets
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from acts.advance import advance
from acts.amend import amend
from acts.ask import ask
from acts.guardian_consents import put_consent, void_consent
from acts.load import load_kept
from acts.question import question
from calendars import typed_year
from calendars.errors import TalentError
from calendars.files import stored
from letters.words import TAGS
from models import guardian_consents, letterbox, reports, snapshots, writing
from models import standing as years
from models.begun_anew import begin_anew
from models.case_notes import PROVINCE
from models.facts.scope import Scope, in_training
from models.letter_states import LetterState
from models.letterbox import EVERY
from models.recorded_season import RecordedSeason
from phases.letter_kinds import LETTER_KINDS
from rehearsal.fork_copies import place
from rehearsal.packs import Happening, Pack
from rehearsal.play import Play
from rehearsal.recorded_events import LOGGED, calendars, recorded
from season.outcome import Outcome
from season.transaction import sitting

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from datetime import datetime

    from calendars.year import Year
    from models.database import Database
    from models.letterbox import KeptLetter
    from models.reports import Standing, Standings
    from models.stamp import Stamp
    from models.standing import Opened
    from phases.book import Book
    from rehearsal.recorded_events import NotPlayed

FIGURE = "figures."
PLAYED_AGAIN = "推演"
"""What the record says of whoever had a season played again."""

OWN_WORDS = frozenset({"letter", "noted"})
"""The kinds of letter that a person writes in words of his own, or that tell of such."""


NUMBERED: Mapping[str, Callable[..., Outcome]] = {"ask": ask, "question": question}
"""The acts of cities that are done under the number that they have on record: answers and letters name it."""

BY_A_CITY = frozenset({"load", "consent", "consent-void", *NUMBERED})
"""What is done again otherwise than by an act's form."""


class NoSuchFigure(TalentError):
    """年度文件里没有“{name}”这一项；可以改的有：{known}。"""


class Unfit(TalentError):
    """所改的数值不能用：{wrong}"""


class OnPaper(TalentError):
    """{year} 年度开设时有线下办结的阶段，没有材料可以重演，不能推演。"""


class ChangedFigure(NamedTuple):
    """A figure in the words of the year's form, as it is and as it would be."""

    label: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Pair:
    """A city phase as it is, and as it would be."""

    city: str
    before: Standing
    after: Standing


@dataclass(frozen=True, slots=True)
class Side:
    """A season at an instant, as far as it is compared: who is in training, by city; the keys of letters owed."""

    standings: Standings
    totals: Mapping[str, int]
    training: frozenset[tuple[str, str]]
    letters: frozenset[tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Fork:
    """What a change of figures would have come to. Students are named by city and number, letters by their keys.

    `refused` is what would not have been done of what was, in the words of its refusal; `left` could not be played.
    """

    year: Year
    until: datetime
    changed: tuple[ChangedFigure, ...]
    before: Side
    after: Side
    refused: tuple[str, ...]
    left: tuple[NotPlayed, ...]

    @property
    def cells(self) -> tuple[Pair, ...]:
        """The city phases that would stand otherwise."""
        both = (
            Pair(city, one, other)
            for city, those in self.before.standings.cities.items()
            for one, other in zip(those, self.after.standings.cities[city], strict=True)
        )
        return tuple(pair for pair in both if pair.before != pair.after)

    @property
    def totals(self) -> dict[str, tuple[int, int]]:
        """The totals that would be others, each as it is and as it would be."""
        was, now = self.before.totals, self.after.totals
        return {name: (was[name], now[name]) for name in was if was[name] != now[name]}

    @property
    def joining(self) -> tuple[tuple[str, str], ...]:
        """The students who would be in training and are not."""
        return tuple(sorted(self.after.training - self.before.training))

    @property
    def leaving(self) -> tuple[tuple[str, str], ...]:
        """The students who are in training and would not be."""
        return tuple(sorted(self.before.training - self.after.training))

    @property
    def written(self) -> tuple[tuple[str, ...], ...]:
        """The letters that would be owed and are not."""
        return tuple(sorted(self.after.letters - self.before.letters))

    @property
    def unwritten(self) -> tuple[tuple[str, ...], ...]:
        """The letters that are owed, or went out, and would not be."""
        return tuple(sorted(self.before.letters - self.after.letters))

    @property
    def post(self) -> dict[tuple[str, str], tuple[int, int]]:
        """How many letters more, and less, by kind and city: what its recipient has anyway is neither.

        Sooner or later is the same. The kinds stand in their order, then the cities; `EVERY` where it is about all.
        """
        up, down = (
            Counter((kind, phase, city, to) for kind, phase, city, _, to, _ in keys)
            for keys in (self.written, self.unwritten)
        )
        more, less = (Counter((kind, city) for kind, _, city, _ in each.elements()) for each in (up - down, down - up))
        places = [EVERY, *self.before.standings.cities]
        pairs = ((kind, city) for kind in TAGS for city in places)
        return {pair: (more[pair], less[pair]) for pair in pairs if more[pair] or less[pair]}

    @property
    def said(self) -> str:
        """What was changed, in one line; "" where nothing was."""
        return "；".join(f"{one.label}：{one.before} → {one.after}" for one in self.changed)

    @property
    def same(self) -> bool:
        """Whether nothing would be otherwise."""
        return not (self.cells or self.totals or self.joining or self.leaving or self.written or self.unwritten)

    def as_json(self) -> dict[str, Any]:
        """`talent fork --json`."""
        return {
            "year": self.year.year,
            "as_of": self.until.isoformat(),
            "changed": [one._asdict() for one in self.changed],
            "same": self.same,
            "totals": {name: list(both) for name, both in self.totals.items()},
            "phases": [
                {"city": one.city, "is": one.before.as_json(), "would_be": one.after.as_json()} for one in self.cells
            ],
            "students": {"in": [list(one) for one in self.joining], "out": [list(one) for one in self.leaving]},
            "letters": {
                "more": ["/".join(one) for one in self.written],
                "less": ["/".join(one) for one in self.unwritten],
            },
            "refused": list(self.refused),
            "not_played": [one.as_json() for one in self.left],
        }


class Replay(Play):
    """A play of what is on record: rows that were kept are loaded, calendars and rules come in as they did."""

    def _do(self, event: Happening, stamp: Stamp) -> Outcome:
        given, options = (self.database, self.year.year), event.options
        if event.do in BY_A_CITY:
            return self._of_city(event, stamp)
        if event.do == LOGGED:
            assert event.city is not None
            assert event.phase is not None
            with sitting(*given, stamp, [event.city]) as season:
                season.note(season.cells[event.phase, event.city], **options)
            return Outcome("done", "")
        if event.do == "advance":
            return Outcome("done", "", changes=advance(*given, stamp).changes)
        if event.do == "amend":
            return amend(*given, stamp=stamp, **options)
        if event.do == "adopt":
            with self.database.write(self.year.year) as connection:
                writing.add_rule(connection, self.year.year, options["rule"], stamp.as_of)
            return Outcome("done", "")
        return super()._do(event, stamp)

    def _of_city(self, event: Happening, stamp: Stamp) -> Outcome:
        given, options = (self.database, self.year.year), event.options
        assert event.city is not None
        assert event.phase is not None
        if event.do == "consent":
            return put_consent(*given, event.city, options["new"], secrets.token_urlsafe(18), stamp, event.city)
        if event.do == "consent-void":
            return self._void(event, stamp)
        if event.do == "load":
            return load_kept(*given, event.phase, event.city, options["kept"], stamp)
        return NUMBERED[event.do](*given, event.phase, event.city, stamp, **options)

    def _void(self, event: Happening, stamp: Stamp) -> Outcome:
        """Say again that a consent was an error: the one of its student and instant, for numbers may be others here."""
        year, options = self.year.year, event.options
        with self.database.read() as connection:
            gone = guardian_consents.voids(connection, year)
            found = guardian_consents.consents(connection, year, number=options["number"])
        by_office = [one for one in found if one.filing is None and one.id not in gone]
        same = (one for one in by_office if one.as_of == options["recorded_at"])
        if (one := next(same, None)) is None:
            return Outcome("refused", f"没有要登记为有误的监护人同意：{options['number']}。")
        return void_consent(self.database, year, one, options["reason"], stamp, PROVINCE)


def figures(year: Year, book: Book) -> dict[str, typed_year.YearField]:
    """Give the figures that may be changed, by name, as the year's form asks them."""
    known = typed_year.fields(year, book.terms)
    return {name.removeprefix(FIGURE): one for name, one in known.items() if name.startswith(FIGURE)}


def other_than(year: Year, book: Book, given: Mapping[str, str]) -> dict[str, str]:
    """Give those of these figures that are not what they are in a calendar. Raise `NoSuchFigure`."""
    known = figures(year, book)
    for name in given:
        if name not in known:
            raise NoSuchFigure(name=name, known="、".join(known))
    return {name: value for name, value in given.items() if value.strip() != known[name].value}


def with_figures(year: Year, book: Book, given: Mapping[str, str]) -> Year:
    """Give a calendar with these figures, as they are typed in its form. Raise `NoSuchFigure`, `Unfit`."""
    now = other_than(year, book, given)
    if not now:
        return year
    fields = typed_year.fields(year, book.terms)
    typed = typed_year.values(fields) | {f"{FIGURE}{name}": value for name, value in now.items()}
    found = typed_year.read(year, typed, book.terms)
    if found.year is None:
        said = (f"{fields[name].label}：{why}" for name, those in found.faults.items() if name for why in those)
        raise Unfit(wrong="；".join(said))
    return found.year


def fork(database: Database, year: int, until: datetime, given: Mapping[str, str]) -> Fork:
    """Play a season again up to an instant, with other figures, and hold it against what is.

    What is as it stands is none of these, and stays as it was in the calendars before. Of an instant before the newest
    record what is is not known, but by playing it again as it was.
    """
    with _copied(database) as copy:
        with database.read() as connection:
            opened, newest = years.opened(connection, year, until), years.newest_act(connection, year)
            if years.done_on_paper(connection, year):
                raise OnPaper(year=year)
            given = other_than(opened.year, opened.book, given)
            calendar = with_figures(opened.year, opened.book, given)
            is_now = None if newest > until else side(database, opened.year, until)
        before = is_now or _played(database, copy, year, until, {})[1]
        replay, after, left = _played(database, copy, year, until, given)
    beside = _beside(left)
    return Fork(
        opened.year,
        until,
        tuple(_changes(opened.year, calendar, opened.book)),
        _without(before, beside),
        _without(after, beside),
        tuple(one.outcome.message for one in replay.unmet if not one.outcome.done),
        tuple(left),
    )


@contextmanager
def _copied(database: Database) -> Iterator[Database]:
    """Give a copy in a folder of its own, which only its owner may look into; both go at the end."""
    with place() as path:
        snapshots.take(database, path)
        with snapshots.opened(path, database.book, database.keys, database.contact_keys) as copy:
            yield copy


def _played(
    database: Database, copy: Database, year: int, until: datetime, given: Mapping[str, str]
) -> tuple[Replay, Side, list[NotPlayed]]:
    with database.read() as connection:
        opened, season = years.opened(connection, year), RecordedSeason(connection, year, until)
        began, revised = calendars(season, opened.year.source_text)
        happened, left = recorded(season)
        said = season.revised
        since = years.rules_since(connection, year)
    calendar, begun = _calendar(began, opened, given), opened.begun
    assert begun is not None
    beside = [
        Happening(begun, "advance", None, None),
        *(
            Happening(at, "amend", None, None, {**said[at], "calendar": _calendar(text, opened, given)})
            for at, text in revised
        ),
        *(Happening(at, "adopt", None, None, {"rule": rule}) for rule, at in since.items() if at <= until),
    ]
    events = sorted([*beside, *happened], key=lambda event: event.at)  # those of one instant as they came
    with copy.write(year) as connection:
        begin_anew(connection, calendar, begun)
    replay = Replay(copy, calendar, Pack(year, tuple(events), Path()), until, PLAYED_AGAIN)
    for _ in replay.resume(begun - timedelta(microseconds=1)):
        pass
    return replay, side(copy, calendar, until), left


def _calendar(text: str, opened: Opened, given: Mapping[str, str]) -> Year:
    return with_figures(stored(text, opened.year.title), opened.book, given)


def side(database: Database, year: Year, until: datetime) -> Side:
    """Read what is compared; a letter that was taken back is none."""
    with database.read() as connection:
        found = reports.matrix(connection, year.year, until)
        training = in_training(Scope.undated(connection, year))
        letters = letterbox.listed(connection, year.year, {}, until)
    keys = ((one.kind, one.phase, one.city, one.attempt, one.recipient, one.slot) for one in letters if _owed(one))
    numbers = ((city, number) for city, those in training.items() for number in those)
    return Side(found, found.totals, frozenset(numbers), frozenset(keys))


def _owed(letter: KeptLetter) -> bool:
    return letter.state != LetterState.CANCELLED.value


def _changes(was: Year, now: Year, book: Book) -> Iterator[ChangedFigure]:
    before, after = figures(was, book), figures(now, book)
    for name, one in before.items():
        if one.value != after[name].value:
            yield ChangedFigure(one.label, f"{one.value}{one.unit}", f"{after[name].value}{one.unit}")


def _beside(left: Sequence[NotPlayed]) -> frozenset[str]:
    """Give the kinds of letter that are not compared: a person's own words, and what only those acts bring."""
    events = {one.event for one in left}
    brought = (kind for kind, row in LETTER_KINDS.items() if row.caused_by and events.intersection(row.caused_by))
    return OWN_WORDS.union(brought)


def _without(side: Side, kinds: frozenset[str]) -> Side:
    return replace(side, letters=frozenset(one for one in side.letters if one[0] not in kinds))
