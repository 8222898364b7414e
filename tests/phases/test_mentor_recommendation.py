from __future__ import annotations

from dataclasses import replace

import pytest

from gates.judge import judge
from gates.verdict import Finding, Verdict
from phases.book import BOOK
from phases.mentor_recommendation import Mentor, MentorFacts, TeamMember
from tests.support.cards import FIGURES, broken, card, met

DOCTOR = TeamMember("周一", "博士", "无")
SENIOR = TeamMember("周二", "学士", "副高")
JUNIOR = TeamMember("周三", "硕士", "中级")
UNIVERSITY = frozenset({"江海大学"})


def mentor(name: str = "李甲", *, institution: str = "江海大学", taken: bool | None = True) -> Mentor:
    return Mentor(
        label=f"{name}（{institution}）",
        institution=institution,
        subject="数学",
        honours=("国家杰青",),
        elite_programme=False,
        returning=False,
        taken=taken,
        complete=True,
        team=(DOCTOR,),
    )


def roll(*mentors: Mentor) -> MentorFacts:
    return MentorFacts(UNIVERSITY, mentors)


def good(total: int = 1) -> Verdict:
    each = f"{total}/{total}"
    rules = ("institution-filed", "form-complete", "city-reviewed", "standing", "team")
    findings = tuple(met(f"mentors.{rule}", each, each) for rule in rules)
    return Verdict("mentor-recommendation", (*findings, met("mentors.some", str(total), "≥1")))


A, B = mentor("李甲"), mentor("王乙")
REJECTED = replace(mentor("赵丙", institution="无名大学", taken=False), honours=(), complete=False, team=())

CASES: dict[str, tuple[MentorFacts, Verdict]] = {
    "a sound roll": (roll(A, B), good(2)),
    "one mentor is enough": (roll(A), good()),
    "a rejection is left out, but was reviewed": (
        roll(A, REJECTED),
        card(good(), met("mentors.city-reviewed", "2/2", "2/2")),
    ),
    "an institution that was not filed": (
        roll(A, mentor("钱丁", institution="远山学院"), mentor("孙戊", institution="远山学院")),
        card(
            good(3),
            broken(
                "mentors.institution-filed",
                "1/3",
                "3/3",
                "2 名导师（钱丁（远山学院）、孙戊（远山学院））的单位不在本市报送的培养单位名单中：远山学院；"
                "请核对单位名称，漏报的单位补入名单，确不在名单中的不推荐",
                "钱丁（远山学院）",
                "孙戊（远山学院）",
            ),
        ),
    ),
    "an incomplete form": (
        roll(A, replace(B, complete=False)),
        card(
            good(2),
            broken(
                "mentors.form-complete",
                "1/2",
                "2/2",
                "1 名导师（王乙（江海大学））的《导师信息收集表》未填全；请导师补全",
                "王乙（江海大学）",
            ),
        ),
    ),
    "a mentor not reviewed yet": (
        roll(A, replace(B, taken=None)),
        card(
            good(),
            broken(
                "mentors.city-reviewed",
                "1/2",
                "2/2",
                "1 名导师（王乙（江海大学））尚未经市级审定；请逐人审定为通过或不通过",
                "王乙（江海大学）",
            ),
        ),
    ),
    "the elite programme stands for an honour": (roll(replace(A, honours=(), elite_programme=True)), good()),
    "one listed honour of several is enough": (roll(replace(A, honours=("市级骨干", "省级教学名师"))), good()),
    "an honour that is not listed": (
        roll(replace(A, honours=("市级骨干",)), B),
        card(
            good(2),
            broken(
                "mentors.standing",
                "1/2",
                "2/2",
                "1 名导师（李甲（江海大学））未填拔尖计划导师身份或人才称号；"
                "请核对，有依据的据实补填，确无依据的请另荐导师",
                "李甲（江海大学）",
            ),
        ),
    ),
    "a returning mentor needs standing too": (
        roll(replace(A, honours=(), returning=True)),
        card(
            good(),
            broken(
                "mentors.standing",
                "0/1",
                "1/1",
                "1 名导师（李甲（江海大学））未填拔尖计划导师身份或人才称号；"
                "请核对，有依据的据实补填，确无依据的请另荐导师",
                "李甲（江海大学）",
            ),
        ),
    ),
    "an associate-senior title without a doctorate is just enough": (roll(replace(A, team=(DOCTOR, SENIOR))), good()),
    "a team member below it, and a mentor alone": (
        roll(replace(A, team=(SENIOR, JUNIOR)), replace(B, team=())),
        card(
            good(2),
            broken(
                "mentors.team",
                "0/2",
                "2/2",
                "1 名导师（王乙（江海大学））没有培养团队；请组建；"
                "1 名导师（李甲（江海大学））的 1 名团队成员（周三）不具备博士学位或正高、副高职称；"
                "请核对学位和职称，有依据的据实补填，确不符合的请另选成员",
                "王乙（江海大学）",
                "李甲（江海大学）",
            ),
        ),
    ),
    "nobody": (
        roll(),
        card(
            good(0),
            broken("mentors.some", "0", "≥1", "本市未推荐导师（市级审定不通过 0 名）；请至少推荐 1 名导师"),
        ),
    ),
    "nobody taken": (
        roll(REJECTED),
        card(
            good(0),
            met("mentors.city-reviewed", "1/1", "1/1"),
            broken("mentors.some", "0", "≥1", "本市未推荐导师（市级审定不通过 1 名）；请至少推荐 1 名导师"),
        ),
    ),
}


@pytest.mark.parametrize(("facts", "expected"), CASES.values(), ids=CASES)
def test_a_roll_is_judged(facts: MentorFacts, expected: Verdict) -> None:
    assert judge(BOOK.gates["mentor-recommendation"], facts, FIGURES) == expected


def test_the_honours_are_those_of_the_year() -> None:
    figures = FIGURES.model_copy(update={"honours": ("市级骨干",)})
    assert judge(BOOK.gates["mentor-recommendation"], roll(replace(A, honours=("市级骨干",))), figures) == good()


def test_the_qualifications_of_a_team_are_named_as_the_year_lists_them() -> None:
    figures = FIGURES.model_copy(update={"team_degrees": (), "team_titles": ("特聘",)})
    (finding,) = judge(BOOK.gates["mentor-recommendation"], roll(A), figures).refusals
    assert "不具备特聘职称；" in finding.mend


def test_of_many_in_breach_the_first_twenty_are_named_and_all_are_known() -> None:
    facts = roll(*(replace(mentor(f"导师{n:02}"), complete=False) for n in range(25)))
    (finding,) = judge(BOOK.gates["mentor-recommendation"], facts, FIGURES).refusals
    labels = tuple(f"导师{n:02}（江海大学）" for n in range(25))
    expected: Finding = broken(
        "mentors.form-complete",
        "0/25",
        "25/25",
        f"25 名导师（{'、'.join(labels[:20])} 等）的《导师信息收集表》未填全；请导师补全",
        *labels,
    )
    assert finding == expected
