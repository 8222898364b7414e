"""`talent act address`: what waits is listed, and decided once."""

from __future__ import annotations

from models.database import Database
from phases.book import BOOK
from tests.acts.test_addresses import LATER, NEW, OLD, address, file
from tests.cli.conftest import Talent
from tests.scenes import NANJING, WUXI, Scene


def test_a_difference_is_listed_and_decided(talent: Talent, database_url: str) -> None:
    database = Database(database_url, BOOK)
    scene = Scene.begin(database)
    at = ("--db", database_url, "--as-of", "2022-01-07T09:00", "--by", "王办")
    assert talent("act", "address", *at).out == "没有待定的邮箱。\n"
    file(scene, NANJING, OLD)
    file(scene, WUXI, NEW, LATER)
    (one,) = talent("act", "address", "--json", *at).data
    number = str(one["id"])
    kept = {name: one[name] for name in ("name", "place", "city", "email", "as_of", "held", "held_by", "dead")}
    assert kept == {
        "name": "共用导师", "place": "共用大学", "city": WUXI, "email": NEW, "as_of": "2022-01-06T10:00:00+08:00",
        "held": OLD, "held_by": [NANJING], "dead": False,
    }  # fmt: skip
    shown = talent("act", "address", *at).out
    assert all(word in shown for word in (number, "共用导师（共用大学）", OLD, NEW, "南京", "无锡"))

    assert talent("act", "address", "--number", number, *at).status == 2
    chosen = ("act", "address", "--number", number, "--choice", "new", "--reason", "已核实", *at)
    assert (talent(*chosen, "--dry-run").status, address(scene)) == (0, OLD)
    done, again = talent(*chosen), talent(*chosen)
    assert (done.status, again.status, address(scene)) == (0, 1, NEW)
    assert "改用无锡报送的邮箱" in done.out
    logged = talent("log", "--city", "无锡", "--json", *at).data
    assert [(each["by"], each["reason"]) for each in logged if each["event"] == "address"] == [
        ("王办", f"导师 #{one['recipient'].split(':')[1]}：改用无锡报送的邮箱；已核实")
    ]
    database.dispose()
