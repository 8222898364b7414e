"""Letters owed: the facts that one is written from, and one way to owe each kind."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal

from calendars.deadlines import day_of
from gates.states import State
from models import record_chain
from models.contacts import recipients
from models.days_told import AGAIN
from models.outbox import ALL
from models.taking_back import ARRANGED, BOTH, SECOND
from season.calendar_files import day_version

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from datetime import date, datetime

    from calendars.deadlines import Due
    from calendars.rungs import Rung
    from gates.verdict import Finding
    from letters.brief import Item, OwnWords, RequestBrief
    from models.letter_papers import EnclosedPaper
    from models.standing import Cell
    from phases.letter_kinds import Kind
    from season.unit_of_work import Season


Owes = Literal["all", "city", "party", "province"]
"""Whose part of a phase a letter is about."""


@dataclass(frozen=True, slots=True)
class OwnLetter:
    """A letter of an office's own, to many: its number in the year, its words, whose they are, when it may leave.

    `office` is a city's slug, or `province`; `leaves_at` an hour that somebody chose, None for at once. `papers` go
    with it, and where it `dates` its phase's deadline as a calendar file.
    """

    number: int
    words: OwnWords
    office: str
    leaves_at: datetime | None = None
    papers: tuple[EnclosedPaper, ...] = ()
    dates: bool = False

    @property
    def slot(self) -> str:
        """Give the part of such a letter's key that says which it is, and who wrote it: `3@province`."""
        return f"{self.number}@{self.office}"


@dataclass(frozen=True, slots=True)
class Owed:
    """A letter owed to the parties that `season.recipients` finds for its kind and phase; its words' facts.

    `phase` is None for a letter about the whole year. `slot` and `attempt` are parts of the letter's key. `to` are the
    recipients, as in a letter's key, of a letter that goes to these alone, `but` those to whom it does not.
    """

    kind: Kind
    phase: str | None
    city: str
    attempt: str
    slot: str
    due: Due | None = None
    reason: str | None = None
    findings: tuple[Finding, ...] = ()
    items: tuple[Item, ...] = ()
    said: Mapping[str, str] | None = None  # what is said of which students; a party hears of its own, or gets none
    whose: Owes = "all"  # of whose due day it is, where it goes to these alone
    to: frozenset[str] | None = None
    but: frozenset[str] = frozenset()
    was: date | None = None
    asked: RequestBrief | None = None
    kept: bool = False  # a rerun: the city has a draft, which stands
    own: OwnLetter | None = None
    rearranged: bool = False  # they heard another time or place
    nobody: bool = False  # the city has no applicants
    besides: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # whom else it concerns, with which students
    instead: Mapping[str, str] = field(default_factory=dict)  # said of each student to a recipient, or an audience
    second: bool = False  # it is about the second part of the phase alone
    also: tuple[Due, date] | None = None  # until when that is due, and was, where a letter tells both
    heads: tuple[str, ...] = ()  # where the record's chain ends
    until: datetime | None = None  # from when on what it holds is worthless, where no due day says that


@dataclass(frozen=True, slots=True)
class Anew:
    """A letter that did not reach these recipients, owed once more with another day; `version` counts what moved it."""

    version: int
    to: frozenset[str]

    def slot(self, season: Season, cell: Cell) -> str:
        """Give its part of the key: no letter of an earlier day has it."""
        return f"{cell.filings}@{season.due(cell.phase, cell.city).day}#{self.version}"


def _about(cell: Cell) -> tuple[str, str, str]:
    """Give phase, city and present attempt, as in a letter's key."""
    return cell.phase, cell.city, str(cell.attempt)


def opened(season: Season, cell: Cell, to: Collection[str] | None = None) -> None:
    """Owe word that a phase is open, with the day it is due now: once to a recipient for a day.

    Parties whom the city brings together have it once they can be told when and where, or have to be told without.
    """
    due = season.due(cell.phase, cell.city)
    named = None if to is None else frozenset(to)
    whose: Owes = "city" if season.waits_for_arrangement(cell) else "all"
    season.owed.append(Owed("opened", *_about(cell), opened_slot(due), due=due, to=named, whose=whose))


