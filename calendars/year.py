"""A programme year (年度) as data: its phases, cities and figures, as one year file states them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, PrivateAttr

from calendars.errors import TalentError
from calendars.working_days import WorkingDays, published

PHASES = (
    "mentor-recommendation",
    "application",
    "shortlist",
    "interview",
    "meeting",
    "cultivation",
    "midterm",
    "year-end",
)

Slug = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]*$")]
Text = Annotated[str, Field(min_length=1)]
Count = Annotated[int, Field(ge=0)]
Positive = Annotated[int, Field(gt=0)]
Month = Annotated[int, Field(ge=1, le=12)]
Months = tuple[Month, Month]
Percent = Annotated[Decimal, Field(gt=0, le=100, strict=False)]
Weight = Annotated[Decimal, Field(ge=0, strict=False)]
DayKind = Literal["working", "holiday"]


class UnknownPhase(TalentError):
    """没有名为“{name}”的阶段；可用的阶段：{known}。"""  # noqa: D415 - a Chinese full stop


class UnknownCity(TalentError):
    """没有名为“{name}”的城市；请写拼音、中文名或行政区划代码，例如 {example}。"""  # noqa: D415


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class City(_Frozen):
    """A city (设区市): `slug` as programs name it, `name` as people do, `code` its four-digit division code."""

    slug: Slug
    name: Text
    code: Annotated[str, Field(pattern=r"^\d{4}$")]


class Phase(_Frozen):
    """A phase (阶段) of the year; every day in it is a day in Asia/Shanghai and `due` is itself in time.

    `rungs` are reminders, in days before the due day. `monthly_from` starts cultivation's monthly watch; before
    `files_from` nothing may be filed. `province` is how the provincial office ends the phase, `province_due` its own
    last day where the calendar fixes one (else it follows from the filing).
    """

    slug: Slug
    name: Text
    requires: tuple[str, ...]
    opens: date
    due: date
    rungs: tuple[Positive, ...]
    monthly_from: date | None = None
    files_from: date | None = None
    province: Literal["approve", "record", "results"] | None = None
    province_due: date | None = None


class Figures(_Frozen):
    """Every figure of the rules. None has a default: the year file states them all, with their clause."""

    grace: Count  # working days a phase keeps when an act lets it open or be mended late
    subject_rank: Percent  # of the grade, per cent
    overall_rank: Percent
    consent_age: Positive  # years; younger students need a guardian's consent
    interview_ratio: Percent  # interviewed for each one admitted
    city_cap: Count  # funded students in a city
    funded_cap: Count  # funded students in the province
    grant: Count  # yuan a funded student
    visits: Count  # on campus within the cultivation months
    city_funds: Count  # yuan a city
    province_days: Positive  # working days the province has after a filing
    province_rungs: tuple[Positive, ...]  # working days before the province's due day
    escalation_days: Positive  # working days after the due day
    dimensions: tuple[Text, ...]  # of the province's evaluation
    weights: tuple[Weight, ...]  # one a dimension; only their proportion counts
    stages: tuple[Months, ...]  # training stages, first and last month
    cultivation_months: Months
    senior_grades: tuple[Text, ...]
    junior_grades: tuple[Text, ...]
    junior_subjects: tuple[Text, ...]  # open to junior grades
    honours: tuple[Text, ...]
    team_degrees: tuple[Text, ...]  # either of these qualifies a member of a mentor's team
    team_titles: tuple[Text, ...]


class Year(_Frozen):
    """A whole programme year. `days` overrides single days; `source_text` is the file it was read from."""

    year: Annotated[int, Field(ge=2000, le=2099)]
    title: Text
    notice: Text
    subjects: tuple[Text, ...]
    cities: tuple[City, ...]
    phases: tuple[Phase, ...]
    figures: Figures
    days: Mapping[date, DayKind]
    source_text: str = Field(default="", repr=False)

    _by_key: tuple[tuple[City, ...], dict[str, City]] = PrivateAttr(default=((), {}))

    def phase(self, slug: str) -> Phase:
        """Give the phase of that slug or Chinese name, or raise `UnknownPhase`."""
        for phase in self.phases:
            if slug in (phase.slug, phase.name):
                return phase
        raise UnknownPhase(name=slug, known="、".join(f"{phase.slug}（{phase.name}）" for phase in self.phases))

    def city(self, key: str) -> City:
        """Give the city of that slug, Chinese name (with or without 市) or code, or raise `UnknownCity`."""
        known, index = self._by_key
        if known is not self.cities:  # a model_copy with other cities brings the old index along
            index = {word: city for city in self.cities for word in (city.code, city.name, city.slug)}
            self._by_key = (self.cities, index)
        found = index.get(key) or index.get(key.removesuffix("市"))
        if found is None:
            first = self.cities[0] if self.cities else None
            raise UnknownCity(name=key, example=f"{first.slug}、{first.name}、{first.code}" if first else "—")
        return found

    @property
    def working_days(self) -> WorkingDays:
        """The working days of this year's calendar, its overrides among them."""
        return WorkingDays(self.days)

    @property
    def calendar_years(self) -> tuple[int, ...]:
        """The calendar years that the days of the phases lie in, ascending."""
        days = (day for phase in self.phases for day in (phase.opens, phase.due, phase.province_due) if day)
        return tuple(sorted({day.year for day in days}))

    @property
    def provisional(self) -> bool:
        """Whether a calendar year it touches has no State Council holiday notice yet (暂定)."""
        return not all(published(year) for year in self.calendar_years)

    def after(self, slug: str) -> tuple[str, ...]:
        """Give the phases that require this one, directly or through others, in the order of the year."""
        reached = {self.phase(slug).slug}
        grown = 0
        while grown != len(reached):
            grown = len(reached)
            reached |= {phase.slug for phase in self.phases if reached.intersection(phase.requires)}
        return tuple(phase.slug for phase in self.phases if phase.slug in reached and phase.slug != slug)
