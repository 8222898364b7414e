from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from cli import main
from commands.options import SeasonOptions
from commands.rehearsal import PACKS
from models import audit
from models.database import Database
from phases.book import BOOK
from tests.commands.conftest import Talent

SHORTLIST = str(PACKS / "2022" / "yancheng" / "shortlist.xlsx")
RERUN = ("phase", "rerun", "shortlist", "--city", "盐城", "--until", "2022-02-10", "--reason", "疫情封控")
LATE = {
    "phase": "shortlist",
    "state": "overdue",
    "attempt": 1,
    "due": "2022-01-31T00:00:00+08:00",
    "due_because": ["calendar"],
    "filed_at": None,
    "passed_at": None,
    "timeliness": None,
    "on_paper": False,
    "refusals": [],
    "waived": [],
    "reruns": 0,
    "second_due": None,
    "second_late": False,
}
CHANGES = {
    "transitions": [
        {
            "phase": "shortlist",
            "city": "yancheng",
            "event": "rerun",
            "from": "overdue",
            "to": "open",
            "attempt": 2,
            "refused": False,
            "reason": "疫情封控",
        }
    ],
    "letters": [
        {
            "kind": "rerun",
            "phase": "shortlist",
            "city": "yancheng",
            "to": "city:yancheng",
            "subject": "【省后备人才培养计划】请于2月10日（周四）24时前补报：盐城市面试名单",
        }
    ],
    "extensions": [{"phase": "shortlist", "city": "yancheng", "cause": "rerun", "until": "2022-02-10"}],
}


@pytest.mark.parametrize("city", ["yancheng", "盐城", "3209"])
def test_a_city_is_named_by_slug_chinese_name_or_code(season: Talent, city: str) -> None:
    ran = season("status", "--phase", "shortlist", "--city", city, "--json")
    assert (ran.status, ran.err) == (0, "")
    assert ran.data == {
        "year": 2022,
        "as_of": "2022-02-07T09:30:00+08:00",
        "provisional": False,
        "totals": {"admitted": 0, "funded": 0, "funded_cap": 65, "exited": 0, "excellent": 0, "certificates": 0},
        "in_training": 0,
        "alarms": {"suppressed": [], "letters": {}, "clock": None, "restored": None, "silent": []},
        "cities": [{"city": "yancheng", "name": "盐城", "phases": [LATE]}],
    }


def test_the_matrix_keeps_within_100_columns_and_says_who_is_late(season: Talent) -> None:
    from rich.cells import cell_len

    lines = season("status").out.splitlines()
    assert max(map(cell_len, lines)) <= 100
    assert lines[10].split() == ["连云港", *["已通过"] * 3, "进行中", *"····"]
    assert lines[12].split() == ["盐城", "已通过", "已通过", "已逾期", *"·····"]
    assert lines[13].split() == ["扬州", "已通过+2", "已通过", "已通过", "进行中", *"····"]
    assert lines[-2].split() == ["盐城", "面试名单", "已逾期", "2022-01-30", "截止前没有报送（逾期第", "8", "天）"]


def test_the_past_is_shown_as_it_was(season: Talent) -> None:
    ran = season(
        "status", "--city", "徐州", "--phase", "mentor-recommendation", "--as-of", "2022-01-13T12:00", "--json"
    )
    assert ran.data["cities"][0]["phases"] == [
        LATE
        | {
            "phase": "mentor-recommendation",
            "state": "returned",
            "due": "2022-01-19T00:00:00+08:00",
            "due_because": ["calendar", "grace"],
            "filed_at": "2022-01-13T10:05:00+08:00",
            "refusals": ["mentors.standing"],
        }
    ]


def test_a_preview_says_what_then_happens_and_writes_nothing(season: Talent) -> None:
    before = season("log", "--json").data
    preview, untouched = season(*RERUN, "--dry-run", "--json"), season("log", "--json").data
    done = season(*RERUN, "--json")
    assert untouched == before
    assert preview.data | {"dry_run": False} == done.data
    assert (preview.status, done.status, done.data["changes"]) == (0, 0, CHANGES)
    assert [row for row in season("log", "--json").data if row not in before] == [
        {
            "phase": "shortlist",
            "city": "yancheng",
            "seq": 3,
            "event": "rerun",
            "from": "overdue",
            "to": "open",
            "refused": False,
            "attempt": 2,
            "by": "王办",
            "at": season("log", "--json").data[-1]["at"],
            "as_of": "2022-02-07T09:30:00+08:00",
            "reason": "疫情封控",
        }
    ]