def arranged(season: Season, cell: Cell, number: int, to: frozenset[str], placed: frozenset[str]) -> None:
    """Owe parties who know that a phase is open word of when and where they are brought together now.

    Those who were `placed` heard of another time or place before.
    """
    for rearranged, whom in ((False, to - placed), (True, to & placed)):
        if whom:
            slot = f"{ARRANGED}{number}"
            season.owed.append(Owed("moved", *_about(cell), slot, to=whom, rearranged=rearranged))


def opened_slot(due: Due) -> str:
    """Give the part of an opening's key that says which due day it tells: `2022-01-20`."""
    return f"{due.day}"


def reminder(season: Season, cell: Cell, due: Due, rung: Rung, whose: Owes) -> None:
    """Owe the reminder of a rung of the city's due day, of the parties' or of the province's own."""
    slot = rung_slot(rung, season.theirs(due, "mentor") if whose == "party" else due)
    second = whose != "province" and _has_filed(cell)
    season.owed.append(Owed("reminder", *_about(cell), slot, due=due, whose=whose, second=second))


def _has_filed(cell: Cell) -> bool:
    """Tell whether what is still waited for is the second part: of whoever has filed nothing else is."""
    return cell.state is State.SUBMITTED


def rung_slot(rung: Rung, due: Due) -> str:
    """Give the part of a reminder's key that says which rung it is, of which due day."""
    return f"{rung.days}@{minute(due.instant)}"


def overdue(season: Season, cell: Cell, due: Due) -> None:
    """Owe word that a due instant went by."""
    season.owed.append(Owed("overdue", *_about(cell), minute(due.instant), due=due, second=_has_filed(cell)))


def still_late(season: Season, cell: Cell, due: Due, week: datetime) -> None:
    """Owe the city's office, and nobody else, the same word once more in a week in which it is still late."""
    to = frozenset({f"city:{cell.city}"})
    second = _has_filed(cell)
    season.owed.append(Owed("overdue", *_about(cell), week_slot(due, week), due=due, to=to, second=second))


def week_slot(due: Due, week: datetime) -> str:
    """Give the part of its key: which due day went by, in which week it is said again."""
    return f"{minute(due.instant)}{AGAIN}{week:%Y-%m-%d}"


def nudge(season: Season, cell: Cell, due: Due, words: str, slot: str = "") -> None:
    """Owe a late city the province's own words, once a day; `slot` is that of another day than today."""
    slot, second = slot or today(season), _has_filed(cell)
    season.owed.append(Owed("nudge", *_about(cell), slot, due=due, reason=words, second=second))


def today(season: Season) -> str:
    """Give the part of a key that says which day it is."""
    return f"{day_of(season.stamp.as_of)}"


def escalation(season: Season, cell: Cell, due: Due) -> None:
    """Owe those in charge word that a city is still late."""
    season.owed.append(Owed("escalation", *_about(cell), minute(due.instant), due=due, second=_has_filed(cell)))


def watch_slot(watch: datetime) -> str:
    """Give the part of a key that says which of the monthly watches it is."""
    return f"{watch:%Y-%m-%d}"


def visits_short(season: Season, cell: Cell, slot: str, said: Mapping[str, str], told: frozenset[str]) -> None:
    """Owe a city word on students with too few days on campus, and their mentors, but for those `told` before."""
    season.owed.append(Owed("visits-short", *_about(cell), slot, said=said, but=told))


def no_visits(season: Season, cell: Cell, slot: str, numbers: Iterable[str]) -> None:
    """Owe a city alone word that it uploaded none of these students; nothing is said of single ones."""
    season.owed.append(Owed("visits-short", *_about(cell), slot, said=dict.fromkeys(numbers, ""), whose="city"))


def digest(season: Season, day: datetime, items: Sequence[Item]) -> None:
    """Owe the province its digest of a working day; it keeps, outside, where the record's chain ends.

    Of a year that is tried it keeps nothing: that strand begins anew once it is live.
    """
    ours = [] if season.rehearsal or season.looking else record_chain.heads(season.connection)
    lasting = {record_chain.COMMON} if season.trial else {record_chain.COMMON, season.year.year}
    heads = tuple(str(head) for head in ours if head.strand in lasting)
    season.owed.append(Owed("digest", None, ALL, ALL, f"{day:%Y-%m-%d}", items=tuple(items), heads=heads))


