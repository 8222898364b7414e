"""Two at the same time: passes that race do everything once, and 65 places stay 65."""

from __future__ import annotations

import os
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert, text

from acts import on_paper
from acts.advance import Advance
from acts.open_year import open_year
from gates.states import State
from models import database as database_module
from models import writing
from models.database import Database
from phases.book import BOOK
from season import judging
from season.outcome import Outcome
from tests.support import ledger, sheets
from tests.support.kinds import EACH_ON_BOTH
from tests.support.originals import SIX_EACH, Originals
from tests.support.scenes import NANJING, Scene, calendar, stamp
from tests.support.shelf import BEFORE_YANCHENG, BEFORE_YANGZHOU

pytestmark = [pytest.mark.slow, EACH_ON_BOTH]

Played = Callable[[str], Scene]

APPLICATION, INTERVIEW = "application", "interview"
CITIES = ("nanjing", "wuxi", "xuzhou")
TICKS = {
    BEFORE_YANGZHOU: ("2022-01-18T09:00", "2022-01-21T00:00", "2022-01-21T09:00", "2022-01-24T09:00"),
    BEFORE_YANCHENG: ("2022-02-08T09:00", "2022-02-10T09:00", "2022-02-21T00:00", "2022-02-21T09:00"),
}


def together(works: Sequence[Callable[[], object]]) -> list[object]:
    """Do these at the same time in threads; an error is given back as what came of it."""
    gate, found = threading.Barrier(len(works)), [None] * len(works)

    def do(place: int) -> None:
        gate.wait()
        try:
            found[place] = works[place]()  # type: ignore[call-overload]
        except Exception as error:  # noqa: BLE001 - it is what is compared
            found[place] = error  # type: ignore[call-overload]

    threads = [threading.Thread(target=do, args=(place,)) for place in range(len(works))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return list(found)


def own(scene: Scene, work: Callable[[Scene], object]) -> Callable[[], object]:
    """The work, to be done over connections of its own."""

    def done() -> object:
        database = Database(scene.database.url, BOOK)
        try:
            return work(Scene(database, scene.year))
        finally:
            database.dispose()

    return done


def submitting(scene: Scene, phase: str, city: str, at: str) -> Callable[[], object]:
    return own(scene, lambda alone: alone.submit(phase, city, at))


def passing(scene: Scene, at: str) -> Callable[[], object]:
    return own(scene, lambda alone: alone.advance(at))


@pytest.mark.parametrize("mark", list(TICKS))
def test_two_passes_in_threads_do_everything_once(played: Played, mark: str) -> None:
    alone, scene = played(mark), played(mark)
    for at in TICKS[mark]:
        expected = alone.advance(at)
        found = together([passing(scene, at), passing(scene, at)])
        assert sorted(map(repr, found)) == sorted(map(repr, [Advance(), expected]))
    assert ledger.story(scene.database) == ledger.story(alone.database)


@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")
@pytest.mark.parametrize("mark", list(TICKS))
def test_two_passes_in_processes_do_everything_once(played: Played, mark: str) -> None:
    alone, scene = played(mark), played(mark)
    for at in TICKS[mark]:
        alone.advance(at)
        children = [in_a_process(scene.database.url, at) for _ in range(2)]
        assert [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children] == [0, 0]
    assert ledger.story(scene.database) == ledger.story(alone.database)


def in_a_process(url: str, at: str) -> int:
    child = os.fork()
    if child == 0:
        status = 1
        try:
            status = bool(Scene(Database(url, BOOK), calendar()).advance(at).failures)
        finally:
            os._exit(status)
    return child


def test_two_cities_that_file_and_a_pass_all_get_through(played: Played) -> None:
    scene = played(BEFORE_YANCHENG)
    at = "2022-02-12T10:00"
    for city in CITIES:
        scene.rerun(APPLICATION, city, "2022-02-07T10:00", date(2022, 2, 18))
    found = together([*(submitting(scene, APPLICATION, city, at) for city in CITIES), passing(scene, at)])
    assert [getattr(one, "outcome", None) or getattr(one, "failures", one) for one in found] == ["done"] * 3 + [{}]


@pytest.fixture
def six_each(originals: Originals, tmp_path: Path) -> Iterator[Scene]:
    """A season of one's own in which each city is about to have six students funded."""
    with originals.copy(SIX_EACH, tmp_path) as url:
        database = Database(url, BOOK)
        yield Scene(database, calendar())
        database.dispose()


def file_all(scene: Scene) -> list[object]:
    return together([submitting(scene, INTERVIEW, city.slug, "2022-02-10T10:00") for city in scene.year.cities])


def funded(scene: Scene) -> int:
    """The places of whoever takes part; a city that left keeps what it had on record, should it come back."""
    cells = [scene.cell(INTERVIEW, city.slug) for city in scene.year.cities]
    return sum((cell.tally or {}).get("funded", 0) for cell in cells if cell.state is not State.WITHDRAWN)


def test_sixty_five_places_are_never_sixty_six(six_each: Scene) -> None:
    found = file_all(six_each)
    assert Counter(getattr(one, "outcome", repr(one)) for one in found) == {"done": 10, "returned": 3}
    broken = {
        finding.rule
        for one in found
        if isinstance(one, Outcome) and one.verdict and not one.done
        for finding in one.verdict.refusals
    }
    assert broken == {"funding.province-total"}
    assert funded(six_each) == 60


@pytest.mark.parametrize("kind", ["postgresql"], indirect=True)  # that of SQLite is the lost update of test_database
def test_without_the_years_lock_they_would_be(six_each: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: all 13 judge by what they see before any of them commits; nor do they meet at the chain's key."""
    monkeypatch.setattr(database_module, "text", lambda sql: text(sql.replace("FOR UPDATE", "")))
    monkeypatch.setattr(writing, "append_chained", lambda run, table, rows, _: run.execute(insert(table), rows))
    gate, judge = threading.Barrier(13), judging.judge_cities

    def once_all_have_judged(*args: object, **options: object) -> object:
        found = judge(*args, **options)  # type: ignore[arg-type]
        gate.wait(20)
        return found

    monkeypatch.setattr(judging, "judge_cities", once_all_have_judged)
    file_all(six_each)
    assert funded(six_each) == 78


def test_a_rerun_keeps_its_places_and_a_withdrawal_frees_them(six_each: Scene) -> None:
    cities = [city.slug for city in six_each.year.cities]
    for city in cities[:10]:
        assert six_each.submit(INTERVIEW, city, "2022-02-10T10:00").done
        six_each.approve(INTERVIEW, city, "2022-02-10T11:00")
    six_each.rerun(INTERVIEW, NANJING, "2022-02-11T10:00", date(2022, 2, 25))
    assert six_each.submit(INTERVIEW, cities[10], "2022-02-12T10:00").outcome == "returned"
    five = sheets.interview(sheets.students(six_each.city(cities[10])), 5, 5)
    six_each.load(INTERVIEW, cities[10], five, "2022-02-12T11:00")
    assert six_each.submit(INTERVIEW, cities[10], "2022-02-12T11:00").done
    assert (funded(six_each), six_each.cell(INTERVIEW, NANJING).state) == (65, "open")
    assert six_each.submit(INTERVIEW, cities[11], "2022-02-12T12:00").outcome == "returned"
    six_each.withdraw(NANJING, "2022-02-13T10:00")
    assert six_each.submit(INTERVIEW, cities[11], "2022-02-13T11:00").done
    assert six_each.submit(INTERVIEW, cities[12], "2022-02-13T12:00").outcome == "returned"
    assert funded(six_each) == 65


def test_a_rerun_city_may_file_its_own_places_again(six_each: Scene) -> None:
    cities = [city.slug for city in six_each.year.cities]
    for city in cities[:10]:
        six_each.submit(INTERVIEW, city, "2022-02-10T10:00")
        six_each.approve(INTERVIEW, city, "2022-02-10T11:00")
    six_each.load(
        INTERVIEW, cities[10], sheets.interview(sheets.students(six_each.city(cities[10])), 5, 5), "2022-02-11T09:00"
    )
    assert six_each.submit(INTERVIEW, cities[10], "2022-02-11T10:00").done
    six_each.rerun(INTERVIEW, NANJING, "2022-02-12T10:00", date(2022, 2, 25))
    for rule in ("interviews.ratio", "funding.city-cap"):
        six_each.waive(rule, INTERVIEW, NANJING, "2022-02-12T10:00")
    assert six_each.submit(INTERVIEW, NANJING, "2022-02-12T11:00").done
    assert funded(six_each) == 65


def test_a_year_opened_twice_at_once_is_opened_once(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    unanswered, both = on_paper.unanswered, threading.Barrier(2)

    def together_if_it_can_be(*given: Any) -> str | None:  # noqa: ANN401 -- SQLite lets in one at a time
        with suppress(threading.BrokenBarrierError):
            both.wait(1)
        return unanswered(*given)

    def opened() -> Outcome:
        database = Database(database_url, BOOK)
        try:
            return open_year(database, calendar(), stamp("2022-01-04T09:00"), rehearsal=True)
        finally:
            database.dispose()

    monkeypatch.setattr(on_paper, "unanswered", together_if_it_can_be)
    found = together([opened, opened])
    assert {one.message for one in found if isinstance(one, Outcome)} == {
        "已开设 2022 年度（演练）：13 个设区市，8 个阶段。",
        "2022 年度（演练）已经开设，未作改动。",
    }, found
