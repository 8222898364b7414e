"""`talent act address`: what waits is listed, and decided once."""

from __future__ import annotations

import os
from contextlib import AbstractContextManager
from datetime import date, datetime, timedelta, tzinfo
from pathlib import Path

import pytest
from sqlalchemy import Connection, select

from acts.book import ACTS
from acts.countersigning import NeedsSecondHand
from calendars import files
from calendars.edits import with_days
from commands import options
from commands.act import OWN
from commands.options import SeasonOptions
from models.columns import table_of
from models.database import Database
from models.stamp import Stamp
from models.tables.audit import AuditEntry
from phases.book import BOOK
from tests.commands.conftest import Talent
from tests.support import ledger
from tests.support.requests_asked import ask
from tests.support.scenes import NANJING, WUXI, Scene, instant
from tests.support.shared_addresses import LATER, NEW, OLD, address, file


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
    assert "王办 于 2022-01-07 09:00:00 已决定改用无锡报送的邮箱，未作改动。" in again.out
    audit = table_of(AuditEntry).c
    with database.read() as connection:
        entries = [tuple(row) for row in connection.execute(select(audit.what, audit.by).order_by(audit.id))]
    assert entries == [("决定邮箱", "王办"), ("决定邮箱（未作改动）", "王办")]
    logged = talent("log", "--city", "无锡", "--json", *at).data
    assert [(each["by"], each["reason"]) for each in logged if each["event"] == "address"] == [
        ("王办", f"导师 #{one['recipient'].split(':')[1]}：改用无锡报送的邮箱；已核实")
    ]
    database.dispose()


def test_every_act_of_the_book_is_listed_with_a_command_that_is_there(talent: Talent) -> None:
    listed = talent("act", "--json").data
    assert [one["act"] for one in listed] == list(ACTS)
    assert ACTS.keys() >= OWN.keys()
    for command in {one["command"].removeprefix("talent ").removesuffix(" --reject") for one in listed}:
        words = command.removesuffix(" evaluation").split()
        assert (command, talent(*words, "--help").status) == (command, 0)
    assert "答复申请或异议 talent act answer" in " ".join(talent("act").out.split())


def test_a_request_is_answered_from_the_book_and_put_on_record(talent: Talent, database_url: str) -> None:
    database = Database(database_url, BOOK)
    Scene.begin(database)
    number = str(ask(database, "2022-01-13T10:00"))
    at = ("--db", database_url, "--as-of", "2022-01-14T10:00", "--by", "王办")
    words = ("act", "answer", "--request", number, "--answer", "granted", "--reason", "同意", *at)
    before = ledger.everything(database)
    assert talent(*words).status == 2
    shown = talent(*words, "--until", "2022-01-25", "--dry-run", "--json").data
    assert (shown["outcome"], len(shown["changes"]["extensions"]), ledger.everything(database)) == ("done", 1, before)
    done = talent(*words, "--until", "2022-01-25")
    again = talent(*words, "--until", "2022-01-25")
    assert (done.status, again.status) == (0, 1)
    audit = table_of(AuditEntry).c
    with database.read() as connection:
        said = connection.execute(select(audit.by, audit.what, audit.subject, audit.city, audit.account)).all()
        tried = connection.execute(select(audit.reason).order_by(audit.id.desc()).limit(1)).scalar_one()
    assert [tuple(row) for row in said] == [
        ("王办", "答复申请或异议", f"request/{number}", NANJING, None),
        ("王办", "答复申请或异议（未作改动）", f"request/{number}", NANJING, None),
    ]
    assert tried == f"{number} 号申请已由 王办 于 2022-01-14 10:00:00 答复（同意），未作改动。事由：同意"
    database.dispose()


def test_without_a_number_the_requests_that_wait_are_listed(talent: Talent, database_url: str) -> None:
    database = Database(database_url, BOOK)
    Scene.begin(database)
    at = ("--db", database_url, "--as-of", "2022-01-14T10:00", "--by", "王办")
    assert talent("act", "answer", *at).out == "没有待答复的申请和异议。\n"
    first, second = ask(database, "2022-01-12T10:00"), ask(database, "2022-01-13T10:00")
    assert talent("act", "answer", "--request", str(first), *at).status == 2
    words = ("--answer", "declined", "--reason", "不同意")
    assert talent("act", "answer", "--request", str(first), *words, *at).status == 0
    assert talent("act", "answer", "--json", *at).data == [
        {"id": second, "kind": "later-day", "phase": "mentor-recommendation", "city": NANJING, "attempt": 1,
         "about": None, "reason": "封控", "by": "南京", "until": "2022-01-25", "as_of": "2022-01-13T10:00:00+08:00"},
    ]  # fmt: skip
    shown = talent("act", "answer", *at).out
    assert all(word in shown for word in (str(second), "南京", "导师推荐", "2022-01-25", "封控", "2022-01-13 10:00"))
    database.dispose()


