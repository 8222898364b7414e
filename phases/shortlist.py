"""面试名单 (八(三)): who is called to the interviews."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from itertools import chain
from typing import TYPE_CHECKING, Annotated

from calendars.phase_terms import PhaseTerms
from forms.definitions import Form, SheetRow
from forms.kinds import SCORE, TESTED, YES_NO, Ask
from gates.found import Found, named
from gates.judge import Gate
from gates.rule import Rule
from phases.definition import LetOn, PhaseDefinition
from phases.parties import PASSED, Called, LetOnTo, Mailing, Stakeholder
from phases.shared_columns import ApplicationNumber, StudentName, Subject
from phases.stored_sheet import StoredSheet

if TYPE_CHECKING:
    from collections.abc import Mapping

    from calendars.year import Figures


class ScoreRow(SheetRow):
    """成绩: one student's test result; no score for one who did not sit the test (缺考)."""

    number: ApplicationNumber
    name: StudentName
    subject: Subject
    score: Annotated[Decimal | None, Ask("测试成绩", TESTED)]
    shortlisted: Annotated[bool, Ask("入围面试", YES_NO)]


class CutLineRow(SheetRow):
    """分数线: one subject's cut line."""

    subject: Subject
    line_score: Annotated[Decimal, Ask("分数线", SCORE)]


@dataclass(frozen=True, slots=True)
class Score:
    """One row of the test results. `approved`: the student stands in an application phase of this city that passed."""

    number: str
    subject: str
    score: Decimal | None
    shortlisted: bool
    approved: bool


@dataclass(frozen=True, slots=True)
class ShortlistFacts:
    """`shortlist`: results and cut lines; `applicants` is every approved student's number and subject."""

    scores: tuple[Score, ...]
    cut_lines: Mapping[str, Decimal]
    applicants: Mapping[str, str]


def tested(facts: ShortlistFacts, _: Figures) -> Found:
    """Every approved applicant stands on the sheet, and every shortlisted student was approved and has a score."""
    listed = [score for score in facts.scores if score.shortlisted]
    on_sheet = {score.number for score in facts.scores}
    wrong = {
        "未通过本市学生申报审核；请核对，确未通过的移出面试名单": [row.number for row in listed if not row.approved],
        "缺考而列入；请按测试记录核对，确未参加测试的移出面试名单": [row.number for row in listed if row.score is None],
    }
    parts = [f"{len(numbers)} 名入围学生{named(numbers)}{said}" for said, numbers in wrong.items() if numbers]
    absent = [number for number in facts.applicants if number not in on_sheet]
    if absent:
        said = "不在成绩表中；请补录成绩，没有参加测试的填“缺考”"
        parts.append(f"{len(absent)} 名申报审核通过的学生{named(absent)}{said}")
    numbers = (*dict.fromkeys(chain(*wrong.values())), *absent)
    total = len(listed) + len(absent)
    return Found(f"{total - len(numbers)}/{total}", f"{total}/{total}", "；".join(parts), numbers)


def cut_line(facts: ShortlistFacts, _: Figures) -> Found:
    """Each subject with applicants has a cut line, and the shortlist is exactly those at or above it.

    Only approved students are held against a line, that of the subject they applied for; one whose subject has no
    line yet is not. The mend says all of it.
    """
    subjects = sorted(set(facts.applicants.values()))
    bare = [subject for subject in subjects if subject not in facts.cut_lines]
    above, below = _misplaced(facts)
    parts = []
    if bare:
        parts.append(f"{'、'.join(bare)} 未划定分数线；请会同高校、科研院所划定")
    if above:
        parts.append(f"{len(above)} 名学生{named(above)}达到分数线而未列入；请按测试记录核对，确已达到的列入面试名单")
    if below:
        parts.append(
            f"{len(below)} 名学生{named(below)}未达分数线而列入；请按测试和划线记录核对，确未达到的移出面试名单"
        )
    wrong = len(above) + len(below)
    lines = f"分数线 {len(subjects) - len(bare)}/{len(subjects)}"
    return Found(
        f"{lines}，名单不符 {wrong} 人",
        f"分数线 {len(subjects)}/{len(subjects)}，名单不符 0 人",
        "；".join(parts),
        tuple(above + below),
    )


def _misplaced(facts: ShortlistFacts) -> tuple[list[str], list[str]]:
    """Give who reached the line and is not listed, and who is listed below it."""
    above, below = [], []
    for score in facts.scores:
        line = facts.cut_lines.get(facts.applicants.get(score.number, score.subject))
        if line is None or score.score is None or not score.approved:
            continue
        if score.score >= line and not score.shortlisted:
            above.append(score.number)
        if score.score < line and score.shortlisted:
            below.append(score.number)
    return above, below


SCORES = StoredSheet("成绩", "scores", ScoreRow, ("number",), table="score")
CUT_LINES = StoredSheet("分数线", "cut_lines", CutLineRow, ("subject",), table="cut_line")
FORM = Form("shortlist", "面试名单", 1, (SCORES, CUT_LINES))
PHASE = PhaseDefinition(
    slug="shortlist",
    name="面试名单",
    called=Called("面试名单确定工作", "测试成绩、分数线和进入面试学生名单", "面试名单"),
    terms=PhaseTerms("application", left_out=()),
    form=FORM,
    gate=Gate(
        "shortlist",
        ShortlistFacts,
        (
            Rule("shortlist.tested", "八(三)", "must", "审核通过并有测试成绩", "city", tested),
            Rule("shortlist.cut-line", "八(三)", "must", "分数线", "city", cut_line),
        ),
    ),
    lets_on=LetOn("scores", "shortlisted", "面试名单"),
    uses=frozenset({"application"}),
    parties=(
        Stakeholder(
            "city",
            todo=(
                "会同高校、科研院所组织学科潜质测试，如实录入成绩，缺考的注明缺考。",
                "按学科划定分数线，达到分数线的学生全部进入面试。",
                "在工作管理系统报送成绩、分数线和名单。",
            ),
            passed=(PASSED, ""),
            ahead="请会同高校、科研院所组织学科潜质测试，划定分数线。",
        ),
        Stakeholder(
            "mentor",
            passed=(
                "{city}进入面试的学生名单已经确定，请您面试的学生共{count}名。",
                "请{by}完成面试，具体时间、地点由{city}管理办公室另行告知。",
            ),
            ahead="测试和面试的时间、地点，由{city}管理办公室另行告知。",
            mailings={"passed": Mailing(LetOnTo("interview"), until="interview")},
        ),
        Stakeholder(
            "school",
            passed=(
                (
                    "{city}进入面试的学生名单已经确定，贵校进入面试的学生共{count}名，报名号：{numbers}；"
                    "姓名由{city}管理办公室另行告知。"
                ),
                "面试的时间、地点，由{city}管理办公室另行通知。",
            ),
            mailings={"passed": Mailing(LetOnTo("interview"))},
        ),
    ),
)
