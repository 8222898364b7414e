from __future__ import annotations

import pytest
from pydantic import ValidationError

from forms.cells import BadCellError
from forms.definitions import AskedSheet
from phases.application import StudentRow
from phases.interview import InterviewRow
from phases.year_end import SummaryRow, TargetRow
from tests.support.books import FORMS, SAMPLES

ASKED = """
mentor-recommendation 培养单位 institutions: 名称* 类型* 牵头部门* 联系邮箱*
mentor-recommendation 导师 mentors: 导师姓名* 单位* 院系 学科* 职称* 最高学位* 人才称号 拔尖计划导师* 研究方向* \
计划招收人数* 电子邮箱* 手机号码 往届导师* 市级审定*
mentor-recommendation 培养团队 team: 导师姓名* 单位* 成员姓名* 最高学位* 职称*
application 中学 schools: 名称* 负责领导* 联络员* 联络邮箱*
application 学生 students: 报名号* 姓名* 性别* 出生日期* 中学* 年级* 学科* 选报导师* 导师单位* \
学科排名百分比 综合排名百分比 电子邮箱 监护人电话 监护人同意* 往届学员 中学推荐* 市级审核*
shortlist 成绩 scores: 报名号* 姓名* 学科* 测试成绩* 入围面试*
shortlist 分数线 cut_lines: 学科* 分数线*
interview 面试 interviews: 报名号* 姓名* 学科* 面试日期 是否到场* 面试成绩 是否入选* 资助类型
meeting 见面会 meetings: 日期* 地点* 议程*
meeting 到会 attendance: 报名号* 姓名* 导师* 指导老师* 家长* 联系方式约定*
cultivation 培养方案 plans: 报名号* 姓名* 培养目标* 方案要点*
cultivation 到校记录 visits: 报名号* 姓名* 日期* 内容*
cultivation 成长日志 logs: 报名号* 姓名* 阶段* 提交日期*
cultivation 面谈记录 talks: 报名号* 姓名* 阶段* 面谈日期*
midterm 中期评价 results: 报名号* 姓名* 学科* 汇报日期* 评价* 意见*
year-end 材料 materials: 报名号* 姓名* 课题报告* 培养报告* 成长日志* 导师评价*
year-end 总结 summaries: 类型* 单位* 导师姓名 提交日期*
year-end 经费 funds: 科目* 金额* 说明
year-end 绩效 targets: 指标* 目标值* 完成值*
evaluation 评价 evaluations: 报名号* 姓名* 科学兴趣* 学科基础知识* 创新及科研潜质* 综合能力* \
英语交流能力* 等级* 定级理由
"""
SHEETS = [(form.slug, sheet) for form in FORMS.values() for sheet in form.sheets]
KINDS = {sheet.row: {column.field: column.kind for column in sheet.columns} for _, sheet in SHEETS}


def test_every_sheet_asks_the_columns_that_offices_know() -> None:
    asked = [
        f"{slug} {sheet.name} {sheet.key}: "
        + " ".join(f"{column.label}{'*' if column.required else ''}" for column in sheet.columns)
        for slug, sheet in SHEETS
    ]
    assert "\n".join(asked) == ASKED.strip()


def test_lists_offer_what_the_forms_say() -> None:
    offered = {(sheet.name, c.label): c.kind.choices for _, sheet in SHEETS for c in sheet.columns if c.kind.choices}
    yes_no = {place: choices for place, choices in offered.items() if choices == ("是", "否")}
    subjects = {place for place, choices in offered.items() if choices == ("数学", "物理", "化学", "生物", "计算机")}
    assert {label for _, label in yes_no} == {
        *("拔尖计划导师", "往届导师", "监护人同意", "往届学员", "中学推荐", "入围面试", "是否到场", "是否入选"),
        *("课题报告", "培养报告", "成长日志", "导师评价"),
    }
    assert {label for _, label in subjects} == {"学科"}
    assert {place: choices for place, choices in offered.items() if place not in {*yes_no, *subjects}} == {
        ("培养单位", "类型"): ("高校", "科研院所"),
        ("导师", "最高学位"): ("博士", "硕士", "学士"),
        ("导师", "市级审定"): ("通过", "不通过"),
        ("培养团队", "最高学位"): ("博士", "硕士", "学士"),
        ("培养团队", "职称"): ("正高", "副高", "中级", "初级", "无"),
        ("学生", "性别"): ("男", "女"),
        ("学生", "年级"): ("初一", "初二", "初三", "高一", "高二", "高三"),
        ("学生", "市级审核"): ("通过", "不通过"),
        ("面试", "资助类型"): ("省级资助", "自筹"),
        ("到会", "导师"): ("到会", "请假"),
        ("到会", "指导老师"): ("到会", "请假"),
        ("到会", "家长"): ("到会", "请假"),
        ("成长日志", "阶段"): ("1", "2", "3"),
        ("面谈记录", "阶段"): ("1", "2", "3"),
        ("中期评价", "评价"): ("合格", "不合格"),
        ("总结", "类型"): ("市级", "导师", "中学", "高校"),
        ("评价", "等级"): ("优秀", "合格", "不合格"),
    }


