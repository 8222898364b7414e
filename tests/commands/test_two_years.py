"""Where two years run, an act says which it is for; to look at one, the newest is taken."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest

from tests.commands.conftest import Talent

ACTS = (
    "phase advance",
    "phase extend application --all --until 2022-01-25 --reason 暴雪",
    "phase correct application --city nanjing --reason 误",
    "phase rerun application --city nanjing --until 2022-01-25 --reason 暴雪",
    "phase submit application --city nanjing",
    "phase withdraw --city nanjing --reason 退出",
    "act retract --phase application --city nanjing",
    "act answer --request 1 --answer declined --reason 否",
    "act adopt --rule x --reason 改",
    "act address --number 1 --choice new --reason 改",
)
SHARED = ("city set nanjing --email kepu@nanjing.example", "letters suppressed", "status", "log", "letters list")


@pytest.fixture
def years(talent: Talent, monkeypatch: pytest.MonkeyPatch) -> Talent:
    """Two years of rehearsal that run."""
    monkeypatch.setenv("TALENT_DATABASE__URL", "sqlite:///two.db")
    for year in ("2022", "2026"):
        opened = talent("year", "open", year, "--rehearsal", "--as-of", "2021-12-31")
        assert opened.status == 0, opened.err
    return talent


@pytest.mark.parametrize("command", ACTS)
def test_an_act_names_its_year_where_two_run(years: Talent, command: str) -> None:
    ran = years(*command.split(), "--as-of", "2022-01-04")
    assert (ran.status, ran.out) == (2, "")
    assert ran.err.splitlines()[0] == "2022、2026 年度都在进行；请用 --year 写明是哪一年度。"
    named = years(*command.split(), "--as-of", "2022-01-04", "--year", "2022")
    assert "都在进行" not in named.err


@pytest.mark.parametrize("command", SHARED)
def test_what_belongs_to_no_one_year_or_only_looks_does_not(years: Talent, command: str) -> None:
    assert "都在进行" not in years(*command.split()).err


def test_a_year_that_is_archived_runs_no_more(years: Talent) -> None:
    with closing(sqlite3.connect("two.db")) as database, database:
        database.execute("UPDATE programme_year SET closed_as_of = '2027-01-31 00:00:00.000000' WHERE year = 2026")
    assert "都在进行" not in years("phase", "advance", "--as-of", "2022-01-04").err
