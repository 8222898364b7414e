"""导师面试 (三(二), 八(四)): who is admitted, and who of them the province funds.

A city may admit nobody: the ratio then holds, whoever came.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import ROUND_CEILING, ROUND_DOWN, ROUND_FLOOR, Decimal
from typing import TYPE_CHECKING, Annotated

from pydantic import Field, ValidationInfo, field_validator

from calendars.phase_terms import PhaseTerms
from forms.cells import BadCellError
from forms.definitions import Form, SheetRow
from forms.kinds import CAME, DAY, SCORE, YES_NO, Ask, one_of
from gates.found import Found, named
from gates.judge import Gate
from gates.rule import Rule
from phases.definition import LetOn, PhaseDefinition, Total
from phases.parties import CONCERNED, PASSED, Called, LetOnTo, Mailing, Rows, Stakeholder
from phases.shared_columns import ApplicationNumber, StudentName, Subject
from phases.stored_sheet import StoredSheet

if TYPE_CHECKING:
    from collections.abc import Mapping

    from calendars.year import Figures
    from gates.verdict import Actor


class InterviewRow(SheetRow):
    """面试: one student's interview. `funding` is required where admitted, `held_on` by the gate where he came."""

    number: ApplicationNumber
    name: StudentName
    subject: Subject
    held_on: Annotated[date | None, Ask("面试日期", DAY, "到场的必填", personal="no")] = None
    came: Annotated[bool, Ask("是否到场", CAME)]
    score: Annotated[Decimal | None, Ask("面试成绩", SCORE)] = None
    admitted: Annotated[bool, Ask("是否入选", YES_NO)]
    funding: Annotated[str | None, Ask("资助类型", one_of("省级资助", "自筹"), "入选的必填")] = Field(
        default=None, validate_default=True
    )

    @field_validator("funding")
    @classmethod
    def _funded_somehow(cls, funding: str | None, info: ValidationInfo) -> str | None:
        if funding is None and info.data.get("admitted"):
            right = "入选的填 省级资助 或 自筹；没有入选的，“是否入选”填“否”"
            raise BadCellError("row.funding", "已入选而没有填资助类型", right)
        return funding


@dataclass(frozen=True, slots=True)
class Interview:
    """One row of the interview sheet; `shortlisted`: the student is on the list of those who may be interviewed."""

    number: str
    subject: str
    came: bool
    admitted: bool
    funded: bool
    shortlisted: bool
    held_on: date | None
    scored: bool = True


@dataclass(frozen=True, slots=True)
class Crowded:
    """A mentor of whom more students are admitted, by number, than the places on his information form."""

    mentor: str
    places: int
    admitted: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class InterviewFacts:
    """`interview`: the rows, and the funded places that the other cities of the province hold or have reserved.

    `listed_by` is what the list is called of those who may be interviewed; `left_off` are those on it who do not stand
    on the sheet. An interview lies between `earliest`, when the phase that made the list opened, and `filed_on`.
    `passed_over` are those who came and have a better score than somebody admitted in their subject: it breaks no rule,
    for a mentor may know why. `unsettled` are admitted of whom it is open whether they are the same child as another
    applicant, `doubled` those settled to be one who is admitted elsewhere too.
    """

    interviews: tuple[Interview, ...]
    funded_elsewhere: int
    earliest: date
    filed_on: date
    crowded: tuple[Crowded, ...] = ()
    listed_by: str = "面试名单"
    left_off: tuple[str, ...] = ()
    passed_over: tuple[str, ...] = ()
    unsettled: tuple[str, ...] = ()
    doubled: tuple[str, ...] = ()


