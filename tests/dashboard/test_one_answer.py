"""Who is late, what waits for the province, what a city does next, why a day is so: all who tell say the same."""

from __future__ import annotations

import html
import re
from datetime import datetime

import pytest

from calendars.deadlines import TZ
from commands.matrix import lateness
from dashboard.acts.at_hand import groups
from dashboard.exports.status_report import facts
from dashboard.views.agenda import late, to_decide
from dashboard.views.matrix import AWAITED, lines
from dashboard.views.standings import rows_of_city
from gates.states import State
from models.reports import Matrix, matrix
from models.stamp import Stamp
from models.waiting import Waiting, waiting
from season import reminding
from season.owing import Owed
from season.reminding import digest
from season.transaction import sitting
from tests.support.window import UNTIL, YEAR, Window

Named = set[tuple[str, str]]

INSTANTS = ("2022-01-17T09:00", "2022-02-07T09:00", "2022-02-14T09:00", "2022-03-01T09:00")
"""Filings wait for the province, a city is late, some do both, many are late."""


@pytest.fixture(params=INSTANTS)
def found(window: Window, request: pytest.FixtureRequest) -> Matrix:
    with window.database.read() as connection:
        return matrix(connection, YEAR, datetime.fromisoformat(request.param).replace(tzinfo=TZ))


def answer(found: Matrix, *, province: bool) -> Named:
    """The one answer, by the names that people read."""
    return {(one.phase.name, one.city.name) for one in waiting(found, province=province)}


@pytest.mark.parametrize("province", [True, False])
def test_the_agenda_the_tasks_and_the_matrix_name_the_same(found: Matrix, province: bool) -> None:
    tasks = to_decide(found) if province else late(found)
    agenda = {(task.phase.name, city.name) for task in tasks for city in task.cities}
    at_hand = {(group.phase.name, one.city.name) for group in groups(found, province=province) for one in group.waiting}
    cells = {
        (found.year.phase(cell.phase).name, line.city.name)
        for line in lines(found)
        for cell in line.cells
        if (AWAITED in cell.notes if province else cell.state is State.OVERDUE)
    }
    assert agenda == at_hand == cells == answer(found, province=province)


def test_the_report_and_the_command_line_name_them_too(found: Matrix) -> None:
    report = facts(found, (), found.as_of)
    named = {(phase, city) for city, phase, state, *_ in lateness(found) if state == State.OVERDUE.chinese}
    assert named == answer(found, province=False)
    awaited = sorted(f"{city}市 {phase}" for phase, city in answer(found, province=True))
    told = sorted(line.partition("：")[0] for line in report["awaiting"])
    assert len(awaited) == len(told) + report["awaiting_more"]
    assert set(told) <= set(awaited)


def test_the_digest_of_a_morning_lists_them_with_the_same_days(window: Window, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is asked of the season itself, which has cells and no matrix; as if this morning's had not been written."""
    now = UNTIL
    monkeypatch.setattr(reminding, "last_digest", lambda *_: None)
    with window.database.read() as connection:
        found = matrix(connection, YEAR, now)
    with sitting(window.database, YEAR, Stamp("省办", now, now), dry_run=True) as season:
        digest(season)
        (owed,) = [one for one in season.owed if one.kind == "digest"]
    assert _items(owed, "late") == {(_filing(found, one), one.pending.late) for one in waiting(found, province=False)}
    filed = {_filing(found, one) for one in waiting(found, province=True)}
    assert filed <= {label for label, _ in _items(owed, "awaiting")}


def _filing(found: Matrix, one: Waiting) -> str:
    """What the city files, as a letter names it."""
    called = found.book.dealings(one.phase, found.year).called
    assert called is not None
    return f"{one.city.name}市{called.short}"


def _items(owed: Owed, group: str) -> set[tuple[str, int | None]]:
    return {(item.label, item.days) for item in owed.items if item.group == group}


@pytest.mark.parametrize("name", ["yancheng", "admin"])
@pytest.mark.parametrize("phase", ["shortlist", "interview"])
def test_a_citys_home_and_the_page_of_its_phase_begin_alike(window: Window, phase: str, name: str) -> None:
    browser = window.as_(name)
    home, page = (
        html.unescape(browser.get(at).text) for at in (f"/{YEAR}/cities/yancheng", f"/{YEAR}/{phase}/yancheng")
    )
    row = home.split('class="tasklist"')[1].split(f"/{phase}/yancheng")[1].split("</li>")[0]
    (said,) = re.findall(r'<p class="muted">([^<]*)</p>', row)
    assert said.strip() in page


def test_a_due_day_is_explained_alike(window: Window) -> None:
    with window.database.read() as connection:
        found = matrix(connection, YEAR, UNTIL)
    for city, standings in found.cities.items():
        assert [row.why for row in rows_of_city(found, city)] == [one.due.why for one in standings]
