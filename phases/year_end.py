"""年度评价 (四(三), 五(二), 七(一), 八(七)): what the city files, and what the province evaluates and publishes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from types import MappingProxyType
from typing import TYPE_CHECKING, Annotated

from pydantic import Field, ValidationInfo, field_validator

from calendars.phase_terms import PhaseTerms
from forms.cells import BadCellError
from forms.definitions import Form, SheetRow
from forms.folding import fold
from forms.kinds import DAY, MONEY, NAME, PROSE, SCORE, SUMMARY, UNIT, YES_NO, Ask, AskEach, one_of
from gates.found import Found, each, named
from gates.judge import Gate
from gates.rule import Rule
from gates.verdict import Actor
from phases.definition import PhaseDefinition, SecondPart, Total
from phases.on_record import Roll, by_number, fault, rows_read, spelled
from phases.parties import CONCERNED, PASSED, PUPILS, YOURS, Called, InTraining, Mailing, Owing, Sentence, Stakeholder
from phases.scores import columns, lacking, shown, weighted, whole
from phases.shared_columns import ApplicationNumber, StudentName
from phases.stored_sheet import StoredSheet

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from calendars.year import Figures, SummaryKind, Year
    from forms.workbook_rows import Reading, RowError
    from phases.on_record import OnRecord, PlainSheets
    from phases.parties import Audience


class MaterialsRow(SheetRow):
    """材料: which of the four year-end materials of a student are there."""

    number: ApplicationNumber
    name: StudentName
    project_report: Annotated[bool, Ask("课题报告", YES_NO)]
    training_report: Annotated[bool, Ask("培养报告", YES_NO)]
    growth_log: Annotated[bool, Ask("成长日志", YES_NO)]
    mentor_evaluation: Annotated[bool, Ask("导师评价", YES_NO)]


class SummaryRow(SheetRow):
    """总结: one annual summary. `mentor` is required where the summary is a mentor's."""

    type: Annotated[str, Ask("类型", SUMMARY)]
    unit: Annotated[str, Ask("单位", UNIT, personal="no")]
    mentor: Annotated[str | None, Ask("导师姓名", NAME, "导师总结必填", personal="no")] = Field(
        default=None, validate_default=True
    )
    submitted_on: Annotated[date, Ask("提交日期", DAY, personal="no")]

    @field_validator("mentor")
    @classmethod
    def _whose(cls, mentor: str | None, info: ValidationInfo) -> str | None:
        if mentor is None and info.data.get("type") == "导师":
            raise BadCellError("row.mentor", "类型为“导师”而没有填导师姓名")
        return mentor


class FundsRow(SheetRow):
    """经费: one item of the city's account, in yuan."""

    item: Annotated[str, Ask("科目", UNIT, personal="no")]
    amount: Annotated[Decimal, Ask("金额", MONEY)]
    note: Annotated[str, Ask("说明", PROSE, personal="no")] = ""


class TargetRow(SheetRow):
    """绩效: one performance target."""

    target: Annotated[str, Ask("指标", UNIT, personal="no")]
    planned: Annotated[str, Ask("目标值", PROSE, personal="no")]
    achieved: Annotated[str, Ask("完成值", PROSE, personal="no")]


DIMENSIONS = AskEach("score", "dimension", columns, SCORE)


class EvaluationRow(SheetRow):
    """评价: the province's score on each of the year's dimensions, each scorer's, and grade, for one student."""

    number: ApplicationNumber
    name: StudentName
    scores: Annotated[tuple[Decimal, ...], DIMENSIONS]
    grade: Annotated[str, Ask("等级", one_of("优秀", "合格", "不合格"))]
    reason: Annotated[str, Ask("定级理由", PROSE, "总分低于该等级的分数线而定此等级的必填", personal="yes")] = ""


EXCELLENT = "优秀"
UNQUALIFIED = "不合格"
GRADES = (EXCELLENT, "合格", UNQUALIFIED)
_FULL_SCORE = 100


@dataclass(frozen=True, slots=True)
class Materials:
    """One row of the year-end materials: which of the four are there."""

    number: str
    project_report: bool
    training_report: bool
    growth_log: bool
    mentor_evaluation: bool


