from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest

from calendars.files import load
from commands.rehearsal import PACKS
from tests.commands.conftest import Talent

TAIZHOU = PACKS / "2022" / "taizhou"


@pytest.mark.parametrize("phase", ["mentor-recommendation", "application", "evaluation"])
def test_a_template_has_the_sheets_that_are_checked(talent: Talent, phase: str) -> None:
    assert talent("form", "template", phase, "-o", "t.xlsx").out == "已写入 t.xlsx\n"
    ran = talent("form", "check", phase, "t.xlsx", "--city", "泰州", "--json")
    assert (ran.status, set(ran.data["rows"].values()), ran.data["warnings"]) == (0, {0}, [])


def test_a_broken_workbook_is_told_all_its_faults_without_a_year(talent: Talent) -> None:
    ran = talent("form", "check", "application", str(TAIZHOU / "application-broken.xlsx"), "--city", "泰州", "--json")
    assert (ran.status, ran.data["errors"]) == (
        1,
        [
            {
                "code": "column.missing",
                "sheet": "学生",
                "row": 1,
                "column": "选报导师",
                "found": "",
                "message": "“学生”表第 1 行“选报导师”：缺少这一必填列；请补上这一列，表头文字须一致。",
            }
        ],
    )


def test_a_good_workbook_without_a_year_is_checked_by_itself_and_said_so(talent: Talent) -> None:
    ran = talent("form", "check", "shortlist", str(TAIZHOU / "shortlist.xlsx"), "--city", "泰州")
    assert (ran.status, ran.out) == (0, "shortlist.xlsx：错误 0 处，提醒 0 处。\n")
    assert ran.err == (
        "没有打开的年度，学科、称号等各项列表取自系统所附的 2027 年度日历；只检查了表格本身，没有与已有记录核对。\n"
    )


def test_template_and_check_ask_what_the_opened_year_lists(talent: Talent, tmp_path: Path) -> None:
    text = load(2022).source_text.replace('"计算机"]  ', '"计算机", "天文"]  ')
    (tmp_path / "year.toml").write_text(text, encoding="utf-8")
    database = ("--db", f"sqlite:///{tmp_path / 'talent.db'}")
    assert talent("db", "upgrade", *database).status == 0
    late = ("--done-through", "none", "--reason", "试验")
    assert talent("year", "open", "2022", "--from-file", "year.toml", *late, *database).status == 0
    assert talent("form", "template", "shortlist", "-o", "t.xlsx", *database).err == ""
    workbook = openpyxl.load_workbook("t.xlsx")
    offered = [one.formula1 for one in workbook["分数线"].data_validations.dataValidation]
    assert offered == ['"数学,物理,化学,生物,计算机,天文"']
    workbook["分数线"].append(["天文", 60])
    workbook.save("t.xlsx")
    assert talent("form", "check", "shortlist", "t.xlsx", "--city", "泰州", *database).status == 0
    assert talent("form", "check", "shortlist", "t.xlsx", "--city", "泰州", "--db", "sqlite:///none.db").status == 1


def test_a_workbook_of_another_city_is_caught_against_the_records(season: Talent) -> None:
    other = str(PACKS / "2022" / "nanjing" / "interview.xlsx")
    checked = season("form", "check", "interview", other, "--city", "无锡", "--as-of", "2022-02-17T10:00", "--json")
    loaded = season("form", "load", "interview", other, "--city", "无锡", "--as-of", "2022-02-17T10:00", "--json")
    assert (checked.status, loaded.status, loaded.data["outcome"]) == (1, 1, "form-errors")
    assert checked.data["errors"] == loaded.data["errors"]
    assert {error["column"] for error in checked.data["errors"]} == {"报名号"}


def test_check_lists_what_load_would_of_the_table_and_of_the_record(season: Talent) -> None:
    workbook = openpyxl.load_workbook(PACKS / "2022" / "wuxi" / "interview.xlsx")
    workbook["面试"]["F2"], workbook["面试"]["B3"] = "九十", "没有这人"
    workbook.save("broken.xlsx")
    given = ("interview", "broken.xlsx", "--city", "无锡", "--as-of", "2022-02-17T10:00", "--json")
    checked, loaded = season("form", "check", *given), season("form", "load", *given)
    assert [error["code"] for error in checked.data["errors"]] == ["cell.number", "name.disagrees"]
    assert checked.data["errors"] == loaded.data["errors"]


def test_a_template_of_a_city_comes_with_who_has_to_stand_on_it(season: Talent) -> None:
    assert season("form", "template", "interview", "-o", "t.xlsx", "--city", "无锡").status == 0
    rows = list(openpyxl.load_workbook("t.xlsx")["面试"].values)[1:]
    filed = list(openpyxl.load_workbook(PACKS / "2022" / "wuxi" / "interview.xlsx")["面试"].values)[1:]
    assert sorted(row[:3] for row in filed) == sorted(row[:3] for row in rows)
    assert {row[3:] for row in rows} == {(None,) * 5}


def test_an_unknown_form_names_those_there_are(talent: Talent) -> None:
    ran = talent("form", "template", "exam", "-o", "t.xlsx")
    assert (ran.status, ran.err.split("；")[0]) == (2, "没有“exam”这张表")