@pytest.mark.parametrize(("slug", "sheet"), SHEETS)
def test_a_row_is_the_same_from_cells_and_from_its_own_values(slug: str, sheet: AskedSheet) -> None:
    cells = zip(sheet.columns, SAMPLES[slug][sheet.name], strict=True)
    kinds = {column.field: column.kind for column in sheet.columns}
    row = sheet.row.model_validate({column.field: cell for column, cell in cells} | {"line": 2}, context=kinds)
    assert sheet.row.model_validate(row.model_dump(), context=kinds) == row
    assert sheet.row.model_validate_json(row.model_dump_json(), context=kinds) == row


def test_a_row_does_not_change_and_takes_no_field_it_does_not_know() -> None:
    row = TargetRow(target="培养人数", planned="3", achieved="3")
    with pytest.raises(ValidationError, match="frozen"):
        row.target = "别的"
    with pytest.raises(ValidationError, match="extra_forbidden"):
        TargetRow.model_validate({**row.model_dump(), "idcard": "1"})


def test_one_rank_is_enough_and_none_is_a_fault() -> None:
    for ranks in ({"subject_rank": "8％", "overall_rank": ""}, {"subject_rank": None, "overall_rank": 8}):
        assert _codes(StudentRow, {**_student(), **ranks}) == {}
    neither = {**_student(), "subject_rank": " ", "overall_rank": None}
    assert _codes(StudentRow, neither) == {"overall_rank": "row.rank"}


def test_a_rank_that_cannot_be_read_is_one_fault_not_two() -> None:
    cells = {**_student(), "subject_rank": "前十", "overall_rank": ""}
    assert _codes(StudentRow, cells) == {"subject_rank": "cell.number"}


def _student() -> dict[str, object]:
    (sheet,) = (sheet for _, sheet in SHEETS if sheet.row is StudentRow)
    cells = zip(sheet.columns, SAMPLES["application"]["学生"], strict=True)
    return {column.field: cell for column, cell in cells}


@pytest.mark.parametrize(("admitted", "funding", "fault"), [("是", "", True), ("否", "", False), ("是", "自筹", False)])
def test_who_is_admitted_is_funded_somehow(admitted: str, funding: str, fault: bool) -> None:
    row = {"number": "3209-2022-0007", "name": "张三", "subject": "数学", "held_on": "2022-02-11", "came": "是"}
    found = _codes(InterviewRow, {**row, "admitted": admitted, "funding": funding})
    assert found == ({"funding": "row.funding"} if fault else {})


@pytest.mark.parametrize(("kind", "fault"), [("导师", True), ("中学", False), ("市级", False)])
def test_a_mentors_summary_names_the_mentor(kind: str, fault: bool) -> None:
    found = _codes(SummaryRow, {"type": kind, "unit": "盐城大学", "mentor": "　", "submitted_on": "2022-11-25"})
    assert found == ({"mentor": "row.mentor"} if fault else {})


def _codes(row: type[StudentRow | InterviewRow | SummaryRow], cells: dict[str, object]) -> dict[str, str]:
    try:
        row.model_validate(cells, context=KINDS[row])
    except ValidationError as error:
        faults = error.errors()
        assert all(isinstance(fault["ctx"]["error"], BadCellError) for fault in faults)
        return {str(fault["loc"][0]): fault["ctx"]["error"].code for fault in faults}
    return {}