def approval_needed(season: Season, cell: Cell, filing: int, due: Due) -> None:
    """Owe the province word that a filing waits for its decision, until its own due instant."""
    season.owed.append(Owed("approval-needed", *_about(cell), f"{filing}", due=due))


def passed(
    season: Season, cell: Cell, anew: Anew | None = None, later: Cell | None = None, *, nobody: bool = False
) -> None:
    """Owe word that a filing passed; once more where it says until when a `later` phase lasts, and that day moved."""
    slot = anew.slot(season, later) if anew and later else f"{cell.filings}"
    season.owed.append(Owed("passed", *_about(cell), slot, to=anew.to if anew else None, nobody=nobody))


def passed_without(season: Season, cell: Cell, items: Sequence[Item], reason: str) -> None:
    """Owe word that a filing passed but for these, and why."""
    season.owed.append(Owed("passed", *_about(cell), f"{cell.filings}", items=tuple(items), reason=reason))


def result(season: Season, cell: Cell, results: Mapping[str, str], told: frozenset[str]) -> None:
    """Owe the results of a phase, by student's number, to whoever is not among those who were told before."""
    season.owed.append(Owed("result", *_about(cell), f"{cell.filings}", said=results, but=told))


def amended(season: Season, cell: Cell, said: Mapping[str, str], reason: str | None, told: frozenset[str]) -> None:
    """Owe word of the results that are others than were told, to those of them whom it concerns."""
    season.owed.append(Owed("amended", *_about(cell), f"{cell.filings}", said=said, reason=reason, to=told))


def person_changed(
    season: Season,
    cell: Cell,
    said: Mapping[str, str],
    reason: str,
    besides: Mapping[str, tuple[str, ...]],
    instead: Mapping[str, str],
) -> None:
    """Owe word of what changed about students, by number, to those of the phase whom it concerns, and to `besides`.

    Recipients of a key, or of an audience, hear what is there `instead`.
    """
    slot = f"{cell.moves}"
    owed = Owed("amended", *_about(cell), slot, said=said, reason=reason, besides=besides, instead=instead)
    season.owed.append(owed)


def appointment(season: Season, cell: Cell) -> None:
    """Owe new mentors their appointment; each gets one in a year."""
    season.owed.append(Owed("appointment", *_about(cell), ALL))


def returned(
    season: Season,
    cell: Cell,
    filing: int,
    findings: Sequence[Finding],
    *,
    reason: str | None = None,
    anew: Anew | None = None,
) -> None:
    """Owe a city its filing back, with what is to be mended by the day it is due now."""
    due, slot = season.due(cell.phase, cell.city), anew.slot(season, cell) if anew else f"{filing}"
    to = anew.to if anew else None
    season.owed.append(Owed("returned", *_about(cell), slot, due=due, to=to, reason=reason, findings=tuple(findings)))


def rerun(
    season: Season, cell: Cell, reason: str | None, items: Sequence[Item], *, kept: bool, anew: Anew | None = None
) -> None:
    """Owe a city word that a phase begins again; `kept` says that its draft stands, `items` what is held meanwhile."""
    due, slot = season.due(cell.phase, cell.city), anew.slot(season, cell) if anew else ALL
    to = anew.to if anew else None
    season.owed.append(Owed("rerun", *_about(cell), slot, due=due, to=to, reason=reason, items=tuple(items), kept=kept))


def withdrawn(season: Season, cell: Cell, reason: str) -> None:
    """Owe word that a city left the year; `cell` is the first of its phases that ended. It may come back, and leave."""
    season.owed.append(Owed("withdrawn", *_about(cell), f"{cell.moves}", reason=reason))


def rejoined(season: Season, cell: Cell, reason: str, items: Sequence[Item], to: frozenset[str]) -> None:
    """Owe these word that a city is back; `cell` is the phase that is due first, `items` are others that go on."""
    due, slot = season.due(cell.phase, cell.city), f"{cell.moves}"
    season.owed.append(Owed("rejoined", *_about(cell), slot, due=due, reason=reason, items=tuple(items), to=to))


@dataclass(frozen=True, slots=True)
class AnotherDay:
    """A day that moved: what a city phase, or its second part, is `due` now, what it `was`, for which reason.

    `second`: it is the second part's, filed or not what comes first. `also` is what that is due and was, where it has
    moved as well.
    """

    due: Due
    was: date
    reason: str | None
    second: bool = False
    also: tuple[Due, date] | None = None


