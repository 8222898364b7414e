"""学生培养 (八(六), 四(三)): the students in training."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Annotated

from calendars.phase_terms import PhaseTerms
from forms.definitions import Form, SheetRow
from forms.kinds import DAY, PROSE, STAGE, Ask
from gates.found import Found, each
from gates.judge import Gate
from gates.rule import Rule
from phases.definition import PhaseDefinition
from phases.made_of import MadeOf
from phases.on_record import fault, rows_read
from phases.parties import CONCERNED, PASSED, YOURS, Called, InTraining, Mailing, Stakeholder
from phases.shared_columns import ApplicationNumber, StudentName
from phases.stored_sheet import StoredSheet

if TYPE_CHECKING:
    from collections.abc import Iterator

    from calendars.year import Figures, Year
    from forms.workbook_rows import Reading, RowError
    from phases.on_record import OnRecord


class PlanRow(SheetRow):
    """培养方案: one student's plan from the mentor."""

    number: ApplicationNumber
    name: StudentName
    goal: Annotated[str, Ask("培养目标", PROSE, personal="no")]
    outline: Annotated[str, Ask("方案要点", PROSE, personal="no")]


class VisitRow(SheetRow):
    """到校记录: one visit on campus."""

    number: ApplicationNumber
    name: StudentName
    visited_on: Annotated[date, Ask("日期", DAY, personal="no")]
    content: Annotated[str, Ask("内容", PROSE, personal="no")]


class LogRow(SheetRow):
    """成长日志: one student's growth log for a training stage."""

    number: ApplicationNumber
    name: StudentName
    stage: Annotated[int, Ask("阶段", STAGE)]
    submitted_on: Annotated[date, Ask("提交日期", DAY, personal="no")]


class TalkRow(SheetRow):
    """面谈记录: one interview record for a training stage."""

    number: ApplicationNumber
    name: StudentName
    stage: Annotated[int, Ask("阶段", STAGE)]
    talked_on: Annotated[date, Ask("面谈日期", DAY, personal="no")]


@dataclass(frozen=True, slots=True)
class CultivationFacts:
    """`cultivation`: who is in training, and who has a plan."""

    in_training: tuple[str, ...]
    planned: frozenset[str]


def plan(facts: CultivationFacts, _: Figures) -> Found:
    """Each student in training has a plan (培养方案) from the mentor."""
    without = [number for number in facts.in_training if number not in facts.planned]
    return each(len(facts.in_training), without, "{count} 名在培学生{who}没有培养方案；请导师补交")


def visits_from(year: Year, begun: date) -> date:
    """Give the first day whose visit counts: in the months of cultivation, and none before training had begun."""
    return max(begun, year.days_of(year.figures.cultivation_months)[0])


def _misdated(known: OnRecord, reading: Reading) -> Iterator[RowError]:
    """What is dated before there was training, or in days to come, is looked at again: it does not count."""
    begun = known.earliest("cultivation")
    first = {day: visits_from(known.year, begun) if day == "visited_on" else begun for day in DAYS}
    for sheet, row in rows_read(reading):
        for day in DAYS:
            on = getattr(row, day, None)
            if on is None:
                continue
            if on > known.day:
                yield fault("day.later", sheet, row, day, "晚于今天", "请按记录核对；日期未到的不计入")
            elif on < first[day]:
                wrong = f"早于培养开始（{first[day]}）"
                yield fault("day.earlier", sheet, row, day, wrong, "请按记录核对；培养开始前的不计入")


DAYS = ("visited_on", "submitted_on", "talked_on")
PLANS = StoredSheet("培养方案", "plans", PlanRow, ("number",), table="plan")
VISITS = StoredSheet("到校记录", "visits", VisitRow, table="visit")
LOGS = StoredSheet("成长日志", "logs", LogRow, table="growth_log")
TALKS = StoredSheet("面谈记录", "talks", TalkRow, table="talk")
FORM = Form("cultivation", "学生培养记录", 1, (PLANS, VISITS, LOGS, TALKS))
# A plan is owed only by those whom the midterm left in training, which the calendar's `requires` does not know.
PHASE = PhaseDefinition(
    slug="cultivation",
    name="学生培养",
    called=Called("学生培养工作", "学生培养记录", "培养记录"),
    terms=PhaseTerms("meeting", left_out=("year-end",), monthly=True),
    form=FORM,
    gate=Gate(
        "cultivation", CultivationFacts, (Rule("cultivation.plan", "八(六)", "must", "培养方案", "mentor", plan),)
    ),
    made_of=MadeOf(
        {"plans": ("number",)},
        lambda city: CultivationFacts(city.students, frozenset(row.number for row in city.rows["plans"])),
        students="in-training",
    ),
    doubts=_misdated,
    uses=frozenset({"interview", "midterm"}),
    figures=("visits", "stages", "cultivation_months"),
    parties=(
        Stakeholder(
            "city",
            todo=(
                "商请导师为每名学生制定培养方案。",
                "及时填报到校培养、《学生成长日志》和《学生面谈记录》情况。",
            ),
            passed=(PASSED, "培养记录请妥善留存。"),
            ahead="请按约定的联系方式做好培养对接。",
        ),
        Stakeholder(
            "mentor",
            todo=(
                "为每名学生制定培养方案，交{city}管理办公室。",
                "安排学生到校培养，全年不少于{figures.visits}次，并当面指导。",
                "请学生在每个培养阶段提交《学生成长日志》和《学生面谈记录》。",
            ),
            hands_in="培养记录",
            mends={"cultivation.plan": "下列学生还没有培养方案，请补交，报名号：{numbers}"},
            ahead="请您为学生制定培养方案。",
            mailings={
                "opened": Mailing(InTraining(), listed=YOURS),
                "overdue": Mailing(InTraining(without="plans"), listed=CONCERNED, lacking="培养方案"),
                "visits-short": Mailing(InTraining()),
            },
        ),
    ),
)