@dataclass(frozen=True, slots=True)
class YearEndFacts:
    """`year-end`, what the city answers for.

    `logs` and `records` give the stages (1, 2, 3) a student has a growth log, an interview record for; the `misdated`
    ones those for which there is one of a day that cannot be, which does not count.
    `summaries_owing` are, by the kinds of summary that the year asks for, the labels of those of students in training
    who filed none and are not excused; the city itself has "".
    `spent` is what the city spent in yuan, None where its account has no row, `left` what it says is left over, where
    it says so; `targets` the number of performance rows.
    """

    in_training: tuple[str, ...]
    materials: tuple[Materials, ...]
    logs: Mapping[str, frozenset[int]]
    records: Mapping[str, frozenset[int]]
    summaries_owing: Mapping[SummaryKind, tuple[str, ...]]
    spent: Decimal | None
    left: Decimal | None
    targets: int
    misdated_logs: Mapping[str, frozenset[int]] = field(default_factory=dict)
    misdated_records: Mapping[str, frozenset[int]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Evaluation:
    """One student's evaluation by the province: its scores (0-100) in the order of their columns, a grade.

    `reasoned`: it is said why the grade was given.
    """

    number: str
    scores: tuple[Decimal, ...]
    grade: str  # 优秀 合格 不合格
    reasoned: bool


@dataclass(frozen=True, slots=True)
class EvaluationFacts:
    """`year-end`, what the province answers for when it approves. `visits`: days on campus within the year."""

    in_training: tuple[str, ...]
    evaluations: tuple[Evaluation, ...]
    visits: Mapping[str, int]


def _present(row: Materials) -> Mapping[str, bool]:
    return {
        "课题报告": row.project_report,
        "培养报告": row.training_report,
        "成长日志": row.growth_log,
        "导师评价": row.mentor_evaluation,
    }


_NOTHING = MappingProxyType({"课题报告": False, "培养报告": False, "成长日志": False, "导师评价": False})


def materials(facts: YearEndFacts, _: Figures) -> Found:
    """Project report, training report, growth log and mentor's evaluation, for each student in training."""
    filed = {row.number: _present(row) for row in facts.materials}
    sheets = {number: filed.get(number, _NOTHING) for number in facts.in_training}
    short = [number for number, present in sheets.items() if not all(present.values())]
    lacks = "、".join(
        f"{name} {count} 份" for name in _NOTHING if (count := sum(not sheets[number][name] for number in short))
    )
    mend = f"{{count}} 名在培学生{{who}}材料不全，缺{lacks}；请核对，已有的据实登记，确实没有的请学生、导师补交"
    return each(len(facts.in_training), short, mend)


def logs(facts: YearEndFacts, figures: Figures) -> Found:
    """A growth log and an interview record for each training stage, for each student in training."""
    stages = range(1, len(figures.stages) + 1)
    none: frozenset[int] = frozenset()
    lacks, short = [], dict[str, None]()
    kinds = (("成长日志", facts.logs, facts.misdated_logs), ("面谈记录", facts.records, facts.misdated_records))
    for name, kept, misdated in kinds:
        for stage in stages:
            owing = [number for number in facts.in_training if stage not in kept.get(number, none)]
            short |= dict.fromkeys(owing)
            if owing:
                there = sum(stage in misdated.get(number, none) for number in owing)
                why = (
                    f"（其中 {there} 份已登记而日期早于培养开始或晚于报送日，不计入，填错的据实更正日期）"
                    if there
                    else ""
                )
                lacks.append(f"第 {stage} 阶段{name} {len(owing)} 份{why}")
    order = [number for number in facts.in_training if number in short]
    mend = f"{{count}} 名在培学生{{who}}缺{'、'.join(lacks)}；请核对，已有的据实登记，确实没有的由导师督促学生补交"
    return each(len(facts.in_training), order, mend)


@dataclass(frozen=True, slots=True)
class _Summary:
    """Who owes a kind of annual summary, what those are called, and how those of them are named who filed none."""

    actor: Actor
    called: str
    owing: str


SUMMED_UP: Mapping[SummaryKind, _Summary] = MappingProxyType(
    {
        "市级": _Summary("city", "市级管理办公室", "{count} 份市级"),
        "导师": _Summary("mentor", "导师", "{count} 名导师{who}的"),
        "中学": _Summary("school", "中学", "{count} 所中学{who}的"),
        "高校": _Summary("institution", "高校（科研院所）", "{count} 家高校、科研院所{who}的"),
    }
)
"""The kinds of annual summary that a year may ask for, in the order in which they are asked."""


def summaries(facts: YearEndFacts, figures: Figures) -> Found:
    """Annual summaries. The first who owes one must act; one that is asked for and not owed is only shown."""
    missing = {kind: facts.summaries_owing[kind] for kind in SUMMED_UP if facts.summaries_owing.get(kind)}
    owing = {kind: names for kind, names in missing.items() if kind in figures.summaries_owed}
    asked = [f"{kind} {len(names)}" for kind, names in missing.items() if kind not in owing]
    shown = f"；未交而不影响通过：{'、'.join(asked)}" if asked else ""
    if not owing:
        return Found(f"欠交 0{shown}", "欠交 0")
    whose = [SUMMED_UP[kind].owing.format(count=len(names), who=named(names)) for kind, names in owing.items()]
    return Found(
        f"欠交 {'、'.join(f'{kind} {len(names)}' for kind, names in owing.items())}{shown}",
        "欠交 0",
        f"缺 {'、'.join(f'{one}年度工作总结' for one in whose)}；请补交",
        tuple(name for names in owing.values() for name in names if name),
        SUMMED_UP[next(iter(owing))].actor,
    )


def _owing_summaries(facts: YearEndFacts) -> Mapping[Audience, Sequence[str]]:
    return {SUMMED_UP[kind].actor: names for kind, names in facts.summaries_owing.items()}


SECOND = "summing-up"
"""The gate of what the city files after its materials: summaries, account and performance."""

WITHOUT_SUMMARY = Owing(SECOND, _owing_summaries)


def _asks(kind: SummaryKind, sentence: str) -> Sentence:
    """Say a sentence in a year that asks for a kind of summary."""
    return lambda year: sentence if kind in year.figures.summaries_asked else ""


def _with_summary(kind: SummaryKind, handed_in: str) -> Sentence:
    """Say what is handed in, with the summary in a year that asks for that kind of one by the same day."""

    def said(year: Year) -> str:
        also = kind in year.figures.summaries_asked and not _is_dated(year)
        return f"{handed_in}和年度工作总结" if also else handed_in

    return said


def _gather(year: Year) -> str:
    *before, last = (summary.called for kind, summary in SUMMED_UP.items() if kind in year.figures.summaries_asked)
    return f"收齐{'和'.join(filter(None, ('、'.join(before), last)))}的年度工作总结。"


def _is_dated(year: Year) -> bool:
    """Tell whether the second part has a day of its own in a year."""
    return any(phase.second_due for phase in year.phases if phase.slug == "year-end")


def _later(year: Year) -> str:
    """Ask a city for all of the second part by one day; for the first of it alone in a year without such a day."""
    return f"{{second}}{_gather(year)[:-1]}，{ACCOUNTS}" if _is_dated(year) else _gather(year)


LEFT_OVER = "结余"
"""The item of an account that says what is left over; it is worked out where no row says it."""


LIKE_IT = ("结余", "剩余", "余额")
"""What is in the name of an item that may say the same, and is counted as spent."""


def _left_over_by_another_name(_: OnRecord, reading: Reading) -> Iterator[RowError]:
    """What looks like the rest of the funds, and does not say so by its own word, is looked at again."""
    for sheet, row in rows_read(reading):
        item = getattr(row, "item", None) if sheet.key == FUNDS.key else None
        if item and fold(item) != LEFT_OVER and any(word in fold(item) for word in LIKE_IT):
            right = f"结余请在科目里只写“{LEFT_OVER}”，确是支出的可以不管"
            yield fault("funds.left-over", sheet, row, "item", "按支出计算", right)


def funds(facts: YearEndFacts, figures: Figures) -> Found:
    """The city accounts for its working funds: it spends no more, what it says is left over is exact, to the cent.

    It accounts for at least one performance target.
    """
    given, spent = Decimal(figures.city_funds), facts.spent or Decimal(0)
    rest, parts = given - spent, []
    if facts.spent is None:
        parts.append("没有填报经费使用情况；请按账目逐项填列支出，没有支出的填列结余")
    elif rest < 0:
        parts.append(
            f"支出合计 {yuan(spent)}，比拨付的 {yuan(given)}多 {yuan(-rest)}；请按账目核对，"
            "超出拨付的支出另行注明来源，不在此填列"
        )
    elif facts.left not in {None, rest}:
        parts.append(
            f"支出合计 {yuan(spent)}，应结余 {yuan(rest)}，填列的结余为 {yuan(facts.left or Decimal(0))}；"
            "请按账目核对支出和结余"
        )
    if not facts.targets:
        parts.append("没有绩效指标完成情况；请至少填报 1 项")
    found = f"支出 {yuan(spent)}，结余 {yuan(max(rest, Decimal(0)))}" if facts.spent is not None else "未填报"
    return Found(f"{found}，绩效 {facts.targets} 项", f"支出不超过 {yuan(given)}，绩效 ≥1 项", "；".join(parts))


def yuan(amount: Decimal) -> str:
    """Say an amount as offices do, to the cent where there are any: 5000 元, 1234.50 元."""
    return f"{amount:.2f}".removesuffix(".00") + " 元"


def visits(facts: EvaluationFacts, figures: Figures) -> Found:
    """Nobody is 优秀 with fewer days on campus than the year's figure; 合格 stays open (a local assumption)."""
    best = [row.number for row in _trained(facts) if row.grade == EXCELLENT]
    short = [number for number in best if facts.visits.get(number, 0) < figures.visits]
    shown = [f"{number} 到校 {facts.visits.get(number, 0)} 次" for number in short]
    rest = "不评优秀；确有漏记的，由市级管理办公室凭记录补填"
    found = each(len(best), shown, f"{{count}} 名拟评优秀的学生{{who}}到校不足 {figures.visits} 次，{rest}")
    return Found(found.found, found.needed, found.mend, tuple(short))


def evaluated(facts: EvaluationFacts, figures: Figures) -> Found:
    """Every student in training has a score of 0 to 100 on each of the year's dimensions, and a grade.

    A grade that the weighted total does not reach needs a reason; a lower one than it would allow needs none.
    """
    done = {row.number: row for row in facts.evaluations if _scored(row, figures)}
    missing = [number for number in facts.in_training if number not in done]
    found = _unscored(facts, missing, figures)
    bare = [
        f"{row.number} {row.grade}，总分 {shown(total)}，线 {bound.normalize():f}"
        for row in map(done.get, facts.in_training)
        if row and not row.reasoned and (total := weighted(row.scores, figures)) < (bound := _bound(row, figures))
    ]
    if not bare:
        return found
    said = f"{len(bare)} 名学生{named(bare)}的总分低于所定等级的分数线；请核对评分和等级，确定此等级的填写定级理由"
    mend, numbers = "；".join(filter(None, (found.mend, said))), (*missing, *(one.partition(" ")[0] for one in bare))
    return Found(f"{found.found}，待说明 {len(bare)} 人", f"{found.needed}，待说明 0 人", mend, numbers)


def _unscored(facts: EvaluationFacts, missing: Sequence[str], figures: Figures) -> Found:
    """Say who has no whole scores and grade, and of a panel whose scores are not there."""
    given = {row.number: row.scores for row in facts.evaluations}
    absent = {number: lacking(given[number], figures) for number in missing if given.get(number)}
    whose = [f"{number} 缺{'、'.join(scorers)}" if (scorers := absent.get(number)) else number for number in missing]
    count = f" {len(figures.dimensions)} 项"
    asked = f"{count}评分" if figures.panel == 1 else f"评分（{figures.panel} 名评委，每名{count}）"
    found = each(len(facts.in_training), whose, f"{{count}} 名在培学生{{who}}没有完整的{asked}与等级；请补评")
    return replace(found, numbers=tuple(missing))


def _bound(row: Evaluation, figures: Figures) -> Decimal:
    """Give the total from which a grade may be given without a reason."""
    return {EXCELLENT: figures.excellent_from, UNQUALIFIED: Decimal(0)}.get(row.grade, figures.qualified_from)


def _scored(row: Evaluation, figures: Figures) -> bool:
    sound = whole(row.scores, figures) and all(0 <= score <= _FULL_SCORE for score in row.scores)
    return sound and row.grade in GRADES


def _trained(facts: EvaluationFacts) -> list[Evaluation]:
    """Give the rows of who is in training: one who left, or moved, after it was filled in has no result here."""
    training = frozenset(facts.in_training)
    return [row for row in facts.evaluations if row.number in training]


def _tally(facts: EvaluationFacts) -> dict[str, int]:
    grades = [row.grade for row in _trained(facts)]
    return {"excellent": grades.count(EXCELLENT), "certificates": len(grades) - grades.count(UNQUALIFIED)}


def _results(facts: EvaluationFacts) -> dict[str, str]:
    return {row.number: row.grade for row in _trained(facts)}


MATERIALS = StoredSheet("材料", "materials", MaterialsRow, ("number",), table="materials")
SUMMARIES = StoredSheet("总结", "summaries", SummaryRow, table="summary")
FUNDS = StoredSheet("经费", "funds", FundsRow, table="funds")
TARGETS = StoredSheet("绩效", "targets", TargetRow, table="target")
EVALUATIONS = StoredSheet("评价", "evaluations", EvaluationRow, ("number",), table="evaluation")
FORM = Form("year-end", "年度评价材料", 1, (MATERIALS, SUMMARIES, FUNDS, TARGETS))
EVALUATION = Form("evaluation", "年度评价结果表", 1, (EVALUATIONS,))


# It counts the visits, logs and plans of the cultivation, and asks mentors and schools of the applications to sum up.
def _known(known: OnRecord, reading: Reading) -> Iterator[RowError]:
    """Students are known by number; who summed up is on the roll, or a school of the city."""
    yield from by_number(known, reading)
    roll, schools = Roll(known.roll), spelled(known.schools)
    for sheet, row in rows_read(reading):
        if sheet.key != SUMMARIES.key:
            continue
        if row.type == "导师":
            yield from roll.off_it(sheet, row, ("mentor", "unit"), "本市导师名册")
        if row.type == "高校" and fold(row.unit) not in roll.institutions:
            yield fault("institution.unknown", sheet, row, "unit", "本市导师名册中没有这个单位", "请核对类型和单位名称")
        if row.type == "中学" and fold(row.unit) not in schools:
            yield fault("school.unknown", sheet, row, "unit", "本市参与中学中没有这所中学", "请核对类型和中学名称")


def _as_on_record(known: OnRecord, plain: PlainSheets) -> PlainSheets:
    roll, schools = Roll(known.roll), spelled(known.schools)
    for row in plain.get(SUMMARIES.key, ()):
        if row["type"] == "导师":
            row["mentor"], row["unit"] = roll.spelling(row["mentor"], row["unit"])
        elif row["type"] in ("高校", "中学"):
            names = roll.institutions if row["type"] == "高校" else schools
            row["unit"] = names.get(fold(row["unit"]), row["unit"])
    return plain


ACCOUNTS = "填报工作经费使用情况和绩效指标完成情况。"

PHASE = PhaseDefinition(
    slug="year-end",
    name="年度评价",
    called=Called("年度评价与总结验收工作", "年度评价材料", "年度评价材料"),
    terms=PhaseTerms("midterm", left_out=(), two=True),
    of_students=False,  # a city without any accounts for its funds
    form=FORM,
    province_form=EVALUATION,
    gate=Gate(
        "year-end",
        YearEndFacts,
        (
            Rule("year-end.materials", "五(二)", "must", "年度评价材料", "city", materials),
            Rule("year-end.logs", "四(三)", "must", "成长日志与面谈记录", "mentor", logs),
        ),
        apart=frozenset({"summaries_owing", "spent", "left", "targets"}),
    ),
    second=SecondPart(
        Gate(
            SECOND,
            YearEndFacts,
            (
                Rule("year-end.summaries", "八(七)", "must", "年度工作总结", "city", summaries),
                Rule("year-end.funds", "七(一)", "must", "经费使用与绩效", "city", funds),
            ),
            apart=frozenset({"materials", "logs", "records"}),
        ),
        frozenset({SUMMARIES.key, FUNDS.key, TARGETS.key}),
        Called("年度总结工作", "年度工作总结、经费使用情况和绩效指标完成情况", "总结和经费情况"),
        (
            Stakeholder("city", todo=(_gather, ACCOUNTS)),
            Stakeholder(
                "mentor",
                todo=("撰写年度工作总结。",),
                hands_in="年度工作总结",
                mailings={"reminder": Mailing(WITHOUT_SUMMARY), "overdue": Mailing(WITHOUT_SUMMARY)},
                concerned=lambda year: "导师" in year.figures.summaries_owed,
            ),
            Stakeholder(
                "school",
                todo=("撰写年度工作总结。",),
                hands_in="年度工作总结",
                mailings={"reminder": Mailing(WITHOUT_SUMMARY)},
                concerned=lambda year: "中学" in year.figures.summaries_owed,
            ),
            Stakeholder(
                "institution",
                todo=("撰写年度工作总结。",),
                hands_in="年度工作总结",
                mailings={"reminder": Mailing(WITHOUT_SUMMARY)},
            ),
            Stakeholder("province", todo=("核对年度工作总结、经费使用情况和绩效指标完成情况。",)),
        ),
    ),
    province_gate=Gate(
        "evaluation",
        EvaluationFacts,
        (
            Rule("year-end.visits", "四(三)", "must", "到校次数", "province", visits),
            Rule("year-end.evaluated", "五(二)", "must", "年度评价与等级", "province", evaluated),
        ),
        tally=_tally,
        results=_results,
    ),
    records=(Rule("tracking", "六", "record", "学生跟踪", "city"),),
    check=_known,
    complete=_as_on_record,
    doubts=_left_over_by_another_name,
    totals=(Total("excellent", "优秀", "人"), Total("certificates", "证书", "份")),
    uses=frozenset({"application", "interview", "cultivation", "midterm"}),
    figures=(
        "visits",
        "stages",
        "dimensions",
        "score_weights",
        "panel",
        "excellent_from",
        "qualified_from",
        "city_funds",
        "summaries_owed",
    ),
    parties=(
        Stakeholder(
            "city",
            todo=(
                "收齐每名在培学生的课题报告、培养报告、《学生成长日志》和导师评价。",
                _later,
                lambda year: "" if _is_dated(year) else ACCOUNTS,
            ),
            passed=(PASSED, "请妥善保存有关材料。"),
        ),
        Stakeholder(
            "mentor",
            todo=("对每名学生作出导师评价。", _asks("导师", "{second}撰写年度工作总结，交{city}管理办公室。")),
            hands_in=_with_summary("导师", "导师评价"),
            mends={
                "year-end.logs": (
                    "下列学生的《学生成长日志》或《学生面谈记录》不全；请核对，已有的据实提供，确实没有的请督促学生补交，"
                    "报名号：{numbers}"
                ),
            },
            mailings={
                "opened": Mailing(InTraining(), listed=YOURS),
                "reminder": Mailing(InTraining(without="materials"), listed=CONCERNED),
                "overdue": Mailing(InTraining(without="materials"), listed=CONCERNED),
                "result": Mailing(InTraining()),
                "amended": Mailing(InTraining()),
            },
        ),
        Stakeholder(
            "school",
            todo=(
                "请学生完成课题报告、培养报告和《学生成长日志》。",
                _asks("中学", "{second}撰写年度工作总结，交{city}管理办公室。"),
            ),
            hands_in=_with_summary("中学", "学生材料"),
            mailings={
                "opened": Mailing(InTraining(), listed=PUPILS),
                "reminder": Mailing(InTraining(without="materials"), listed=CONCERNED),
                "result": Mailing(InTraining()),
                "amended": Mailing(InTraining()),
            },
        ),
        Stakeholder(
            "institution",
            todo=("{second}撰写年度工作总结，交{city}管理办公室。",),
            hands_in="年度工作总结",
            # its sentence says the day of the second part
            mailings={"opened": Mailing(InTraining(), subject="{city}{work}开始，请准备{lacking}", dated=False)},
            concerned=lambda year: "高校" in year.figures.summaries_asked,
        ),
        Stakeholder("province", todo=("按规定的各个方面评分、评定等级。", "核对到校培养次数。")),
    ),
)