def test_an_address_that_is_set_is_on_record(season: Talent) -> None:
    assert season("city", "set", "盐城", "--email", "kepu@yancheng.example", "--by", "李办").status == 0
    assert season("office", "set", "--lead", "lead@province.example", "--by", "李办").status == 0
    audit, database = table_of(AuditEntry).c, Database(os.environ["TALENT_DATABASE__URL"], BOOK)
    with database.read() as connection:
        kept = connection.execute(select(audit.what, audit.subject).where(audit.by == "李办").order_by(audit.id)).all()
    database.dispose()
    assert [tuple(row) for row in kept] == [("登记邮箱", "office/yancheng"), ("登记邮箱", "office/province")]


def test_the_stamp_comes_before_a_slow_database(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A command of the last second finds a database that is slow to answer: it came in before."""
    database, clock = Database(database_url, BOOK), [instant("2022-01-15T23:59:59")]
    Scene.begin(database, rehearsal=False)
    database.dispose()

    class Clock(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]  # a plain one will do
            return clock[0].astimezone(tz)

    def slow(self: Database) -> AbstractContextManager[Connection]:
        clock[0] += timedelta(minutes=2)
        return read(self)

    read = Database.read
    monkeypatch.setattr(options, "datetime", Clock)
    monkeypatch.setattr(Database, "read", slow)
    assert SeasonOptions(db=database_url).acting()[2].at == instant("2022-01-15T23:59:59")
    assert clock[0] > instant("2022-01-16T00:00")


def test_a_file_is_read_after_the_stamp(season: Talent, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    new, order = tmp_path / "2022.toml", list[str]()
    new.write_text(files.load(2022).source_text, encoding="utf-8")
    stamped, bytes_of = SeasonOptions.stamp, Path.read_bytes

    def stamp(self: SeasonOptions) -> Stamp:
        order.append("stamp")
        return stamped(self)

    def read_bytes(self: Path) -> bytes:
        order.extend(["file"] * (self == new))
        return bytes_of(self)

    monkeypatch.setattr(SeasonOptions, "stamp", stamp)
    monkeypatch.setattr(Path, "read_bytes", read_bytes)
    assert season("act", "amend", "--reason", "寒潮", "--calendar", str(new)).status == 0
    assert order == ["stamp", "file"]


def test_a_calendar_is_amended_from_a_file(season: Talent, tmp_path: Path) -> None:
    due = {("meeting", "due"): date(2022, 3, 9)}
    new = tmp_path / "2022.toml"
    new.write_text(with_days(files.load(2022).source_text, due), encoding="utf-8")
    words = ("act", "amend", "--reason", "寒潮", "--as-of", "2022-02-07T09:00", "--calendar")
    assert season(*words, str(tmp_path / "nothing.toml")).status == 1
    assert season(*words, str(new), "--dry-run").status == 0
    assert season(*words, str(new)).status == 0
    assert "未作改动" in season(*words, str(new)).out


@pytest.mark.parametrize("wrong", [("--answer", "perhaps"), ("--request", "x"), ("--reason", " ")])
def test_what_is_wrong_is_said_in_the_words_of_the_form(season: Talent, wrong: tuple[str, str]) -> None:
    given = {"--request": "1", "--answer": "declined", "--reason": "无"} | dict([wrong])
    ran = season("act", "answer", *(word for pair in given.items() for word in pair))
    assert (ran.status, ran.out, ran.err.strip().endswith("。")) == (2, "", True)


def test_what_needs_two_hands_is_not_done_by_a_command(
    talent: Talent, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene = Scene.begin(Database(database_url, BOOK))
    before = ledger.story(scene.database)
    monkeypatch.setenv("TALENT_COUNTERSIGNED", "withdraw")
    ran = talent(
        "phase", "withdraw", "--city", "南京", "--reason", "试验", "--db", database_url, "--as-of", "2022-01-07T09:00"
    )
    assert (ran.status, ran.err.strip()) == (1, str(NeedsSecondHand()))
    assert ledger.story(scene.database) == before
    scene.database.dispose()
