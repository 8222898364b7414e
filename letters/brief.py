"""The facts that a letter is written from: no names of children, only application numbers."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime

    from calendars.deadlines import Due
    from calendars.year import ContactPoint
    from gates.verdict import Finding
    from phases.letter_kinds import Kind
    from phases.parties import Arranged, Audience, Dealings

Group = Literal["late", "awaiting", "undeliverable"]
Stands = Literal["empty", "drafted", "returned"]
"""How far a city is in a phase that it has not filed yet."""


@dataclass(frozen=True, slots=True)
class Item:
    """One line of a list: of a digest, of students behind, of later phases held.

    `label` is what it is about (盐城市 面试名单, or an application number), `detail` one Chinese phrase.
    `numbers` are application numbers. `days` are the days late or waited in a digest, elsewhere what is counted
    (visits). `group` says where a digest lists it and is None in every other letter; `new` that it was in
    no digest before.
    """

    label: str
    detail: str
    numbers: tuple[str, ...] = ()
    days: int | None = None
    group: Group | None = None
    new: bool = False


@dataclass(frozen=True, slots=True)
class RequestBrief:
    """A city's request: who asked on which day for which day and why, and what became of it.

    `until` is the day asked for; None where it is a question `about` what stands, in words, and `granted` says then
    that something was changed, `done` what.

    `granted` is None while it waits for its `answer`, the province's words. `late` says that the due day was over by
    then, so that granting it opens the phase again; `kept` that the city has a draft, which stands. `grace` are the
    working days that a phase keeps which is not open yet, 0 where it is. `held`: the day asked for holds without it;
    `needless`: what was asked for is of no use any more, and why, said of the phase. `corrected`: what was granted was
    a mistake, and taken back before the city had its answer; `answer` then says why. `moved`: so has the day, since it
    was declined.
    """

    number: int
    by: str
    on: date
    until: date | None
    reason: str
    granted: bool | None = None
    answer: str = ""
    late: bool = False
    kept: bool = False
    grace: int = 0
    held: bool = False
    needless: str = ""
    corrected: bool = False
    moved: bool = False
    about: str = ""
    done: str = ""

    @property
    def overtaken(self) -> bool:
        """Whether there is nothing to be granted or declined."""
        return self.held or self.corrected or bool(self.needless)


@dataclass(frozen=True, slots=True)
class OwnWords:
    """A letter in an office's own words: subject and text as typed, with the fields of `letters.case_fields`.

    `sender` is the office that writes, as it signs: 盐城市管理办公室. `papers` are what goes with it, by name.
    """

    subject: str
    text: str
    sender: str
    papers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SecondDay:
    """Another day of a phase's second part, told beside the phase's own: what it has to do with its parties, its days.

    `was` is the due day that the recipient was told before.
    """

    of: Dealings
    due: Due
    was: date


@dataclass(frozen=True, slots=True)
class Brief:
    """All that `render` looks at.

    `phase` is a slug, None for a letter about the whole year (digest, withdrawn). `phase_name` and `city_name` are
    Chinese (导师推荐, 盐城); `addressee` is whom it speaks to. `as_of` is aware; it dates the letter, and
    `done` is the day on which what it tells was done. `working_days_left` counts from the day after `as_of` through the
    due day, `working_days_late` from that. `students` are the recipient's that it is about, by number, `listed` those
    of them of whom its mailing says something, `places` how many of them a mentor takes who takes fewer.
    `provisional` marks due days 暂定. `was` is the due day that the
    recipient was told before, where it has moved; `asked` the request that a letter is about, `waits` the city's for a
    later day that nobody has answered, where the letter `may_ask`; `kept` says of a rerun that the city has a draft,
    which stands. `of` is what the phase has to do with its parties. `ask` is whom the recipient asks, the
    province or the city; None where nobody. `own` are the words of a letter of one's own. `arranged` is when and where
    the recipient meets the others; a letter that moves no due day says that, `rearranged` where he heard another time
    or place before. `filed` says that the city filed the phase before, `nobody` that it has no applicants, `stands` how
    far it is. `follows` is the work that waits for this phase, and `chased` the days on which the city was reminded and
    urged, by kind. `tally` are the numbers of a filing that passed. `second`: it is about the second part of the phase
    alone, and with `also` another day of that has moved as well; `second_due` is until when
    the recipient hands that in, where the year dates it. `entered` are the entries of the calendar file that goes with
    the letter: "" for a phase's own day, a name for its second part's; `ends` says that one takes days out of the
    recipient's calendar. `heads` are where the record's chain ends. `awaits` says, a clause each, what of a filing is
    still to come before the province can end the phase.
    """

    kind: Kind
    phase: str | None
    phase_name: str
    year: int
    city_name: str | None
    audience: Audience
    addressee: str
    as_of: datetime
    due: Due | None
    working_days_left: int | None
    attempt: int = 1
    reason: str | None = None
    findings: tuple[Finding, ...] = ()
    items: tuple[Item, ...] = ()
    students: tuple[str, ...] = ()
    listed: tuple[str, ...] = ()
    places: int | None = None
    link: str = ""
    provisional: bool = False
    was: date | None = None
    asked: RequestBrief | None = None
    waits: RequestBrief | None = None
    kept: bool = False
    of: Dealings | None = None
    ask: ContactPoint | None = None
    own: OwnWords | None = None
    arranged: Arranged | None = None
    rearranged: bool = False
    working_days_late: int = 0
    filed: bool = False
    nobody: bool = False
    second: bool = False
    also: SecondDay | None = None
    second_due: Due | None = None
    entered: tuple[str, ...] = ()
    ends: bool = False
    stands: Stands | None = None
    done: date | None = None
    follows: tuple[str, ...] = ()
    heads: tuple[str, ...] = ()
    awaits: tuple[str, ...] = ()
    chased: Mapping[Kind, tuple[date, ...]] = field(default_factory=dict)
    tally: Mapping[str, int] = field(default_factory=dict)
