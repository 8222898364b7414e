"""`talent city contact`: who is in charge of an office, from when to when."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from calendars.deadlines import TZ
from commands.examining.second_ways import of_the_second_ways
from models.database import Database
from models.second_ways import stop
from phases.book import BOOK
from settings import Settings, SmsSettings
from tests.commands.conftest import Talent


def test_a_hand_over_from_the_command_line(talent: Talent, tmp_path: Path) -> None:
    db = ("--db", f"sqlite:///{tmp_path / 'talent.db'}")
    talent("db", "upgrade", *db)
    talent("year", "open", "2022", "--rehearsal", "--as-of", "2021-12-30", *db)
    at = ("--as-of", "2022-01-05T10:00", "--by", "省办", *db)
    done = [
        talent("city", "contact", "add", "盐城", "--name", "王某", "--email", "w@city.example", *at),
        talent("city", "contact", "add", "盐城", "--name", "李某", "--phone", "13800000000", "--part", "deputy", *at),
        talent("city", "contact", "end", "盐城", "1", "--last", "2022-01-04", *at),
        talent("city", "contact", "add", "province", "--name", "孙某", *at),
        talent("city", "contact", "end", "南京", "2", *at),
    ]
    assert [ran.status for ran in done] == [0, 0, 0, 1, 1]
    assert "请至少填写邮箱或电话中的一项。" in done[3].out
    listed = talent("city", "contact", "list", "盐城", "--json", *at).data
    assert [(one["id"], one["part"], one["until"], one["in_charge"]) for one in listed] == [
        (2, "deputy", None, True),
        (1, "main", "2022-01-04", False),
    ]
    assert "代办人（B 岗）（在任）" in talent("city", "contact", "list", "盐城", *at).out


def test_how_somebody_is_told_what_is_urgent_and_what_doctor_says_of_it(talent: Talent, tmp_path: Path) -> None:
    db = ("--db", f"sqlite:///{tmp_path / 'talent.db'}")
    talent("db", "upgrade", *db)
    talent("year", "open", "2022", "--rehearsal", "--as-of", "2021-12-30", *db)
    at = ("--as-of", "2022-01-05T10:00", "--by", "省办", *db)
    talent("city", "contact", "add", "盐城", "--name", "王某", "--email", "w@city.example", *at)
    said = [
        talent("city", "contact", "way", *chosen, *at)
        for chosen in (
            ("盐城", "contact:1", "sms", "--to", "138-0000-0031"),
            ("盐城", "head", "wecom", "--to", "1f2e3d4c-0000-4000-8000-00000000beef"),
            ("南京", "contact:1", "sms", "--to", "13800000031"),
            ("盐城", "contact:1", "sms", "--to", "025-83000000"),
        )
    ]
    assert [ran.status for ran in said] == [0, 0, 1, 1]
    database = Database(db[1], BOOK)
    served = Settings(sms=SmsSettings(url="https://sms.example/send"))
    found = {one.level: one.says for one in of_the_second_ways(database, served, datetime.now(TZ))}
    assert found == {
        "finding": "1 人选了企业微信，没有设置网关，不会发出",
        "ok": "已设置网关：短信；2 人选了",
    }
    with database.write() as connection:
        stop(connection, "wecom", "1f2e3d4c-0000-4000-8000-00000000beef", "机器人答复 93000")
    assert "1 人的号码或机器人已不能用（机器人答复 93000），不再另发" in {
        one.says for one in of_the_second_ways(database, Settings(), datetime.now(TZ))
    }
    database.dispose()
    assert talent("city", "contact", "way", "盐城", "head", "mail", *at).out.startswith("以后只发邮件。")
