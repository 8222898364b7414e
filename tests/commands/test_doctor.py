from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert, text

from acts.open_year import open_year
from calendars import files
from calendars.deadlines import start_of
from commands.examining.database import _of_the_clock, _of_trials
from commands.examining.schedules import reached
from models import signs_of_life
from models.columns import table_of
from models.database import Database
from models.stamp import Stamp
from models.tables.accounts import Account
from phases.book import BOOK
from tests.commands.conftest import Talent

PREFECT = {
    "check": "Prefect",
    "level": "note",
    "says": "没有设置 PREFECT_API_URL；talent up 会自己启动一个",
    "mend": "",
}
LATE = ("--done-through", "none", "--reason", "试验")
SETTINGS = {"check": "设置", "level": "ok", "says": "函件方式 maildir，链接地址 http://127.0.0.1:8000", "mend": ""}
MAILDIR = {"check": "函件", "level": "ok", "says": "写入 var/mail（maildir）", "mend": ""}


@pytest.fixture(autouse=True)
def _no_prefect(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PREFECT_API_URL", raising=False)
    monkeypatch.delenv("TALENT_TEST_POSTGRES", raising=False)


@pytest.fixture
def closed_port() -> Iterator[int]:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        yield held.getsockname()[1]


def _found(ran: Any) -> dict[str, tuple[str, str]]:  # noqa: ANN401 - a `Ran`
    return {each["check"]: (each["level"], each["says"]) for each in ran.data["findings"]}


def test_a_fresh_machine_is_told_what_to_run_first(talent: Talent) -> None:
    ran = talent("doctor", "--json")
    tables = {
        "check": "数据库",
        "level": "finding",
        "says": "SQLite 的表结构不是本版本",
        "mend": "运行 talent db upgrade",
    }
    assert (ran.status, ran.data["findings"]) == (1, [SETTINGS, tables, MAILDIR, PREFECT])


def test_a_rehearsal_has_no_findings(season: Talent) -> None:
    ran = season("doctor", "--as-of", "2026-11-23T09:00", "--json")
    assert [each["check"] for each in ran.data["findings"] if each["level"] == "finding"] == []
    assert ran.status == 0


def test_a_real_year_wants_addresses_and_says_when_it_is_provisional(talent: Talent) -> None:
    talent("db", "upgrade")
    talent("year", "open", "2027")
    for city in ("南京", "无锡", "徐州", "常州", "苏州", "南通", "连云港", "淮安", "扬州", "镇江", "泰州"):
        talent("city", "set", city, "--email", "office@city.example")
    found = _found(talent("doctor", "--json"))
    assert (found["年度"][0], found["邮箱"]) == ("note", ("finding", "没有登记省级管理办公室的邮箱"))
    said = [each["says"] for each in talent("doctor", "--json").data["findings"] if each["check"] == "邮箱"]
    assert said == ["没有登记邮箱：盐城、宿迁", "没有登记省级管理办公室的邮箱"]


def test_a_real_year_wants_a_telephone_for_everybody_whom_a_letter_names(talent: Talent) -> None:
    talent("db", "upgrade")
    talent("year", "open", "2027")
    for city in ("南京", "无锡", "徐州", "常州", "苏州", "南通", "连云港", "淮安", "扬州", "镇江", "泰州", "宿迁"):
        talent("city", "contact", "add", city, "--name", "示例", "--phone", "025-00000000")
    said = [each["says"] for each in talent("doctor", "--json").data["findings"] if each["check"] == "联系人"]
    assert said == ["没有登记联系电话（或写的是示例）：省级管理办公室、盐城"]


def test_bad_settings_are_said_before_anything_is_tried(talent: Talent, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TALENT_COURIER", "pigeon")
    doctored, other = talent("doctor", "--json"), talent("status")
    assert (doctored.status, len(doctored.data["findings"]), doctored.data["findings"][0]["check"]) == (1, 1, "设置")
    words = "TALENT_COURIER：应为 maildir、smtp 之一"
    assert doctored.data["findings"][0]["says"] == words
    assert (other.status, other.out, other.err) == (1, "", f"{words}\n")


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("SMTP__PORT", "abc", "TALENT_SMTP__PORT：应为整数"),
        ("SMTP__PORT", "0", "TALENT_SMTP__PORT：不能小于 1"),
        ("SMTP__PORT", "65536", "TALENT_SMTP__PORT：不能大于 65535"),
        ("SMTP__SECURITY", "ssl", "TALENT_SMTP__SECURITY：应为 tls、starttls、none 之一"),
        ("SMTP__PROT", "25", "TALENT_SMTP__PROT：没有这一项设置"),
        ("SMTP", "mail.example", "TALENT_SMTP：写法不对"),
    ],
)
def test_what_is_wrong_with_a_setting_is_said_in_chinese(
    talent: Talent, monkeypatch: pytest.MonkeyPatch, name: str, value: str, words: str
) -> None:
    monkeypatch.setenv(f"TALENT_{name}", value)
    ran = talent("status")
    assert (ran.status, ran.out, ran.err) == (1, "", f"{words}\n")


