"""A city's phase as the pages of filing see it: what it stands at, what is loaded, what is to be done."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from acts.load import EVALUATION, YEAR_END
from acts.why import report_card
from dashboard.next_step import MAY_ASK, MAY_FILE, MAY_LOAD, Draft, NextStep, next_step
from dashboard.policy import NotThere
from forms.definitions import FORMS, AskedSheet, Form, form_of
from gates.states import State
from models import draft_rows, requests
from models.seen import Seen, seen

if TYPE_CHECKING:
    from sqlalchemy import Row

    from acts.why import ReportCard
    from calendars.year import City, Phase
    from dashboard.reader import Reader
    from dashboard.site import Site
    from models.standing import Opened


@dataclass(frozen=True, slots=True)
class Filing:
    """A city phase and its form: the phase's own, or `evaluation`, which the province fills in at the year's end."""

    opened: Opened
    phase: Phase
    city: City
    form: Form[AskedSheet]

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


@dataclass(frozen=True, slots=True)
class Work:
    """What a city has done of a phase: `counts` are rows by sheet; `card` the trial of what is loaded."""

    form: Form[AskedSheet]
    now: Seen
    newest: Row[Any] | None
    counts: tuple[tuple[str, int], ...]
    asked: list[Row[Any]]
    card: ReportCard | None
    step: NextStep

    @property
    def may_load(self) -> bool:
        """Whether the draft may be changed: the evaluation once the city has filed."""
        return self.now.state is State.SUBMITTED if self.form.slug == EVALUATION else self.now.state in MAY_LOAD

    @staticmethod
    def card_refusals(card: ReportCard) -> int:
        """Count the rules that refuse."""
        return sum(len(verdict.refusals) for verdict in card.verdicts)

    @property
    def may_file(self) -> bool:
        """Whether it may be filed, if there is something to file."""
        return self.now.state in MAY_FILE and self.newest is not None

    @property
    def may_ask(self) -> bool:
        """Whether a later day may be asked for: one request waits at a time."""
        return self.now.state in MAY_ASK and _unanswered(self.asked, self.now) is None


def filing_of(opened: Opened, phase: str, city: str, reader: Reader) -> Filing:
    """Give what an address names; raise `UnknownPhase`, `UnknownCity`, or `NotThere` for what is the province's."""
    if phase == EVALUATION and not reader.province:
        raise NotThere
    place = opened.year.phase(YEAR_END if phase == EVALUATION else phase)
    slug = EVALUATION if phase == EVALUATION else place.slug
    if slug not in FORMS:
        raise NotThere
    return Filing(opened, place, opened.year.city(city), form_of(slug, opened.year))


def work(site: Site, reader: Reader, filing: Filing) -> Work:
    """Read what stands, and judge what is loaded where it could be filed: as many statements for any number of rows."""
    year, form, city = filing.opened.year, filing.form, filing.city.slug
    now_at = site.now(filing.opened)
    with site.database.read() as connection:
        now = seen(connection, year, city, now_at)[filing.phase.slug]
        newest = draft_rows.newest(connection, year.year, form.slug, city)
        counts = draft_rows.counts(connection, year.year, city, [sheet.key for sheet in form.sheets])
        asked = requests.of_city_phase(connection, year.year, filing.phase.slug, city)
    card = None
    if newest is not None and form.slug != EVALUATION and now.state in MAY_LOAD:
        stamp = site.stamp(reader, filing.opened)
        card = report_card(site.database, year.year, filing.phase.slug, city, stamp, trial=True)
    step = next_step(year, now, Draft(newest is not None, _refused(card)), now_at, _unanswered(asked, now))
    named = tuple((sheet.name, counts[sheet.key]) for sheet in form.sheets)
    return Work(form, now, newest, named, asked, card, step)


def _unanswered(asked: list[Row[Any]], now: Seen) -> Row[Any] | None:
    return next((row for row in asked if row.attempt == now.attempt and row.answer is None), None)


def _refused(card: ReportCard | None) -> int | None:
    return None if card is None else Work.card_refusals(card)
