"""Each trap of the table is found where an office has fallen into it, and nowhere else."""

from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import NamedTuple, Self

import pytest
from prefect.exceptions import ObjectNotFound
from sqlalchemy.exc import OperationalError

from calendars.deadlines import TZ
from commands.examining.database import of_the_database
from commands.examining.schedules import _deployments
from commands.examining.traps import TRAPS, Circumstances, fallen_into
from deployments.instance import Instance
from deployments.plan import plan
from deployments.work_pool import POOL
from models.backup_files import nightly
from models.database import Database
from phases.book import BOOK
from settings import Settings
from tests.commands.conftest import Talent

NOW = datetime(2026, 11, 29, 9, 0, tzinfo=TZ)
KEY = "3f1c5a9d7e2b8064a1b2c3d4e5f60718"
ELSEWHERE = Instance("http://127.0.0.1:8123", demo=False, variables={})
SOUND: Mapping[str, str] = {
    "COURIER": "smtp", "BASE_URL": "https://talent.jiangsu.cn", "DASHBOARD__PROXIES": "10.0.0.1", "SECRET_KEY": KEY,
    "MAIL_FROM": "省办 <office@jiangsu.cn>", "BACKUP__PASSPHRASE": "thirteen words apart",
}  # fmt: skip
"""A real office that has fallen into none, as long as its newest backup is of this night."""


class Fall(NamedTuple):
    """Variables that differ from the sound ones, what is said then, and what runs."""

    check: str
    given: Mapping[str, str]
    said: str
    running: Instance | None = None
    backups: int = 0


FALLS = [
    Fall(
        "设置",
        {"DATABASE_URL": "sqlite:///a.db", "OFFICE": "x"},
        "TALENT_DATABASE_URL 不是本程序的设置，是不是要写 TALENT_DATABASE__URL？TALENT_OFFICE 不是本程序的设置。",
    ),
    Fall(
        "设置",
        {"BASE_URL": "http://127.0.0.1:8000"},
        "函件方式 smtp，链接地址 http://127.0.0.1:8000：收件人打不开函件里的链接",
    ),
    Fall(
        "设置",
        {"BASE_URL": "http://localhost:9000"},
        "TALENT_BASE_URL 写的是 http://localhost:9000，页面在 http://127.0.0.1:8123",
        ELSEWHERE,
    ),
    Fall("密钥", {"SECRET_KEY": "abc"}, "TALENT_SECRET_KEY 不能用：只有 3 个字符，至少要 32 个；页面不会启动"),
    Fall(
        "网页",
        {"BASE_URL": "http://talent.jiangsu.cn"},
        "链接地址 http://talent.jiangsu.cn 是 http：口令和材料在网上是明文",
    ),
    Fall(
        "网页",
        {"DASHBOARD__PROXIES": ""},
        "没有写明 https 网关的地址：十次输错密码会让经它而来的所有新浏览器暂停登录",
    ),
    Fall("网页", {"DASHBOARD__TOTP": "false"}, "登录不要验证码（TALENT_DASHBOARD__TOTP=false），只许用于演示"),
    Fall("函件", {"COURIER": "maildir"}, "正式年度的函件只写进 var/mail（maildir），没有寄给任何人"),
    Fall(
        "函件",
        {"MAIL_FROM": "省办 <office@talent.example>"},
        "发件人 省办 <office@talent.example> 是示例，收件的邮箱会拒收",
    ),
    Fall("备份", {"BACKUP__PASSPHRASE": ""}, "没有设置备份口令，每夜不做备份"),
    Fall("备份", {}, "最近一份备份是 2026-11-27 20:59 做的", backups=36),
    Fall("备份", {}, "var/backups 里还没有备份", backups=-1),
    Fall("备份", {}, "var/backups 里还没有备份", backups=-48),
    Fall("备份", {}, "有的备份写着以后的日期，不作数：talent-20261201T085900.backup", backups=-48),
]


def said(
    monkeypatch: pytest.MonkeyPatch,
    given: Mapping[str, str],
    *,
    real: bool = True,
    running: Instance | None = None,
    backups: int = 0,
) -> list[tuple[str, str]]:
    monkeypatch.delenv("TALENT_TEST_POSTGRES", raising=False)
    for name, value in {**SOUND, **given}.items():
        monkeypatch.setenv(f"TALENT_{name}", value)
    settings = Settings()
    if backups != -1:
        settings.backup.folder.mkdir(parents=True)
        nightly(settings.backup.folder, NOW - timedelta(hours=backups, minutes=backups and 1)).touch()
    return [(one.check, one.says) for one in fallen_into(Circumstances(settings, real, running, Path("var"), NOW))]


def test_a_sound_office_has_fallen_into_none(monkeypatch: pytest.MonkeyPatch) -> None:
    assert said(monkeypatch, {}, running=ELSEWHERE) == []


@pytest.mark.parametrize("fall", FALLS, ids=lambda fall: "-".join([fall.check, *fall.given]))
def test_a_trap_is_found(monkeypatch: pytest.MonkeyPatch, fall: Fall) -> None:
    found = said(monkeypatch, fall.given, running=fall.running, backups=fall.backups)
    assert (fall.check, fall.said) in found


def test_whoever_only_tries_it_has_fallen_into_none(monkeypatch: pytest.MonkeyPatch) -> None:
    bare = {**dict.fromkeys(SOUND, ""), "COURIER": "maildir"}
    assert said(monkeypatch, bare, real=False, backups=-1) == []


def test_a_disk_that_is_nearly_full_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    usage = shutil.disk_usage(tmp_path)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage._replace(free=12_000_000))
    (tmp_path / "var").mkdir()
    assert said(monkeypatch, {}) == [("磁盘", "var 所在的磁盘只剩 12 MB")]


