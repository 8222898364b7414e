"""The flows run in this process, against a server: what they do, what their state says, what Prefect gets to know.

Each is asked for its state. A result is lost where the server was slow to take the last state and was told it again.
"""

from __future__ import annotations

import gc
import json
import shutil
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from prefect.client.schemas.objects import State
from prefect.settings import PREFECT_LOGGING_TO_API_ENABLED, temporary_settings
from sqlalchemy import update

from calendars.deadlines import TZ
from calendars.files import load
from flows.deliver import post
from flows.phase_flows import FLOWS
from flows.rehearse import rehearse
from flows.rerun import rerun
from flows.watch import watch
from models.audit import entries
from models.database import Database
from models.signs_of_life import signs
from models.standing import cells
from models.tables.catalogue import declared
from phases.book import BOOK
from season.unit_of_work import Season
from tasks import announcing, posting
from tasks.run_lock import alone
from tests.support.site import Site

pytestmark = [
    pytest.mark.prefect,
    pytest.mark.slow,
    # Prefect keeps a client and an event socket a loop, and leaves them to the collector.
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]

PHASE = "mentor-recommendation"
CITIES = [city.slug for city in load(2022).cities]
PACK = Path(__file__).parents[2] / "deployments" / "demo" / "2022"


@pytest.fixture(autouse=True, scope="module")
def _leaving_nothing() -> Iterator[None]:
    """Collect what Prefect left before another module's tests would be blamed for it."""
    yield
    gc.collect()


@pytest.fixture(autouse=True)
def _here(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """The flows read the database and the mailbox of this test's folder."""
    monkeypatch.setenv("TALENT_DATABASE__URL", site.database.url)
    monkeypatch.setenv("TALENT_MAILDIR", str(site.folder / "mail"))


@pytest.fixture
def rehearsal(site: Site) -> Site:
    site.open(2022, at("2021-12-31T00:00"), rehearsal=True)
    return site


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=TZ)


def said(state: State[Any]) -> tuple[str, str | None]:
    return state.name or "", state.message


async def shown(state: State[Any]) -> dict[str, Any]:
    """The artifacts of the run that ended so, tables read."""
    found = await Site.artifacts(state.state_details.flow_run_id)
    return {key: json.loads(data) if isinstance(data, str) else data for key, data in found.items()}


async def test_what_is_owed_is_done_once_and_then_nothing_is(rehearsal: Site) -> None:
    opens = at("2021-12-31T09:00")
    assert said(await FLOWS["mentor_recommendation"](2022, as_of=opens, return_state=True)) == (
        "已按日程办理",
        "13 处状态变动，13 封函件待发",
    )
    assert rehearsal.states(2022, PHASE) == dict.fromkeys(CITIES, "open")
    assert len(rehearsal.mail()) == 13
    again = await FLOWS["mentor_recommendation"](2022, as_of=opens, return_state=True)
    assert said(again) == ("无事可做", "没有应做而未做的事")
    assert len(rehearsal.mail()) == 13


async def test_a_phase_that_waits_says_so(rehearsal: Site) -> None:
    waiting = await FLOWS["application"](2022, as_of=at("2022-01-05T09:00"), return_state=True)
    assert said(waiting) == ("等待上一阶段", "前一阶段尚未通过，没有应做而未做的事")
    assert rehearsal.states(2022, "application") == dict.fromkeys(CITIES, "waiting")


async def test_one_city_that_fails_is_named_and_holds_up_no_other(rehearsal: Site) -> None:
    whole = Season.read

    def broken(*args: object, **names: object) -> Season:
        season = whole(*args, **names)  # type: ignore[arg-type]
        if "yancheng" in season.cities:
            raise RuntimeError("盐城的王小明")
        return season

    with patch.object(Season, "read", broken):
        failed = await FLOWS["mentor_recommendation"](2022, as_of=at("2021-12-31T00:00"), return_state=True)
    assert failed.is_failed()
    assert said(failed) == ("部分城市未完成", "2022 yancheng；其余城市已按日程办理，下一次 watch 会重试")
    assert Counter(rehearsal.states(2022, PHASE).values()) == {"open": 12, "waiting": 1}
    table = (await shown(failed))[f"{PHASE}-2022"]
    assert [row["城市"] for row in table] == CITIES
    assert {row["城市"]: row["结果"] for row in table if row["结果"] != "完成"} == {
        "yancheng": "失败（RuntimeError），等待重试"
    }
    assert "王小明" not in json.dumps(table, ensure_ascii=False)
    mended = await watch(2022, as_of=at("2021-12-31T00:01"), return_state=True)
    assert mended.name == "已按日程办理"
    assert rehearsal.states(2022, PHASE) == dict.fromkeys(CITIES, "open")


