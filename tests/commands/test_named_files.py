from __future__ import annotations

from pathlib import Path

import pytest

from tests.commands.conftest import Talent

WRITERS = (
    ("form", "template", "application"),
    ("calendar", "draft", "2023", "--from", "2022"),
    ("calendar", "ics", "2022"),
)


@pytest.mark.parametrize("argv", WRITERS, ids=lambda argv: argv[1])
@pytest.mark.parametrize(
    ("output", "why"),
    [("nowhere/x", "没有这个文件夹或文件"), ("folder", "这是一个文件夹"), ("file/x", "路径中有一段不是文件夹")],
)
def test_a_file_that_cannot_be_written_is_wrong_usage(
    talent: Talent, tmp_path: Path, argv: tuple[str, ...], output: str, why: str
) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").touch()
    ran = talent(*argv, "-o", output)
    assert (ran.status, ran.out, ran.err.splitlines()[-1]) == (2, "", f"{output} 写不进去：{why}。")


@pytest.mark.parametrize("argv", WRITERS, ids=lambda argv: argv[1])
def test_a_disk_that_is_full_is_said_in_chinese(talent: Talent, argv: tuple[str, ...]) -> None:
    full = Path("/dev/full")
    if not full.exists():
        pytest.skip("no device that is always full")
    ran = talent(*argv, "-o", str(full))
    assert (ran.status, ran.out) == (1, "")
    assert ran.err.endswith("磁盘已满。\n")


@pytest.mark.parametrize("argv", [("db", "upgrade", "--db"), ("rehearse", "2022", "--keep")], ids=lambda argv: argv[0])
def test_a_database_in_a_place_that_cannot_be_is_refused(talent: Talent, tmp_path: Path, argv: tuple[str, ...]) -> None:
    (tmp_path / "file").touch()
    ran = talent(*argv, "sqlite:///file/x.db")
    assert (ran.status, ran.out, ran.err) == (1, "", "file 读写不了：已有同名的文件。\n")


@pytest.mark.parametrize("argv", [("status", "--db"), ("rehearse", "2022", "--keep")], ids=lambda argv: argv[0])
def test_a_file_that_is_no_database_is_refused(talent: Talent, tmp_path: Path, argv: tuple[str, ...]) -> None:
    (tmp_path / "letter.txt").write_text("各设区市管理办公室：" * 99, encoding="utf-8")
    ran = talent(*argv, "sqlite:///letter.txt")
    words = "数据库读不了（file is not a database）；请检查 --db 或 TALENT_DATABASE__URL。\n"
    assert (ran.status, ran.out, ran.err) == (1, "", words)
