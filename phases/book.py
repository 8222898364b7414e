"""The phases there are. Whoever asks about phases is handed a book; only an entry takes this one."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from calendars.phase_terms import standing_on
from phases import application, cultivation, interview, meeting, mentor_recommendation, midterm, shortlist, year_end
from phases.parties import dealings

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from calendars.phase_terms import Terms
    from calendars.year import Phase, Year
    from forms.definitions import AskedSheet, Form
    from gates.judge import Gate
    from gates.rule import Rule
    from phases.definition import PhaseDefinition, SecondPart, Total
    from phases.parties import Dealings
    from phases.stored_sheet import StoredSheet


class Book:
    """Phases by slug, in the order of the year; their rules by id, gates by name, forms by slug, sheets by key.

    `parties` are the sheets on which cities name parties, with their phases, by kind; `totals` those of every phase;
    `whose` says of which workbook a sheet is, by its name.
    """

    def __init__(self, phases: Iterable[PhaseDefinition], whole: Book | None = None) -> None:
        self._whole = whole or self
        self._judging: dict[frozenset[str], Book] = {}
        self.phases: Mapping[str, PhaseDefinition] = MappingProxyType({phase.slug: phase for phase in phases})
        self.rules: Mapping[str, Rule[Any]] = MappingProxyType(
            {rule.id: rule for phase in self.phases.values() for rule in phase.rules}
        )
        self.gates: Mapping[str, Gate[Any]] = MappingProxyType(
            {gate.name: gate for phase in self.phases.values() for gate in phase.gates}
        )
        self.forms: Mapping[str, Form[StoredSheet]] = MappingProxyType(
            {form.slug: form for phase in self.phases.values() for form in phase.forms}
        )
        self.sheets: Mapping[str, StoredSheet] = MappingProxyType(
            {sheet.key: sheet for form in self.forms.values() for sheet in form.sheets}
        )
        self.terms: Terms = MappingProxyType({slug: phase.terms for slug, phase in self.phases.items()})
        self.parties: Mapping[str, tuple[PhaseDefinition, StoredSheet]] = MappingProxyType(
            {
                sheet.party: (phase, sheet)
                for phase in self.phases.values()
                for form in phase.forms
                for sheet in form.sheets
                if sheet.party
            }
        )
        self.totals: Mapping[Total, PhaseDefinition] = MappingProxyType(
            {total: phase for phase in self.phases.values() for total in phase.totals}
        )
        self.whose: Mapping[str, str] = MappingProxyType(
            {
                sheet.name: f"“{phase.name}”阶段的《{form.title}》"
                for phase in self.phases.values()
                for form in phase.forms
                for sheet in form.sheets
            }
        )
        self._owners = {form.slug: phase for phase in self.phases.values() for form in phase.forms}
        self.uses: Mapping[str, frozenset[str]] = MappingProxyType(
            {slug: phase.uses for slug, phase in self.phases.items()}
        )

    def __getitem__(self, slug: str) -> PhaseDefinition:
        """Give a phase; KeyError where the book has none of that slug."""
        return self.phases[slug]

    def find(self, slug: str) -> PhaseDefinition | None:
        """Give a phase of an opened year; None where a later version took it out of the book."""
        return self.phases.get(slug)

    def form(self, slug: str, year: Year) -> Form[AskedSheet]:
        """Give a form as a year asks it; KeyError where there is none of that slug."""
        return self.forms[slug].asked(year)

    def owner(self, form: str) -> PhaseDefinition:
        """Give the phase that a form belongs to; KeyError where there is no such form."""
        return self._owners[form]

    def provincial(self, form: str) -> bool:
        """Tell whether the province fills a form in."""
        return form in self.forms and self.forms[form] is self.owner(form).province_form

    def forms_of(self, phase: Phase) -> tuple[Form[StoredSheet], ...]:
        """Give the forms that are loaded in a phase of an opened year; the province's where it has the last word."""
        found = self.find(phase.slug)
        return tuple(one for one in found.forms if phase.province or one is not found.province_form) if found else ()

    def second(self, phase: Phase) -> SecondPart | None:
        """Give the second part of a phase of an opened year, where the year dates it."""
        found = self.find(phase.slug)
        return found.second if found and phase.second_due else None

    def dealings(self, phase: Phase, year: Year, *, second: bool = False) -> Dealings:
        """Give what a phase of an opened year has to do with its parties, or its `second` part has, where it has one.

        The plainest where the book has none such.
        """
        found = self.find(phase.slug)
        if found is None:
            return dealings((), phase.province, year=year)
        if second and (part := self.second(phase)):
            return dealings(part.parties, phase.province, part.called, year)
        following = (self.find(one.slug) for one in year.phases if phase.slug in one.requires)
        ahead = next((one.parties for one in following if one), ())
        return dealings(found.parties, phase.province, found.called, year, ahead)

    def seconds_called(self, year: Year) -> Mapping[str, str]:
        """Give what a city's calendar calls the second part of each phase that the year dates one of, by slug."""
        dated = (phase for phase in year.phases if self.second(phase))
        return {phase.slug: self.dealings(phase, year, second=True).entered("city") for phase in dated}

    def province_gate(self, slug: str) -> Gate[Any] | None:
        """Give the gate of the province's own part of a phase, where it has one."""
        found = self.find(slug)
        return found.province_gate if found else None

    def standing_on(self, slug: str, year: Year) -> PhaseDefinition | None:
        """Give the phase of a year whose outcome a phase of it uses, in the place of any that the year leaves out."""
        return self.find(standing_on(slug, {phase.slug for phase in year.phases}, self.terms))

    def judging(self, rules: Collection[str]) -> Book:
        """Give the book of a year that judges by these rules, by id, and no others; what is only recorded it keeps."""
        chosen = frozenset(rule for rule, one in self._whole.rules.items() if rule in rules or not one.find)
        if chosen == self._whole.rules.keys():
            return self._whole
        if chosen not in self._judging:
            self._judging[chosen] = Book((phase.judging(chosen) for phase in self._whole.phases.values()), self._whole)
        return self._judging[chosen]

    def left_out(self, year: Year) -> tuple[Rule[Any], ...]:
        """Give the rules of the year's phases that the year does not judge by, for it was opened without them."""
        phases = (self._whole.phases[phase.slug] for phase in year.phases if phase.slug in self._whole.phases)
        return tuple(rule for phase in phases for rule in phase.rules if rule.find and rule.id not in self.rules)

    def gate_of(self, rule: str) -> tuple[PhaseDefinition, Gate[Any]]:
        """Give the phase and the gate that judge by a rule; KeyError where none does."""
        for phase in self.phases.values():
            for gate in phase.gates:
                if any(one.id == rule for one in gate.rules):
                    return phase, gate
        raise KeyError(rule)

    def waivable(self, slug: str) -> tuple[Rule[Any], ...]:
        """Give the rules judged at a phase's filing that the province may set aside (原则上), in their order."""
        found = self.find(slug)
        return tuple(rule for rule in found.gate.rules if rule.kind == "in-principle") if found else ()


BOOK = Book(
    (
        mentor_recommendation.PHASE,
        application.PHASE,
        shortlist.PHASE,
        interview.PHASE,
        meeting.PHASE,
        cultivation.PHASE,
        midterm.PHASE,
        year_end.PHASE,
    )
)
