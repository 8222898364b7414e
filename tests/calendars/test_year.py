"""A year as data: names, order, what follows what, provisional or not."""

from __future__ import annotations

import pickle
from datetime import date
from decimal import Decimal

import pytest
from pydantic import ValidationError

from calendars.files import load
from calendars.year import City, UnknownCity, UnknownPhase, Year
from tests.support.years import PHASES

YEAR = load(2022)
LATER = {
    "mentor-recommendation": PHASES[1:],
    "application": PHASES[2:],
    "shortlist": PHASES[3:],
    "interview": PHASES[4:],
    "meeting": PHASES[5:],
    "cultivation": (),
    "midterm": ("year-end",),
    "year-end": (),
}


def test_2022_is_the_notice() -> None:
    phases = {phase.slug: (phase.name, str(phase.opens), str(phase.due), phase.province) for phase in YEAR.phases}
    assert phases == {
        "mentor-recommendation": ("导师推荐", "2021-12-31", "2022-01-15", "approve"),
        "application": ("学生申报", "2022-01-04", "2022-01-20", None),
        "shortlist": ("面试名单", "2022-01-21", "2022-01-30", None),
        "interview": ("导师面试", "2022-01-31", "2022-02-20", "record"),
        "meeting": ("师生见面会", "2022-02-21", "2022-02-28", None),
        "cultivation": ("学生培养", "2022-03-01", "2022-12-31", None),
        "midterm": ("中期评价", "2022-07-01", "2022-08-31", None),
        "year-end": ("年度评价", "2022-11-01", "2022-11-30", "results"),
    }
    assert tuple(phases) == PHASES
    assert YEAR.phase("year-end").province_due == date(2022, 12, 31)
    assert YEAR.phase("cultivation").files_from == date(2022, 12, 1)


def test_the_figures_of_2022() -> None:
    assert YEAR.figures.model_dump() == {
        "grace": 3,
        "subject_rank": Decimal(10),
        "overall_rank": Decimal(15),
        "consent_age": 14,
        "interview_ratio": Decimal(3),
        "city_cap": 5,
        "funded_cap": 65,
        "grant": 5000,
        "visits": 10,
        "city_funds": 20000,
        "province_days": 5,
        "province_rungs": (3, 1),
        "escalation_days": 3,
        "party_days": 3,
        "party_rungs": (7, 1),
        "office_hours": (9, 17),
        "digest_days": 5,
        "dimensions": ("科学兴趣", "学科基础知识", "创新及科研潜质", "综合能力", "英语交流能力"),
        "score_weights": (),
        "panel": 1,
        "excellent_from": Decimal(85),
        "qualified_from": Decimal(60),
        "stages": ((3, 6), (7, 8), (9, 11)),
        "cultivation_months": (1, 12),
        "senior_grades": ("高一", "高二"),
        "junior_grades": ("初一", "初二", "初三"),
        "junior_subjects": ("计算机",),
        "honours": ("长江学者", "国家杰青", "国家级教学名师", "省级教学名师"),
        "team_degrees": ("博士",),
        "team_titles": ("正高", "副高"),
        "summaries_owed": ("市级", "导师", "中学"),
        "people_months": 36,
        "access_months": 12,
    }


def test_the_thirteen_cities_stand_in_their_customary_order() -> None:
    assert [city.code for city in YEAR.cities] == [str(code) for code in range(3201, 3214)]
    assert "".join(city.name for city in YEAR.cities) == "南京无锡徐州常州苏州南通连云港淮安盐城扬州镇江泰州宿迁"


@pytest.mark.parametrize("key", ["lianyungang", "连云港", "连云港市", "3207"])
def test_a_city_by_slug_name_or_code(key: str) -> None:
    assert YEAR.city(key) == City(slug="lianyungang", name="连云港", code="3207")


def test_unknown_names_are_said_in_chinese() -> None:
    with pytest.raises(UnknownCity) as city:
        YEAR.city("上海")
    assert str(city.value) == "没有名为“上海”的城市；请写拼音、中文名或行政区划代码，例如 nanjing、南京、3201。"
    with pytest.raises(UnknownPhase) as phase:
        YEAR.phase("finals")
    assert str(phase.value).startswith("没有名为“finals”的阶段；可用的阶段：mentor-recommendation（导师推荐）、")
    copy = pickle.loads(pickle.dumps(city.value))
    assert (type(copy), str(copy)) == (UnknownCity, str(city.value))


def test_a_phase_by_slug_or_name() -> None:
    assert YEAR.phase("中期评价") is YEAR.phase("midterm")


@pytest.mark.parametrize("slug", PHASES)
def test_the_phases_after_a_phase_are_those_that_stand_on_it(slug: str) -> None:
    assert YEAR.after(slug) == LATER[slug]


def test_a_year_of_333_cities_is_made_in_code() -> None:
    cities = tuple(City(slug=f"c{n}", name=f"城{n}", code=f"{n:04}") for n in range(333))
    YEAR.city("nanjing")  # the copy must not answer from this year's index
    wide = YEAR.model_copy(update={"cities": cities})
    assert (wide.city("城7"), wide.city("0332")) == (cities[7], cities[332])
    with pytest.raises(UnknownCity):
        wide.city("nanjing")
    again = Year(**{name: getattr(wide, name) for name in Year.model_fields})
    assert again == wide


def test_a_year_cannot_be_changed() -> None:
    with pytest.raises(ValidationError):
        YEAR.year = 2023


def test_2027_is_provisional_with_and_without_its_own_notice() -> None:
    year = load(2027)
    assert (year.draft, year.provisional) == (True, True)
    assert year.model_copy(update={"draft": False}).provisional


def test_2022_and_2026_are_not_provisional_but_a_draft_always_is() -> None:
    assert [load(year).provisional for year in (2022, 2026)] == [False, False]
    assert YEAR.model_copy(update={"draft": True}).provisional


def test_the_calendar_years_that_a_year_touches() -> None:
    assert [load(year).calendar_years for year in (2022, 2026, 2027)] == [(2021, 2022), (2025, 2026), (2026, 2027)]
