from __future__ import annotations

import subprocess
import sys

import pytest

from cli import GROUPS, SINGLE, application
from tests.cli.conftest import Talent

CHINESE = "的一在"


@pytest.mark.parametrize(
    ("argv", "message"),
    [
        (("nope",), "没有“nope”这个命令。"),
        (("calendar", "shw"), "没有“shw”这个命令。"),
        (("calendar", "show"), "缺少 YEAR。"),
        (("calendar", "show", "2022", "--xx"), "没有“--xx”这个选项。"),
        (("calendar", "show", "2022", "2023"), "多出了“2023”。"),
        (("calendar", "draft", "x", "--from", "2022"), "YEAR 不能是“x”，应为整数。"),
        (("calendar", "draft", "2023"), "缺少 --from。"),
        (
            ("calendar", "show", "2022", "--as-of", "昨天"),
            "--as-of：“昨天”不是时间；请写成 2022-01-16T09:00 或 2022-01-16。",
        ),
    ],
)
def test_wrong_usage_is_said_in_chinese_and_ends_with_2(talent: Talent, argv: tuple[str, ...], message: str) -> None:
    ran = talent(*argv)
    assert (ran.status, ran.out, ran.err) == (2, "", f"{message}\n写 talent --help 看用法。\n")


def _every_command() -> list[tuple[str, ...]]:
    app = application()
    groups = [(name, verb) for name in GROUPS for verb in app[name] if not verb.startswith("-")]
    return [(), *((name,) for name in (*GROUPS, *SINGLE)), *groups]


@pytest.mark.parametrize("command", _every_command(), ids=" ".join)
def test_every_help_page_speaks_chinese(talent: Talent, command: tuple[str, ...]) -> None:
    ran = talent(*command, "--help")
    english = ("Usage", "Commands", "Parameters", "Arguments", "required", "default", "choices", "Display")
    assert ran.status == 0
    assert ran.out.startswith("用法：talent")
    assert [word for word in english if word in ran.out] == []
    described = [line for line in ran.out.splitlines() if line.startswith("│ ")]
    assert [line for line in described if line.isascii()] == []


def test_the_module_and_the_script_are_one_command() -> None:
    ran = subprocess.run([sys.executable, "-m", "cli", "--version"], capture_output=True, text=True, check=True)
    assert (ran.stdout, ran.stderr) == ("0.1.0\n", "")
