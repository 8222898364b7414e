"""The words of an office: what the glossary of the product's Chinese sets aside stands in nothing that people read."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

ROOT = Path(__file__).parents[1]
ROOMS = (
    "acts", "calendars", "commands", "dashboard", "deployments", "flows", "forms", "gates", "letters", "models",
    "phases", "post", "rehearsal", "season", "tasks",
)  # fmt: skip

INSTEAD: Mapping[str, str] = {
    "英才": "省后备人才培养计划",
    "总表": "进度总览",
    "报告单": "核验结果",
    "关口|闸口": "系统核验",
    "试算": "自查",
    "工作簿": "报送表",
    "年历": "年度日程",
    "回看": "历史查看",
    "操作记录": "操作日志",
    "函件与告知": "告知情况",
    "待省办": "需省办处理",
    "(?<!不)评价学生(?!的)": "年度评价评分",
    "(?<!系统)(?<!不必)重启(?! talent)": "重新开放",
    "第 ?[^ 。，、]{1,20} ?次办理|第几次办理": "第 N 轮",
    "驳回|打回": "退回修改",
    "豁免规则": "豁免要求",
    "待办日报": "每日待办",
    "催办升级|催办已升级": "督办",
    "暂存": "待补邮箱",
    "停用[^。]{0,3}邮箱|邮箱[^。]{0,6}停用": "停止向此邮箱发函",
    "去向不明": "待核实",
    "负责人|代理人": "经办人、代办人",
    "准时(?!钟)": "按时",
    "宽限": "延期",
    "提醒档|更近的一档": "提前提醒的天数",
    "招生名额": "计划招收人数",
    "录取": "入选",
    "往届学员.": "往届学生",  # alone it is the column of that name
    "信的样子": "函件样式",
    "错在哪里|应当怎样": "存在问题、正确填法",
    "打开年度|关闭年度": "开设、归档",
}
"""What is not said, as a pattern, and what is said instead."""


def sentences(path: Path) -> Iterator[str]:
    """Give what a file may say to people: the strings of a module without its docstrings, all of a template."""
    text = path.read_text()
    if path.suffix != ".py":
        yield re.sub(r"(?s)\{#.*?#\}|<!--.*?-->", "", text)
        return
    tree = ast.parse(text)
    explained = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
        and not (isinstance(node, ast.ClassDef) and re.search("[。？！]", ast.get_docstring(node) or ""))
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in explained:
            yield node.value


def said(text: str) -> list[tuple[str, str]]:
    """Give what a text says that an office says otherwise: the words around it, and what is said instead."""
    return [
        (text[max(found.start() - 20, 0) : found.end() + 20], instead)
        for pattern, instead in INSTEAD.items()
        for found in re.finditer(pattern, text)
    ]


CHINESE = re.compile("[一-龥]")
FILES = [
    ROOT / "cli.py",
    ROOT / "settings.py",
    *(ROOT / "docs" / f"{name}.md" for name in ("glossary", "office", "operating")),
    *(
        path
        for room in ROOMS
        for path in sorted((ROOT / room).rglob("*"))
        if path.suffix in {".py", ".html", ".jinja", ".js", ".svg", ".txt"} and "migrations" not in path.parts
    ),
]


def test_everything_is_said_as_an_office_says_it() -> None:
    found = {path.relative_to(ROOT): [*map(said, filter(CHINESE.search, sentences(path)))] for path in FILES}
    assert {path: [one for one in texts if one] for path, texts in found.items() if any(texts)} == {}


def test_a_word_in_a_message_is_found_and_one_in_an_explanation_is_not(tmp_path: Path) -> None:
    written = tmp_path / "x.py"
    written.write_text(
        'class Refused(Exception):\n    """请看总表。"""\n\n\n'
        'def f() -> str:\n    """Give the 总表."""\n    return f"总表 {1}"\n'
    )
    assert [one for text in sentences(written) for one in said(text)] == [
        ("请看总表。", "进度总览"),
        ("总表 ", "进度总览"),
    ]
