from __future__ import annotations

import pkgutil
from datetime import UTC, datetime, timedelta
from importlib import import_module
from pathlib import Path

from calendars.deadlines import TZ
from calendars.files import load, stored
from calendars.moments import moments
from calendars.year import Year
from deployments.plan import Deployment, Every, Once, plan
from tests.support.years import parse

ROOMS = Path(__file__).parents[2]
PHASES = (
    "mentor-recommendation",
    "application",
    "shortlist",
    "interview",
    "meeting",
    "cultivation",
    "midterm",
    "year-end",
)


def of(flow: str, *years: Year) -> Deployment:
    return next(deployment for deployment in plan(years) if deployment.flow == flow)


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=TZ)


def test_a_phase_is_scheduled_at_every_moment_of_its_calendar() -> None:
    assert of("shortlist", load(2022)) == Deployment(
        "shortlist",
        "flows.phase_flows.shortlist",
        (
            Once("2022-opening-20220121T0000", local("2022-01-21T00:00"), 2022),
            Once("2022-rung-20220127T0900", local("2022-01-27T09:00"), 2022),
            Once("2022-rung-20220129T0900", local("2022-01-29T09:00"), 2022),
            Once("2022-deadline-20220131T0000", local("2022-01-31T00:00"), 2022),
            Once("2022-next-day-20220207T0900", local("2022-02-07T09:00"), 2022),
            Once("2022-third-day-20220209T0900", local("2022-02-09T09:00"), 2022),
        ),
    )


def test_a_deployment_a_phase_in_order_then_those_that_are_about_the_whole_year() -> None:
    assert [(one.flow, one.calendar, one.beats) for one in plan([load(2022)])] == [
        *((phase, True, False) for phase in PHASES),
        ("watch", False, True),
        ("post", False, True),
        ("rerun", False, False),
        ("rehearse", False, False),
    ]


def test_no_year_under_way_leaves_what_needs_no_calendar() -> None:
    assert [one.flow for one in plan([])] == ["watch", "post", "rerun", "rehearse"]


def test_every_moment_of_the_year_is_in_it_once() -> None:
    year = load(2022)
    planned = [(one.flow, each.instant) for one in plan([year]) for each in one.schedules if isinstance(each, Once)]
    assert set(planned) == {(moment.phase, moment.instant) for moment in moments(year)}
    assert len(planned) == len({(one.phase, one.kind, one.instant) for one in moments(year)})


def test_a_slug_is_one_schedule_of_its_deployment() -> None:
    for deployment in plan([load(2022), load(2026), load(2027)]):
        slugs = [schedule.slug for schedule in deployment.schedules]
        assert len(set(slugs)) == len(slugs)


def test_two_years_share_a_deployment_and_nothing_else() -> None:
    both = {schedule.slug for schedule in of("application", load(2027), load(2026)).schedules}
    each = [{schedule.slug for schedule in of("application", year).schedules} for year in (load(2026), load(2027))]
    assert both == each[0] | each[1]
    assert not each[0] & each[1]


def test_a_moment_that_moves_is_one_schedule_gone_and_another_come() -> None:
    year = load(2022)
    later = parse(year.source_text.replace("due = 2022-01-30", "due = 2022-02-10"), "moved.toml")
    before, after = ({each.slug for each in of("shortlist", one).schedules} for one in (year, later))
    assert "2022-deadline-20220131T0000" in before - after
    assert "2022-deadline-20220211T0000" in after - before
    assert "2022-opening-20220121T0000" in before & after
    unmoved = [phase for phase in PHASES if phase != "shortlist"]
    assert [of(phase, year) for phase in unmoved] == [of(phase, later) for phase in unmoved]


def test_a_phase_of_an_earlier_release_is_left_to_watch() -> None:
    """Its flow is gone: a deployment of it would stop all the others from being made."""
    year = load(2022)
    earlier = stored(year.source_text.replace("[phases.cultivation]", "[phases.training]"), "earlier.toml")
    assert [one.flow for one in plan([earlier])] == [one.flow for one in plan([year]) if one.flow != "cultivation"]


def test_the_frequent_ones_keep_off_each_other_and_off_the_calendar() -> None:
    beat = timedelta(minutes=30)
    assert [of(flow, load(2022)).schedules for flow in ("watch", "post")] == [
        (Every("beat", beat, timedelta(seconds=20)),),
        (Every("beat", beat, timedelta(seconds=40)),),
    ]
    five = timedelta(seconds=5)
    beats = [one.schedules for one in plan([], five) if one.beats]
    assert beats == [(Every("beat", five, five / 3 * part),) for part in (1, 2)]
    assert {moment.instant.astimezone(UTC).second for moment in moments(load(2022))} == {0}


def test_every_entrypoint_is_a_flow_of_that_name() -> None:
    for deployment in plan([load(2022)]):
        module, _, name = deployment.entrypoint.rpartition(".")
        flow = getattr(import_module(module), name)
        assert (flow.name, flow.isasync) == (deployment.flow, True)


def test_no_file_of_flows_or_deployments_could_hide_a_room() -> None:
    """Prefect may put a flow file's own folder first on the import path."""
    rooms = {path.name for path in ROOMS.iterdir() if (path / "__init__.py").exists()} | {"settings", "cli"}
    assert {"models", "flows"} < rooms
    for room in ("flows", "deployments"):
        assert not {module.name for module in pkgutil.iter_modules([str(ROOMS / room)])} & rooms
