"""A rehearsal that is stopped and played on, a stretch at a time, ends where the uninterrupted one ends."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from acts import rerun
from calendars import files
from calendars.deadlines import TZ
from models import letterbox, standing
from models.database import Database
from models.reports import matrix
from models.stamp import Stamp
from phases.book import BOOK
from rehearsal.packs import Pack, read_pack
from rehearsal.play import Play, by_day, ends
from rehearsal.playing_on import next_moment, play_on, postman
from tests.support.shelf import Shelf

YEAR = files.load(2022)
PACK = Path(__file__).parents[2] / "deployments" / "demo" / "2022"
ILLEGAL = "没有办成：盐城 面试名单：处于“进行中”的阶段不能重新开放；本阶段正在进行；如需改期，请用延期。"
FIRST = datetime(2022, 2, 7, 9, 0, tzinfo=TZ)


@pytest.fixture(scope="module")
def stopped(migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The season as the demonstration opens on it, its letters delivered."""
    folder = tmp_path_factory.mktemp("stopped")
    database = Database(f"sqlite:///{shutil.copy(migrated_sqlite, folder / 'talent.db')}", BOOK)
    sender = postman(database, folder / "mail", "省办 <office@talent.example>")
    for _ in Play(database, YEAR, read_pack(PACK), FIRST, "省办", post=sender).steps():
        pass
    database.dispose()
    return folder


class Demo:
    """One demonstration, moved forward by hand."""

    def __init__(self, folder: Path) -> None:
        self.mail = folder / "mail"
        self.database = Database(f"sqlite:///{folder / 'talent.db'}", BOOK)

    @property
    def now(self) -> datetime:
        with self.database.read() as connection:
            clock = standing.opened(connection, 2022).clock
        assert clock is not None
        return clock.astimezone(TZ)

    def to(self, until: datetime, *leave: str, pack: Pack | None = None) -> tuple[bool, list[str]]:
        sender = postman(self.database, self.mail, "省办 <office@talent.example>")
        span, events = (self.now, until), pack or read_pack(PACK)
        outcome = play_on(self.database, YEAR, events, span, "省办", sender, leave=leave)
        return outcome.done, outcome.message.splitlines()

    def letters(self) -> tuple[dict[str, dict[str, int]], set[str]]:
        with self.database.read() as connection:
            rows = letterbox.listed(connection, 2022, {})
        return by_day((row.queued_as_of, row.kind) for row in rows), {row.state for row in rows}


@pytest.fixture
def demo(stopped: Path, tmp_path: Path) -> Iterator[Demo]:
    shutil.copytree(stopped, tmp_path / "demo")
    made = Demo(tmp_path / "demo")
    yield made
    made.database.dispose()


@pytest.mark.slow
def test_played_to_the_end_by_moments_and_days_it_ends_as_the_pack_expects(demo: Demo, sqlite_shelf: Shelf) -> None:
    steps = 0
    while demo.now < ends(YEAR):
        coming = next_moment(YEAR, demo.now)
        day = demo.now + timedelta(days=1)
        assert demo.to(coming.instant if coming and steps % 3 else day)[0]
        steps += 1
    with demo.database.read() as connection:
        ended = matrix(connection, 2022, ends(YEAR)).as_json()
    expected = json.loads((PACK / "expected.json").read_text(encoding="utf-8"))
    cells = {
        city["city"]: {
            phase["phase"]: {key: phase[key] for key in ("state", "attempt", "timeliness")} for phase in city["phases"]
        }
        for city in ended["cities"]
    }
    assert (cells, ended["totals"]) == (expected["cities"], expected["totals"] | {"funded_cap": 65})
    assert demo.letters()[0] == sqlite_shelf.ended["letters"]
    assert demo.letters()[1] <= {"sent", "cancelled"}


def test_a_day_brings_what_is_due_in_it_and_says_so(demo: Demo) -> None:
    before = len(list((demo.mail / "new").iterdir()))
    done, said = demo.to(FIRST + timedelta(days=1), "yancheng")
    assert (done, said) == (True, ["演示时钟已到 2022-02-08 09:00。", "写成函件 1 封：每日待办 1。"])
    assert demo.now == FIRST + timedelta(days=1)
    assert len(list((demo.mail / "new").iterdir())) == before + 1


def test_what_the_pack_does_happens_where_nobody_took_it_in_hand(demo: Demo) -> None:
    _, said = demo.to(FIRST + timedelta(days=2))
    assert said[:2] == ["演示时钟已到 2022-02-09 09:00。", "面试名单 已逾期 → 进行中：盐城。"]


def test_what_no_longer_applies_is_refused_and_told(demo: Demo) -> None:
    """The visitor gives Yancheng another day than the pack does at half past nine."""
    at = demo.now
    until = datetime(2022, 2, 9, tzinfo=TZ).date()
    given = rerun.rerun(
        demo.database, 2022, "shortlist", "yancheng", Stamp("来访者", at, at), until=until, reason="疫情"
    )
    assert given.done
    done, said = demo.to(FIRST + timedelta(hours=1))
    assert (done, [line for line in said if line.startswith("没有办成")]) == (
        True,
        [ILLEGAL],
    )
    assert demo.letters()[1] <= {"sent", "cancelled"}, "the visitor's own letter went out when time moved on"


def test_a_later_day_that_a_visitor_granted_is_a_moment_of_its_own(demo: Demo) -> None:
    at = demo.now
    until = datetime(2022, 2, 9, tzinfo=TZ).date()
    rerun.rerun(demo.database, 2022, "shortlist", "yancheng", Stamp("来访者", at, at), until=until, reason="疫情")
    demo.to(datetime(2022, 2, 10, 0, 0, tzinfo=TZ), "yancheng")
    with demo.database.read() as connection:
        assert standing.cells(connection, 2022, None)["shortlist", "yancheng"].state == "overdue"


def test_a_year_that_is_over_goes_no_further(demo: Demo) -> None:
    sender = postman(demo.database, demo.mail, "省办 <office@talent.example>")
    after = ends(YEAR)
    outcome = play_on(demo.database, YEAR, Pack(2022, (), PACK), (after, after + timedelta(days=1)), "省办", sender)
    assert (outcome.outcome, outcome.message) == ("refused", "2022 年度已经演完，时钟不再往前。")
