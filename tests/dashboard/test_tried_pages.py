"""What a page brings that was shown while its year was tried is not taken for real once the year is live."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from urllib.parse import quote

import pytest
from httpx2 import Response
from sqlalchemy import update

from acts.load import BEGUN_ANEW, load
from forms import sandbox
from forms.definitions import AskedSheet, Form
from forms.workbook_rows import Reading
from models import standing
from models.columns import table_of
from models.tables.season import ProgrammeYear
from tests.support.filing import CITY, HERE, STAMP, loads, once, reopen, state, workbook
from tests.support.window import ADMIN, YEAR, Browser, Window

FILES = ("/2022/exports/calls.xlsx", "/2022/evaluation.xlsx")
TEAM, ENDED = "trial@kepu.example", "本页是 2022 年度试运行时打开的，现在已经正式启用"


def put(window: Window, **values: object) -> None:
    with window.database.write("every") as connection:
        table = table_of(ProgrammeYear)
        connection.execute(update(table).values(values | {"revision": table.c.revision + 1}))


def uploaded(browser: Browser, token: str) -> Response:
    file = {"workbook": ("面试名单.xlsx", workbook())}
    answer: Response = browser.post(f"{HERE}/workbook", data={"csrf": token}, files=file)
    return answer


def test_a_form_of_the_trial_is_refused_once_the_year_is_live(window: Window) -> None:
    reopen(window)
    browser = window.as_(CITY)
    put(window, trial=TEAM)
    page = browser.get(f"{HERE}/workbook").text
    [token] = set(re.findall(r'name="csrf" value="([^"]+\.2022)"', page))
    assert uploaded(browser, token).status_code == 200
    asked = {"csrf": token, "once": once(browser.get(f"{HERE}/file").text)}
    put(window, trial=None)
    for address in ("workbook", "rows"):
        refused = browser.post(f"{HERE}/{address}", data={"csrf": token}, files={"workbook": ("a.xlsx", workbook())})
        assert (refused.status_code, ENDED in refused.text) == (409, True), address
    told = browser.get(browser.post(f"{HERE}/file", data=asked).headers["location"])
    assert (told.status_code, ENDED in told.text) == (409, True)
    assert (loads(window), state(window, "shortlist")) == (1, "open")
    [token] = set(re.findall(r'name="csrf" value="([^"]+)"', browser.get(f"{HERE}/workbook").text))
    assert (token, uploaded(browser, token).status_code) == (browser.csrf, 200)


@pytest.mark.parametrize("suffix", [".", ".x", ".2022.2022", "2022", f".{'9' * 5000}"])
def test_what_else_stands_after_a_token_is_none(window: Window, suffix: str) -> None:
    browser = window.as_(CITY)
    assert uploaded(browser, browser.csrf + suffix).status_code == 403


def test_a_workbook_that_is_read_while_the_year_goes_live_is_not_loaded(
    window: Window, monkeypatch: pytest.MonkeyPatch
) -> None:
    reopen(window)
    put(window, trial=TEAM)
    with window.database.read() as connection:
        begun = standing.opened(connection, YEAR).begun
    assert begun is not None

    def meanwhile(source: Path | bytes, form: Form[AskedSheet], whose: Mapping[str, str]) -> Reading:
        put(window, trial=None, opened_as_of=begun + timedelta(hours=1))
        return sandbox.read(source, form, whose)

    monkeypatch.setattr("acts.load.read", meanwhile)
    outcome = load(window.database, YEAR, "shortlist", CITY, workbook(), STAMP)
    assert (outcome.outcome, outcome.message, loads(window)) == ("refused", BEGUN_ANEW, 0)


def test_files_of_a_trial_and_what_is_to_be_done_say_that_it_is_one(window: Window) -> None:
    admin = window.as_(ADMIN)
    for trial in (None, TEAM):
        put(window, trial=trial)
        files = [admin.get(address).headers["content-disposition"] for address in FILES]
        assert [quote("（试运行，不作数）") in name for name in files] == [trial is not None] * len(FILES)
        assert ("仍在试运行，各市没有收到函件" in admin.get("/2022/tasks").text) is (trial is not None)
