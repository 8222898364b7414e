"""`talent city contact`: who is in charge of an office, from when to when."""

from __future__ import annotations

from pathlib import Path

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
