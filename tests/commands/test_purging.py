from __future__ import annotations

from functools import partial
from pathlib import Path

from sqlalchemy import text

from models import snapshots
from phases.book import BOOK
from tests.commands.conftest import Talent


def test_what_is_due_is_listed_first_and_goes_with_a_reason(season: Talent, tmp_path: Path) -> None:
    at = ("--as-of", "2026-02-01T09:00")
    assert season("purge", *at).out == "没有到期的个人信息。\n"
    with snapshots.opened(tmp_path / "season.db", BOOK) as database, database.write("every") as connection:
        connection.execute(text("UPDATE programme_year SET closed_as_of = '2023-01-05 01:00:00'"))
    looked = season("purge", *at)
    assert ("student" in looked.out, "这只是预览" in looked.out) == (True, True)
    due = season("purge", *at, "--json").data
    assert (due["purged"], {"year": 2022, "table": "student", "rows": 416, "whole": True} in due["due"]) == (
        False,
        True,
    )
    done = season("purge", *at, "--reason", "到期")
    assert (done.status, "已清除；各市、中学、学科的人数留着" in done.out) == (0, True)
    assert season("purge", *at).out == "没有到期的个人信息。\n"
    (tmp_path / "secret").write_text("a secret of a test, of more than 32 characters")
    sign = partial(season, "year", "sign", "2022", "--folder")
    assert "没有密钥，没有签署" in sign(str(tmp_path / "elsewhere")).err
    refused = sign(str(tmp_path))
    assert (refused.status, "已到期清除，不能再签署" in refused.err) == (1, True)
    assert "记录链" in season("db", "check").out