async def test_a_city_is_named_as_people_name_it(rehearsal: Site) -> None:
    await FLOWS["mentor_recommendation"](2022, ["盐城", "3201"], at("2021-12-31T00:00"), return_state=True)
    assert {city for city, state in rehearsal.states(2022, PHASE).items() if state == "open"} == {"yancheng", "nanjing"}


async def test_watch_moves_every_year_under_way(site: Site) -> None:
    site.open(2022)
    site.open(2026)
    assert (await watch(return_state=True)).name == "已按日程办理"
    assert site.states(2022, PHASE) == dict.fromkeys(CITIES, "open")
    assert site.states(2026, PHASE) == dict.fromkeys(CITIES, "open")


async def test_watch_and_post_leave_a_sign_of_life_and_a_run_of_one_year_none(site: Site) -> None:
    site.open(2026)

    def left() -> list[str]:
        with site.database.read() as connection:
            return [sign.work for sign in signs(connection)]

    await FLOWS["mentor_recommendation"](2026, return_state=True)
    assert left() == ["post"]  # every run sends what is due
    await watch(return_state=True)
    assert left() == ["post", "watch"]


async def test_while_another_run_sends_the_year_moves_on_and_the_letters_wait(rehearsal: Site) -> None:
    opens = at("2021-12-31T00:00")
    with alone("post", rehearsal.database):
        assert (await watch(2022, opens, return_state=True)).name == "已按日程办理"
        assert said(await post(return_state=True)) == ("另一次投递尚未结束", "函件由那一次运行发出，其余的等下一次")
        assert rehearsal.mail() == []
    assert (await post(return_state=True)).name == "已投递"
    assert len(rehearsal.mail()) == 13


async def test_watch_leaves_a_rehearsal_to_who_plays_it(site: Site) -> None:
    site.open(2026, at("2025-12-31T00:00"), rehearsal=True)
    await watch(return_state=True)
    assert site.states(2026, PHASE) == dict.fromkeys(CITIES, "waiting")


async def test_an_as_of_is_refused_where_the_year_is_real(site: Site) -> None:
    site.open(2022)
    refused = await watch(2022, at("2022-01-16T00:00"), return_state=True)
    assert refused.is_failed()
    assert "不接受 --as-of" in str(refused.message)


async def test_a_defect_tells_prefect_no_name(site: Site) -> None:
    site.open(2022)
    with patch.object(posting, "send", side_effect=ValueError("王小明 wang@school.example")):
        broken = await post(return_state=True)
    assert broken.is_failed()
    assert "ValueError" in str(broken.message)
    assert "王小明" not in str(broken.message)


CHILD = "CanaryChild"


def named_so(database: Database) -> None:
    """Have every child of the season bear a name that is nobody's else."""
    with database.write("every") as connection:
        for table in declared(BOOK).sorted_tables:
            if {"number", "name"} <= {*table.c.keys()}:
                connection.execute(update(table).values(name=CHILD))


