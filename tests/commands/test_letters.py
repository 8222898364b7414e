from __future__ import annotations

import io
import sys
from email import message_from_bytes, policy
from pathlib import Path

import pytest

from calendars.files import load
from letters.occurrences import occurrences
from letters.words import AUDIENCES
from models.database import Database
from phases.book import BOOK
from season.recipients import named
from tests.commands.conftest import Talent
from tests.support.bouncing import postfix, undated
from tests.support.mailboxes import Mailboxes
from tests.support.scenes import instant

OCCURS = occurrences(BOOK, load(2022))


@pytest.mark.parametrize(("kind", "phase"), OCCURS, ids=str)
def test_every_kind_is_previewed_for_every_phase_it_occurs_in(talent: Talent, kind: str, phase: str | None) -> None:
    of = () if phase is None else ("--phase", phase)
    ran = talent("letters", "preview", kind, *of, "--city", "盐城", "--json")
    wanted = next(audiences for pair, audiences in OCCURS.items() if pair == (kind, phase))
    assert (ran.status, ran.err) == (0, "")
    assert [letter["audience"] for letter in ran.data] == list(wanted)
    assert [letter for letter in ran.data if not (letter["subject"] and letter["text"] and letter["html"])] == []


def test_a_preview_is_printed_as_text_or_as_html(talent: Talent) -> None:
    asked = ("letters", "preview", "overdue", "--phase", "shortlist", "--city", "3209")
    text, html = talent(*asked).out, talent(*asked, "--html").out
    assert (
        text.splitlines()[1]
        == html.splitlines()[1]
        == "主题：【省后备人才培养计划】尚未收到：盐城市面试名单，1月30日（周日）24时已截止"
    )
    assert ("<" in text, "<" in html) == (False, True)


def test_every_letter_is_written_as_a_message_without_being_sent(talent: Talent, tmp_path: Path) -> None:
    ran = talent("letters", "preview", "all", "--city", "盐城", "-o", "drafts", "--json")
    wanted = [(kind, phase, audience) for (kind, phase), audiences in OCCURS.items() for audience in audiences]
    assert [(each["kind"], each["phase"], each["audience"]) for each in ran.data] == wanted
    files = sorted((tmp_path / "drafts").iterdir())
    assert files == sorted(tmp_path / each["file"] for each in ran.data)
    messages = {file.stem: message_from_bytes(file.read_bytes(), policy=policy.default) for file in files}
    assert {name: message["Subject"] for name, message in messages.items()} == {
        Path(each["file"]).stem: each["subject"] for each in ran.data
    }
    attached = {name.split("-")[0] for name, message in messages.items() if list(message.iter_attachments())}
    assert attached == {"opened", "rejoined", "rerun", "withdrawn", "moved", "corrected", "answered"}


def test_the_office_s_words_are_begun_tried_and_used(talent: Talent, tmp_path: Path) -> None:
    asked = ("letters", "preview", "overdue", "--phase", "shortlist", "--city", "盐城")
    assert talent("letters", "words", "overdue").out.splitlines() == [
        "已写入 var/letters/overdue.jinja；改好后用 talent letters check 检查，通过后即采用。"
    ]
    assert talent("letters", "words", "overdue").status == 1
    assert talent("letters", "words", "late").status == 2
    file = tmp_path / "var/letters/overdue.jinja"
    own = file.read_text(encoding="utf-8")
    file.write_text(own.replace("尚未收到", "还没有收到"), encoding="utf-8")
    checked = talent("letters", "check", "--json")
    assert (checked.status, checked.data) == (0, {"folder": "var/letters", "used": ["overdue"], "faults": []})
    assert "还没有收到。" in talent(*asked).out
    file.write_text(own.replace("{{ filed }}", "{{ fild }}"), encoding="utf-8")
    checked = talent("letters", "check")
    assert (checked.status, checked.out.splitlines()) == (
        1,
        [
            "overdue.jinja（导师推荐，发给市级管理办公室）：第 5 行：没有“fild”这个名称，疑为“filed”",
            "var/letters：采用 0 类（无），不能用 1 份。",
        ],
    )
    shown = talent(*asked)
    assert shown.err.startswith("提示：overdue.jinja（导师推荐，发给市级管理办公室）")
    assert "尚未收到。" in shown.out


def test_an_act_writes_in_the_office_s_words(season: Talent, tmp_path: Path) -> None:
    season("letters", "words", "rerun")
    file = tmp_path / "var/letters/rerun.jinja"
    file.write_text(file.read_text(encoding="utf-8").replace("经研究，", "经会商，"), encoding="utf-8")
    asked = ("--city", "盐城", "--until", "2022-02-10", "--reason", "暴雪")
    assert season("phase", "rerun", "shortlist", *asked).status == 0
    (letter,) = season("letters", "list", "--kind", "rerun", "--city", "盐城", "--json").data
    assert "因暴雪，经会商，同意贵办于" in season("letters", "show", str(letter["id"])).out