@pytest.mark.parametrize(
    ("url", "level"),
    [
        ("http://127.0.0.1:8000", "finding"),
        ("http://localhost", "finding"),
        ("http://[::1]:8000", "finding"),
        ("talent.example", "finding"),
        ("https://talent.example", "ok"),
    ],
)
@pytest.mark.parametrize("when", ["smtp", "a real year"])
def test_a_link_that_opens_on_this_machine_only_is_a_finding(
    talent: Talent, monkeypatch: pytest.MonkeyPatch, closed_port: int, when: str, url: str, level: str
) -> None:
    monkeypatch.setenv("TALENT_BASE_URL", url)
    if when == "smtp":
        monkeypatch.setenv("TALENT_COURIER", "smtp")
        monkeypatch.setenv("TALENT_SMTP__PORT", str(closed_port))
    else:
        talent("db", "upgrade")
        talent("year", "open", "2027")
    found = next(each for each in talent("doctor", "--json").data["findings"] if each["check"] == "设置")
    assert (found["level"], bool(found["mend"])) == (level, level == "finding")


def test_a_relay_that_does_not_answer_is_a_finding(
    talent: Talent, monkeypatch: pytest.MonkeyPatch, closed_port: int
) -> None:
    for name, value in (("COURIER", "smtp"), ("SMTP__HOST", "127.0.0.1"), ("SMTP__PORT", str(closed_port))):
        monkeypatch.setenv(f"TALENT_{name}", value)
    assert _found(talent("doctor", "--json"))["函件"] == ("finding", f"端口 {closed_port} 没有邮件服务（连接被拒绝）")


def test_a_log_of_the_relay_that_cannot_be_used_is_a_finding(
    talent: Talent, monkeypatch: pytest.MonkeyPatch, closed_port: int, tmp_path: Path
) -> None:
    log = tmp_path / "mail.log"
    for name, value in (("COURIER", "smtp"), ("SMTP__PORT", str(closed_port)), ("SMTP__LOG", str(log))):
        monkeypatch.setenv(f"TALENT_{name}", value)
    lost = "：投递中断时不能核实函件是否已送达"
    assert _found(talent("doctor", "--json"))["投递日志"] == ("finding", f"{log} 不存在{lost}")
    log.write_text("hello\n")
    assert _found(talent("doctor", "--json"))["投递日志"] == ("finding", f"{log} 里没有认得的 Postfix 记录{lost}")
    log.write_text(f"{datetime.now(UTC).isoformat()} relay postfix/smtpd[1]: connect from localhost[127.0.0.1]\n")
    assert _found(talent("doctor", "--json"))["投递日志"] == ("ok", f"{log} 可用")
    monkeypatch.delenv("TALENT_SMTP__LOG")
    assert "投递日志" not in _found(talent("doctor", "--json"))


