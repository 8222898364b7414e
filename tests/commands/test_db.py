from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from dashboard.serve import site_of
from deployments import backups, sealing
from deployments.house import House
from deployments.instance import announced
from deployments.up import keyed
from models import migrate, snapshots
from models.database import Database
from models.revisions import Newer
from phases.book import BOOK
from settings import Settings
from tests.commands.conftest import Ran, Talent
from tests.support.kinds import EACH_ON_BOTH

pytestmark = EACH_ON_BOTH


@pytest.fixture(autouse=True)
def _new_databases() -> None:
    """Here they are migrated step by step."""


def test_a_database_is_upgraded_once_and_then_agrees_with_the_models(talent: Talent, empty_database_url: str) -> None:
    at = ("--db", empty_database_url, "--json")
    before, first, second, after = (talent("db", verb, *at) for verb in ("check", "upgrade", "upgrade", "check"))
    assert [(ran.status, ran.data) for ran in (before, first, second, after)] == [
        (1, {"prepared": False, "differences": [], "broken": [], "chain": []}),
        (0, {"upgraded": True, "copy": None}),
        (0, {"upgraded": False, "copy": None}),
        (0, {"prepared": True, "differences": [], "broken": [], "chain": []}),
    ]


def test_an_older_one_is_copied_before_it_is_upgraded(
    talent: Talent, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Sealed where there is a passphrase, else as the file that it was."""
    monkeypatch.setattr(sealing, "COST", 4)
    url, other = f"sqlite:///{tmp_path}/talent.db", tmp_path / "other.db"
    with snapshots.opened(tmp_path / "talent.db", BOOK) as older:
        migrate.upgrade(older, "0019")
        monkeypatch.setattr(snapshots, "LEAVING_SECONDS", 0.1)
        with older.read() as connection:  # as the former program, which would go on by the words it knows
            assert migrate.revision_of(connection) == "0019"
            refused = talent("db", "upgrade", "--db", url)
            assert (refused.status, "请先全部停下再办" in refused.err) == (1, True)
            assert migrate.revision_of(connection) == "0019"
    other.write_bytes((tmp_path / "talent.db").read_bytes())
    plain = talent("db", "upgrade", "--db", url)
    (copy,) = tmp_path.glob("talent.db.before-upgrade-0019-*")
    assert plain.out == f"数据库已升级到最新版本。升级之前的另存为 {copy}。\n"
    with snapshots.opened(copy, BOOK) as kept, kept.read() as connection:
        assert migrate.revision_of(connection) == "0019"
    monkeypatch.setenv("TALENT_BACKUP__PASSPHRASE", "thirteen words apart")
    made = talent("db", "upgrade", "--db", f"sqlite:///{other}", "--json").data["copy"]
    assert backups.verify(tmp_path / made, "thirteen words apart").revision == "0019"


def test_people_are_told_what_to_run(talent: Talent, tmp_path: object) -> None:
    ran = talent("db", "check", "--db", f"sqlite:///{tmp_path}/new.db")
    assert (ran.status, ran.out, ran.err) == (1, "数据库不是本版本；请运行 talent db upgrade。\n", "")


def test_a_season_is_backed_up_lost_and_restored(
    season: Talent, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(sealing, "COST", 4)
    refused = season("db", "backup")
    assert (refused.status, "请设 TALENT_BACKUP__PASSPHRASE" in refused.err) == (1, True)
    monkeypatch.setenv("TALENT_BACKUP__PASSPHRASE", "thirteen words apart")
    made = season("db", "backup", "--json").data
    (file,) = (tmp_path / "var" / "backups").iterdir()
    assert (made["file"], made["bytes"], made["expired"]) == (f"var/backups/{file.name}", file.stat().st_size, [])
    assert season("db", "restore", str(file)).err == "恢复会换掉现在的数据库：请先看 --dry-run，再写明 --reason。\n"
    season("city", "set", "盐城", "--email", "lost@city.example")
    looked = season("db", "restore", str(file), "--dry-run")
    assert "现在的数据库里，备份之后另有 0 条记录、" in looked.out
    restored = season("db", "restore", str(file), "--reason", "磁盘坏了")
    assert (restored.status, "投递已暂停：启动 talent up" in restored.out) == (0, True)
    assert "（talent act restored）" in season("status").out
    assert "核对后放行" in season("doctor", "--json").out
    assert "var 里没有另记的记录校验码（heads），链尾有没有被删去没有核对" in season("db", "check").out
    held = season("letters", "send", "--json")
    assert (held.data["sent"], "talent doctor 有说明" in held.err) == (0, True)
    assert season("act", "restored", "--fate", "send", "--reason", "没有发出过").status == 0
    assert season("letters", "send", "--json").data["sent"] > 0


@pytest.mark.parametrize("kind", ["postgresql"])
def test_a_season_moves_to_postgresql(season: Talent, played: Path, tmp_path: Path, empty_database_url: str) -> None:
    del played
    before = season("status", "--json")
    moved = season("db", "move", empty_database_url)
    (kept,) = tmp_path.glob("season.db.*")
    assert (moved.status, f"原来的移为 {kept}" in moved.out) == (0, True)
    assert season("status", "--json", "--db", empty_database_url).out == before.out
    assert season("phase", "advance", "--db", empty_database_url, "--json").status == 0
    kept.rename(tmp_path / "season.db")
    again = season("db", "move", empty_database_url)
    assert (again.status, again.err[:9]) == (1, "目标数据库不是空的")


def test_a_matching_key_is_made_where_what_runs_looks_for_it_and_missed_in_a_backup(
    talent: Talent, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(sealing, "COST", 4)
    monkeypatch.setenv("TALENT_BACKUP__PASSPHRASE", "thirteen words apart")
    talent("db", "upgrade")
    office = tmp_path / "office"
    with announced(House(office, 4201, "127.0.0.1", 8123, {}, None, {})):
        opened = talent("year", "open", "2027")
        beside = talent("db", "backup", "-o", "a.backup")
    made = f"提示：匹配密钥已生成，在 {office / 'matching-key'}；talent up 用的若是另一个目录，请把这个文件移到那里。\n"
    assert (opened.status, opened.err, (tmp_path / "var" / "matching-key").exists()) == (0, made, False)
    assert (beside.status, "匹配密钥" in beside.err) == (0, False)
    elsewhere = talent("db", "backup", "-o", "b.backup")
    assert (elsewhere.status, "提示：备份里没有比对学生所用的匹配密钥；用 --folder" in elsewhere.err) == (1, True)
    assert "已备份并读回核对：b.backup" in elsewhere.out
    files = [backups.verify(tmp_path / f"{name}.backup", "thirteen words apart").files for name in "ab"]
    assert [backups.KEYS in each for each in files] == [True, False]


def test_contacts_are_encrypted_with_another_key(talent: Talent, tmp_path: Path) -> None:
    talent("db", "upgrade")
    refused = talent("db", "rekey", "--contacts", "--reason", "每年一换")
    assert (refused.status, refused.err[:16]) == (1, "这个数据库里没有正式年度，联系方")
    talent("year", "open", "2027")
    done = talent("db", "rekey", "--contacts", "--reason", "每年一换", "--json")
    assert (done.status, done.data["lost"], (tmp_path / "var" / "contact-key").stat().st_mode & 0o777) == (0, 0, 0o600)
    assert talent("db", "rekey", "--lost", "--reason", "丢了").err == "--lost 与 --contacts 一起用。\n"
    assert talent("db", "rekey", "--contacts").err == "换密钥要写明 --reason。\n"


def test_what_a_lost_key_costs_is_said_before_and_older_backups_are_kept_meanwhile(
    talent: Talent, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(sealing, "COST", 4)
    monkeypatch.setenv("TALENT_BACKUP__PASSPHRASE", "thirteen words apart")
    talent("db", "upgrade")
    talent("year", "open", "2027")
    older = tmp_path / "var" / "backups" / "talent-20220101T020000.backup"
    older.parent.mkdir(parents=True)
    older.touch()
    put = "INSERT INTO second_way (whose, way, address, by, at) VALUES ('lead', 'sms', '0a1b2c3d:x', '', '2027-01-01')"
    with closing(sqlite3.connect(tmp_path / "var" / "talent.db")) as own, own:
        own.execute(put)
    seen = talent("db", "rekey", "--contacts", "--lost")
    key = tmp_path / "var" / "contact-key"
    assert f"密钥在 {key}：有 1 处联系方式用不在那里的密钥（编号 0a1b2c3d）加密，会清空" in seen.out
    made = talent("db", "backup", "--json")
    assert (made.status, "没有删去过期的备份" in made.err, made.data["expired"]) == (1, True, [])
    assert older.exists()
    Path(tmp_path, made.data["file"]).unlink()  # or the next is refused in the same second: it would have its name
    done = talent("db", "rekey", "--contacts", "--lost", "--reason", "丢了", "--json").data
    assert (done["lost"], Path(tmp_path, done["copy"]).exists()) == (1, True)
    assert talent("db", "backup", "--json").data["expired"] == [str(older.relative_to(tmp_path))]


def test_a_wrong_passphrase_and_no_backup_are_said_in_a_sentence(
    talent: Talent, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(sealing, "COST", 4)
    talent("db", "upgrade")
    monkeypatch.setenv("TALENT_BACKUP__PASSPHRASE", "short")
    assert talent("db", "backup").err == "TALENT_BACKUP__PASSPHRASE：至少要 12 个字符\n"
    monkeypatch.setenv("TALENT_BACKUP__PASSPHRASE", "thirteen words apart")
    talent("db", "backup", "-o", "b.backup")
    again = talent("db", "backup", "-o", "b.backup")
    assert (again.status, again.err) == (1, "已有 b.backup 这个文件；备份不覆盖别的文件，请换一个名字。\n")
    monkeypatch.setenv("TALENT_BACKUP__PASSPHRASE", "another one entirely")
    wrong = talent("db", "restore", "b.backup", "--dry-run")
    assert (wrong.status, wrong.err[:5]) == (1, "口令不对：")
    (tmp_path / "notes").write_text("hello")
    assert talent("db", "restore", "notes", "--dry-run").err == "notes 不是备份文件。\n"


NEWER = "数据库的表结构（9999）是更新版本的程序建的：本程序比数据库旧，请先升级程序。"


def test_an_older_program_writes_into_no_newer_database_and_says_what_is_the_matter(season: Talent) -> None:
    database = Database(os.environ["TALENT_DATABASE__URL"], BOOK)
    with database.write() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
        moves, letters = (connection.scalar(text(f"SELECT count(*) FROM {one}")) for one in ("audit", "letter"))
    commands = [
        ("db", "upgrade"), ("phase", "advance"), ("city", "set", "盐城", "--email", "a@city.example"),
        ("letters", "send"), ("status",), ("up",),
    ]  # fmt: skip
    for command in commands:
        ran = season(*command) if command != ("up",) else refused_at_start(database)
        assert (ran.status, ran.out, ran.err) == (1, "", f"{NEWER}\n"), command
    assert season("db", "check").out == f"{NEWER}\n"
    assert [one["says"] for one in season("doctor", "--json").data["findings"] if one["check"] == "数据库"] == [NEWER]
    with database.read() as connection:
        assert [connection.scalar(text(f"SELECT count(*) FROM {one}")) for one in ("audit", "letter")] == [
            moves,
            letters,
        ]
    database.dispose()


def refused_at_start(database: Database) -> Ran:
    """As a worker of a second machine is, and the window."""
    anew = Database(database.url, BOOK)
    with pytest.raises(SystemExit) as worker:
        keyed(anew, runs_only=True)
    with pytest.raises(Newer) as window, site_of(Settings(), Path("var")):
        pass
    assert str(worker.value) == str(window.value)
    return Ran(1, "", f"{worker.value}\n")


@pytest.mark.parametrize("words", ["disk I/O error", "database or disk is full"])
def test_a_disk_that_takes_no_row_is_named(season: Talent, monkeypatch: pytest.MonkeyPatch, words: str) -> None:
    def full(*_: object) -> None:
        raise OperationalError("", {}, sqlite3.OperationalError(words))

    monkeypatch.setattr(Database, "write", full)
    ran = season("city", "set", "盐城", "--email", "a@city.example")
    said = f"磁盘满了，或有坏处（{words}）；请看 df -h，腾出空间再办，已经记下的不会丢。\n"
    assert (ran.status, ran.out, ran.err) == (75, "", said)