def from_shortlist(facts: InterviewFacts, _: Figures) -> Found:
    """Admitted ⊆ interviewed ⊆ shortlisted, where the interviewed are those who came; all shortlisted are on the sheet.

    In a year without a shortlist that are those whom the city approved. Who was passed over is shown to the province.
    """
    absent = [row.number for row in facts.interviews if row.admitted and not row.came]
    strangers = [row.number for row in facts.interviews if row.came and not row.shortlisted]
    unscored = [row.number for row in facts.interviews if row.admitted and row.came and not row.scored]
    parts = []
    if absent:
        parts.append(f"{len(absent)} 名入选学生{named(absent)}没有到场面试；请按签到记录核对，确未到场的取消入选")
    if strangers:
        parts.append(
            f"{len(strangers)} 名面试学生{named(strangers)}不在{facts.listed_by}中；"
            f"请核对报名号，确不在其中的移出面试表"
        )
    if unscored:
        parts.append(f"{len(unscored)} 名入选学生{named(unscored)}没有面试成绩；请按面试记录补填")
    if facts.left_off:
        parts.append(
            f"{len(facts.left_off)} 名{facts.listed_by}中的学生{named(facts.left_off)}不在面试表中；"
            f"请补入，没有到场的“是否到场”填“否”"
        )
    came = [(row.number, row.held_on) for row in facts.interviews if row.came]
    if undated := [number for number, day in came if day is None]:
        parts.append(f"{len(undated)} 名到场学生{named(undated)}没有面试日期；请按面试记录补填")
    if elsewhen := [number for number, day in came if day and not facts.earliest <= day <= facts.filed_on]:
        parts.append(
            f"{len(elsewhen)} 名学生{named(elsewhen)}的面试日期早于 {facts.earliest} 或晚于报送当天；"
            "请按面试记录核对日期"
        )
    wrong = list(dict.fromkeys((*absent, *strangers, *unscored, *facts.left_off, *undated, *elsewhen)))
    over = facts.passed_over
    order = f"；未按成绩次序：同学科分数更高而未入选 {len(over)} 人{named(over)}" if over else ""
    return Found(f"不符 {len(wrong)} 人{order}", "不符 0 人", "；".join(parts), tuple(wrong))


def places(facts: InterviewFacts, _: Figures) -> Found:
    """No mentor trains more students than the places on his information form."""
    said = [f"{one.mentor}计划招收 {one.places} 人、入选 {len(one.admitted)} 人" for one in facts.crowded]
    rest = "请核对入选学生；计划招收人数登记有误的，请联系省级管理办公室"
    numbers = tuple(number for one in facts.crowded for number in one.admitted)
    return Found(f"超员导师 {len(said)} 名", "超员导师 0 名", "；".join((*said, rest)) if said else "", numbers)


def one_child(facts: InterviewFacts, _: Figures) -> Found:
    """Nobody is admitted of whom it is open whether another applicant is the same child, and no child twice."""
    parts = []
    if facts.unsettled:
        parts.append(
            f"{len(facts.unsettled)} 名入选学生{named(facts.unsettled)}疑似与别处的申报学生为同一人"
            "（姓名、出生日期相同而中学不同）；请与有关市核对，由省级管理办公室核定后再报送"
        )
    if facts.doubled:
        parts.append(
            f"{len(facts.doubled)} 名入选学生{named(facts.doubled)}经核定与另一入选者为同一人；"
            "请与有关市商定由哪一处培养，另一处取消入选"
        )
    numbers = (*facts.unsettled, *facts.doubled)
    actor: Actor = "province" if facts.unsettled and not facts.doubled else "city"
    return Found(f"待核定、重复 {len(numbers)} 人", "待核定、重复 0 人", "；".join(parts), numbers, actor)


def ratio(facts: InterviewFacts, figures: Figures) -> Found:
    """Interviewed (those who came) to admitted: at least the year's figure, in the city."""
    came = sum(row.came for row in facts.interviews)
    admitted = sum(row.admitted for row in facts.interviews)
    need = figures.interview_ratio
    more = int((need * admitted).to_integral_value(ROUND_CEILING)) - came
    found, needed = f"{came}:{admitted}", f"{need:f}:1"
    if more <= 0:
        return Found(found, needed)
    fewer = admitted - int((came / need).to_integral_value(ROUND_FLOOR))
    return Found(
        found,
        needed,
        f"面试 {came} 人、入选 {admitted} 人，比例 {_shown(came, admitted)}:1；需再面试 {more} 人，或少入选 {fewer} 人",
    )


def _shown(came: int, admitted: int) -> str:
    """Two decimals at most, cut and never rounded up: 2.999 must not read 3."""
    value = (Decimal(came) / admitted).quantize(Decimal("0.01"), ROUND_DOWN)
    return f"{value.normalize():f}"


def _funded(facts: InterviewFacts) -> int:
    return sum(row.admitted and row.funded for row in facts.interviews)


def city_cap(facts: InterviewFacts, figures: Figures) -> Found:
    """At most so many funded students in the city; the others are self-funded without limit."""
    funded, cap = _funded(facts), figures.city_cap
    mend = (
        f"省级资助 {funded} 人，原则上不超过 {cap} 人；请为其中 {funded - cap} 人安排自筹经费" if funded > cap else ""
    )
    return Found(str(funded), f"≤{cap}", mend)