def test_a_late_city_files_again_after_a_rerun(season: Talent) -> None:
    asked = (
        ("phase", "submit", "shortlist", "--city", "盐城"),
        RERUN,
        ("phase", "submit", "shortlist", "--city", "盐城"),  # nothing is loaded yet
        ("form", "load", "shortlist", SHORTLIST, "--city", "盐城"),
        ("phase", "submit", "shortlist", "--city", "盐城"),
    )
    ran = [season(*argv, "--json") for argv in asked]
    assert [(each.status, each.data["outcome"]) for each in ran] == [
        (1, "refused"),
        (0, "done"),
        (1, "refused"),
        (0, "done"),
        (0, "done"),
    ]
    why = season("phase", "why", "shortlist", "--city", "盐城", "--json")
    assert (why.status, why.data["attempt"], why.data["passed"], why.data["trial"]) == (0, 2, True, False)
    assert [(rule["rule"], rule["ok"]) for rule in why.data["rules"]] == [
        ("shortlist.tested", True),
        ("shortlist.cut-line", True),
    ]
    logged = season("log", "--city", "盐城", "--phase", "shortlist", "--json").data[-6:]
    assert [(row["event"], row["by"]) for row in logged] == [
        ("submit", "王办（省办代）"), ("rerun", "王办"), ("submit", "王办（省办代）"), ("load", "王办（省办代）"),
        ("submit", "王办（省办代）"), ("pass", "系统核验"),
    ]  # fmt: skip


def test_a_refusal_is_a_sentence_and_a_report_card(season: Talent) -> None:
    at = ("--city", "南通", "--as-of", "2022-02-17T10:05")
    season("form", "load", "interview", str(PACKS / "2022" / "nantong" / "interview.xlsx"), *at)
    ran = season("phase", "submit", "interview", *at)
    mend = "面试 10 人、入选 4 人，比例 2.5:1；需再面试 2 人，或少入选 1 人"
    lines = ran.out.splitlines()
    assert ran.status == 1
    assert lines[0] == f"南通 导师面试 未通过系统核验，已退回：{mend}。"
    assert ["不符", "interviews.ratio", "三(二)", "原则上", "10:4", "3:1"] in map(str.split, lines)
    assert lines[lines.index("修改意见：") + 1] == f"  - 市级管理办公室：{mend}"


def test_extending_names_cities_or_all_of_them(season: Talent) -> None:
    asked = ("phase", "extend", "interview", "--until", "2022-02-25", "--reason", "大雪", "--json")
    two = season(*asked, "--city", "南京", "--city", "3202", "--dry-run")
    everyone = season(*asked, "--all")
    assert (two.status, [each["city"] for each in two.data["changes"]["extensions"]]) == (0, ["nanjing", "wuxi"])
    assert (everyone.status, len(everyone.data["changes"]["extensions"])) == (0, 13)
    for wrong in ((), ("--all", "--city", "南京")):
        ran = season(*asked, *wrong)
        assert (ran.status, ran.out, ran.err) == (2, "", "请写明 --city（可以写多次）或 --all，二者写其一。\n")
    far = season("phase", "extend", "interview", "--until", "2022-06-25", "--reason", "大雪", "--all")
    assert (far.status, far.out.rstrip().endswith("里写 2022-06-25；命令行加 --confirm 日期。")) == (1, True), far.out


@pytest.mark.parametrize(
    ("argv", "words"),
    [
        (("status", "--city", "上海"), "没有名为“上海”的城市"),
        (("phase", "submit", "exam", "--city", "盐城"), "exam"),
        (("phase", "approve", "interview", "--city", "盐城", "--reject"), "--reject 与 --reason 要一起写。"),
        (("city", "set", "盐城"), "请写明 --email 或 --head。"),
        (("form", "load", "shortlist", "none.xlsx", "--city", "盐城"), "没有 none.xlsx 这个文件。"),
        (("letters", "preview", "overdue", "--city", "盐城"), "“overdue”类函件不出现在 整个年度"),
        (("status", "--db", "mysql://x"), "数据库只能是 SQLite"),
    ],
)
def test_what_does_not_exist_is_wrong_usage(season: Talent, argv: tuple[str, ...], words: str) -> None:
    ran = season(*argv)
    assert (ran.status, ran.out) == (2, "")
    assert words in ran.err


def test_advancing_again_changes_nothing(season: Talent) -> None:
    nothing = {"transitions": [], "letters": [], "extensions": [], "dry_run": False, "failures": {}}
    assert [season("phase", "advance", "--json").data for _ in range(3)] == [nothing] * 3


