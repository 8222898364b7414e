"""What is expected of each workbook of `tests/fixtures/workbooks`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tests.support import books

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
