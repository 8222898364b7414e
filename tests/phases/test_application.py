from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gates.judge import judge
from gates.verdict import Verdict
from phases.application import ApplicationFacts, ApplicationProfile, breached, rank_within
from phases.book import BOOK
from tests.support.cards import FIGURES, broken, card, met

SOUND = ApplicationProfile(
    grade="高一",
    subject="物理",
    rank_within=True,
    mentor_on_roll=True,
    other_subject=False,
    recommended=True,
    consent_missing=False,
    repeated=False,
)
RULES = ("grade", "rank", "mentor", "recommended", "once", "consent")
GRADE = (
    "{} 名学生{}年级不符，应为高一、高二，初中生限报计算机；请按学籍核对年级和学科，确不符合条件的，市级审核填“不通过”"
)
RANK = (
    "{} 名学生{}排名不符，学科排名应在年级前 10% 或综合排名在前 15%；"
    "请按学校出具的证明核对，确不符合条件的，市级审核填“不通过”"
)


def good(total: int) -> Verdict:
    each = f"{total}/{total}"
    return Verdict("application", tuple(met(f"applications.{rule}", each, each) for rule in RULES))


def among(profile: ApplicationProfile, count: int, **offenders: tuple[str, ...]) -> ApplicationFacts:
    """Forty sound students, and `count` of another profile."""
    return ApplicationFacts(
        {SOUND: 40, profile: count}, offenders={f"applications.{rule}": who for rule, who in offenders.items()}
    )


ONE = ("3205-2022-0007",)

CASES: dict[str, tuple[ApplicationFacts, Verdict]] = {
    "sound students": (ApplicationFacts({SOUND: 40, replace(SOUND, grade="高二"): 3}), good(43)),
    "nobody applied": (ApplicationFacts({}), good(0)),
    "everybody was rejected": (ApplicationFacts({}, rejected=12), good(0)),
    "a junior for computing": (among(replace(SOUND, grade="初三", subject="计算机"), 2), good(42)),
    "a junior for another subject": (
        among(replace(SOUND, grade="初三"), 1, grade=ONE),
        card(good(41), broken("applications.grade", "40/41", "41/41", GRADE.format(1, "（3205-2022-0007）"), *ONE)),
    ),
    "the last year of school": (
        among(replace(SOUND, grade="高三", subject="计算机"), 1, grade=ONE),
        card(good(41), broken("applications.grade", "40/41", "41/41", GRADE.format(1, "（3205-2022-0007）"), *ONE)),
    ),
    "a rank too low, more of them than are named": (
        among(replace(SOUND, rank_within=False), 3, rank=ONE),
        card(good(43), broken("applications.rank", "40/43", "43/43", RANK.format(3, "（3205-2022-0007 等）"), *ONE)),
    ),
    "a rank too low, nobody named": (
        among(replace(SOUND, rank_within=False), 1),
        card(good(41), broken("applications.rank", "40/41", "41/41", RANK.format(1, ""))),
    ),
    "offenders of a rule that holds are not shown": (
        ApplicationFacts({SOUND: 1}, offenders={"applications.rank": ONE}),
        good(1),
    ),
    "a mentor who is not on the roll": (
        among(replace(SOUND, mentor_on_roll=False), 1, mentor=ONE),
        card(
            good(41),
            broken(
                "applications.mentor",
                "40/41",
                "41/41",
                "1 名学生（3205-2022-0007）选报的导师不在本年度导师名册中；"
                "请核对导师姓名和单位，确不符合条件的，市级审核填“不通过”",
                *ONE,
            ),
        ),
    ),
    "another subject than the mentor's is allowed, and shown": (
        among(replace(SOUND, other_subject=True), 2),
        card(good(42), met("applications.mentor", "42/42（跨学科选报 2 人）", "42/42")),
    ),
    "taken without the school's recommendation": (
        among(replace(SOUND, recommended=False), 1, recommended=ONE),
        card(
            good(41),
            broken(
                "applications.recommended",
                "40/41",
                "41/41",
                "1 名学生（3205-2022-0007）未经中学推荐；请向中学核实推荐意见，确不符合条件的，市级审核填“不通过”",
                *ONE,
            ),
        ),
    ),
    "applied twice": (
        among(replace(SOUND, repeated=True), 2, once=("3205-2022-0007", "3205-2022-0009")),
        card(
            good(42),
            broken(
                "applications.once",
                "40/42",
                "42/42",
                "2 份申报（3205-2022-0007、3205-2022-0009）属同一学生重复申报；"
                "请核对，每人只保留 1 份，其余的市级审核填“不通过”",
                "3205-2022-0007",
                "3205-2022-0009",
            ),
        ),
    ),
    "a consent missing": (
        among(replace(SOUND, grade="初一", subject="计算机", consent_missing=True), 1, consent=ONE),
        card(
            good(41),
            broken(
                "applications.consent",
                "40/41",
                "41/41",
                "1 名未满 14 周岁的学生（3205-2022-0007）缺监护人同意；"
                "请由中学告知监护人，同意的据实登记（撤回过的，在该生的页面上登记），不同意的市级审核填“不通过”",
                *ONE,
            ),
        ),
    ),
    "one student may break several rules": (
        among(replace(SOUND, grade="高三", rank_within=False), 1, grade=ONE, rank=ONE),
        card(
            good(41),
            broken("applications.grade", "40/41", "41/41", GRADE.format(1, "（3205-2022-0007）"), *ONE),
            broken("applications.rank", "40/41", "41/41", RANK.format(1, "（3205-2022-0007）"), *ONE),
        ),
    ),
}