BOUNCE = b"""From: MAILER-DAEMON@relay.example
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; relay.example

Final-Recipient: rfc822; yancheng@city.example
Action: failed
Diagnostic-Code: smtp; 550 no such user

--b--
"""


def test_an_address_is_suppressed_shown_in_the_status_and_taken_up_again(season: Talent) -> None:
    waiting = len(season("letters", "list", "--state", "queued", "--json").data)
    assert season("letters", "suppress", "yancheng@city.example", "--reason", "邮箱已停").status == 0
    held = len(season("letters", "list", "--state", "held", "--json").data)
    assert 0 < held < waiting
    found = season("status", "--json").data["alarms"]
    owed = found["letters"]["held"]
    assert 0 < owed < held  # most were written months ago, about what is over
    assert found == {
        "suppressed": [
            {
                "address": "yancheng@city.example",
                "to": ["city:yancheng"],
                "since": "2022-02-07T09:30:00+08:00",
                "why": "邮箱已停",
                "letters": owed,
            }
        ],
        "letters": {"held": owed},
        "clock": None,
        "restored": None,
        "silent": [],
    }
    shown = season("status").out.splitlines()
    assert shown[-1] == f"函件：待补邮箱 {owed} 封；清单见 talent letters list --state failed|unknown|held。"
    assert [part for line in shown for part in line.split() if part == "yancheng@city.example"] != []
    assert season("letters", "unsuppress", "yancheng@city.example").status == 0
    assert season("letters", "unsuppress", "yancheng@city.example").status == 1
    assert len(season("letters", "list", "--state", "queued", "--json").data) == waiting
    none: dict[str, object] = {"suppressed": [], "letters": {}, "clock": None, "restored": None, "silent": []}
    assert season("status", "--json").data["alarms"] == none


def test_what_is_no_address_is_not_suppressed(season: Talent) -> None:
    assert season("letters", "suppress", "盐城\n@city.example").status == 1


def test_bounces_are_read_from_a_file_a_folder_or_a_pipe(
    season: Talent, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    foreign = {"read": 1, "bounces": 1, "delayed": 0, "letters": 0, "suppressed": [], "foreign": 1, "unclear": []}
    (tmp_path / "box" / "new").mkdir(parents=True)
    (tmp_path / "box" / "cur").mkdir()
    for file in (tmp_path / "one.eml", tmp_path / "box" / "new" / "1"):
        file.write_bytes(BOUNCE)
    (tmp_path / "mbox").write_bytes(b"From x\n" + BOUNCE + b"\nFrom y\n" + BOUNCE)
    assert season("letters", "bounces", "one.eml", "--json").data == foreign
    assert season("letters", "bounces", "box", "--json").data == foreign
    assert season("letters", "bounces", "mbox", "--json").data == foreign | {"read": 2, "bounces": 2, "foreign": 2}
    assert season("letters", "bounces", "nowhere").status == 2
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(BOUNCE)))
    assert season("letters", "bounces", "-").out.splitlines() == [
        "读到 1 封邮件，其中退信 1 封，暂缓投递的通知 0 封。",
        "0 封函件改记为未送达。",
        "1 封退信不涉及本系统发出的函件，未作处理。",
    ]


def test_a_letter_is_found_in_the_bounce_that_holds_it_and_else_a_person_is_asked(
    season: Talent, tmp_path: Path
) -> None:
    address = "yancheng@city.example"
    assert season("letters", "send").status == 0
    mail = [file.read_bytes() for file in (tmp_path / "var" / "mail" / "new").iterdir()]
    mine = next(message for message in mail if f"To: {address}".encode() in message)
    (tmp_path / "whole").write_bytes(undated(postfix(mine, address)))
    (tmp_path / "bare").write_bytes(BOUNCE)
    assert season("letters", "bounces", "bare").out.splitlines() == [
        "读到 1 封邮件，其中退信 1 封，暂缓投递的通知 0 封。",
        "0 封函件改记为未送达。",
        "1 封退信不能确定退的是哪一封函件，未作处理，请人工核对：",
        f"  {address}（未附原件）：550 no such user",
    ]
    failed = season("letters", "bounces", "whole", "--json").data
    assert failed | {"letters": 0} == {
        "read": 1, "bounces": 1, "delayed": 0, "letters": 0, "suppressed": [address], "foreign": 0, "unclear": [],
    }  # fmt: skip
    assert [one["to"] for one in season("letters", "list", "--state", "failed", "--json").data] == (
        ["city:yancheng"] * failed["letters"]
    )


def test_a_preview_names_its_readers_in_chinese(talent: Talent) -> None:
    lines = talent("letters", "preview", "escalation", "--phase", "shortlist", "--city", "盐城").out.splitlines()
    assert [line for line in lines if line.startswith("—— ")] == [
        "—— 收件人类别：科协负责同志",
        "—— 收件人类别：省青少年科技中心负责同志",
    ]


