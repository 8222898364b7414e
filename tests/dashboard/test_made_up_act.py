"""An act that only this test knows: its own code and its name in the book, and every way of acting has it."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, cast

import pytest
from cyclopts import App
from sqlalchemy import select

from acts.act import CITIES, PHASE, Act, Bench, Field, Filled, each
from acts.book import ACTS
from calendars import files
from calendars.deadlines import TZ
from commands.act import command_of
from gates.states import Event, State
from models.columns import table_of
from models.database import Database
from models.tables.audit import AuditEntry
from models.tables.season import Transition
from phases.book import BOOK
from rehearsal.packs import read_pack
from rehearsal.play import Play
from season.outcome import Outcome
from season.transaction import sitting
from tests.dashboard.test_acting import hidden
from tests.support import ledger
from tests.support.window import ADMIN, Window

if TYPE_CHECKING:
    from collections.abc import MutableMapping

ROLL = "mentor-recommendation"


def _marked(bench: Bench, filled: Filled, city: str) -> Outcome:
    with sitting(bench.database, bench.year.year, bench.stamp, [city], dry_run=bench.dry_run) as season:
        season.note(season.cells[filled.slug, city], Event.EXTEND, f"{filled.words['mark']}：{filled.reason}")
        outcome = Outcome("done", f"{season.title(filled.slug, city)} 已标注。")
    return season.answered(outcome)


MARK = Act(
    "mark",
    lambda _: "标注",
    (
        PHASE,
        CITIES,
        Field("mark", "标注", "choice", choices=(("seen", "已阅"), ("kept", "留存"))),
        Field("reason", "事由", "reason"),
    ),
    each(_marked),
    lambda _, year, filled: f"标注{filled.named(year)}的{filled.phased}",
    Event.EXTEND,
    frozenset({State.PASSED, State.OPEN}),
)


@pytest.fixture(autouse=True)
def _in_the_book(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(cast("MutableMapping[str, Act]", ACTS), "mark", MARK)


def _marked_cities(database: Database) -> list[str]:
    log = table_of(Transition).c
    with database.read() as connection:
        query = select(log.city).where(log.reason.startswith("kept：")).order_by(log.id)
        return list(connection.execute(query).scalars())


def test_the_window_offers_asks_previews_does_and_records_it(window: Window) -> None:
    admin = window.as_(ADMIN)
    assert "/2022/acts/mark?" in admin.get(f"/2022/{ROLL}/nanjing").text
    asked = admin.get(f"/2022/acts/mark?phase={ROLL}&city=nanjing").text
    assert all(word in asked for word in ("标注", "留存", "已阅", 'value="nanjing" checked'))
    fields, before = {"phase": ROLL, "city": "nanjing", "mark": "kept"}, ledger.everything(window.database)
    assert admin.submit("/2022/acts/mark/preview", **fields).status_code == 422
    shown = admin.submit("/2022/acts/mark/preview", **fields, reason="备查")
    assert (shown.status_code, "确认：标注南京的导师推荐" in shown.text) == (200, True)
    assert ledger.everything(window.database) == before
    answer = admin.submit("/2022/acts/mark", **hidden(shown))
    assert "南京 导师推荐 已标注。" in admin.get(answer.headers["location"]).text
    audit = table_of(AuditEntry).c
    with window.database.read() as connection:
        said = connection.execute(select(audit.subject, audit.reason).where(audit.what == "标注")).all()
    assert [tuple(row) for row in said] == [(f"2022/{ROLL}/nanjing", "备查")]
    assert _marked_cities(window.database) == ["nanjing"]


def test_the_command_line_has_it(window: Window, capsys: pytest.CaptureFixture[str]) -> None:
    app = App(name="act", result_action="return_value")
    app.command(command_of(MARK), name="mark")
    at = ["--db", window.database.url, "--as-of", "2022-02-07T10:00", "--by", "王办"]
    words = ["mark", "--phase", ROLL, "--city", "南京", "--city", "wuxi", "--mark", "kept", "--reason", "留存", *at]
    before = ledger.everything(window.database)
    assert app([*words, "--dry-run"]) == 0
    assert ledger.everything(window.database) == before
    assert app(words) == 0
    assert "南京 导师推荐 已标注。\n无锡 导师推荐 已标注。" in capsys.readouterr().out
    assert _marked_cities(window.database) == ["nanjing", "wuxi"]


def test_a_play_file_may_do_it(database_url: str, tmp_path: Path) -> None:
    event = f'at = 2022-01-05T09:00:00\ndo = "mark"\ncity = "南京"\nphase = "{ROLL}"\nmark = "kept"\nreason = "留存"\n'
    (tmp_path / "pack.toml").write_text(f"year = 2022\n[[events]]\n{event}", encoding="utf-8")
    database = Database(database_url, BOOK)
    until = datetime(2022, 1, 5, 10, tzinfo=TZ)
    play = Play(database, files.load(2022), read_pack(tmp_path), until, "省办")
    for _ in play.steps():
        pass
    assert (play.unmet, _marked_cities(database)) == ([], ["nanjing"])
    database.dispose()
