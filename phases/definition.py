"""The shape of a phase: all that the programme knows of one besides its dates, which stand in the year file."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, NamedTuple

from calendars.phase_terms import PhaseTerms
from phases.on_record import as_read, by_number, nothing

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator

    from forms.definitions import Form
    from forms.workbook_rows import Reading, RowError
    from gates.judge import Gate
    from gates.rule import Rule
    from phases.made_of import MadeOf
    from phases.on_record import OnRecord, PlainSheets
    from phases.parties import Called, Stakeholder
    from phases.stored_sheet import StoredSheet


class Total(NamedTuple):
    """What a phase's filings add up to over the province: a key of its gate's tally, what it is called, its unit.

    `cap` is the year's figure that it must not pass, "" where none is set. One that is `shown` is so from zero on.
    """

    name: str
    label: str
    unit: str
    cap: str = ""
    shown: bool = False


class LetOn(NamedTuple):
    """The students whom a phase lets on to the next: by number, those rows of a sheet of which a column is true.

    `sheet` is its key; `called` is what the list of them is called. Whoever is let on by a phase that `trains` is in
    training from then on.
    """

    sheet: str
    column: str
    called: str
    trains: bool = False


class TakesOut(NamedTuple):
    """The students whom a phase takes out of training: of the results in the facts of the last filing that passed.

    `results` is their field; each has its `number`, and is true in `stays` where the student stays.
    """

    results: str
    stays: str


class SecondPart(NamedTuple):
    """What a city files after the rest of a phase, by a later due day, while the province has its filing in hand.

    `gate` judges it, on the facts of the phase's own, when the province ends the phase. It is loaded with the phase's
    workbook, on these `sheets`, by key; `called` is what letters call it, and `parties` have to do with it.
    """

    gate: Gate[Any]
    sheets: frozenset[str]
    called: Called
    parties: tuple[Stakeholder, ...]


FIRST = PhaseTerms()
"""A phase that stands on no other, and that no year can do without."""


@dataclass(frozen=True, slots=True)
class PhaseDefinition:
    """A phase by its slug and its Chinese name; `terms` are what a year file may say of it.

    `gate` judges what the city files by its `form`; `province_gate` what the province answers for when it has the last
    word on facts of its own, which it fills in on its `province_form`. A draft of either is put to its `check` against
    what is on record, and then made `complete` by what is worked out; what its `doubts` find is shown, never refused.
    What `gate` looks at is `made_of` rows; None where a query of `models.facts` makes it. It `lets_on` students to the
    phase that stands on it, and `takes_out` of training. `totals` are what the tallies of its filings add up to.
    `records` are rules that are kept and never judged. `uses` are the phases of whose filings its facts are made,
    beyond the order of the year. A `second` part is filed by a later day where the year dates it, else with the rest.
    `figures` are the keys of the year's figures that its rules ask. `parties` are those
    who have to do with it; one that names none has its city, and the province where that has the last word. `called`
    is what letters call it. It is `of_students` alone: where a city has none, it asks nothing of it.
    """

    slug: str
    name: str
    gate: Gate[Any]
    terms: PhaseTerms = FIRST
    form: Form[StoredSheet] | None = None
    province_gate: Gate[Any] | None = None
    province_form: Form[StoredSheet] | None = None
    check: Callable[[OnRecord, Reading], Iterable[RowError]] = by_number
    doubts: Callable[[OnRecord, Reading], Iterable[RowError]] = nothing
    complete: Callable[[OnRecord, PlainSheets], PlainSheets] = as_read
    made_of: MadeOf | None = None
    lets_on: LetOn | None = None
    takes_out: TakesOut | None = None
    totals: tuple[Total, ...] = ()
    records: tuple[Rule[Any], ...] = ()
    uses: frozenset[str] = frozenset()
    figures: tuple[str, ...] = ()
    parties: tuple[Stakeholder, ...] = ()
    called: Called | None = None
    of_students: bool = True
    second: SecondPart | None = None

    @property
    def gates(self) -> tuple[Gate[Any], ...]:
        """Give its gates: the city's, that of its second part and the province's where there are such."""
        return tuple(filter(None, (self.gate, self.second and self.second.gate, self.province_gate)))

    def at_filing(self, *, dated: bool) -> Gate[Any]:
        """Give the gate of a filing: that of a second part with it, in a year that has not `dated` that."""
        if self.second is None or dated:
            return self.gate
        return replace(self.gate, rules=(*self.gate.rules, *self.second.gate.rules), apart=frozenset())

    @property
    def forms(self) -> tuple[Form[StoredSheet], ...]:
        """Give its forms: the city's, and the province's, where there are such."""
        return tuple(form for form in (self.form, self.province_form) if form is not None)

    def judging(self, rules: Collection[str]) -> PhaseDefinition:
        """Give the phase judging by those of its rules alone whose ids these are."""

        def kept(gate: Gate[Any]) -> Gate[Any]:
            return replace(gate, rules=tuple(rule for rule in gate.rules if rule.id in rules))

        return replace(
            self,
            gate=kept(self.gate),
            province_gate=self.province_gate and kept(self.province_gate),
            second=self.second and self.second._replace(gate=kept(self.second.gate)),
        )

    @property
    def rules(self) -> Iterator[Rule[Any]]:
        """Give all its rules: those judged at filing, those of the province's part, those only recorded."""
        for gate in self.gates:
            yield from gate.rules
        yield from self.records
