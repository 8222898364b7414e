"""The shape of an act of the province on a page: what it asks, where it applies, what does it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from acts.outcome import Outcome
from gates.states import Event, State
from models.database import Database
from models.stamp import Stamp

if TYPE_CHECKING:
    from datetime import date

    from calendars.year import Phase, Year
    from phases.book import Book

Kind = Literal[
    "phase", "cities", "city", "day", "reason", "rule", "letter", "address", "office", "choice", "request",
    "difference", "calendar", "grid",
]  # fmt: skip
"""How a field is asked and read."""


@dataclass(frozen=True, slots=True)
class Field:
    """One thing that an act asks: its name in the form, its label, how it is read, whether it may be left empty.

    `choices` are value and word of a `choice`; `when` names one, asked before, with the word that makes this needed.
    """

    name: str
    label: str
    kind: Kind
    needed: bool = True
    choices: tuple[tuple[str, str], ...] = ()
    hint: str = ""
    when: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Filled:
    """A form as it was understood. What an act does not ask stays empty."""

    phase: Phase | None = None
    cities: tuple[str, ...] = ()
    until: date | None = None
    reason: str = ""
    number: int = 0
    words: Mapping[str, str] = field(default_factory=dict)
    calendar: Year | None = None
    rows: tuple[Mapping[str, str], ...] = ()

    @property
    def slug(self) -> str:
        """The slug of the phase that it is about."""
        assert self.phase is not None
        return self.phase.slug


@dataclass(frozen=True, slots=True)
class Bench:
    """Where an act is done: the database (in a preview, one that takes everything back), the year, who signs.

    `account` is whose form it is; an act that puts itself on record names it there. A preview has none.
    """

    database: Database
    year: Year
    stamp: Stamp
    account: int | None = None


Do = Callable[[Bench, Filled], Outcome]


@dataclass(frozen=True, slots=True)
class Act:
    """An act. `states` are those of the city phases that it is offered for; `province` wants a phase that ends so.

    `alone` are states that it is offered for too, but only to the city that is named. `forever` warns of what nothing
    can bring back.

    `event` is what a city phase's log shows of it; `subject` names what it is about in the audit, where that is no city
    phase and the act does not put itself on record. `title` says it for a phase (None: of no phase); `says` what
    confirming does, after 确认：.
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
    province: bool = False
    waives: bool = False
    evaluates: bool = False
    subject: Callable[[Year, Filled], str] | None = None

    def asks(self, name: str) -> Field | None:
        """Give the field of that name, None where it is not asked."""
        return next((one for one in self.fields if one.name == name), None)

    @property
    def several(self) -> bool:
        """Whether it may be done for several cities at once."""
        return any(asked.kind == "cities" for asked in self.fields)

    def applies(self, book: Book, phase: Phase, state: State, *, named: bool = False) -> bool:
        """Tell whether it is offered for a city phase in this state; `named`: for this city by its name."""
        return (
            (state in self.states or (named and state in self.alone))
            and (not self.province or phase.province is not None)
            and (not self.waives or bool(book.waivable(phase.slug)))
            and (not self.evaluates or phase.province == "results")
        )
