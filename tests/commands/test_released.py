"""A database that an earlier release left is brought to today's tables, and shows what it showed then."""

from __future__ import annotations

from collections import Counter

import pytest
import sqlalchemy as sa

from calendars import versions
from models.columns import table_of
from models.database import Database
from models.tables.season import ProgrammeYear
from phases.book import BOOK
from tests.commands.conftest import Ran, Talent
from tests.support import nextrelease, released
from tests.support.kinds import EACH_ON_BOTH

pytestmark = EACH_ON_BOTH

AT = ("--as-of", "2022-02-07T09:30")


@pytest.fixture
def season(talent: Talent, released_url: str, monkeypatch: pytest.MonkeyPatch) -> Talent:
    """Run a command line on it, upgraded."""
    monkeypatch.setenv("TALENT_DATABASE__URL", released_url)
    return talent


def test_it_is_brought_to_todays_tables_and_chained(talent: Talent, empty_database_url: str) -> None:
    released.load(1, empty_database_url)
    assert talent("db", "upgrade", "--db", empty_database_url).status == 0
    checked = talent("db", "check", "--db", empty_database_url, "--json").data
    assert (checked["prepared"], checked["differences"], checked["broken"]) == (True, [], [])
    assert {head.partition("-")[0] for head in checked["chain"]} >= {"2022"}


def states(ran: Ran, phase: str) -> Counter[str]:
    assert ran.status == 0, ran.err
    return Counter(one["state"] for city in ran.data["cities"] for one in city["phases"] if one["phase"] == phase)


def test_the_matrix_is_as_it_was_left_and_as_it_stood_before(season: Talent) -> None:
    assert states(season("status", "--json", *AT), "shortlist") == {"passed": 12, "open": 1}
    before = season("status", "--json", "--as-of", "2022-02-07T09:00")
    assert states(before, "shortlist") == {"passed": 12, "overdue": 1}
    (yancheng,) = [city for city in season("status", "--json", *AT).data["cities"] if city["city"] == "yancheng"]
    told = {key: yancheng["phases"][2][key] for key in ("attempt", "due", "due_because")}
    assert told == {"attempt": 2, "due": "2022-02-11T00:00:00+08:00", "due_because": ["calendar", "rerun"]}


def test_log_letters_and_report_cards_are_read(season: Talent) -> None:
    log, letters = season("log", "--json", *AT).data, season("letters", "list", "--json").data
    assert len(log) == 180
    assert Counter(letter["state"] for letter in letters) == {"sent": 510, "queued": 1}
    assert letters[-1]["kind"] == "rerun"
    assert "盐城" in season("letters", "show", str(letters[-1]["id"])).out
    card = season("phase", "why", "application", "--city", "changzhou", "--json", "--as-of", "2022-01-19T13:00").data
    assert [one["rule"] for one in card["rules"] if not one["ok"]] == ["applications.rank"]


def test_the_next_release_reads_it_too(season: Talent) -> None:
    with nextrelease.installed():
        read = [
            season(*words, *AT) for words in (("status",), ("log",), ("phase", "why", "shortlist", "--city", "常州"))
        ]
        assert [ran.status for ran in read] == [0, 0, 0], [ran.err for ran in read]
        assert season("phase", "advance", *AT).status == 0


def test_one_that_forgot_its_upgrade_reads_nothing(season: Talent) -> None:
    """The control: this is how every year that was opened became unreadable."""
    with nextrelease.installed(upgrading=False):
        assert [season(word, *AT).status for word in ("status", "log")] == [1, 1]


LATER = sa.update(table_of(ProgrammeYear)).values(
    calendar=sa.literal("version = 99\n") + table_of(ProgrammeYear).c.calendar
)


def had_by_a_later_release(url: str, what: sa.Executable) -> None:
    database = Database(url, BOOK)
    with database.write(2022) as connection:
        connection.execute(what)
    database.dispose()


def test_a_program_older_than_the_database_says_so(season: Talent, released_url: str) -> None:
    """Of a year that it cannot read, and of tables that it does not know, whatever it is asked."""
    had_by_a_later_release(released_url, LATER)
    read = season("status", *AT)
    had_by_a_later_release(released_url, sa.text("UPDATE alembic_version SET version_num = '9999'"))
    refused, upgraded = season("status", *AT), season("db", "upgrade")
    assert (read.status, refused.status, upgraded.status) == (1, 1, 1)
    known = versions.current()
    assert read.err == f"2022 年度日历是第 99 版的格式，本程序只认到第 {known} 版：程序比写下它的旧，请先升级程序。\n"
    assert (
        refused.err == upgraded.err == "数据库的表结构（9999）是更新版本的程序建的：本程序比数据库旧，请先升级程序。\n"
    )
