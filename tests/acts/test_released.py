"""A season that an earlier release began is played on, and its calendar revised, as if this one had begun it."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from acts.amend import amend
from calendars import files, versions
from calendars.edits import with_days
from calendars.faults import CalendarFaults
from gates.verdict import Verdict
from models import migrate, standing
from models.columns import table_of
from models.database import Database
from models.reports import matrix
from models.tables.season import Filing
from phases.book import BOOK, Book
from phases.definition import Total
from rehearsal.packs import read_pack
from rehearsal.play import Play
from tests.support import nextrelease, released
from tests.support.kinds import ON_SQLITE
from tests.support.packs import RELEASED, expected
from tests.support.scenes import NANJING, YEAR, Scene, calendar, instant, stamp
from tests.support.shelf import END
from tests.support.years import parse, revision

LEFT = "2022-02-07T09:30"
"""Where the earlier release left it."""


@pytest.fixture
def left(released_url: str) -> Iterator[Database]:
    opened = Database(released_url, BOOK)
    yield opened
    opened.dispose()


@pytest.fixture(scope="module")
def today(migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """The season of that release, played from its beginning by this one."""
    file = shutil.copy(migrated_sqlite, tmp_path_factory.mktemp("today") / "played.db")
    opened = Database(f"sqlite:///{file}", BOOK)
    for _ in Play(opened, calendar(), read_pack(RELEASED), instant(END), "省办").steps():
        pass
    yield opened
    opened.dispose()


def verdicts(database: Database, after: str) -> dict[tuple[Any, ...], Any]:
    """Every judgement made after an instant."""
    table = table_of(Filing)
    query = select(table).where(table.c.as_of > instant(after))
    with database.read() as connection:
        return {(row.phase, row.city, row.number, row.part): row.verdict for row in connection.execute(query)}


def by_rules_of(database: Database, judged: dict[tuple[Any, ...], Any]) -> dict[tuple[Any, ...], Any]:
    """The same judgements by the rules that the year was opened with."""
    with database.read() as connection:
        rules = standing.opened(connection, YEAR).book.rules
    return {
        key: verdict | {"rules": [rule for rule in verdict["rules"] if rule["rule"] in rules]}
        for key, verdict in at_filing(judged).items()
    }


def at_filing(judged: dict[tuple[Any, ...], Any]) -> dict[tuple[Any, ...], Any]:
    """The same where a year has no day of its own for the second part: it is judged with the rest."""
    first = {key: verdict for key, verdict in judged.items() if key[3] != "second"}
    for (*filing, part), verdict in judged.items():
        if part == "second":
            whole = first[(*filing, "city")]
            first[(*filing, "city")] = whole | {"rules": [*whole["rules"], *verdict["rules"]]}
    return first


def undated(cities: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What became of the cities, but for a day that the earlier release did not know."""
    return [city | {"phases": [{**phase, "second_due": None} for phase in city["phases"]]} for city in cities]


@pytest.mark.slow
@ON_SQLITE
def test_it_ends_as_a_season_of_today_does(left: Database, today: Database) -> None:
    with left.read() as connection:
        year = standing.opened(connection, YEAR).year
    for _ in Play(left, year, read_pack(RELEASED), instant(END), "省办").resume(instant(LEFT)):
        pass
    ended = []
    for each in (left, today):
        with each.read() as connection:
            ended.append(matrix(connection, YEAR, instant(END)).as_json())
    assert (ended[0]["cities"], ended[0]["totals"]) == (undated(ended[1]["cities"]), ended[1]["totals"])
    totals = {name: count for name, count in ended[0]["totals"].items() if name != "funded_cap"}
    assert totals == expected(RELEASED)["totals"]
    assert verdicts(left, LEFT) == by_rules_of(left, verdicts(today, LEFT))


def test_what_was_judged_is_shown_whole(left: Database) -> None:
    kept = verdicts(left, "2021-12-31T00:00")
    assert len(kept) == 41
    assert [Verdict.from_json(one).as_json() for one in kept.values()] == list(kept.values())