@pytest.mark.parametrize(
    ("key", "words"),
    [
        ("city:yancheng", "盐城市管理办公室"),
        ("head:yancheng", "盐城市科协负责同志"),
        ("province", "省级管理办公室"),
        ("lead", "省青少年科技中心负责同志"),
        ("mentor:38", "导师 #38"),
        ("school:3", "中学 #3"),
        ("institution:12", "高校、科研院所 #12"),
    ],
)
def test_a_recipient_is_shown_in_words(key: str, words: str) -> None:
    assert named(load(2022), key) == words


def test_every_audience_has_a_word() -> None:
    assert {audience for audiences in OCCURS.values() for audience in audiences} == AUDIENCES.keys()


def test_letters_of_one_phase_are_listed_with_the_reason_of_what_is_not_sent(season: Talent) -> None:
    late = ("--until", "2022-02-27", "--reason", "大雪")
    assert season("phase", "extend", "interview", "--city", "南京", *late).status == 0
    asked = ("letters", "list", "--city", "南京", "--phase", "interview")
    assert {row["phase"] for row in season(*asked, "--json").data} == {"interview"}
    said = season(*asked, "--state", "cancelled").out
    assert "（截止日已改，按新的日期另发）" in "".join(said.split())


def test_lists_and_letters_show_people_who_is_written_to(season: Talent) -> None:
    asked = ("letters", "list", "--city", "盐城", "--kind", "overdue")
    number = season(*asked, "--json").data[0]["id"]
    rows = [line.split() for line in season(*asked).out.splitlines()]
    assert ["待发", "盐城市管理办公室", "逾期催办"] in [row[3:6] for row in rows]
    shown = season("letters", "show", str(number)).out.splitlines()
    assert shown[0] == "收件人：盐城市管理办公室 <yancheng@city.example>"
    rerun = ("phase", "rerun", "shortlist", "--city", "盐城", "--until", "2022-02-10", "--reason", "大雪", "--dry-run")
    said = season(*rerun).out.splitlines()
    assert said[-1] == "  函件 → 盐城市管理办公室：【省后备人才培养计划】请于2月10日（周四）24时前补报：盐城市面试名单"


@pytest.mark.parametrize(
    ("option", "first", "last"), [("--state", "queued", "cancelled"), ("--kind", "opened", "noted")]
)
def test_letters_of_no_state_or_kind_are_wrong_usage(talent: Talent, option: str, first: str, last: str) -> None:
    ran = talent("letters", "list", option, "nonsense")
    said = ran.err.splitlines()[0]
    assert (ran.status, ran.out) == (2, "")
    assert said.startswith(f"{option} 不能是“nonsense”，应为 {first}、")
    assert said.endswith(f"、{last} 之一。")


def test_why_there_is_no_letter_is_said_for_a_phase_and_for_the_whole_year(season: Talent) -> None:
    asked = ("letters", "why", "盐城", "--kind", "opened", "--phase", "面试名单", "--json")
    said = season(*asked).data
    assert {name: said[name] for name in ("party", "kind", "phase", "city")} == {
        "party": "city:yancheng", "kind": "opened", "phase": "shortlist", "city": "yancheng",
    }  # fmt: skip
    assert [(each["what"], each["why"]) for each in said["letters"]] == [("开放", "waits-for-worker")]
    lead = season("letters", "why", "lead", "--kind", "opened", "--phase", "shortlist", "--city", "3209")
    assert "没有写" in lead.out
    digest = season("letters", "why", "lead", "--kind", "digest", "--json").data
    assert [each["why"] for each in digest["letters"]] == ["no-such-letter"]
    assert season("letters", "why", "lead", "--kind", "opened").status == 2


def test_a_forecast_is_printed_with_its_words_and_queues_nothing(season: Talent) -> None:
    at = ("--as-of", "2022-02-08T10:00")
    said = season("letters", "forecast", *at, "--json").data
    assert (said["until"], said["failures"]) == ("2022-02-09T16:59:59.999999+08:00", {})
    assert {"digest", "escalation", "reminder"} <= {each["kind"] for each in said["letters"]}
    assert said == season("letters", "forecast", *at, "--json").data
    assert "现在一封也没有写。" in season("letters", "forecast", *at, "--text").out


def test_who_goes_by_a_day_that_does_not_hold_is_listed_without_naming_anybody(season: Talent, tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'season.db'}", BOOK)
    Mailboxes().post(database, instant("2022-02-07T09:00"))
    database.dispose()
    assert season("told").out.endswith("各方所知的截止日都是现行的。\n")
    given = ("--city", "南京", "--until", "2022-03-01", "--reason", "暴雪", "--untold", "均已在场")
    assert season("phase", "extend", "interview", *given).status == 0
    found = season("told", "--json").data
    assert (found["party"], {one["phase"] for one in found["days"]}) == (None, {"interview"})
    assert {(one["holds"], one["true"]) for one in found["days"] if one["party"] == "city:nanjing"} == {
        ("2022-03-01", False)
    }
    shown = season("told").out
    assert f"有 {len(found['days'])} 个已不是现行的。" in shown
    assert "收件人" in shown
    assert "其中 1 个已不是现行的。" in season("told", "南京").out
