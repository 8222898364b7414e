"""A programme year (年度) as data: its phases, cities and figures, as one year file states them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Literal, NamedTuple

from pydantic import BaseModel, ConfigDict, Field, PrivateAttr

from calendars.deadlines import FIRST_YEAR, LAST_YEAR
from calendars.errors import TalentError
from calendars.office_hours import OfficeHours
from calendars.working_days import WorkingDays, published

Slug = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]*$")]
Text = Annotated[str, Field(min_length=1)]
Count = Annotated[int, Field(ge=0)]
Positive = Annotated[int, Field(gt=0)]
Month = Annotated[int, Field(ge=1, le=12)]
Months = tuple[Month, Month]
Hour = Annotated[int, Field(ge=0, le=24)]
Percent = Annotated[Decimal, Field(gt=0, le=100, strict=False)]
Mark = Annotated[Decimal, Field(ge=0, le=100, strict=False)]
DayKind = Literal["working", "holiday"]
Ending = Literal["approve", "record", "results"]
"""How the provincial office ends a phase: 审定, 备案, 公布结果."""
SummaryKind = Literal["市级", "导师", "中学", "高校"]
"""Whose annual summary (年度工作总结): the city's own, that of each mentor, school, or institution of its students."""


class UnknownPhase(TalentError):
    """没有名为“{name}”的阶段；可用的阶段：{known}。"""


class UnknownCity(TalentError):
    """没有名为“{name}”的城市；请写拼音、中文名或行政区划代码，例如 {example}。"""


class Since(NamedTuple):
    """What marks a figure that not every version of the year file knew: the first that did, and what it was before.

    A year opened without the figure means that by it.
    """

    version: int
    meant: object


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class City(_Frozen):
    """A city (设区市) or county: `slug` as programs name it, `name` as people do, `code` its division code.

    The code has the four digits of a city or the six of a county.
    """

    slug: Slug
    name: Text
    code: Annotated[str, Field(pattern=r"^\d{4}(\d{2})?$")]


class ContactPoint(_Frozen):
    """Whom to ask in an office: a person (联系人), a telephone, a mailbox that is read; "" where there is none."""

    name: Annotated[str, Field(pattern=r"^[^\x00-\x1f]{1,50}$")] = ""
    phone: Annotated[str, Field(pattern=r"^\+?[0-9][0-9 ()-]{4,29}$")] = ""
    mailbox: Annotated[str, Field(pattern=r"^[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]+@([A-Za-z0-9-]+\.)+[A-Za-z0-9-]+$")] = ""

    @property
    def is_sample(self) -> bool:
        """Whether it is the invented one of a shipped file, which nobody answers."""
        return self.mailbox.endswith(".example") or not self.phone.strip("0- ")


class Phase(_Frozen):
    """A phase (阶段) of the year; every day in it is a day in Asia/Shanghai and `due` is itself in time.

    `rungs` are reminders, in days before the due day. `monthly_from` starts cultivation's monthly watch; before
    `files_from` nothing may be filed. `province` is how the provincial office ends the phase (None: the gate alone
    does), `province_due` its own last day where the calendar fixes one (else it follows from the filing).
    `second_due` is until when the city files what comes after the rest of its filing, `second_rungs` its reminders; a
    year that dates no such part has it filed with the rest.
    """

    slug: Slug
    name: Text
    requires: tuple[str, ...]
    opens: date
    due: date
    rungs: tuple[Positive, ...]
    monthly_from: date | None = None
    files_from: date | None = None
    province: Ending | None = None
    province_due: date | None = None
    second_due: date | None = None
    second_rungs: tuple[Positive, ...] = ()


class Figures(_Frozen):
    """Every figure of the rules. None has a default: the year file states them all, with their clause.

    A figure more is a field here that says what it means for the years that were opened without it
    (`Annotated[Count, Since(3, 0)]`), and a line in the shipped files.
    """

    grace: Count = Field(description="个工作日：重新开放、延期、退回之后至少留给城市的时间")
    subject_rank: Percent = Field(description="%：学科成绩在年级的排名以内")
    overall_rank: Percent = Field(description="%：综合成绩在年级的排名以内")
    consent_age: Positive = Field(description="岁：未满者须监护人同意")
    interview_ratio: Percent = Field(description=":1：面试人数与入选人数之比不少于")
    city_cap: Count = Field(description="人：每个设区市的省级资助名额")
    funded_cap: Count = Field(description="人：全省的省级资助名额")
    grant: Count = Field(description="元：每名受资助学生")
    visits: Count = Field(description="次：培养周期内到校培养")
    city_funds: Count = Field(description="元：拨付每个市级管理办公室的工作经费")
    province_days: Positive = Field(description="个工作日：报送之后省办审定、备案的时间")
    province_rungs: tuple[Positive, ...] = Field(description="省办期限前几个工作日提醒省办")
    escalation_days: Positive = Field(description="截止之后第几个工作日督办")
    party_days: Annotated[Count, Since(3, 0)] = Field(description="个工作日：导师、高校、中学的交材料日早于城市截止日")
    party_rungs: Annotated[tuple[Positive, ...], Since(3, (7, 1))] = Field(
        description="交材料日前几天提醒导师、高校、中学"
    )
    office_hours: Annotated[tuple[Hour, Hour], Since(3, (9, 17))] = Field(
        description="时：工作日几时到几时发出到期即发的函件"
    )
    digest_days: Annotated[Positive, Since(3, 5)] = Field(
        description="个工作日：有新情况时每日待办连发几天，以后每周一次"
    )
    dimensions: tuple[Text, ...] = Field(description="年度评价的各方面")
    score_weights: Annotated[tuple[Positive, ...], Since(3, ())] = Field(description="年度评价各方面的权重；空的为等权")
    panel: Annotated[Positive, Since(3, 1)] = Field(description="名：给每名学生评分的评委，各评一份，取平均分")
    excellent_from: Annotated[Mark, Since(3, 0)] = Field(description="分：定为优秀的总分线，低于它的须写定级理由")
    qualified_from: Annotated[Mark, Since(3, 0)] = Field(description="分：定为合格的总分线，低于它的须写定级理由")
    stages: tuple[Months, ...] = Field(description="培养阶段的起止月份")
    cultivation_months: Months = Field(description="培养周期的起止月份，止月早于起月的是下一年的")
    senior_grades: tuple[Text, ...] = Field(description="可报名的高中年级")
    junior_grades: tuple[Text, ...] = Field(description="可报名的初中年级")
    junior_subjects: tuple[Text, ...] = Field(description="初中生可报的学科")
    honours: tuple[Text, ...] = Field(description="导师的人才称号")
    team_degrees: tuple[Text, ...] = Field(description="培养团队成员的学位，与职称有一项符合即可")
    team_titles: tuple[Text, ...] = Field(description="培养团队成员的职称")
    summaries_owed: Annotated[tuple[SummaryKind, ...], Since(3, ("市级", "导师", "中学"))] = Field(
        description="要交年度工作总结的各方"
    )
    people_months: Annotated[Count, Since(3, 0)] = Field(description="个月：归档后个人信息保存多久；0 为不清除")
    access_months: Annotated[Positive, Since(3, 12)] = Field(description="个月：登录、查看、下载的记录保存多久")

    @property
    def summaries_asked(self) -> tuple[SummaryKind, ...]:
        """The kinds of summary that are asked for: those owed, and in any case an institution's (七(二))."""
        return tuple(dict.fromkeys((*self.summaries_owed, "高校")))

    def ahead(self, month: int) -> int:
        """Give how many months a month of training comes after the first; one before that is of the next year."""
        return (month - self.cultivation_months[0]) % 12