def test_its_calendar_is_revised_by_a_release_with_another_phase_and_another_figure(left: Database) -> None:
    with nextrelease.installed():
        with left.read() as connection:
            year = standing.opened(connection, YEAR).year
        text = with_days(year.source_text, {("midterm", "due"): date(2022, 9, 2)})
        revised = revision(text, "日历", year)
        said = amend(left, YEAR, revised, stamp("2022-02-07T10:00"), reason="省厅通知")
        assert said.message == "2022 年度日历已修订；13 项截止日随之改变。"
        days = []
        for at in (LEFT, "2022-02-07T10:00"):
            with left.read() as connection:
                found = matrix(connection, YEAR, instant(at)).cities[NANJING]
            days.append(next(one.due.day for one in found if one.phase == "midterm"))
    assert days == [date(2022, 8, 31), date(2022, 9, 2)], "the past keeps its own, which no release had a version for"


def test_a_revision_is_held_to_no_rule_that_the_year_breaks_already(empty_database_url: str) -> None:
    taken_in = ("[phases.midterm]", "[phases.midterm]\nmonthly_from = 2022-08-01")
    released.load(1, empty_database_url, released.dump(1).replace(*taken_in))
    left = Database(empty_database_url, BOOK)
    migrate.upgrade(left)
    with left.read() as connection:
        year = standing.opened(connection, YEAR).year
    text = with_days(year.source_text, {("midterm", "due"): date(2022, 9, 2)})
    with pytest.raises(CalendarFaults, match="这个阶段没有每月提醒"):
        parse(text, "日历")
    with pytest.raises(CalendarFaults) as wrong:
        revision(text.replace("grace = 3", "grace = 61"), "日历", year)
    assert [fault.key for fault in wrong.value.faults] == ["figures.grace"]
    said = amend(left, YEAR, revision(text, "日历", year), stamp("2022-02-07T10:00"), reason="省厅通知")
    left.dispose()
    assert said.message == "2022 年度日历已修订；13 项截止日随之改变。"


def test_an_older_file_takes_back_nothing_that_the_year_states(left: Database) -> None:
    with nextrelease.installed():
        with left.read() as connection:
            older = standing.opened(connection, YEAR).year
        given = 'spare_days = 5\nparty_days = 0\nparty_rungs = [7, 1]\nsummaries_owed = ["市级"]'
        given += "\noffice_hours = [9, 17]\ndigest_days = 5\npanel = 1"
        given += "\nscore_weights = []\nexcellent_from = 85\nqualified_from = 60\npeople_months = 0\naccess_months = 12"
        stated = re.sub(r"(?m)^weights = .*$", given, older.source_text)
        newer = files.stored(f"version = {versions.current()}\n{stated}", "日历")
        first, back = (
            amend(left, YEAR, each, stamp(f"2022-02-07T1{hour}:00"), reason="省厅通知")
            for hour, each in enumerate((newer, older))
        )
        assert (first.outcome, back.outcome) == ("done", "refused")
        named = (
            "access_months", "digest_days", "excellent_from", "office_hours", "panel", "party_days",
            "party_rungs", "people_months", "qualified_from", "score_weights", "spare_days", "summaries_owed",
        )  # fmt: skip
        unsaid = "、".join(f"figures.{name}" for name in named)
        assert back.message == f"文件是旧版格式，没有写明 {unsaid}，现行日历写明了；请在文件里写上。"


def test_totals_that_an_earlier_release_did_not_count_are_nought_and_others_are_left_out(scene: Scene) -> None:
    scene.through("interview", NANJING)
    more = replace(BOOK["interview"], totals=(*BOOK["interview"].totals, Total("tested", "参加测试", "人")))
    for book, counts in ((Book([more]), {"admitted": 2, "tested": 0}), (Book([BOOK["midterm"]]), {"exited": 0})):
        later = Database(scene.database.url, book)
        with later.read() as connection:
            assert matrix(connection, YEAR, instant(END)).totals.items() >= counts.items()
        later.dispose()
