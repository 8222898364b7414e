"""An instant, a day or a year for which there can be no calendar is wrong usage, wherever it is typed."""

from __future__ import annotations

import pytest

from tests.commands.conftest import Talent

OUTSIDE = ("0001-01-01", "1998-12-31", "2101-01-01", "2222-01-01", "9999-12-31")
INSTANTS = (
    "status --year 2022 --as-of",
    "log --as-of",
    "phase advance --as-of",
    "calendar ics 2022 --as-of",
    "letters list --as-of",
    "rehearse 2022 --until",
    "phase extend application --city nanjing --reason 暴雪 --until",
    "phase rerun application --city nanjing --reason 暴雪 --until",
    "phase approve interview --city nanjing --reject --reason 暴雪 --until",
)
YEARS = (
    "status --year {}",
    "phase advance --year {}",
    "calendar show {}",
    "calendar check {}",
    "calendar ics {}",
    "calendar draft {} --from 2022",
    "calendar draft 2023 --from {}",
    "calendar diff 2022 {}",
    "year open {}",
    "year close {}",
    "year trial {}",
    "year roll {}",
    "rehearse {}",
)


@pytest.mark.parametrize("typed", OUTSIDE)
@pytest.mark.parametrize("command", INSTANTS)
def test_an_instant_outside_every_calendar_is_wrong_usage(talent: Talent, command: str, typed: str) -> None:
    ran = talent(*command.split(), typed)
    said = f"{command.rsplit(maxsplit=1)[-1]}：“{typed}”不在年度日历的范围内；请写 1999 至 2100 年的日期。"
    assert (ran.status, ran.out, ran.err.splitlines()[0]) == (2, "", said)


@pytest.mark.parametrize("typed", ["2022-01-05T24:00", "0001-01-01T00:00+14:00", "9999-12-31T23:59-12:00"])
def test_an_instant_at_the_edge_of_what_a_clock_can_hold_is_wrong_usage(talent: Talent, typed: str) -> None:
    assert talent("status", "--as-of", typed).status in {1, 2}


@pytest.mark.parametrize("year", ["0", "1", "1999", "2100", "9999", "99999999999999999999"])
@pytest.mark.parametrize("command", YEARS)
def test_a_year_there_can_be_no_calendar_of_is_wrong_usage(talent: Talent, command: str, year: str) -> None:
    ran = talent(*command.format(year).split())
    assert (ran.status, ran.out) == (2, "")
    assert ran.err.splitlines()[0] == f"没有 {year} 年度；年度应为 2000 至 2099。"