def test_letters_are_listed_shown_and_sent(season: Talent, tmp_path: Path) -> None:
    listed = season("letters", "list", "--city", "盐城", "--kind", "overdue", "--json").data
    assert listed == [
        {
            "id": listed[0]["id"],
            "key": "2022/shortlist/yancheng/1/city:yancheng/overdue/2022-01-31T00:00",
            "kind": "overdue",
            "phase": "shortlist",
            "city": "yancheng",
            "to": "city:yancheng",
            "slot": "2022-01-31T00:00",
            "state": "queued",
            "queued_as_of": "2022-02-07T09:00:00+08:00",
            "sent_at": None,
            "subject": "【省后备人才培养计划】尚未收到：盐城市面试名单，1月30日（周日）24时已截止",
        }
    ]
    shown = season("letters", "show", str(listed[0]["id"]), "--json").data
    assert {key: shown[key] for key in listed[0]} == listed[0]
    assert (shown["address"], shown["text"].splitlines()[0]) == (
        "yancheng@city.example",
        "关于尽快报送面试名单的催办通知",
    )
    queued = season("letters", "list", "--state", "queued", "--json").data
    sent = season("letters", "send", "--json")
    assert (sent.status, sent.data) == (0, {"sent": len(queued), "failed": 0, "retry": 0, "unknown": 0, "waiting": 0})
    envelopes = {(letter["to"], letter["queued_as_of"][:10]) for letter in queued}
    messages = len(list((tmp_path / "var" / "mail" / "new").iterdir()))
    batches = len(queued) // 100 + 1
    assert len(envelopes) <= messages <= len(envelopes) + batches  # a batch may end inside somebody's day
    assert season("letters", "show", "999999").status == 1


def test_an_address_on_file_is_listed(season: Talent) -> None:
    assert season("city", "set", "盐城", "--email", "kepu@yancheng.example").status == 0
    assert season("office", "set", "--email", "office@province.example", "--lead", "lead@province.example").status == 0
    assert [city for city in season("city", "list", "--json").data if city["email"]] == [
        {"city": "yancheng", "name": "盐城", "code": "3209", "email": "kepu@yancheng.example", "head": None}
    ]


def test_who_put_an_address_on_file_is_on_record(season: Talent) -> None:
    assert season("city", "set", "盐城", "--email", "kepu@yancheng.example", "--by", "李工").status == 0
    assert season("office", "set", "--lead", "lead@province.example", "--by", "张工").status == 0
    database = Database(os.environ["TALENT_DATABASE__URL"], BOOK)
    with database.read() as connection:
        said = [(row.by, row.what, row.subject) for row in audit.entries(connection, most=2)]
    database.dispose()
    assert said == [("张工", "登记邮箱", "office/province"), ("李工", "登记邮箱", "office/yancheng")]


def test_an_act_is_stamped_before_the_database_is_asked(season: Talent, monkeypatch: pytest.MonkeyPatch) -> None:
    order: list[str] = []
    for name in ("_found", "stamp"):
        done = getattr(SeasonOptions, name)

        def noted(
            options: SeasonOptions, name: str = name, done: Callable[..., object] = done, **more: object
        ) -> object:
            order.append(name)
            return done(options, **more)

        monkeypatch.setattr(SeasonOptions, name, noted)
    season("phase", "advance", "--dry-run")
    assert order == ["stamp", "_found"]


def test_a_workbook_is_checked_by_itself_for_a_year_that_is_not_open(season: Talent, tmp_path: Path) -> None:
    roll = ("mentor-recommendation", str(tmp_path / "roll.xlsx"), "--city", "盐城")
    season("form", "template", roll[0], "-o", roll[1])
    lists = "2027 年度尚未打开，学科、称号等各项列表取自系统所附的 2027 年度日历"
    assert season("form", "check", *roll, "--year", "2027").err == f"{lists}；只检查了表格本身，没有与已有记录核对。\n"
    assert season("form", "template", roll[0], "-o", roll[1], "--year", "2027").err == f"{lists}。\n"
    unknown = season("form", "check", *roll, "--year", "2031")
    assert (unknown.status, "取自" in unknown.err) == (1, False)


def test_a_city_calendar_holds_its_own_due_day(season: Talent) -> None:
    own = [season("calendar", "ics", "2022", "--city", "盐城").out]
    season(*RERUN)
    own.append(season("calendar", "ics", "2022", "--city", "盐城").out)
    assert ["DTEND;TZID=Asia/Shanghai:20220131T000000" in each for each in own] == [True, False]


def test_a_real_year_takes_no_as_of_on_a_write(talent: Talent) -> None:
    talent("db", "upgrade")
    assert talent("year", "open", "2027").status == 0
    again = talent("year", "open", "2027", "--json")
    assert (again.status, again.data["changes"]["transitions"]) == (0, [])
    ran = talent("phase", "advance", "--as-of", "2027-01-05T09:00")
    assert (ran.status, ran.out) == (1, "")
    assert ran.err == "2027 年度是正式年度，操作时间以系统时钟为准，不接受 --as-of。\n"