def test_a_folder_that_cannot_be_written_is_a_finding(
    talent: Talent, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    monkeypatch.setenv("TALENT_MAILDIR", str(tmp_path / "file" / "mail"))
    assert _found(talent("doctor", "--json"))["函件"] == ("finding", f"{tmp_path}/file/mail 写不进去")


def test_a_prefect_server_that_does_not_answer_is_a_finding(closed_port: int) -> None:
    found = reached(f"http://127.0.0.1:{closed_port}/api")
    assert (found.check, found.level) == ("Prefect", "finding")


@pytest.mark.parametrize(
    ("now", "level"), [("2020-01-01T00:00", "finding"), ("2026-11-01T00:00", "finding"), ("2027-01-01T00:00", "ok")]
)
def test_a_clock_behind_the_newest_record_is_a_finding(talent: Talent, now: str, level: str) -> None:
    import time_machine

    with time_machine.travel("2026-11-20T09:00+08:00"):
        talent("db", "upgrade")
        talent("year", "open", "2026", *LATE)
        talent("phase", "advance")
    assert _found(talent("doctor", "--as-of", now, "--json"))["时钟"][0] == level


def test_a_clock_that_holds_the_post_is_a_finding_with_the_way_out(talent: Talent) -> None:
    import time_machine

    talent("db", "upgrade")
    with time_machine.travel("2026-11-20T09:00+08:00"):
        talent("year", "open", "2026", *LATE)
        talent("letters", "send")
    with time_machine.travel("2026-11-24T09:30+08:00"):
        before = _found(talent("doctor", "--json"))
        talent("letters", "send")
        told = [each for each in talent("doctor", "--json").data["findings"] if each["check"] == "投递"]
        resumed = talent("letters", "resume").status
        after = _found(talent("doctor", "--json"))
    assert told == [
        {
            "check": "投递",
            "level": "finding",
            "says": "系统时钟可能有误：现在是 2026-11-24 09:30，上次投递在 2026-11-20 09:00，其间时钟被拨快约 96 小时。"
            "投递已暂停；校准时钟后自动恢复；时钟无误则请恢复投递",
            "mend": "时钟有误：timedatectl set-ntp true；时钟无误：运行 talent letters resume，"
            "或在进度总览页按“恢复投递”",
        }
    ]
    assert ("投递" in before, resumed, "投递" in after) == (False, 0, False)


def test_what_can_never_be_is_a_finding(season: Talent) -> None:
    database = Database(os.environ["TALENT_DATABASE__URL"], BOOK)
    with database.write() as connection:
        connection.execute(text("UPDATE city_phase SET attempt = 9 WHERE phase = 'shortlist' AND city = 'yancheng'"))
    database.dispose()
    level, said = _found(season("doctor", "--json"))["数据"]
    assert (level, said) == (
        "finding", "有 1 处自相矛盾，第一处：2022 年度 shortlist/yancheng，attempt 现为 9，记录为 1",
    )  # fmt: skip


def test_a_bounce_that_nobody_can_read_is_a_finding_until_somebody_has_looked(talent: Talent) -> None:
    talent("db", "upgrade")
    talent("year", "open", "2026", *LATE)
    Path("mail").write_bytes(b"From: MAILER-DAEMON@old.example\n\nlost\n")
    assert talent("letters", "bounces", "mail").status == 0
    level, said = _found(talent("doctor", "--json"))["退信"]
    assert (level, said[:17]) == ("finding", "1 封退信认不出退的是哪一封函件，")
    assert talent("act", "bounces", "--reason", "已电话核实").status == 0
    assert "退信" not in _found(talent("doctor", "--json"))


def test_a_trial_that_is_forgotten_is_a_finding_once_its_first_phase_has_opened(database: Database) -> None:
    year = files.load(2026)
    first = min(phase.opens for phase in year.phases)
    before, after = start_of(first) - timedelta(days=1), start_of(first) + timedelta(hours=9)
    assert open_year(database, year, Stamp("省办", before, before), trial="trial@kepu.example").done
    assert list(_of_trials(database, before)) == []
    (found,) = _of_trials(database, after)
    assert ("仍在试运行：各市没有收到函件" in found.says, found.level) == (True, "finding")


def test_silence_is_a_finding_that_says_where_to_look(talent: Talent) -> None:
    import time_machine

    talent("db", "upgrade")
    with time_machine.travel("2026-11-20T09:00+08:00"):
        assert "运行" not in _found(talent("doctor", "--json"))
        talent("year", "open", "2026", *LATE)
        assert _found(talent("doctor", "--json"))["运行"][1].startswith("有正式的年度，而 talent up 还没有运行过")
        database = Database("sqlite:///var/talent.db", BOOK)
        with database.write() as connection:
            signs_of_life.leave(connection, "post", datetime.now(UTC), timedelta(minutes=1))
        database.dispose()
        assert "运行" not in _found(talent("doctor", "--json"))
    with time_machine.travel("2026-11-20T09:10+08:00"):
        told = [each for each in talent("doctor", "--json").data["findings"] if each["check"] == "运行"]
    assert [(one["level"], one["says"]) for one in told] == [("finding", "自 11-20 09:00 起没有投递函件（post）")]
    assert "看 post 的部署、工作池和队列有没有被暂停" in told[0]["mend"]


@pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")  # apprise's own
def test_a_chat_channel_that_is_none_is_told_by_its_place_and_not_by_its_secret(
    talent: Talent, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TALENT_NOTIFY", "json://127.0.0.1/secret-1, nonsense-secret-2")
    wrong = talent("doctor", "--json")
    assert _found(wrong)["群通知"] == ("finding", "TALENT_NOTIFY 的第 2 个地址不能用")
    began: list[object] = []
    monkeypatch.setattr("deployments.up.up", lambda *given: began.append(given[1]))
    refused = talent("up")
    assert (refused.status, refused.err, began) == (
        1, "TALENT_NOTIFY 的第 2 个地址不能用；按 apprise 的写法改正，如 wecombot://KEY。\n", [],
    )  # fmt: skip
    monkeypatch.setenv("TALENT_NOTIFY", "json://127.0.0.1/secret-1")
    right = talent("doctor", "--json")
    assert _found(right)["群通知"][0] == "ok"
    assert (talent("up").status, began) == (0, [4200])
    assert "secret-" not in wrong.out + wrong.err + right.out + right.err


@pytest.mark.parametrize(
    ("variable", "given", "said"),
    [
        ("TALENT_DATABASE__URL", "postgresql://office:secret@db_host/real", "里的主机名“db_host”不能用"),
        ("TALENT_NOTIFY", "json://secret@a_b.example/x", "的第 1 个地址里的主机名不能用"),
    ],
)
def test_a_host_that_is_none_is_refused_at_start_and_found(
    talent: Talent, monkeypatch: pytest.MonkeyPatch, variable: str, given: str, said: str
) -> None:
    monkeypatch.setenv(variable, given)
    level, found = _found(talent("doctor", "--json"))["设置"]
    started = talent("up")
    assert (level, started.status, "secret" in found + started.err) == ("finding", 1, False)
    assert f"{variable} {said}" in found
    assert f"{variable} {said}" in started.err


@pytest.mark.parametrize(("proxies", "found"), [("", True), ("10.0.0.1", False)])
def test_an_https_gateway_that_is_not_named_is_a_finding(
    talent: Talent, monkeypatch: pytest.MonkeyPatch, proxies: str, found: bool
) -> None:
    monkeypatch.setenv("TALENT_BASE_URL", "https://talent.example")
    monkeypatch.setenv("TALENT_DASHBOARD__PROXIES", proxies)
    assert ("网页" in _found(talent("doctor", "--json"))) == found


@pytest.mark.parametrize(("totp", "found"), [("false", True), ("true", False)])
def test_a_real_year_without_a_second_factor_is_a_finding(
    talent: Talent, monkeypatch: pytest.MonkeyPatch, totp: str, found: bool
) -> None:
    monkeypatch.setenv("TALENT_DASHBOARD__TOTP", totp)
    talent("db", "upgrade")
    talent("year", "open", "2027")
    assert ("网页" in _found(talent("doctor", "--json"))) == found


def test_a_rehearsal_needs_no_second_factor(season: Talent, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TALENT_DASHBOARD__TOTP", "false")
    assert "网页" not in _found(season("doctor", "--json"))


def test_who_asks_for_two_hands_has_two(season: Talent, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def said() -> list[str]:
        found = season("doctor", "--as-of", "2026-11-23T09:00", "--json").data["findings"]
        return [each["says"] for each in found if each["check"] == "签批"]

    row = {"shown": "某", "role": "admin", "password": "kept", "made_by": "测试", "made_at": datetime.now(UTC)}
    assert said() == []
    monkeypatch.setenv("TALENT_COUNTERSIGNED", "waive")
    assert said() == ["TALENT_COUNTERSIGNED 要求签批，而能办理的省办账号只有 0 个，送签批的事没有人能签"]
    database = Database(f"sqlite:///{tmp_path}/season.db", BOOK)
    with database.write() as connection:
        connection.execute(insert(table_of(Account)), [{"name": name, **row} for name in ("one", "other")])
    database.dispose()
    assert said() == []


@pytest.mark.parametrize("kind", ["postgresql"])
@pytest.mark.parametrize(
    ("off", "said"),
    [(-90, ["本机的时钟比数据库服务器的慢 90 秒"]), (90, ["本机的时钟比数据库服务器的快 90 秒"]), (0, [])],
)
def test_a_clock_apart_from_the_databases_is_a_finding(database: Database, off: int, said: list[str]) -> None:
    import time_machine

    now = datetime.now(UTC) + timedelta(seconds=off)
    with time_machine.travel(now):
        found = [one.says for one in _of_the_clock(database, now) if one.level == "finding"]
    assert found == said
