"""Turns what pydantic and the TOML parser say about a year file into faults in Chinese."""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date
from difflib import get_close_matches
from typing import TYPE_CHECKING

from calendars.faults import Fault

if TYPE_CHECKING:
    from tomllib import TOMLDecodeError

    from pydantic import BaseModel
    from pydantic_core import ErrorDetails

_DATE = re.compile(r"(\d{4})-(\d{2})-(\d{2})")

_REASONS = {  # by pydantic's error type; the braces are its context
    "int_type": ("应是整数", "写成不带引号、不带小数的数字"),
    "decimal_type": ("应是数字", "写成不带引号的数字"),
    "decimal_parsing": ("应是数字", "写成不带引号的数字"),
    "finite_number": ("应是有限的数字", "写成普通数字"),
    "greater_than": ("太小", "应大于 {gt}"),
    "greater_than_equal": ("太小", "应不小于 {ge}"),
    "less_than_equal": ("太大", "应不大于 {le}"),
    "string_type": ("应是文字", "写在英文双引号里"),
    "string_too_short": ("是空的", "填上内容"),
    "string_pattern_mismatch": ("写法不对", "应符合 {pattern}"),
    "literal_error": ("不在可选的范围里", "可选：{expected}"),
    "tuple_type": ("应是一组值", "写在方括号里，用逗号隔开"),
    "too_long": ("值太多", "最多写 {max_length} 个"),
    "model_type": ("应是一节内容", "写成一张表，参照已有年度的文件"),
}
_FALLBACK = ("不能用", "参照已有年度的文件改写")

_SYNTAX = (  # by the beginning of tomllib's message
    ("Cannot declare", "这一节写了两次", "合并成一节"),
    ("Cannot overwrite", "这个键写了两次", "只留一个"),
    ("Duplicate inline", "这个键写了两次", "只留一个"),
    ("Unterminated string", "文字没有结束", "补上英文双引号"),
    ("Illegal character", "文字没有在本行结束，或含有不可见字符", "补上英文双引号，或删去该字符"),
    ("Unclosed array", "方括号没有合上", "补上 ]"),
    ("Unclosed inline", "花括号没有合上", "补上 }"),
    ("Expected '='", "键后面没有等号", "写成 键 = 值"),
    ("Invalid date", "日期或时间不存在", "写成真实存在的日期，如 2022-02-07"),
    ("Invalid value", "等号后面不是一个值", "文字用英文双引号，日期写成 2022-02-07"),
)


def fault_of(source: str, key: str, detail: ErrorDetails, model: type[BaseModel]) -> Fault:
    """Turn one finding of pydantic about a part of the file, which stands at `key`, into a fault."""
    path = _path(key, detail["loc"])
    kind, given = detail["type"], detail["input"]
    if kind == "missing":
        return Fault(source, path, "缺少这一项", _supply(detail["loc"], model))
    if kind == "extra_forbidden":
        near = get_close_matches(str(detail["loc"][-1]), model.model_fields, n=1)
        return Fault(source, path, "不认识的键", f"是不是想写 {near[0]}" if near else "删去这一行")
    if kind.startswith("date"):
        return Fault(source, path, *_date_fault(given))
    reason, mend = _REASONS.get(kind, _FALLBACK)
    context = {name: _chinese_list(value) for name, value in detail.get("ctx", {}).items()}
    return Fault(source, path, f"“{given}”{reason}", mend.format(**context))


def syntax_fault(source: str, text: str, error: TOMLDecodeError) -> Fault:
    """Turn what stopped the TOML parser into a fault that names the line and the key on it."""
    said = str(error)
    at = re.search(r"at line (\d+)", said)
    number = int(at.group(1)) if at else text.count("\n") + 1
    line = text.splitlines()[number - 1 : number]
    key = re.split("[=#]", line[0])[0].strip() if line else ""
    found = (words for beginning, *words in _SYNTAX if said.startswith(beginning))
    reason, mend = next(found, ("不合 TOML 的写法", "参照已有年度的文件改写这一行"))
    return Fault(source, f"第 {number} 行 {key}".strip(), reason, mend)


def _chinese_list(value: object) -> str:
    """Give pydantic's `'a', 'b' or 'c'` with the comma of Chinese lists, anything else as it is."""
    return re.sub(r"', '|' or '", "'、'", str(value)).replace("'", '"')


def _supply(loc: tuple[int | str, ...], model: type[BaseModel]) -> str:
    name = loc[-1]
    field = model.model_fields.get(str(name))
    meaning = f"（{field.description}）" if field and field.description else ""
    return "补上这个值" if isinstance(name, int) else f"写上 {name} = …{meaning}，可参照已有年度的文件"


def _date_fault(given: object) -> tuple[str, str]:
    found = _DATE.fullmatch(given) if isinstance(given, str) else None
    if found is None:
        return f"“{given}”不是日期", "写成不带引号、不带时间的日期，如 2022-02-07"
    year, month, day = map(int, found.groups())
    try:
        date(year, month, day)
    except ValueError:
        return f"没有 {given} 这一天", _existing(year, month)
    return f"日期 {given} 加了引号", "去掉引号"


def _existing(year: int, month: int) -> str:
    if not (1 <= month <= 12 and year):  # noqa: PLR2004 - months
        return "月份写 01 到 12"
    return f"{year} 年 {month} 月只有 {monthrange(year, month)[1]} 天，请改正"


def _path(key: str, loc: tuple[int | str, ...]) -> str:
    steps = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in loc)
    return f"{key}{steps}".removeprefix(".")