@pytest.mark.parametrize(
    ("said", "mend"),
    [
        ("disk I/O error", "df -h"),
        ("could not extend file: No space left on device", "df -h"),
        ("no route to host", "TALENT_DATABASE__URL"),
    ],
)
def test_a_disk_is_not_taken_for_an_address(monkeypatch: pytest.MonkeyPatch, said: str, mend: str) -> None:
    def fails(_: Database) -> None:
        raise OperationalError("", {}, Exception(said))

    monkeypatch.setattr(Database, "read", fails)
    (found,) = of_the_database(Database("sqlite:///a.db", BOOK), NOW)
    assert (found.says, mend in found.mend) == (f"SQLite 用不了：{said}", True)


def test_a_secret_in_a_file_that_is_none_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "var" / "prefect").mkdir(parents=True)
    (tmp_path / "var" / "secret").touch(0o600)
    (tmp_path / "var" / "prefect" / "auth").mkdir()
    ((check, told),) = said(monkeypatch, {"SECRET_KEY": ""})
    first, _, second = told.partition("。")
    assert (check, "密钥文件 var/secret 里没有可用的密钥" in first) == ("密钥", True)
    assert "var/prefect/auth 用不了（Is a directory）" in second


def test_no_secret_is_made_by_looking_for_one(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert said(monkeypatch, {"SECRET_KEY": ""}) == []
    assert [path.name for path in (tmp_path / "var").iterdir()] == ["backups"]


def test_what_a_restore_left_aside_is_noted(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("var.20261128T101500", "var.before-upgrade-0019-20261128T101500", "var.txt"):
        (tmp_path / name).touch()
    left = "var.20261128T101500、var.before-upgrade-0019-20261128T101500"
    assert said(monkeypatch, {}) == [("备份", f"恢复、升级之前的数据库还在旁边：{left}，没有加密")]


def test_what_others_can_read_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "var").mkdir()
    modes = {".env": 0o644, "var/secret": 0o640, "var/matching-key": 0o600, "var/contact-key": 0o606, "smtp": 0o640}
    for name, mode in modes.items():
        (tmp_path / name).touch(mode)
        (tmp_path / name).chmod(mode)
    found = "别的账户读得到：.env、var/secret、var/contact-key、smtp；别的账户改得了：var/contact-key"
    assert said(monkeypatch, {"SMTP__PASSWORD_FILE": "smtp"}) == [("权限", found)]


def test_a_folder_that_takes_nothing_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "access", lambda path, _: path != Path("var/backups"))
    assert said(monkeypatch, {}) == [("权限", "运行账户写不进：var/backups")]


def test_no_row_of_the_table_is_without_its_case() -> None:
    cases = len(FALLS) - 2 + 5  # twice two of them are of one row; five rows have a test of their own
    assert len(TRAPS) == cases


def test_a_misspelt_variable_is_said_where_it_starts(talent: Talent, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TALENT_TEST_POSTGRES", raising=False)
    monkeypatch.setenv("TALENT_DATABASE_URL", "sqlite:///real.db")
    monkeypatch.setattr("deployments.up.up", lambda *_: 0)
    assert talent("up").err == "提示：TALENT_DATABASE_URL 不是本程序的设置，是不是要写 TALENT_DATABASE__URL？\n"


@pytest.mark.parametrize(
    ("lost", "found"),
    [
        ({}, ("ok", "与年度日历一致")),
        ({"watch": "paused"}, ("finding", "被暂停：watch 的日程")),
        ({"watch": "paused", "post": "paused"}, ("finding", "被暂停：watch 的日程、post 的日程")),
        ({"pool": "paused"}, ("finding", "被暂停：工作池 talent")),
        ({"queue": "paused", "watch": "paused"}, ("finding", "被暂停：队列 default、watch 的日程")),
        ({"watch": "unscheduled"}, ("finding", "与年度日历不一致：watch")),
        ({"post": "unknown"}, ("finding", "与年度日历不一致：post")),
        ({"watch": "paused", "post": "unknown"}, ("finding", "与年度日历不一致：post")),
    ],
)
def test_a_schedule_that_is_paused_or_missing_is_found(
    monkeypatch: pytest.MonkeyPatch, lost: dict[str, str], found: tuple[str, str]
) -> None:
    planned = {one.flow: one for one in plan([])}

    @dataclass
    class Client:
        """Holds what the plan says, but for what somebody paused or took away."""

        async def __aenter__(self) -> Self:
            return self

        async def __aexit__(self, *_: object) -> None:
            return None

        async def read_deployment_by_name(self, name: str) -> SimpleNamespace:
            flow = name.partition("/")[0]
            if lost.get(flow) == "unknown":
                raise ObjectNotFound(http_exc=Exception())
            return SimpleNamespace(id=flow, paused=False)

        async def read_deployment_schedules(self, flow: str) -> list[SimpleNamespace]:
            left = planned[flow].schedules[lost.get(flow) == "unscheduled" :]
            return [SimpleNamespace(slug=one.slug, active=lost.get(flow) != "paused") for one in left]

        async def read_work_pool(self, name: str) -> SimpleNamespace:
            return SimpleNamespace(name=name, is_paused="pool" in lost)

        async def read_work_queues(self, work_pool_name: str) -> list[SimpleNamespace]:
            assert work_pool_name == POOL
            return [SimpleNamespace(name="default", is_paused="queue" in lost)]

    monkeypatch.setattr("prefect.client.orchestration.get_client", Client)
    told = asyncio.run(_deployments([]))
    assert (told.level, told.says) == found
