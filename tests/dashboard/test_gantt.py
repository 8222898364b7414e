from __future__ import annotations

from datetime import date

from dashboard.views.gantt import DAY, Band, Own, chart, own_days
from models.histories import PastGrant
from tests.support.made import calendar, instant

YEAR = calendar()
AT = instant("2022-01-12T09:00")
TODAY = date(2022, 2, 7)


def grant(city: str, cause: str, until: str, phase: str = "shortlist") -> PastGrant:
    return PastGrant(phase, city, 1, cause, date.fromisoformat(until), "暴雪", "省办", AT)


def test_a_bar_begins_on_the_opening_day_and_ends_with_the_due_day() -> None:
    drawn = chart(YEAR, TODAY, ())
    first = min(phase.opens for phase in YEAR.phases)
    assert [((bar.x - drawn.bars[0].x) // DAY, bar.width // DAY) for bar in drawn.bars] == [
        ((phase.opens - first).days, (phase.due - phase.opens).days + 1) for phase in YEAR.phases
    ]
    assert drawn.today == drawn.bars[0].x + (TODAY - first).days * DAY


def test_no_label_leaves_the_chart() -> None:
    drawn = chart(YEAR, TODAY, ())
    spans = [
        (bar.label_x, bar.label_x + len(bar.label) * 8)
        if bar.anchor == "start"
        else (bar.label_x - len(bar.label) * 8, bar.label_x)
        for bar in drawn.bars
    ]
    assert all(left >= 0 and right <= drawn.width for left, right in spans)
    assert [bar.anchor for bar in drawn.bars][-1] == "end"


def test_a_day_outside_the_year_has_no_line() -> None:
    assert chart(YEAR, date(2023, 6, 1), ()).today is None


def test_a_year_that_ends_in_january_says_which_january() -> None:
    late = [phase.model_copy(update={"due": date(2023, 1, 31)}) if phase.slug == "cultivation" else phase
            for phase in YEAR.phases]  # fmt: skip
    year = YEAR.model_copy(update={"phases": tuple(late)})
    drawn = chart(year, date(2023, 1, 20), ())
    labels = [bar.label.split(" ", 1)[1] for bar in drawn.bars]
    assert (labels[0], labels[1]) == ("2021-12-31 至 01-15", "01-04 至 01-20")
    assert "03-01 至 2023-01-31" in labels
    assert (drawn.edge, chart(year, date(2022, 12, 20), ()).edge, chart(year, date(2023, 6, 1), ()).edge) == (
        True, False, False,
    )  # fmt: skip


def test_holidays_are_named_with_the_weekends_they_run_into_and_make_up_days_one_by_one() -> None:
    drawn = chart(YEAR, TODAY, ()).bands
    by_day = {band.first: (band.kind, band.label, band.last) for band in drawn}
    assert by_day[date(2022, 1, 31)] == ("holiday", "春节", date(2022, 2, 6))
    assert [by_day[day] for day in (date(2022, 1, 29), date(2022, 1, 30))] == [
        ("make-up", "调休上班", date(2022, 1, 29)),
        ("make-up", "调休上班", date(2022, 1, 30)),
    ]
    assert date(2022, 1, 8) not in by_day  # a weekend like any other
    assert all(isinstance(band, Band) and band.width > 0 for band in drawn)


def test_a_citys_later_days_are_resolved_once_and_one_that_moves_nothing_falls_away() -> None:
    given = [
        grant("yancheng", "rerun", "2022-02-10"),
        grant("wuxi", "grace", "2022-01-29"),
        grant("nanjing", "extension", "2022-02-08"),
        grant("nanjing", "grace", "2022-02-09"),
    ]
    shortlist = YEAR.phase("shortlist")
    assert own_days(YEAR, given) == (
        Own(shortlist, "南京", date(2022, 2, 9), "经批准延期、按规定顺延", (given[2], given[3])),
        Own(shortlist, "盐城", date(2022, 2, 10), "因重新开放而改定", (given[0],)),
    )


def test_all_cities_later_days_are_folded_into_one_bar_under_their_phase() -> None:
    own = own_days(YEAR, [grant(city, "rerun", "2022-02-10") for city in ("nanjing", "wuxi", "yancheng")])
    (bar,) = [bar for bar in chart(YEAR, TODAY, own).bars if bar.kind == "own"]
    assert (bar.label, bar.width, bar.title) == (
        "3 市至 02-10（因重新开放而改定）",
        11 * DAY,
        f"面试名单：{'；'.join(f'{name}至 2022-02-10（因重新开放而改定）' for name in ('南京', '无锡', '盐城'))}",
    )


def test_a_provisional_year_says_so_on_every_bar() -> None:
    drawn = chart(YEAR.model_copy(update={"draft": True}), TODAY, ())
    assert all(bar.label.endswith("（暂定）") and bar.title.endswith("（暂定）") for bar in drawn.bars)