async def test_no_child_is_named_in_what_prefect_keeps_its_log_or_the_mail(
    site: Site, season_file: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    shutil.copy(season_file, site.folder / "talent.db")
    named_so(site.database)
    with temporary_settings({PREFECT_LOGGING_TO_API_ENABLED: True}):
        for day in ("2022-02-08", "2022-03-01"):
            await watch(2022, as_of=at(f"{day}T09:30"), return_state=True)
        failing = ValueError(f"Failing row contains ({CHILD})")
        with patch.object(posting, "send", side_effect=failing), patch.object(Season, "read", side_effect=failing):
            ended = [await post(return_state=True), await watch(2022, as_of=at("2022-03-02T09:30"), return_state=True)]
        assert [one.is_failed() for one in ended] == [True, True]
        await post(return_state=True)
    kept = [path for path in site.server.home.rglob("*") if path.is_file()]
    mail = [
        message_from_bytes((site.folder / "mail" / "new" / one).read_bytes(), policy=default) for one in site.mail()
    ]
    said = [part.get_content() for one in mail for part in one.walk() if not part.is_multipart()]
    assert ("prefect.db" in {path.name for path in kept}, len(mail) > len(CITIES)) == (True, True)
    assert b"Failing" not in b"".join(path.read_bytes() for path in kept)
    assert not [path for path in kept if CHILD.encode() in path.read_bytes()]
    assert not [one for one in said if CHILD in str(one)]
    assert CHILD not in "".join(capfd.readouterr())


async def test_post_sends_what_any_act_queued(rehearsal: Site) -> None:
    assert said(await post(return_state=True)) == ("无信可投", "没有到时的函件")
    with patch.object(posting, "send", side_effect=ConnectionError):
        await FLOWS["mentor_recommendation"](2022, as_of=at("2021-12-31T00:00"), return_state=True)
    assert rehearsal.mail() == []
    assert said(await post(return_state=True)) == ("已投递", "已投递 13 封，被拒 0 封，稍后重试 0 封，结果不明 0 封")
    assert len(rehearsal.mail()) == 13


async def test_a_chat_that_fails_is_no_fault_of_the_posts(rehearsal: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    assert rehearsal.mail() == []
    monkeypatch.setenv("TALENT_NOTIFY", "json://127.0.0.1:9/")
    with patch.object(announcing, "announce", side_effect=RuntimeError("secret-address")) as announced:
        ended = await post(return_state=True)
    assert (said(ended), announced.called) == (("无信可投", "没有到时的函件"), True)


def others(site: Site) -> Sequence[object]:
    with site.database.read() as connection:
        return [cell for cell in cells(connection, 2022, None).values() if cell.city != "yancheng"]


async def test_a_rerun_touches_one_city_and_run_twice_ends_in_the_same_place(rehearsal: Site) -> None:
    await watch(2022, at("2022-01-17T09:00"), return_state=True)
    before = others(rehearsal)
    asked: dict[str, Any] = {
        "year": 2022,
        "phase": PHASE,
        "city": "盐城",
        "until": date(2022, 1, 19),
        "reason": "系统迁移",
        "by": "省办",
    }
    when, far = at("2022-01-17T09:30"), date(2022, 4, 30)
    slip = await rerun(**asked | {"until": far}, dry_run=True, as_of=when, return_state=True)
    meant = await rerun(**asked | {"until": far, "confirm": far}, dry_run=True, as_of=when, return_state=True)
    assert (slip.name, meant.name) == ("未予重新开放", "仅预览")
    preview = await rerun(**asked, dry_run=True, as_of=when, return_state=True)
    assert (preview.name, rehearsal.states(2022, PHASE)["yancheng"]) == ("仅预览", "overdue")
    done = await rerun(**asked, as_of=when, return_state=True)
    tables = [(await shown(state))["rerun-2022"] for state in (preview, done)]
    assert [[(row["城市"], row["变动"], row["函件"]) for row in table] for table in tables] == [
        [("yancheng", f"{PHASE} overdue→open", "rerun×1")]
    ] * 2
    once = list(others(rehearsal)), rehearsal.states(2022, PHASE)["yancheng"], rehearsal.mail()
    assert once[:2] == (before, "open")
    await rerun(**asked, as_of=when, return_state=True)
    assert (others(rehearsal), rehearsal.states(2022, PHASE)["yancheng"], rehearsal.mail()) == once
    with rehearsal.database.read() as connection:
        kept = [(entry.what, entry.by, entry.city) for entry in entries(connection, most=2)]
    assert kept == [(what, "省办", "yancheng") for what in ("重新开放（未作改动）", "重新开放")]


@pytest.mark.usefixtures("rehearsal")
async def test_a_rerun_that_is_refused_says_why() -> None:
    refused = await rerun(
        year=2022, phase="shortlist", city="yancheng", until=date(2022, 1, 19), reason="无", by="省办",
        as_of=at("2022-01-10T09:00"), return_state=True,
    )  # fmt: skip
    assert (refused.is_failed(), refused.name) == (True, "未予重新开放")


async def test_a_rehearsal_shows_how_far_it_is_and_touches_nothing_real(site: Site) -> None:
    ended = await rehearse(2022, str(PACK), at("2022-01-19T12:30"), return_state=True)
    assert ended.name == "演练完成"
    seen = await shown(ended)
    progress = dict.fromkeys(CITIES, "passed·1") | {"yangzhou": "passed·2"}
    assert {row["城市"]: row[PHASE] for row in seen["rehearse-2022"]} == progress
    assert seen["rehearse-2022-progress"] == 100.0
    with site.database.read() as connection:
        assert cells(connection, 2022, None) == {}
