from __future__ import annotations

import getpass
import re
import subprocess
import sys

import pytest

from cli import GROUPS, SINGLE, application
from commands.options import Plain
from tests.commands.conftest import Talent

CHINESE = "的一在"


@pytest.mark.parametrize(
    ("argv", "of", "message"),
    [
        (("nope",), "", "没有“nope”这个命令。"),
        (("calendar", "shw"), "calendar", "没有“shw”这个命令。"),
        (("calendar", "show"), "calendar show", "缺少 年度或文件。"),
        (("calendar", "show", "2022", "--xx"), "calendar show", "没有“--xx”这个选项。"),
        (("calendar", "show", "2022", "2023"), "calendar show", "多出了“2023”。"),
        (("calendar", "draft", "x", "--from", "2022"), "calendar draft", "年度 不能是“x”，应为整数。"),
        (("calendar", "draft", "2023"), "calendar draft", "缺少 --from。"),
        (
            ("calendar", "show", "2022", "--as-of", "昨天"),
            "calendar show",
            "--as-of：“昨天”不是时间；请写成 2022-01-16T09:00 或 2022-01-16。",
        ),
        (("phase", "why", "interview"), "phase why", "缺少 --city。"),
        (
            ("phase", "why", "interview", "--city", "盐城", "--city", "南京"),
            "phase why",
            "--city 写了两次，只能写一个。",
        ),
        (("act", "rerunn"), "act", "没有“rerunn”这项办理；写 talent act 看各项办理。"),
        (("act", "correct"), "act", "“correct”这项办理的命令是 talent phase correct。"),
    ],
)
def test_wrong_usage_is_said_in_chinese_with_the_help_that_fits(
    talent: Talent, argv: tuple[str, ...], of: str, message: str
) -> None:
    ran = talent(*argv)
    help_ = " ".join(["talent", *of.split(), "--help"])
    assert (ran.status, ran.out, ran.err) == (2, "", f"{message}\n写 {help_} 看用法。\n")


def test_a_user_without_a_name_signs_by_number(monkeypatch: pytest.MonkeyPatch) -> None:
    def nobody() -> str:
        raise KeyError("getpwuid(): uid not found: 54321")

    monkeypatch.setattr(getpass, "getuser", nobody)
    assert re.fullmatch(r"uid \d+", Plain().operator())


@pytest.mark.parametrize(
    ("command", "option"),
    [
        ("rehearse 2022", "--db"),
        ("rehearse 2022", "--as-of"),
        ("demo", "--db"),
        ("demo", "--as-of"),
        ("up", "--as-of"),
        ("up", "--by"),
        ("up", "--json"),
    ],
)
def test_an_option_that_would_be_ignored_is_not_taken(talent: Talent, command: str, option: str) -> None:
    ran = talent(*command.split(), option, "2022-01-16")
    assert (ran.status, ran.out, ran.err.splitlines()[0]) == (2, "", f"没有“{option}”这个选项。")


@pytest.mark.parametrize("url", ["nonsense", "mysql://x", "sqlite", "postgresql://h:port/x"])
@pytest.mark.parametrize("argv", [("status", "--db"), ("rehearse", "2022", "--keep")], ids=lambda argv: argv[0])
def test_a_database_is_named_by_a_url_of_one_of_two_kinds(talent: Talent, argv: tuple[str, ...], url: str) -> None:
    ran = talent(*argv, url)
    words = "数据库只能是 SQLite（sqlite:///路径）或 PostgreSQL（postgresql://用户@主机/库）。\n"
    assert (ran.status, ran.out, ran.err) == (2, "", words)


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
    named = [*ran.out.splitlines()[0].split(), *(word for line in described for word in line.split()[1:4])]
    assert [word for word in named if word.isascii() and word.isupper() and word not in {"URL", "JSON", "HTML"}] == []


def test_the_module_and_the_script_are_one_command() -> None:
    ran = subprocess.run([sys.executable, "-m", "cli", "--version"], capture_output=True, text=True, check=True)
    assert (ran.stdout, ran.stderr) == ("0.1.0\n", "")