def test_a_year_that_was_never_opened_is_said_so(talent: Talent) -> None:
    assert talent("status").err == "数据库尚未建表或版本不符；请先运行 talent db upgrade。\n"
    talent("db", "upgrade")
    ran = talent("status")
    assert (ran.status, ran.err) == (1, "还没有开设任何年度；请先运行 talent year open 年份。\n")


def test_a_rehearsal_acted_on_by_the_clock_says_so(
    talent: Talent, played: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TALENT_DATABASE__URL", f"sqlite:///{shutil.copy(played, tmp_path / 'season.db')}")
    ran = talent("phase", "advance", "--dry-run", "--json")
    assert ran.status == 0
    assert ran.err.startswith("提示：这是演练库，没有写 --as-of，按演练的时钟（2022-02-07 09:00）办理。")


def test_a_rehearsal_is_looked_at_by_its_own_clock(
    talent: Talent, played: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TALENT_DATABASE__URL", f"sqlite:///{shutil.copy(played, tmp_path / 'season.db')}")
    assert talent("status", "--json").data["as_of"] == "2022-02-07T09:00:00+08:00"
    assert talent("status", "--json", "--as-of", "2022-02-03").data["as_of"] == "2022-02-03T00:00:00+08:00"


def test_a_report_card_says_the_state_that_status_shows_and_no_verdict_where_none_was_given(season: Talent) -> None:
    asked = ("phase", "why", "interview", "--city", "南京", "--as-of", "2022-03-01T09:30")
    status = season("status", "--phase", "interview", "--city", "南京", "--json", *asked[-2:]).data
    assert [each["state"] for city in status["cities"] for each in city["phases"]] == ["overdue"]
    assert season(*asked).out == (
        "南京 导师面试　第 1 轮：尚无结论\n"
        "南京 导师面试 现为“已逾期”，尚未填写任何内容，暂不能自查。请先下载模板填写，或在网页上填写。\n"
    )


def test_a_report_card_names_its_rules_and_why_one_was_waived(season: Talent) -> None:
    at = ("--city", "南通", "--as-of", "2022-02-17T10:05")
    season("form", "load", "interview", str(PACKS / "2022" / "nantong" / "interview.xlsx"), *at)
    season("phase", "submit", "interview", *at)
    season("phase", "waive", "interviews.ratio", "--phase", "interview", "--reason", "名额有限", "--by", "李工", *at)
    said = season("phase", "why", "interview", "--trial", *at).out
    assert "豁免 interviews.ratio：李工，名额有限" in said
    assert "面试和入选资格" in said


def test_a_busy_database_is_a_matter_of_trying_again(season: Talent, monkeypatch: pytest.MonkeyPatch) -> None:
    import os

    from models import database

    monkeypatch.setattr(database, "TURN_SECONDS", 0.05)
    other = database.Database(os.environ["TALENT_DATABASE__URL"], BOOK)
    with other.write():
        ran = season(*RERUN)
    other.dispose()
    assert (ran.status, ran.out, ran.err) == (75, "", "数据库正忙（另一项操作尚未完成），请稍后再试。\n")


def test_a_database_that_is_not_there_is_a_matter_of_trying_again(talent: Talent) -> None:
    ran = talent("status", "--db", "postgresql://nobody@127.0.0.1:1/none")
    assert (ran.status, ran.out) == (75, "")
    assert ran.err.startswith("数据库现在用不了（")


def test_the_played_season_is_not_opened_twice(played: Path, tmp_path: Path) -> None:
    assert main(["rehearse", "2022", "--keep", f"sqlite:///{shutil.copy(played, tmp_path)}"]) == 2


def test_a_rehearsal_opened_today_is_played_from_its_first_day(talent: Talent) -> None:
    """No `db upgrade` first: an embedded database that is not there is made when a year is opened in it."""
    assert talent("year", "open", "2022", "--rehearsal").status == 0
    assert talent("phase", "advance", "--as-of", "2022-01-04T09:00").status == 0
    stood = talent("status", "--phase", "mentor-recommendation", "--as-of", "2022-01-04T09:00", "--json").data
    assert {city["phases"][0]["state"] for city in stood["cities"]} == {"open"}


def test_a_real_year_is_opened_by_the_clock(talent: Talent) -> None:
    refused = talent("year", "open", "2026", "--as-of", "2026-01-01T00:00")
    assert (refused.status, refused.err.strip()) == (1, "2026 年度是正式年度，操作时间以系统时钟为准，不接受 --as-of。")