def moved(season: Season, cell: Cell, to: frozenset[str], told: AnotherDay) -> None:
    """Owe those who were told a day word of the one that holds."""
    season.owed.append(_another_day("moved", season, cell, to, told))


def corrected(season: Season, cell: Cell, to: frozenset[str], told: AnotherDay) -> None:
    """Owe the same to those who were told a day by mistake."""
    season.owed.append(_another_day("corrected", season, cell, to, told))


def _another_day(kind: Kind, season: Season, cell: Cell, to: frozenset[str], told: AnotherDay) -> Owed:
    which = SECOND if told.second else BOTH if told.also else ""
    slot = f"{which}{told.due.day}#{day_version(season, cell)}"
    return Owed(
        kind, *_about(cell), slot,
        due=told.due, was=told.was, to=to, reason=told.reason, second=told.second, also=told.also,
    )  # fmt: skip


def saying_both(owed: Owed, other: Owed) -> Owed:
    """Give a letter that names a phase's own day with that of the second part, which another would tell apart."""
    assert other.due is not None
    assert other.was is not None
    return replace(owed, slot=f"{BOTH}{owed.slot}", also=other.also or (other.due, other.was))


def request(season: Season, cell: Cell, due: Due, asked: RequestBrief) -> None:
    """Owe the province a city's request for a later day."""
    second = season.second_owed(cell) is not None
    season.owed.append(Owed("request", *_about(cell), f"{asked.number}", due=due, asked=asked, second=second))


def question(season: Season, cell: Cell, asked: RequestBrief) -> None:
    """Owe the province a city's question."""
    season.owed.append(Owed("question", *_about(cell), f"{asked.number}", asked=asked))


def noted(season: Season, cell: Cell, asked: RequestBrief, to: str) -> None:
    """Owe an office word that a question about a case waits for it, or that its own was answered."""
    slot = f"{asked.number}#answer" if asked.granted else f"{asked.number}"
    season.owed.append(Owed("noted", *_about(cell), slot, to=frozenset({to}), asked=asked))


def answered(
    season: Season,
    cell: Cell,
    asked: RequestBrief,
    due: Due | None = None,
    was: date | None = None,
    items: Sequence[Item] = (),
) -> None:
    """Owe a city the answer to its request, with the day that holds: once more where that moved since.

    Its slot counts what moved that day, where it names one.
    """
    slot = f"{asked.number}#{day_version(season, cell)}" if due else f"{asked.number}"
    season.owed.append(
        Owed(
            "answered", *_about(cell), slot,
            due=due, was=was, items=tuple(items), asked=asked, reason=asked.answer,
            second=season.second_owed(cell) is not None,
        )
    )  # fmt: skip


def letter(season: Season, phase: str | None, city: str, to: frozenset[str], own: OwnLetter) -> None:
    """Owe these recipients an office's own words; what is about a phase is untrue once the city moves on in it."""
    cell = season.cells[phase, city] if phase else None
    due, second = (season.owed_by(cell), season.second_owed(cell) is not None) if cell else (None, False)
    season.owed.append(Owed("letter", phase, city, ALL, own.slot, due=due, to=to, own=own, second=second))


def first_link(season: Season, city: str, slot: str, until: datetime) -> str:
    """Owe a city the link by which an account of it chooses its password; give its letter's Message-ID.

    The link is made of that, under the window's secret, when the letter leaves. `slot` names the account and the time.
    """
    season.owed.append(Owed("first-link", None, city, ALL, slot, until=until))
    key = (ALL, city, ALL, recipients(city)[0], "first-link", slot)
    return season.message_id(key)


def test_letter(season: Season) -> None:
    """Owe the province's own mailbox a letter by which it sees that letters arrive."""
    season.owed.append(Owed("test-letter", None, ALL, ALL, f"{season.stamp.as_of:%Y-%m-%dT%H:%M:%S}"))


def minute(instant: datetime) -> str:
    """Give the part of a key that says by which due instant a letter was owed: `2022-01-16T00:00`."""
    return f"{instant:%Y-%m-%dT%H:%M}"
