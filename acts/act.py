"""What an act is: what it asks, who does it, where it is offered, how it is run, what it says of itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from acts.last_word import decision
from calendars.deadlines import Cause
from calendars.errors import TalentError
from gates.pending import owes_second
from gates.states import Event, State
from models.database import Database, Which
from models.stamp import Stamp
from season.outcome import Outcome, joined

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

    from acts.undo import Undo
    from calendars.year import Phase, Year
    from models.reports import Standing
    from phases.book import Book

Kind = Literal[
    "phase", "form", "cities", "city", "day", "reason", "rule", "new-rule", "letter", "address", "office", "other-city",
    "choice", "request", "difference", "calendar", "grid", "file", "text", "student", "remark", "again",
    "date", "transfer",
]  # fmt: skip
"""How a field is asked and read."""

YEARLY: frozenset[Kind] = frozenset(
    {"phase", "cities", "city", "request", "difference", "calendar", "rule", "new-rule", "form", "transfer"}
)
"""What lies in one year."""

SLOTS: Mapping[Kind, str] = {
    "day": "until", "reason": "reason", "letter": "number", "request": "number", "difference": "number",
    "transfer": "number",
    "calendar": "calendar", "grid": "rows", "file": "file",
}  # fmt: skip
"""Where what a field brings is kept; phase and cities are looked up, all else is a word."""


@dataclass(frozen=True, slots=True)
class Field:
    """One thing that an act asks: its name in the form, its label, how it is read, whether it may be left empty.

    `choices` are value and word of a `choice`; `when` names one, asked before, with the word that makes this needed.
    `default` are the words it is offered with.
    """

    name: str
    label: str
    kind: Kind
    needed: bool = True
    choices: tuple[tuple[str, str], ...] = ()
    hint: str = ""
    when: tuple[str, str] | None = None
    default: str = ""


PROVINCE = "province"
"""What names the provincial office among the offices."""

PHASE = Field("phase", "阶段", "phase")
CITIES = Field("city", "城市", "cities", hint="可以选几个市：同一事由，一次预览，逐市办理。")
CITY = Field("city", "城市", "city")
UNTIL = Field("until", "新的截止日", "day", hint="当天有效，到 24:00 为止。")
TOLD = Field("reason", "事由", "reason", hint="写入记录，并写进给该市的函件。")
UNTOLD = Field(
    "untold", "不另行通知的理由", "remark", needed=False,
    hint="一般不填：凡已告知原截止日的，都会收到改期的函。填写后这些函件不发，理由记录在案。",
)  # fmt: skip
KEPT = Field("reason", "事由", "reason", hint="只写入省办的操作日志，不发函件。")


@dataclass(frozen=True, slots=True)
class Filled:
    """What an act was given. What it does not ask stays empty; `every`: nobody named the cities, all are meant."""

    phase: Phase | None = None
    cities: tuple[str, ...] = ()
    until: date | None = None
    reason: str = ""
    number: int = 0
    words: Mapping[str, str] = field(default_factory=dict)
    calendar: Year | None = None
    rows: tuple[Mapping[str, str], ...] = ()
    file: Path | None = None
    every: bool = False

    @property
    def slug(self) -> str:
        """The slug of the phase that it is about."""
        assert self.phase is not None
        return self.phase.slug

    @property
    def phased(self) -> str:
        """The name of the phase that it is about, "" for none."""
        return self.phase.name if self.phase else ""

    def named(self, year: Year) -> str:
        """Name the cities."""
        return "、".join(year.city(slug).name for slug in self.cities)


@dataclass(frozen=True, slots=True)
class Bench:
    """Where an act is done: the database (in a preview, one that takes everything back), the year, who signs.

    `account` is whose form it is; an act that puts itself on record names it there. A preview has none. A `dry_run` may
    be of any instant, and leaves nothing behind of an act that knows one; `doing.previewed` does so of every act.
    `two_hands` are the matters that nobody does alone (`countersigning`).
    """

    database: Database
    year: Year
    stamp: Stamp
    account: int | None = None
    dry_run: bool = False
    two_hands: frozenset[str] = frozenset()


Do = Callable[[Bench, Filled], Outcome]
One = Callable[[Bench, Filled, str], Outcome]


def each(one: One) -> Do:
    """Do it for each city on its own: what one of several cannot have done undoes none of the others."""

    def of_several(bench: Bench, filled: Filled, city: str) -> Outcome:
        try:
            return one(bench, filled, city)
        except TalentError as error:
            return Outcome("refused", f"{bench.year.city(city).name} 没有办理：{error}")

    def do(bench: Bench, filled: Filled) -> Outcome:
        if len(filled.cities) == 1:
            return one(bench, filled, *filled.cities)
        return joined([of_several(bench, filled, city) for city in filled.cities])

    return do


@dataclass(frozen=True, slots=True)
class Act:
    """An act. `states` are those of the city phases that it is offered for; `province` wants a phase that ends so.

    `alone` are states that it is offered for too, but only to the city that is named; `moved` wants a due day that one
    of these causes moved, `of` that phase alone, `among` these. `forever` warns of what nothing can bring back. `by`
    whose hand does it; `whole`: it may be done without naming a city, for all that it applies to. `second`: it is
    offered too where the second part is owed, `second_late` where a city is late with it; `seconds` wants a phase that
    has such a part this year.

    `undo` says what takes it back a moment later (None: nothing does); `instead` what can be done then.

    `event` is what a city phase's log shows of it; `subject` names what it is about in the audit, where that is no city
    phase; `records`: where it is done, it puts itself on record. `title` says it for a phase (None: of no phase);
    `says` what confirming does, after 确认：.
    """

    slug: str
    title: Callable[[Phase | None], str]
    fields: tuple[Field, ...]
    do: Do
    says: Callable[[Book, Year, Filled], str]
    event: Event | None = None
    states: frozenset[State] = frozenset()
    alone: frozenset[State] = frozenset()
    forever: str = ""
    moved: frozenset[Cause] = frozenset()
    province: bool = False
    of: str = ""
    among: frozenset[str] = frozenset()
    waives: bool = False
    evaluates: bool = False
    subject: Callable[[Year, Filled], str] | None = None
    records: bool = False
    by: Literal["province", "city"] = "province"
    whole: bool = False
    second: bool = False
    second_late: bool = False
    seconds: bool = False
    undo: Undo | None = None
    instead: str = ""

    def holds(self, year: int) -> Which:
        """Give what it locks: what is no city phase's own (an address, a letter) is shared by all years."""
        return year if self.event is not None or self.by == "city" else "every"

    def asks(self, name: str) -> Field | None:
        """Give the field of that name, None where it is not asked."""
        return next((one for one in self.fields if one.name == name), None)

    @property
    def shared(self) -> bool:
        """Whether it is about what belongs to no one year: an address, an office, a letter by its number."""
        return self.event is None and not YEARLY.intersection(one.kind for one in self.fields)

    @property
    def several(self) -> bool:
        """Whether it may be done for several cities at once."""
        return any(asked.kind == "cities" for asked in self.fields)

    @property
    def needs(self) -> frozenset[str]:
        """The names of the fields that must be given."""
        left = {"city"} if self.whole else set()
        return frozenset(one.name for one in self.fields if one.needed) - left

    def fill(self, year: Year, given: Mapping[str, Any]) -> Filled:
        """Fill it with what a program gives by the fields' names; what it does not ask is passed over.

        Phase and cities are named as people name them, `city` is one or several, None every one where it is done for
        the whole; raise UnknownPhase, UnknownCity.
        """
        slots: dict[str, Any] = {"words": {}}
        for asked in self.fields:
            value = given.get(asked.name)
            if asked.name == "city" and (value is not None or self.whole):
                every = [city.slug for city in year.cities]
                named = every if value is None else [value] if isinstance(value, str) else value
                cities = tuple(dict.fromkeys(year.city(one).slug for one in named))
                slots |= {"cities": cities, "every": value is None}
            elif asked.kind == "phase" and value is not None:
                slots["phase"] = year.phase(value)
            elif asked.kind in {"office", "other-city"} and value is not None:
                office = value if (asked.kind, value) == ("office", PROVINCE) else year.city(value).slug
                slots["words"] = {**slots["words"], asked.name: office}
            elif asked.kind in {"again", "date"} and value is not None:
                slots |= {"words": {**slots["words"], asked.name: f"{value}"}}
            elif value is not None:
                place = SLOTS.get(asked.kind)
                slots |= {place: value} if place else {"words": {**slots["words"], asked.name: value}}
        return Filled(**slots)

    def applies(self, book: Book, phase: Phase, standing: Standing, *, named: bool = False) -> bool:
        """Tell whether it is offered for a city phase that stands so; `named`: for this city by its name."""
        second = standing.second if owes_second(standing.state, standing.second, standing.second_at) else None
        owed = second or standing.due
        return (
            (
                standing.state in self.states
                or (named and standing.state in self.alone)
                or (self.second and second is not None)
                or (self.second_late and standing.second_late)
            )
            and (not self.moved or not self.moved.isdisjoint(owed.because))
            and (not self.province or phase.province is not None)
            and (not self.of or phase.slug == self.of)
            and (not self.among or phase.slug in self.among)
            and (not self.waives or bool(book.waivable(phase.slug)))
            and (not self.evaluates or _evaluated(book, phase))
            and (not self.seconds or book.second(phase) is not None)
        )

    def nobody(self, book: Book, phase: Phase | None) -> str:
        """Say why it can be done for no city now."""
        of = phase.name if phase else "本年度"
        if phase and self.province and phase.province is None:
            return f"{of}不需要省办{decision(phase)}，没有可以{self.title(phase)}的市。"
        if phase and self.waives and not book.waivable(phase.slug):
            return f"{of}没有“原则上”的规定，没有规则可以豁免。"
        if phase and self.evaluates and not _evaluated(book, phase):
            return f"{of}不评价学生。"
        if phase and self.seconds and book.second(phase) is None:
            return f"{of}没有各方分别交的总结。"
        if self.moved:
            return f"{of}各市现在的截止日都不是省办另行给的，没有可以更正的。"
        states = "、".join(f"“{state.chinese}”" for state in State if state in self.states)
        states += "或后交部分逾期" if self.second_late and phase and book.second(phase) else ""
        more = "；已通过的，请从该市本阶段的页面办理" if self.alone else ""
        return f"{self.title(phase)}用于状态为{states}的市，{of}现在没有这样的市{more}。"


def _evaluated(book: Book, phase: Phase) -> bool:
    """Tell whether the province has a part of its own to do in a phase before it ends it."""
    return phase.province is not None and book.province_gate(phase.slug) is not None