class _Index:
    """The cities of a year by slug, name and code; made of the year's fields, so no part of its equality."""

    def __init__(self, cities: tuple[City, ...]) -> None:
        self.cities = cities
        self.found = {word: city for city in cities for word in (city.code, city.name, city.slug)}

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Index)

    __hash__ = None  # type: ignore[assignment]


class Year(_Frozen):
    """A whole programme year. `days` overrides single days; `source_text` is the file it was read from.

    `contact` is whom to ask at the provincial office, as the notice prints it.
    `draft` marks a year whose own notice is not out yet. `assumed` are what its file, of an older version, did not
    know, by dotted key.
    """

    year: Annotated[int, Field(ge=FIRST_YEAR, le=LAST_YEAR)]
    title: Text
    notice: Text
    subjects: tuple[Text, ...]
    cities: tuple[City, ...]
    phases: tuple[Phase, ...]
    figures: Figures
    days: Mapping[date, DayKind]
    contact: ContactPoint = ContactPoint()
    draft: bool = False
    source_text: str = Field(default="", repr=False)
    assumed: Mapping[str, Any] = Field(default_factory=dict, repr=False)

    _index: _Index = PrivateAttr(default_factory=lambda: _Index(()))

    def phase(self, slug: str) -> Phase:
        """Give the phase of that slug or Chinese name, or raise `UnknownPhase`."""
        for phase in self.phases:
            if slug in (phase.slug, phase.name):
                return phase
        raise UnknownPhase(name=slug, known="、".join(f"{phase.slug}（{phase.name}）" for phase in self.phases))

    def city(self, key: str) -> City:
        """Give the city of that slug, Chinese name (with or without 市) or code, or raise `UnknownCity`."""
        if self._index.cities is not self.cities:  # not made yet, or brought along by model_copy
            self._index = _Index(self.cities)
        found = self._index.found.get(key) or self._index.found.get(key.removesuffix("市"))
        if found is None:
            first = self.cities[0] if self.cities else None
            raise UnknownCity(name=key, example=f"{first.slug}、{first.name}、{first.code}" if first else "—")
        return found

    @property
    def working_days(self) -> WorkingDays:
        """The working days of this year's calendar, its overrides among them."""
        return WorkingDays(self.days)

    @property
    def hours(self) -> OfficeHours:
        """The hours of its working days at which letters leave that nobody's hand causes."""
        return OfficeHours(self.working_days, *self.figures.office_hours)

    @property
    def calendar_years(self) -> tuple[int, ...]:
        """The calendar years that the days of the phases lie in, ascending."""
        days = (
            day
            for phase in self.phases
            for day in (phase.opens, phase.due, phase.second_due, phase.province_due)
            if day
        )
        return tuple(sorted({day.year for day in days}))

    @property
    def provisional(self) -> bool:
        """Whether it is a draft, or touches a calendar year without a State Council holiday notice (暂定)."""
        return self.draft or not all(published(year) for year in self.calendar_years)

    def days_of(self, months: Months) -> tuple[date, date]:
        """Give the first day of some months of training, and the first day after them."""
        first, last = (12 * self.year + self.figures.cultivation_months[0] - 1 + self.figures.ahead(m) for m in months)
        return date(first // 12, first % 12 + 1, 1), date((last + 1) // 12, (last + 1) % 12 + 1, 1)

    def after(self, slug: str) -> tuple[str, ...]:
        """Give the phases that require this one, directly or through others, in the order of the year."""
        reached = {self.phase(slug).slug}
        grown = 0
        while grown != len(reached):
            grown = len(reached)
            reached |= {phase.slug for phase in self.phases if reached.intersection(phase.requires)}
        return tuple(phase.slug for phase in self.phases if phase.slug in reached and phase.slug != slug)
