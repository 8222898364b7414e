"""What is answered to each workbook of `tests/fixtures/workbooks`: nothing is lost in silence, each fault says how."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

import acts.load
from acts.why import report_card
from forms.workbook_rows import RowError
from models.database import Database
from phases.book import BOOK
from season.outcome import Outcome
from tests.support import books, sheets
from tests.support.originals import MIGRATED, Originals
from tests.support.scenes import NANJING, YEAR, Scene, stamp

FOLDER = Path(__file__).parents[1] / "fixtures/workbooks"
AT = {"application": "2022-01-19T09:10", "shortlist": "2022-01-28T09:10", "meeting": "2022-02-25T09:10"}
APPLIED = (
    "田敏溪 高轩 方玉舒 孟建 叶嘉雨 夏强 石华 朱瑶 萧萍伟 宋磊轩 段敏 程雨 林轩桐 吕秀梓 邱子嘉 阎溪敏 韩红勇 金英行"
)
APPLIED += " 苏萍红 杨桂霞 高桐懿 邹超芳 梁建明 姚涛强"
COLUMNS = books.labels("application", "学生")
ERROR, MERGE, RANK = "公式出错（#N/A）", "在合并单元格（{}）里，内容只存在它左上角的一格", "按不到 1% 读取"


Place = tuple[int | None, str | None]


@dataclass(frozen=True)
class Answer:
    """How many rows are read of the sheet that counts; by row and column what is wrong, what is to be looked at."""

    read: int = 0
    wrong: Mapping[Place, str] = field(default_factory=dict)
    look: Mapping[Place, str] = field(default_factory=dict)
    phase: str = "application"


def at(label: str, words: str, *lines: int) -> dict[Place, str]:
    return dict.fromkeys([(line, label) for line in lines], words)


EMAIL, PHONE, TWO = "不是有效的电子邮箱", "不是电话号码", "不止一个号码"
READ = Answer(3)
EXPECTED: Mapping[str, Answer] = {
    "00-base": READ,
    **dict.fromkeys(("01-date-builtin-31", "04-iso-date", "04-iso-date-openpyxl", "05-1904", "24-date-text"), READ),
    "02-error-optional": Answer(2, {(2, "监护人电话"): ERROR, (2, "往届学员"): ERROR}),
    "02-error-required": Answer(2, {(3, "姓名"): "公式出错（#REF!）"}),
    "02-error-row": Answer(2, {(3, label): ERROR for label in COLUMNS if label != "综合排名百分比"}),
    "03-formula-nocache": Answer(
        2,
        dict.fromkeys(((2, "监护人电话"), (2, "往届学员"), *((5, label) for label in COLUMNS)), "公式没有存下计算结果"),
    ),
    "06-two-sheets-space": Answer(0, {(None, None): "有 2 张工作表叫这个名字"}),
    "07-hidden-row-col": Answer(
        3, look={(3, None): "这一行是隐藏的，也已读取", (None, "综合排名百分比"): "K 列是隐藏的，也已读取"}
    ),
    "08-merged": Answer(
        1,
        at("中学", MERGE.format("E2:E4"), 3, 4) | at("往届学员", MERGE.format("O2:O4"), 3, 4),
    ),
    "09-cr": Answer(1, phase="meeting"),
    **dict.fromkeys((f"10-percent-{how}" for how in ("plain", "part-case", "styles1")), READ),
    **dict.fromkeys((f"10-percent-rel-{how}" for how in ("xl", "dot", "up", "back")), READ),
    **dict.fromkeys(("11-workbook22", "11-backslash"), READ),
    "12-sheetjs": Answer(2),
    "13-same-child-control": Answer(2),
    "13-same-child-twice": Answer(7),
    "14-mentor-space-dot": READ,
    "15-born-future": Answer(
        4,
        at("出生日期", "晚于今天", 2, 3),
        at("出生日期", "不在 10–20 周岁之间", 4, 5),
    ),
    "16-rank-fraction": Answer(2, look=at("学科排名百分比", RANK, 2, 3)),
    "17-shape-and-record": Answer(
        1, {(2, "性别"): "不在可选项中", (3, "选报导师"): "本市导师名册中没有这位导师"}
    ),
    "18-note-beside": READ,
    "18-prenumbered": Answer(3, look={(1, "序号"): "表格中没有这一列，未读取"}),
    "19-footer": Answer(3, {(6, None): "必填的 12 项中有 9 项没有填"}),
    "20-header-renamed": READ,
    "20-header-variant": Answer(3, look={(1, "监护人电话"): "缺少这一选填列，按未填处理"}),
    "20-title-row": Answer(3, look={(1, None): "表头在第 2 行，它上面的内容未读取"}),
    "21-names-differ-unseen": Answer(24, phase="shortlist"),
    **dict.fromkeys(("23-trailing-newline", "25-one-space-far-below"), READ),
    "26-variants-em": Answer(
        11,
        at("电子邮箱", EMAIL, 7, 8, 10, 12, 14, 18, 19, 20, 21, 23) | at("电子邮箱", "不止一个电子邮箱", 6),
    ),
    "26-variants-names": Answer(
        36,
        {(24, "姓名"): "中间有换行（U+000A）", (26, "姓名"): "中间有制表符（U+0009）"},
        {(27, "姓名"): "含有自造字"},
    ),
    "26-variants-ph": Answer(
        19,
        at("监护人电话", PHONE, 5, 19, 22, 27, 28, 29, 30) | at("监护人电话", TWO, 16, 17, 24),
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def opened(sqlite_originals: Originals, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mapping[str, Database]]:
    """The year of Nanjing as it stood in each phase that a workbook is of."""
    folder = tmp_path_factory.mktemp("workbooks")
    now = folder / "now.db"
    shutil.copy(sqlite_originals.file(MIGRATED), now)
    database = Database(f"sqlite:///{now}", BOOK)
    scene = Scene.begin(database)
    city, who = scene.city(NANJING), {"mentor": "夏一梓", "institution": "南京大学"}
    roll = sheets.roll(sheets.mentor(city, name=who["mentor"], institution=who["institution"]))
    applied = [sheets.student(city, at, name=name, **who) for at, name in enumerate(APPLIED.split(), start=1)]
    filed = {
        "application": {"mentor-recommendation": roll},
        "shortlist": {"application": sheets.application(applied)},
        "meeting": {"shortlist": sheets.shortlist(applied), "interview": sheets.interview(applied)},
    }
    found = {}
    for phase, before in filed.items():
        for slug, rows in before.items():
            said = scene.file(slug, NANJING, rows)
            assert said.done, said
        database.dispose()
        shutil.copy(now, folder / f"{phase}.db")
        found[phase] = Database(f"sqlite:///{folder / phase}.db", BOOK)
    yield found
    for one in (*found.values(), database):
        one.dispose()


def loaded(opened: Mapping[str, Database], name: str, phase: str = "application", *, dry_run: bool = True) -> Outcome:
    file = FOLDER / f"{name}.xlsx"
    return acts.load.load(opened[phase], YEAR, phase, NANJING, file, stamp(AT[phase]), dry_run=dry_run)


def told(found: tuple[RowError, ...], expected: Mapping[Place, str]) -> bool:
    said = {(one.row, one.column): one.sentence for one in found}
    assert said.keys() == expected.keys()
    assert len(said) == len(found)
    return all(words in said[place] for place, words in expected.items())


@pytest.mark.parametrize("name", sorted(path.stem for path in FOLDER.glob("*.xlsx")))
def test_what_is_said_of_each(opened: Mapping[str, Database], name: str) -> None:
    expected = EXPECTED[name]
    said = loaded(opened, name, expected.phase)
    assert said.outcome == ("form-errors" if expected.wrong else "done")
    assert told(said.errors, expected.wrong)
    assert told(said.warnings, expected.look)
    reading = books.read(FOLDER / f"{name}.xlsx", expected.phase)
    key = {"application": "students", "shortlist": "scores", "meeting": "meetings"}[expected.phase]
    faulty = {one.row for one in said.errors if one.row and one.code not in {"born.later", "mentor.unknown"}}
    assert len(reading.rows[key]) == expected.read
    assert not faulty & {row.line for row in reading.rows[key]}


@pytest.mark.parametrize("name", [name for name in EXPECTED if name[:2] in {"01", "04", "05", "10", "24"}])
def test_what_a_program_means_is_what_is_read(name: str) -> None:
    rows = books.read(FOLDER / f"{name}.xlsx", "application").rows["students"]
    assert {row.born for row in rows} == {date(2005, 10, 6)}  # type: ignore[attr-defined]
    rank = Decimal(80) if name.startswith("10") else Decimal("4.6")
    assert {row.subject_rank for row in rows} == {rank}  # type: ignore[attr-defined]


@pytest.mark.parametrize(("name", "twice"), [("13-same-child-control", 2), ("13-same-child-twice", 7)])
def test_a_child_is_one_however_its_name_is_written(opened: Mapping[str, Database], name: str, twice: int) -> None:
    assert loaded(opened, name, dry_run=False).done
    card = report_card(opened["application"], YEAR, "application", NANJING, stamp(AT["application"]), trial=True)
    (refused,) = (one for verdict in card.verdicts for one in verdict.refusals)
    assert (refused.rule, len(refused.numbers)) == ("applications.once", twice)


def test_a_name_that_differs_is_named_with_what_is_on_record(opened: Mapping[str, Database]) -> None:
    rows = [
        [f"3201-2022-{at:04}", name, "物理", 80, "是"] for at, name in enumerate(("田敏淓", "髙轩", "方玉"), start=1)
    ]
    file = books.book(
        {"成绩": [books.labels("shortlist", "成绩"), *rows], "分数线": [["学科", "分数线"], ["物理", 60]]}
    )
    said = acts.load.load(opened["shortlist"], YEAR, "shortlist", NANJING, file, stamp(AT["shortlist"]), dry_run=True)
    assert [one.right for one in said.errors] == [
        "登记的姓名是“田敏溪”，请核对报名号和姓名；填的是汉字“淓”（U+6DD3）、登记的是汉字“溪”（U+6EAA）",
        "登记的姓名是“高轩”，请核对报名号和姓名；填的是汉字“髙”（U+9AD9）、登记的是汉字“高”（U+9AD8）",
        "登记的姓名是“方玉舒”，请核对报名号和姓名",
    ]


def test_a_mentor_is_blamed_in_the_cell_that_is_wrong(opened: Mapping[str, Database]) -> None:
    tables = books.sample("application")
    row = tables["学生"][1]
    for at, (mentor, unit) in enumerate(
        (("夏一梓", "东南大学"), ("夏一锌", "南京大学"), ("夏 一梓", "南京⼤学")), start=1
    ):
        cells = dict(zip(COLUMNS, row, strict=True)) | {
            "报名号": f"3201-2022-{at:04}",
            "选报导师": mentor,
            "导师单位": unit,
        }
        tables["学生"].append([*cells.values()])
    del tables["学生"][1]
    file = books.book(tables)
    said = acts.load.load(opened["application"], YEAR, "application", NANJING, file, stamp(AT["application"]))
    assert [(one.row, one.column, one.right) for one in said.errors] == [
        (2, "导师单位", "登记的单位是“南京大学”，请核对"),
        (3, "选报导师", "请核对导师姓名和单位；登记的有“夏一梓”；填的是汉字“锌”（U+950C）、登记的是汉字“梓”（U+6893）"),
    ]  # fmt: skip


def test_a_workbook_of_another_phase_is_called_by_its_name(opened: Mapping[str, Database]) -> None:
    at = stamp(AT["application"])
    file = books.book(books.sample("midterm"))
    said = acts.load.load(opened["application"], YEAR, "application", NANJING, file, at)
    assert [one.sentence for one in said.errors] == [
        "这是“中期评价”阶段的《中期评价表》；这里要的是《学生申报表》，请换成它的报送表。"
    ]
