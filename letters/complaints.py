"""What a template's engine complains of, said in Chinese, with the line of the template where it stumbled."""

from __future__ import annotations

import re
from difflib import get_close_matches
from traceback import extract_tb
from typing import TYPE_CHECKING

from jinja2 import TemplateNotFound, TemplateSyntaxError, UndefinedError
from jinja2.exceptions import SecurityError, TemplateRuntimeError

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

OWN = "<template>"
"""How tracebacks name a template that came from no file of ours."""

SYNTAX: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(said, re.DOTALL), words)
    for said, words in (
        (r"Encountered unknown tag '(end.+?|else|elif)'.*", "“{}”没有与之配对的开头"),
        (r"Encountered unknown tag '(.+?)'.*", "没有“{}”这个标签"),
        (r"expected call", "call 之后要写成 paragraph() 的样子"),
        (
            r"Unexpected end of template\..*",
            "没有写完，缺少结束标签，如 {{% endblock %}}、{{% endif %}}",
        ),
        (r"unexpected end of template, expected '(.+)'\.", "没有写完，缺少“{}”"),
        (r"Missing end of (.+) tag", "没有写完，缺少{}的结束符号"),
        (r"expected token '(.+)', got '(.+)'", "应为“{}”，写的却是“{}”"),
        (r"[Ee]xpected an expression, got '(.+)'", "缺少内容，写的是“{}”"),
        (r"unexpected '(.+)', expected '(.+)'", "多了“{}”，应为“{}”"),
        (r"unexpected '(.+)'", "多了“{}”"),
        (r"unexpected char '(.+)' at \d+", "有不认得的符号 {} ，引号、括号等要用半角"),
        (r"tag name expected", "标签里没有写名称"),
        (r"block '(.+)' defined twice", "“{}”部分写了两次"),
        (r"No (?:filter|test) named '(.+)'\.", "没有“{}”这种写法"),
    )
)
UNDEFINED: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"'(.+)' is undefined"), "没有“{}”这个名称"),
    (re.compile(r"'.+' has no attribute '(.+)'"), "没有“{}”这一项"),
)
TOKENS: Mapping[str, str] = {
    "end of print statement": "}}",
    "begin of print statement": "{{",
    "end of statement block": "%}",
    "begin of statement block": "{%",
    "end of template": "文件结尾",
    "comment": "注释",
}
KINDS: tuple[tuple[type[Exception], str], ...] = (
    (UndefinedError, "用了没有的名称"),
    (SecurityError, "用了不允许的写法，模板里只能用所附文字里的名称"),
    (TemplateNotFound, "只能套用 layout，不能引用别的文件"),
    (ZeroDivisionError, "除数为零"),
    (TypeError, "用法不对，请照所附文字里的写法"),
    (TemplateRuntimeError, "用法不对，请照所附文字里的写法"),
)


def syntax(error: TemplateSyntaxError) -> str:
    """Say what is wrong with how a template is written."""
    return f"第 {error.lineno} 行写法有误：{_said(error.message or '', SYNTAX) or f'（{error.message}）'}"


def failure(error: Exception, names: Collection[str]) -> str:
    """Say what a template broke over when it was filled in; `names` are those that it may use."""
    if isinstance(error, UndefinedError) and (absent := _said(error.message or "", UNDEFINED)):
        return f"{_line(error)}{absent}{_meant(error.message or '', names)}"
    kind = next((words for kind, words in KINDS if isinstance(error, kind)), None)
    return f"{_line(error)}{kind or f'无法成文（{type(error).__name__}：{error}）'}"


def _said(message: str, table: tuple[tuple[re.Pattern[str], str], ...]) -> str | None:
    for pattern, words in table:
        if found := pattern.fullmatch(message):
            return words.format(*(TOKENS.get(part, part) for part in found.groups()))
    return None


def _meant(message: str, names: Collection[str]) -> str:
    """The name that may have been meant, else all there are, where it was one of those at all."""
    found = UNDEFINED[0][0].fullmatch(message)
    if found is None:
        return ""
    near = get_close_matches(found[1], names, n=1)
    return f"，疑为“{near[0]}”" if near else f"；可用的有 {'、'.join(names)}"


def _line(error: Exception) -> str:
    """Where in the office's own template, "" where it got no further than ours."""
    lines = [frame.lineno for frame in extract_tb(error.__traceback__) if frame.filename == OWN]
    return f"第 {lines[-1]} 行：" if lines else ""
