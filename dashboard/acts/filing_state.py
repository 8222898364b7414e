"""A city's phase as the pages of filing see it: what it stands at, what is loaded, what is to be done."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated

from fastapi import Depends

from acts import backfill
from acts.question import questionable
from acts.why import report_card
from dashboard.serving.look import Present
from dashboard.serving.policy import NotThere, Signed
from dashboard.serving.rehearsal_clock import pack_of
from dashboard.views.next_step import MAY_ASK, MAY_FILE, MAY_LOAD, Draft, NextStep, next_step, on_paper
from dashboard.views.todo import tasks
from gates.pending import owes_second
from gates.states import State
from models import city_requests, draft_rows
from models.city_requests import CityRequest, waits
from models.days_of_persons import days_by_phase
from models.loading import EMPTIED, pooled_mentors
from models.states_as_of import Seen, seen
from phases.application import PHASE as APPLICATION
from phases.application import STUDENTS
from phases.mentor_recommendation import FORM as ROLL
from season.still_due import StillDue, filed_without
from season.unit_of_work import Season

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from sqlalchemy import Connection

    from acts.why import ReportCard
    from calendars.year import City, Phase, Year
    from dashboard.serving.site import Site
    from dashboard.signing_in.reader import Reader
    from forms.definitions import AskedSheet, Form
    from gates.reruns import Uses
    from models.draft_rows import RefusedSince
    from models.histories import Load
    from models.standing import Opened


STATUS = {"done": 200, "form-errors": 422, "refused": 409}
"""How a page answers what came of a load."""


@dataclass(frozen=True, slots=True)
class PhaseForm:
    """A city phase and its form: the phase's own, or the one that the province fills in."""

    opened: Opened
    phase: Phase
    city: City
    form: Form[AskedSheet]

    @property
    def provincial(self) -> bool:
        """Whether the province fills the form in."""
        return self.opened.book.provincial(self.form.slug)

    @property
    def lists_students(self) -> bool:
        """Whether students who applied before have a row each on a sheet of the form."""
        return any(sheet.unique == ("number",) and sheet.key != STUDENTS.key for sheet in self.form.sheets)

    @property
    def address(self) -> str:
        """The address that the pages of filing stand under."""
        return f"/{self.opened.year.year}/{self.form.slug}/{self.city.slug}"

    @property
    def home(self) -> str:
        """The page of the city phase."""
        return f"/{self.opened.year.year}/{self.phase.slug}/{self.city.slug}"

    @property
    def title(self) -> str:
        """Its name for people."""
        return f"{self.city.name} {self.phase.name}"

    def rehearsed(self, pack: Path | None) -> Path | None:
        """Give the workbook that the city files in a demonstration's events; None in any other year."""
        if pack is None or not self.opened.rehearsal or pack_of(pack, self.opened.year).visitor is None:
            return None
        found = pack / self.city.slug / f"{self.form.slug}.xlsx"
        return found if found.is_file() else None


@dataclass(frozen=True, slots=True)
class Work:
    """What a city has done of a phase: `counts` are rows by sheet; `card` the trial of what is loaded.

    `barred` says why nothing can be loaded for what was, or was not, loaded of phases done on paper; "" where it can.
    `questionable` is what the city may question here, by what it is. `wanted` are those of which something must be
    loaded first; `rehearsed`: a demonstration has it filled in; `pooled`: there are mentors of the year before.
    `refused`: an upload after the draft's, which the draft is therefore not. `without`: who may be filed yet.
    """

    filing: PhaseForm
    now: Seen
    newest: Load | None
    counts: tuple[tuple[str, int], ...]
    asked: tuple[CityRequest, ...]
    card: ReportCard | None
    step: NextStep
    barred: str = ""
    questionable: Mapping[str, str] = field(default_factory=dict)
    wanted: tuple[Phase, ...] = ()
    rehearsed: bool = False
    pooled: bool = False
    refused: RefusedSince | None = None
    without: tuple[StillDue, ...] = ()

    @property
    def may_load(self) -> bool:
        """Whether the draft may be changed: the province's once the city has filed, or where it was done on paper."""
        if self.barred or self.now.passed_on_paper:
            return not self.barred
        filed = self.now.state is State.SUBMITTED
        if self.filing.provincial:
            return filed
        return self.now.state in MAY_LOAD or bool(self.without) or (filed and self.now.second is not None)

    @property
    def emptied(self) -> bool:
        """Whether contacts of the draft were emptied, for their key was lost, and nothing was loaded since."""
        return self.newest is not None and self.newest.sha256 == EMPTIED

    @property
    def supplements(self) -> bool:
        """Whether what is loaded passed already, so that loading files what it lacks: there is no trial of it."""
        return self.now.state is State.PASSED and bool(self.without)

    @staticmethod
    def card_refusals(card: ReportCard) -> int:
        """Count the rules that refuse."""
        return sum(len(verdict.refusals) for verdict in card.verdicts)

    @property
    def may_file(self) -> bool:
        """Whether it may be filed, if there is something to file."""
        return self.now.state in MAY_FILE and self.newest is not None and not self.barred

    @property
    def may_be_nobody(self) -> bool:
        """Whether the city may say here that nobody applied."""
        return self.filing.phase.slug == APPLICATION.slug and self.now.state in MAY_FILE and not self.barred

    @property
    def waits(self) -> bool:
        """Whether a request for a later day waits here for its answer, and may be taken back."""
        return waits(self.asked, self.now.attempt) is not None

    @property
    def questions(self) -> bool:
        """Whether a question waits here for its answer, and may be taken back."""
        return waits(self.asked, self.now.attempt, "question") is not None

    @property
    def may_ask(self) -> bool:
        """Whether a later day may be asked for: one request waits at a time."""
        second = owes_second(self.now.state, self.now.second, self.now.second_at)
        return (self.now.state in MAY_ASK or second) and not self.waits


