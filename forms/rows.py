"""What each row of each sheet asks: one frozen model a sheet, its fields in the order of the columns.

A field without a default is a required column. An optional text that is blank reads `""`.
Columns are a local assumption (the notice names the forms and prints none): this is the one place to change them.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator, model_validator

from forms.cells import BadCellError, is_blank
from forms.kinds import (
    DAY,
    DEGREE,
    EMAIL,
    GRADE,
    HONOURS,
    MONEY,
    NAME,
    NUMBER,
    PHONE,
    PLACES,
    PROSE,
    RANK,
    SCORE,
    STAGE,
    SUBJECT,
    TITLE,
    UNIT,
    YES_NO,
    Ask,
    dimension,
    either,
    one_of,
)


class SheetRow(BaseModel):
    """One row of a sheet; `line` is its row as Excel numbers it, 0 where it came from no workbook."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    line: int = Field(default=0, ge=0)

    @model_validator(mode="before")
    @classmethod
    def _without_blanks(cls, data: Any) -> Any:  # noqa: ANN401 - pydantic hands over whatever it was given
        # A blank cell is a missing value: required columns then say so, optional ones keep their default.
        return {name: cell for name, cell in data.items() if not is_blank(cell)} if isinstance(data, dict) else data


ApplicationNumber = Annotated[str, Ask("报名号", NUMBER, "学生在各阶段表格中都以报名号为准")]
StudentName = Annotated[str, Ask("姓名", NAME, "须与报名时一致")]
Subject = Annotated[str, Ask("学科", SUBJECT)]
Present = one_of("到会", "请假")
Taken = either("通过", "不通过")


class InstitutionRow(SheetRow):
    """培养单位: a university or institute that the city filed."""

    name: Annotated[str, Ask("名称", UNIT)]
    type: Annotated[str, Ask("类型", one_of("高校", "科研院所"))]
    department: Annotated[str, Ask("牵头部门", UNIT)]
    email: Annotated[str, Ask("联系邮箱", EMAIL)]


class MentorRow(SheetRow):
    """导师: one mentor's information form. `taken`: the city reviewed and recommends."""

    name: Annotated[str, Ask("导师姓名", NAME)]
    institution: Annotated[str, Ask("单位", UNIT, "须与“培养单位”表的名称一致")]
    department: Annotated[str, Ask("院系", UNIT)] = ""
    subject: Subject
    title: Annotated[str, Ask("职称", NAME, "如 教授、研究员")]
    degree: Annotated[str, Ask("最高学位", DEGREE)]
    honours: Annotated[tuple[str, ...], Ask("人才称号", HONOURS)] = ()
    elite_programme: Annotated[bool, Ask("拔尖计划导师", YES_NO)]
    research: Annotated[str, Ask("研究方向", PROSE)]
    places: Annotated[int, Ask("计划招收人数", PLACES)]
    email: Annotated[str, Ask("电子邮箱", EMAIL)]
    mobile: Annotated[str, Ask("手机号码", PHONE)] = ""
    returning: Annotated[bool, Ask("往届导师", YES_NO, "往届导师自动入库，不再发聘书")]
    taken: Annotated[bool, Ask("市级审定", Taken)]


class TeamRow(SheetRow):
    """培养团队: one member of a mentor's team."""

    mentor: Annotated[str, Ask("导师姓名", NAME)]
    institution: Annotated[str, Ask("单位", UNIT, "导师所在单位")]
    name: Annotated[str, Ask("成员姓名", NAME)]
    degree: Annotated[str, Ask("最高学位", DEGREE)]
    title: Annotated[str, Ask("职称", TITLE)]


class SchoolRow(SheetRow):
    """中学: a school that takes part, with its head in charge and its contact person."""

    name: Annotated[str, Ask("名称", UNIT)]
    head: Annotated[str, Ask("负责领导", NAME)]
    contact: Annotated[str, Ask("联络员", NAME)]
    email: Annotated[str, Ask("联络邮箱", EMAIL)]


class StudentRow(SheetRow):
    """学生: one application. Ranks are in per cent of the grade: 8 is 8 %; one of the two is required."""

    number: Annotated[str, Ask("报名号", NUMBER, "每名学生一个，以后各阶段都用它")]
    name: Annotated[str, Ask("姓名", NAME)]
    gender: Annotated[str, Ask("性别", one_of("男", "女"))]
    born: Annotated[date, Ask("出生日期", DAY)]
    school: Annotated[str, Ask("中学", UNIT, "须与“中学”表的名称一致")]
    grade: Annotated[str, Ask("年级", GRADE)]
    subject: Subject
    mentor: Annotated[str, Ask("选报导师", NAME)]
    institution: Annotated[str, Ask("导师单位", UNIT)]
    subject_rank: Annotated[Decimal | None, Ask("学科排名百分比", RANK, "与综合排名百分比至少填一项")] = None
    overall_rank: Annotated[Decimal | None, Ask("综合排名百分比", RANK, "与学科排名百分比至少填一项")] = Field(
        default=None, validate_default=True
    )
    email: Annotated[str, Ask("电子邮箱", EMAIL)] = ""
    guardian_phone: Annotated[str, Ask("监护人电话", PHONE)] = ""
    guardian_consent: Annotated[bool, Ask("监护人同意", YES_NO)]
    alumnus: Annotated[bool, Ask("往届学员", YES_NO)] = False
    recommended: Annotated[bool, Ask("中学推荐", YES_NO)]
    taken: Annotated[bool, Ask("市级审核", Taken)]

    @field_validator("overall_rank")
    @classmethod
    def _one_rank(cls, overall: Decimal | None, info: ValidationInfo) -> Decimal | None:
        # A subject rank that could not be read is absent from the data: it has its own fault.
        if overall is None and "subject_rank" in info.data and info.data["subject_rank"] is None:
            raise BadCellError("row.rank", "学科排名百分比和综合排名百分比都没有填")
        return overall