@pytest.mark.parametrize(("facts", "expected"), CASES.values(), ids=CASES)
def test_applications_are_judged(facts: ApplicationFacts, expected: Verdict) -> None:
    assert judge(BOOK.gates["application"], facts, FIGURES) == expected


@pytest.mark.parametrize("closed", ["junior_grades", "junior_subjects"])
def test_no_word_of_juniors_in_a_year_that_takes_none(closed: str) -> None:
    figures = FIGURES.model_copy(update={closed: ()})
    (finding,) = judge(
        BOOK.gates["application"], among(replace(SOUND, grade="初三", subject="计算机"), 2), figures
    ).refusals
    assert "应为高一、高二；请按学籍核对" in finding.mend


def test_a_profile_says_every_rule_it_breaks() -> None:
    worst = replace(
        SOUND,
        grade="高三",
        rank_within=False,
        mentor_on_roll=False,
        recommended=False,
        consent_missing=True,
        repeated=True,
    )
    every = tuple(f"applications.{rule}" for rule in RULES)
    assert (breached(worst, FIGURES), breached(SOUND, FIGURES)) == (every, ())


@pytest.mark.parametrize(
    ("subject", "overall", "within"),
    [
        ("10", None, True),
        ("10.01", None, False),
        (None, "15", True),
        (None, "15.01", False),
        ("10.01", "15", True),
        ("10", "90", True),
        ("10.01", "15.01", False),
        (None, None, False),
    ],
)
def test_a_rank_on_the_edge_is_within(subject: str | None, overall: str | None, *, within: bool) -> None:
    assert rank_within(Decimal(subject) if subject else None, Decimal(overall) if overall else None, FIGURES) is within


RANKS = st.none() | st.decimals(min_value=0, max_value=100, places=2)
LIMITS = st.decimals(min_value=1, max_value=100, places=1)


@given(subject=RANKS, overall=RANKS, limits=st.tuples(LIMITS, LIMITS))
def test_a_rank_is_within_by_either_of_the_years_figures(
    subject: Decimal | None, overall: Decimal | None, limits: tuple[Decimal, Decimal]
) -> None:
    figures = FIGURES.model_copy(update={"subject_rank": limits[0], "overall_rank": limits[1]})
    pairs = zip((subject, overall), limits, strict=True)
    assert rank_within(subject, overall, figures) is any(rank is not None and rank <= limit for rank, limit in pairs)


@given(subject=RANKS, overall=RANKS, better=st.decimals(min_value=0, max_value=100, places=2))
def test_a_better_rank_never_harms(subject: Decimal | None, overall: Decimal | None, better: Decimal) -> None:
    before = rank_within(subject, overall, FIGURES)
    improved = better if subject is None else min(better, subject)
    assert rank_within(improved, overall, FIGURES) >= before


@given(counts=st.lists(st.integers(min_value=0, max_value=10**6), min_size=2, max_size=2))
def test_students_are_counted_not_profiles(counts: list[int]) -> None:
    sound, low = counts
    facts = ApplicationFacts({SOUND: sound, replace(SOUND, rank_within=False): low})
    rank = judge(BOOK.gates["application"], facts, FIGURES).findings[1]
    assert (rank.found, rank.needed, rank.ok) == (f"{sound}/{sound + low}", f"{sound + low}/{sound + low}", low == 0)
