from __future__ import annotations

import re
import stat
from pathlib import Path

import pytest

from deployments.house import House
from deployments.instance import announced
from models import accounts, sign_ins
from models.audit import entries
from models.database import Database
from phases.book import BOOK
from settings import FORMER
from tests.commands.conftest import Talent

LINK = re.compile(r"http://127\.0\.0\.1:8000/welcome/[\w-]{43}")


def test_an_account_is_made_before_any_year_with_a_link(talent: Talent) -> None:
    ran = talent("user", "add", "Wang", "--role", "admin", "--shown", "王芳", "--by", "张工")
    assert (ran.status, "已新建账号 wang" in ran.out, len(LINK.findall(ran.out))) == (0, True, 1)
    listed = talent("user", "list", "--json").data
    assert [(one["name"], one["shown"], one["role"], one["city"], one["state"], one["made_by"]) for one in listed] == [
        ("wang", "王芳", "admin", None, "invited", "张工")
    ]


def test_a_city_is_named_as_people_name_it(talent: Talent) -> None:
    for name, city in (("a1", "盐城"), ("a2", "3209"), ("a3", "yancheng")):
        assert talent("user", "add", name, "--role", "city", "--city", city).status == 0
    assert {one["city"] for one in talent("user", "list", "--json").data} == {"yancheng"}
    assert talent("user", "add", "a4", "--role", "city", "--city", "上海").status == 2
    assert talent("user", "add", "a4", "--role", "root").status == 2


def test_the_shape_of_the_answers(talent: Talent) -> None:
    made = talent("user", "add", "wang", "--role", "viewer", "--json").data
    again = talent("user", "add", "wang", "--role", "viewer", "--json")
    assert LINK.fullmatch(made.pop("link"))
    assert made == {"outcome": "done", "message": "已新建账号 wang（省办（查看））。"}
    assert (again.status, again.data["outcome"], again.data["link"]) == (1, "refused", None)
    assert talent("user", "disable", "wang", "--reason", "调离", "--json").data == {
        "outcome": "done",
        "message": "账号 wang 已停用，已登录的立即退出。",
    }
    assert talent("user", "reset", "wang").status == 1
    assert (
        talent("user", "enable", "wang", "--json").data["message"] == "账号 wang 已启用。它还没有密码，请重新发链接。"
    )
    assert LINK.search(talent("user", "reset", "wang").out)
    assert [talent("user", verb, "nobody").status for verb in ("reset", "disable", "enable")] == [1, 1, 1]
    assert "可以登录" not in talent("user", "list").out


def test_everything_is_on_record_and_one_link_holds(talent: Talent, tmp_path: Path) -> None:
    talent("user", "add", "wang", "--role", "city", "--city", "盐城", "--by", "张工")
    talent("user", "reset", "wang", "--by", "李工")
    database = Database(f"sqlite:///{tmp_path / 'var' / 'talent.db'}", BOOK)
    with database.read() as connection:
        said = [(row.by, row.what, row.subject, row.city) for row in entries(connection, most=9)]
        held = connection.exec_driver_sql("SELECT count(*) FROM one_time_link").scalar_one()
        found = accounts.named(connection, "WANG ")
        assert found is not None
        assert sign_ins.of_account(connection, found.id, found.made_at) == []
    database.dispose()
    assert said == [
        ("李工", "重新发登录链接", "account:1", "yancheng"),
        ("张工", "新建账号", "account:1", "yancheng"),
    ]
    assert held == 1


def test_the_link_leads_to_the_window_that_runs_here(talent: Talent, monkeypatch: pytest.MonkeyPatch) -> None:
    def link(name: str) -> str:
        return str(talent("user", "add", name, "--role", "viewer", "--json").data["link"]).partition("/welcome/")[0]

    assert link("a1") == "http://127.0.0.1:8000"
    with announced(House(Path("var").resolve(), 4200, "127.0.0.1", 9000, given={})):
        assert stat.S_IMODE(Path("var/running").stat().st_mode) == 0o600
        assert link("a2") == "http://127.0.0.1:9000"
        monkeypatch.setenv("TALENT_BASE_URL", FORMER)
        assert link("a5") == "http://127.0.0.1:9000"
        monkeypatch.setenv("TALENT_BASE_URL", "https://talent.example")
        assert link("a3") == "https://talent.example"
    monkeypatch.delenv("TALENT_BASE_URL")
    assert (Path("var/running").exists(), link("a4")) == (False, "http://127.0.0.1:8000")