class ScoreRow(SheetRow):
    """成绩: one student's test result."""

    number: ApplicationNumber
    name: StudentName
    subject: Subject
    score: Annotated[Decimal, Ask("测试成绩", SCORE)]
    shortlisted: Annotated[bool, Ask("入围面试", YES_NO)]


class CutLineRow(SheetRow):
    """分数线: one subject's cut line."""

    subject: Subject
    line_score: Annotated[Decimal, Ask("分数线", SCORE)]


class InterviewRow(SheetRow):
    """面试: one student's interview. `funding` is required where the student is admitted."""

    number: ApplicationNumber
    name: StudentName
    subject: Subject
    held_on: Annotated[date, Ask("面试日期", DAY)]
    came: Annotated[bool, Ask("是否到场", YES_NO)]
    score: Annotated[Decimal | None, Ask("面试成绩", SCORE)] = None
    admitted: Annotated[bool, Ask("是否入选", YES_NO)]
    funding: Annotated[str | None, Ask("资助类型", one_of("省级资助", "自筹"), "入选的必填")] = Field(
        default=None, validate_default=True
    )

    @field_validator("funding")
    @classmethod
    def _funded_somehow(cls, funding: str | None, info: ValidationInfo) -> str | None:
        if funding is None and info.data.get("admitted"):
            raise BadCellError("row.funding", "已入选而没有填资助类型")
        return funding


class MeetingRow(SheetRow):
    """见面会: the record of one kick-off meeting."""

    held_on: Annotated[date, Ask("日期", DAY)]
    place: Annotated[str, Ask("地点", UNIT)]
    agenda: Annotated[str, Ask("议程", PROSE)]


class AttendanceRow(SheetRow):
    """到会: for one admitted student, who came or was excused, and how they will keep in touch."""

    number: ApplicationNumber
    name: StudentName
    mentor: Annotated[str, Ask("导师", Present)]
    teacher: Annotated[str, Ask("指导老师", Present)]
    guardian: Annotated[str, Ask("家长", Present)]
    contact: Annotated[str, Ask("联系方式约定", PROSE)]


class PlanRow(SheetRow):
    """培养方案: one student's plan from the mentor."""

    number: ApplicationNumber
    name: StudentName
    goal: Annotated[str, Ask("培养目标", PROSE)]
    outline: Annotated[str, Ask("方案要点", PROSE)]


class VisitRow(SheetRow):
    """到校记录: one visit on campus."""

    number: ApplicationNumber
    name: StudentName
    visited_on: Annotated[date, Ask("日期", DAY)]
    content: Annotated[str, Ask("内容", PROSE)]


class LogRow(SheetRow):
    """成长日志: one student's growth log for a training stage."""

    number: ApplicationNumber
    name: StudentName
    stage: Annotated[int, Ask("阶段", STAGE)]
    submitted_on: Annotated[date, Ask("提交日期", DAY)]


class TalkRow(SheetRow):
    """面谈记录: one interview record for a training stage."""

    number: ApplicationNumber
    name: StudentName
    stage: Annotated[int, Ask("阶段", STAGE)]
    talked_on: Annotated[date, Ask("面谈日期", DAY)]


class MidtermRow(SheetRow):
    """中期评价: one student's report and whether it qualifies."""

    number: ApplicationNumber
    name: StudentName
    subject: Subject
    reported_on: Annotated[date, Ask("汇报日期", DAY)]
    qualified: Annotated[bool, Ask("评价", either("合格", "不合格"))]
    opinion: Annotated[str, Ask("意见", PROSE)]


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

    type: Annotated[str, Ask("类型", one_of("市级", "导师", "中学"))]
    unit: Annotated[str, Ask("单位", UNIT)]
    mentor: Annotated[str | None, Ask("导师姓名", NAME, "导师总结必填")] = Field(default=None, validate_default=True)
    submitted_on: Annotated[date, Ask("提交日期", DAY)]

    @field_validator("mentor")
    @classmethod
    def _whose(cls, mentor: str | None, info: ValidationInfo) -> str | None:
        if mentor is None and info.data.get("type") == "导师":
            raise BadCellError("row.mentor", "类型为“导师”而没有填导师姓名")
        return mentor


class FundsRow(SheetRow):
    """经费: one item of the city's account, in yuan."""

    item: Annotated[str, Ask("科目", UNIT)]
    amount: Annotated[Decimal, Ask("金额", MONEY)]
    note: Annotated[str, Ask("说明", PROSE)] = ""


class TargetRow(SheetRow):
    """绩效: one performance target."""

    target: Annotated[str, Ask("指标", UNIT)]
    planned: Annotated[str, Ask("目标值", PROSE)]
    achieved: Annotated[str, Ask("完成值", PROSE)]


class EvaluationRow(SheetRow):
    """评价: the province's five scores and grade for one student."""

    number: ApplicationNumber
    name: StudentName
    interest: Annotated[Decimal, dimension(0)]
    knowledge: Annotated[Decimal, dimension(1)]
    potential: Annotated[Decimal, dimension(2)]
    ability: Annotated[Decimal, dimension(3)]
    english: Annotated[Decimal, dimension(4)]
    grade: Annotated[str, Ask("等级", one_of("优秀", "合格", "不合格"))]