def province_total(facts: InterviewFacts, figures: Figures) -> Found:
    """At most so many funded students in the province, with the places that other cities hold or have reserved.

    A city that funds nobody takes no place and is never refused for what others hold.
    """
    own, elsewhere, cap = _funded(facts), facts.funded_elsewhere, figures.funded_cap
    excess = min(own, own + elsewhere - cap)
    mend = (
        f"其他设区市已占 {elsewhere} 人，本市 {own} 人，全省资助名额共 {cap} 人；请为其中 {excess} 人安排自筹经费"
        if excess > 0
        else ""
    )
    return Found(f"{elsewhere}+{own}={elsewhere + own}", f"≤{cap}", mend)


def _tally(facts: InterviewFacts) -> dict[str, int]:
    return {
        "admitted": sum(row.admitted for row in facts.interviews),
        "funded": sum(row.funded for row in facts.interviews),
    }


def _counted(tally: Mapping[str, int]) -> str:
    admitted, funded = tally["admitted"], tally["funded"]
    return f"{PASSED}共入选{admitted}名学生，其中省级资助{funded}名、自筹经费{admitted - funded}名。"


INTERVIEWS = StoredSheet("面试", "interviews", InterviewRow, ("number",), table="interview")
FORM = Form("interview", "导师面试结果表", 1, (INTERVIEWS,))
UNSEEN = LetOnTo("interview", without=INTERVIEWS.key)
PHASE = PhaseDefinition(
    slug="interview",
    name="导师面试",
    called=Called("导师面试工作", "面试结果和入选学生名单", "入选名单"),
    terms=PhaseTerms("shortlist"),
    form=FORM,
    gate=Gate(
        "interview",
        InterviewFacts,
        (
            Rule("interviews.from-shortlist", "八(四)", "must", "面试和入选资格", "city", from_shortlist),
            Rule("interviews.places", "三(一)", "must", "导师计划招收人数", "city", places),
            Rule("interviews.one-child", "八(二)", "must", "一人一处入选", "city", one_child),
            Rule("interviews.ratio", "三(二)", "in-principle", "面试与入选比例", "city", ratio),
            Rule("funding.city-cap", "三(二)", "in-principle", "本市资助名额", "city", city_cap),
            Rule("funding.province-total", "三(二)", "must", "全省资助名额", "city", province_total),
        ),
        tally=_tally,
        apart=frozenset({"funded_elsewhere", "filed_on", "listed_by", "passed_over", "unsettled", "doubled"}),
    ),
    lets_on=LetOn("interviews", "admitted", "入选学生", trains=True),
    totals=(Total("admitted", "入选", "人", shown=True), Total("funded", "省级资助", "人", "funded_cap", shown=True)),
    uses=frozenset({"mentor-recommendation", "application", "shortlist"}),
    figures=("interview_ratio", "city_cap", "funded_cap", "grant"),
    parties=(
        Stakeholder(
            "city",
            todo=(
                "会同高校、科研院所按学科组织面试，如实记录到场情况和成绩。",
                "确定入选学生和经费来源；面试与入选人数之比原则上不少于{figures.interview_ratio}:1。",
                "在工作管理系统报送入选名单{decided}。",
            ),
            passed=(PASSED, ""),
            counted=_counted,
            ahead="请会同高校、科研院所按学科组织导师面试。",
        ),
        Stakeholder(
            "mentor",
            todo=(
                "按{city}管理办公室确定的时间、地点，对学生进行面试。",
                "面试后将评分和入选建议交{city}管理办公室。",
            ),
            hands_in="面试评分和入选建议",
            passed=(
                (
                    "{city}入选学生名单{settled}。由您指导的学生共{count}名，报名号：{numbers}；"
                    "姓名、联系方式由{city}管理办公室另行告知。"
                ),
                "",
            ),
            nobody=("{city}入选学生名单{settled}，本次没有学生由您指导。", "期待今后继续合作。"),
            ahead="面试的时间、地点，由{city}管理办公室另行告知。",
            mailings={
                "opened": Mailing(LetOnTo("interview")),
                "reminder": Mailing(UNSEEN, listed=CONCERNED),
                "overdue": Mailing(UNSEEN, listed=CONCERNED),
                "passed": Mailing(LetOnTo("interview"), about=Rows("interviews", where=("admitted",))),
            },
        ),
        Stakeholder("province", todo=("核对名单、资助人数和面试比例。",)),
    ),
)
