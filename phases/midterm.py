"""中期评价 (五(一)): who goes on, and who leaves training."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Annotated

from calendars.phase_terms import PhaseTerms
from forms.definitions import Form, SheetRow
from forms.kinds import DAY, PROSE, Ask, either
from gates.found import Found, named
from gates.judge import Gate
from gates.rule import Rule
from phases.definition import PhaseDefinition, TakesOut, Total
from phases.made_of import CityRows, MadeOf
from phases.parties import CONCERNED, PASSED, YOURS, Called, InTraining, Mailing, Rows, Stakeholder
from phases.shared_columns import ApplicationNumber, StudentName, Subject
from phases.stored_sheet import StoredSheet

if TYPE_CHECKING:
    from calendars.year import Figures


class MidtermRow(SheetRow):
    """中期评价: one student's report and whether it qualifies."""

    number: ApplicationNumber
    name: StudentName
    subject: Subject
    reported_on: Annotated[date, Ask("汇报日期", DAY, personal="no")]
    qualified: Annotated[bool, Ask("评价", either("合格", "不合格"))]
    opinion: Annotated[str, Ask("意见", PROSE, personal="no")]


@dataclass(frozen=True, slots=True)
class MidtermResult:
    """One row of the midterm evaluation (中期评价)."""

    number: str
    subject: str
    reported_on: date
    qualified: bool


@dataclass(frozen=True, slots=True)
class MidtermFacts:
    """`midterm`: `in_training` is every student admitted, before this evaluation.

    A report lies between `earliest`, when the phase before opened, and `filed_on`, as for the meeting.
    """

    results: tuple[MidtermResult, ...]
    in_training: tuple[str, ...]
    earliest: date
    filed_on: date


def by_subject(facts: MidtermFacts, _: Figures) -> Found:
    """Every student in training has reported by the day of filing, and is evaluated qualified or not.

    What is found counts the reports by subject.
    """
    there = {row.number: row for row in facts.results}
    missing = [number for number in facts.in_training if number not in there]
    elsewhen = [
        row.number
        for row in map(there.get, facts.in_training)
        if row and not facts.earliest <= row.reported_on <= facts.filed_on
    ]
    parts = []
    if missing:
        parts.append(f"{len(missing)} 名在培学生{named(missing)}没有中期汇报与评价；请按学科组织汇报并评定合格或不合格")
    if elsewhen:
        parts.append(
            f"{len(elsewhen)} 名在培学生{named(elsewhen)}的汇报日期早于 {facts.earliest} 或晚于报送当天；"
            "请按汇报记录核对日期"
        )
    wrong, total = (*missing, *elsewhen), len(facts.in_training)
    reported = Counter(there[number].subject for number in facts.in_training if number not in wrong)
    subjects = "、".join(f"{subject} {count}" for subject, count in sorted(reported.items()))
    shown = f"{total - len(wrong)}/{total}" + (f"（{subjects}）" if subjects else "")
    return Found(shown, f"{total}/{total}", "；".join(parts), wrong)


def leaving(facts: MidtermFacts) -> tuple[str, ...]:
    """Give the students in training who are evaluated not qualified: they leave, nothing after this counts them."""
    unqualified = {result.number for result in facts.results if not result.qualified}
    return tuple(number for number in facts.in_training if number in unqualified)


def leave(facts: MidtermFacts, _: Figures) -> Found:
    """A student not qualified leaves training: an effect, shown with the numbers, that refuses nothing."""
    gone = leaving(facts)
    return Found(f"退出 {len(gone)} 人", "不合格者退出培养", numbers=gone)


def _tally(facts: MidtermFacts) -> dict[str, int]:
    return {"exited": len(leaving(facts))}


def _tally_before(facts: MidtermFacts) -> dict[str, int]:
    """Count, as it was once done, those too who had left before and are on the sheet."""
    return {"exited": sum(not row.qualified for row in facts.results)}


RESULTS = StoredSheet("中期评价", "results", MidtermRow, ("number",), table="midterm_result")


def _facts(city: CityRows) -> MidtermFacts:
    results = tuple(MidtermResult(*row[1:]) for row in city.rows["results"])
    return MidtermFacts(results, city.students, city.earliest, city.filed_on)


FORM = Form("midterm", "中期评价表", 1, (RESULTS,))
LEFT = Rows(RESULTS.key, unless=("qualified",))
PHASE = PhaseDefinition(
    slug="midterm",
    name="中期评价",
    called=Called("中期评价工作", "中期评价结果", "中期评价结果"),
    terms=PhaseTerms("meeting", left_out=()),
    form=FORM,
    gate=Gate(
        "midterm",
        MidtermFacts,
        (
            Rule("midterm.by-subject", "五(一)", "must", "分学科中期汇报与评价", "city", by_subject),
            Rule("midterm.exit", "五(一)", "must", "不合格者退出培养", "city", leave),
        ),
        tally=_tally,
        tally_before=_tally_before,
        apart=frozenset({"earliest", "filed_on"}),
    ),
    made_of=MadeOf({"results": ("number", "subject", "reported_on", "qualified")}, _facts, students="admitted"),
    takes_out=TakesOut("results", "qualified"),
    totals=(Total("exited", "中期退出", "人"),),
    uses=frozenset({"interview"}),
    parties=(
        Stakeholder(
            "city",
            todo=(
                "会同高校、科研院所，以学科为单位组织中期汇报。",
                "汇总导师团队意见，逐人填报合格或不合格；不合格的，按规定退出培养。",
                "在工作管理系统报送结果。",
            ),
            passed=(
                PASSED,
                "请按汇报明确的目标做好下半年培养；有学生退出培养的，请会同中学做好告知和关心工作。",
            ),
        ),
        Stakeholder(
            "mentor",
            todo=(
                "参加本学科中期汇报，解答学生问题，明确下半年培养目标。",
                "对每名学生提出评价意见，交{city}管理办公室。",
            ),
            hands_in="中期评价意见",
            passed=(
                "{year}年度中期评价已经完成。经导师团队评价，您指导的下列学生本年度不再继续培养，报名号：{numbers}。",
                "学生和家长由中学当面告知，有关情况不公开。",
            ),
            mailings={
                "passed": Mailing(LEFT),
                "opened": Mailing(InTraining(), listed=YOURS),
                "reminder": Mailing(InTraining(without="results"), listed=CONCERNED),
                "overdue": Mailing(InTraining(without="results"), listed=CONCERNED),
            },
        ),
        Stakeholder(
            "school",
            passed=(
                "根据《实施方案》五、（一），{year}年度中期评价已经完成，贵校下列学生本年度不再继续培养，报名号：{numbers}。",
                "请贵校由熟悉学生的老师当面告知学生和家长，肯定学生的努力，做好后续关心工作；有关情况不公开。",
            ),
            mailings={"passed": Mailing(LEFT)},
        ),
    ),
)