def filing_of(opened: Opened, phase: str, city: str, reader: Reader) -> PhaseForm:
    """Give what an address names; raise `UnknownPhase`, `UnknownCity`, or `NotThere` for what is the province's."""
    book = opened.book
    provincial = book.provincial(phase)
    if provincial and not reader.province:
        raise NotThere
    place = opened.year.phase(book.owner(phase).slug if provincial else phase)
    form = next((one for one in book.forms_of(place) if one.slug == (phase if provincial else place.slug)), None)
    if form is None:
        raise NotThere
    return PhaseForm(opened, place, opened.year.city(city), form.asked(opened.year))


def _filing(look: Present, reader: Signed, phase: str, city: str) -> PhaseForm:
    """Give the city phase of the address, now: today's draft is not what stood at a past instant."""
    return filing_of(look.opened, phase, city, reader)


Here = Annotated[PhaseForm, Depends(_filing)]
"""The city phase of a page under `/{year}/{phase}/{city}`."""


def work(site: Site, reader: Reader, filing: PhaseForm) -> Work:
    """Read what stands, and judge what is loaded where it could be filed: as many statements for any number of rows."""
    year, form, city = filing.opened.year, filing.form, filing.city.slug
    now_at = site.now(filing.opened)
    with site.database.read() as connection:
        phases = seen(connection, year, city, now_at)
        now, used = phases[filing.phase.slug], _used(year, filing.opened.book.uses, filing.phase.slug, phases)
        wanted = _wanted(connection, year, city, now, phases)
        newest = draft_rows.newest(connection, year.year, form.slug, city)
        counts = draft_rows.counts(connection, year.year, city, [sheet.key for sheet in form.sheets])
        asked = city_requests.of_city_phase(connection, year.year, filing.phase.slug, city)
        pooled = form.slug == ROLL.slug and bool(pooled_mentors(connection, year.year, city))
        refused = draft_rows.refused_since(connection, year.year, form.slug, city) if now.state in MAY_LOAD else None
        may_question = questionable(connection, year.year, filing.phase.slug, city, now_at)
        without = to_supplement(site, connection, reader, filing.opened, city)
    card, barred = None, used or backfill.wanting(year, wanted)
    if newest is not None and not filing.provincial and now.state in MAY_LOAD and not barred:
        stamp = site.stamp(reader, filing.opened)
        card = report_card(site.database, year.year, filing.phase.slug, city, stamp, trial=True)
    draft = Draft(newest is not None, _refused(card), refused.faults if refused else 0)
    if now.passed_on_paper or barred:
        step = on_paper(now, draft, barred)
    else:
        open_one = waits(asked, now.attempt)
        said = tasks(year, list(phases.values()), now_at, reader, {now.phase: open_one} if open_one else {}, without)
        step = next_step(next(one for one in said if one.phase == now.phase), now.state, draft)
        if owes_second(now.state, now.second, now.second_at) and (second := filing.opened.book.second(filing.phase)):
            step = NextStep(f"{step.sentence}后交的是{second.called.filed}；上传时已经报送的内容须保持不变。")
        if filing.phase.slug in without:
            step = NextStep(f"{step.sentence}请在已填内容中补上他们再上传，其他行不要改动；导入即核验。")
    named = tuple((sheet.name, counts[sheet.key]) for sheet in form.sheets)
    rehearsed = filing.rehearsed(site.pack) is not None
    phased = tuple(map(year.phase, wanted))
    missing = () if filing.provincial else without.get(filing.phase.slug, ())
    return Work(
        filing, now, newest, named, asked, card, step, barred, may_question, phased, rehearsed, pooled, refused, missing
    )


def to_supplement(
    site: Site, connection: Connection, reader: Reader, opened: Opened, city: str
) -> Mapping[str, tuple[StillDue, ...]]:
    """Give by phase who may be filed yet after the city has filed, now; one more judgement where anybody has a day."""
    year = opened.year
    those = [slug for slug, days in days_by_phase(connection, year.year).items() if days.get(city)]
    if not those:
        return {}
    season = Season.read(connection, year.year, site.stamp(reader, opened), [city], reading=True)
    found = {slug: filed_without(season, season.cells[slug, city]) for slug in those}
    return {slug: who for slug, who in found.items() if who}


def _papers(phases: Mapping[str, Seen]) -> list[str]:
    return [slug for slug, each in phases.items() if each.on_paper]


def _used(year: Year, uses: Uses, phase: str, phases: Mapping[str, Seen]) -> str:
    """Say why a phase that was done on paper can no longer be filled in; "" where it can, and for any other phase."""
    if not phases[phase].passed_on_paper:
        return ""
    states = {slug: each.state for slug, each in phases.items()}
    if State.WITHDRAWN in states.values():
        return "该市本年度已退出，不能再补录。"
    return backfill.used_by(year, uses, phase, states, _papers(phases))


def _wanted(connection: Connection, year: Year, city: str, now: Seen, phases: Mapping[str, Seen]) -> tuple[str, ...]:
    """Give what must be loaded before this may be."""
    if not (now.passed_on_paper or now.state in MAY_LOAD):
        return ()
    return backfill.wanted(connection, year, now.phase, city, _papers(phases))


def _refused(card: ReportCard | None) -> int | None:
    return None if card is None else Work.card_refusals(card)
