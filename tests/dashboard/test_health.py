"""What whoever watches machines is told."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from acts.open_year import open_year
from calendars.files import load
from dashboard.serving.app import make_app
from dashboard.serving.metrics import Metrics, near
from dashboard.serving.rendering import static
from dashboard.serving.request_log import NOWHERE
from models import migrate, signs_of_life
from models.database import Database
from models.machine_figures import MachineFigures
from models.stamp import Stamp
from phases.book import BOOK
from tests.support.window import ADMIN, BASE, Browser, Window, give_accounts

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
EARLY, MINUTE = datetime(2022, 1, 4, 1, tzinfo=UTC), timedelta(minutes=1)


def lines(text: str) -> list[str]:
    return [line for line in text.splitlines() if not line.startswith("#") and "_created" not in line]


def test_it_lives_and_is_ready_where_its_database_is(window: Window, tmp_path: Path) -> None:
    nobody = window.as_(None)
    assert (nobody.get("/livez").text, nobody.get("/readyz").json()) == ("ok\n", {"ready": True, "reason": None})
    bare = Browser(replace(window.site, database=Database(f"sqlite:///{tmp_path}/nowhere.db", BOOK)), None)
    assert (bare.get("/livez").status_code, bare.get("/readyz").status_code) == (200, 503)
    assert bare.get("/readyz").json() == {"ready": False, "reason": "not-prepared"}


def test_the_figures_count_and_name_nobody(window: Window) -> None:
    cookies = dict(window.as_(ADMIN).cookies)
    client = TestClient(make_app(window.site), base_url=BASE, client=("127.0.0.1", 5000), cookies=cookies)
    client.get("/2022")
    client.get(static("talent.css"))
    client.get("/nowhere/at/all/王小明")
    client.get("/2022/cities/nanjing/王小明")
    text = client.get("/metrics").text
    told = lines(text)
    assert 'talent_requests_total{method="GET",route="/{year}",status="200"} 1.0' in told
    assert f'talent_requests_total{{method="GET",route="{NOWHERE}",status="404"}} 2.0' in told
    assert 'talent_requests_total{method="GET",route="/static",status="200"} 1.0' in told
    assert 'talent_city_phases{state="overdue",year="2022"} 1.0' in told
    assert "talent_database_up 1.0" in told
    assert ("王小明" in text, "nanjing" in text, "@" in text) == (False, False, False)


def test_the_figures_of_a_database_that_is_gone() -> None:
    told = lines(Metrics().text(None, NOW).decode())
    assert told == ["talent_database_up 0.0"]


def test_silence_is_told_to_machines_and_stands_above_the_matrix(window: Window, tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'real.db'}", BOOK)
    migrate.upgrade(database)
    assert open_year(database, load(2022), Stamp("省办", EARLY, EARLY), rehearsal=False).done
    give_accounts(database)
    with database.write() as connection:
        signs_of_life.leave(connection, "post", EARLY - MINUTE, MINUTE)
        signs_of_life.leave(connection, "watch", EARLY - 9 * MINUTE, MINUTE)
    here = Window(replace(window.site, database=database, wall=lambda: EARLY))
    admin = here.as_(ADMIN)
    asked = admin.get("/readyz")
    assert (asked.status_code, asked.json()) == (503, {"ready": False, "reason": "watch-silent"})
    assert "自 01-04 08:51 起没有按日程办理（watch）：到期的事没有人办。" in admin.get("/2022").text
    told = lines(admin.get("/metrics").text)
    assert {line for line in told if "silent" in line or "sign" in line} == {
        'talent_sign_of_life_seconds{work="post"} 60.0',
        'talent_sign_of_life_seconds{work="watch"} 540.0',
        'talent_silent{work="post"} 0.0',
        'talent_silent{work="watch"} 1.0',
    }
    with database.write() as connection:
        signs_of_life.leave(connection, "watch", EARLY, MINUTE)
    assert admin.get("/readyz").status_code == 200
    later = Window(replace(here.site, wall=lambda: EARLY + MINUTE)).as_(ADMIN)
    assert "没有按日程办理" not in later.get("/2022").text
    database.dispose()


def test_the_age_of_the_oldest_letter() -> None:
    found = MachineFigures({}, {(2022, "queued"): 2}, {2022: 7}, NOW - timedelta(minutes=5))
    assert lines(Metrics().text(found, NOW).decode()) == [
        "talent_database_up 1.0",
        'talent_letters{state="queued",year="2022"} 2.0',
        'talent_revision{year="2022"} 7.0',
        "talent_oldest_queued_letter_seconds 300.0",
    ]


@pytest.mark.parametrize(
    ("peer", "headers", "may"),
    [
        ("127.0.0.1", {}, True),
        ("::1", {}, True),
        ("10.0.0.8", {}, False),
        ("127.0.0.1", {"X-Forwarded-For": "10.0.0.8"}, False),
        ("testclient", {}, False),
        (None, {}, False),
    ],
)
def test_only_this_machine_is_told_the_figures(peer: str | None, headers: dict[str, str], may: bool) -> None:
    assert near(peer, headers) is may


def test_from_elsewhere_there_is_no_such_page(window: Window) -> None:
    elsewhere = TestClient(make_app(window.site), base_url=BASE, client=("10.0.0.8", 5000))
    assert (elsewhere.get("/metrics").status_code, window.as_(None).get("/metrics").status_code) == (404, 200)


def test_a_made_up_method_makes_no_series_of_its_own() -> None:
    metrics = Metrics()
    for method in ("FOO", "BAR"):
        metrics.note(method, "/", 405, 0.1)
    assert 'talent_requests_total{method="OTHER",route="/",status="405"} 2.0' in lines(metrics.text(None, NOW).decode())
