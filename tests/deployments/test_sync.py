from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from prefect.client.orchestration import get_client
from prefect.client.schemas.actions import DeploymentUpdate, WorkPoolUpdate
from prefect.client.schemas.objects import ConcurrencyLimitStrategy, ConcurrencyOptions, DeploymentSchedule
from prefect.states import Scheduled

from calendars.deadlines import TZ
from calendars.files import load
from deployments.plan import NAME, Deployment, Once, plan
from deployments.sync import Synced
from deployments.work_pool import POOL
from deployments.zombies import NAME as ZOMBIES
from deployments.zombies import automation
from tests.support.site import Site

pytestmark = [pytest.mark.prefect, pytest.mark.slow]

NOTHING = Synced()


def these(*flows: str) -> list[Deployment]:
    """Of the plan of 2022 the deployments of these flows: all twelve cost a server seconds."""
    return [one for one in plan([load(2022)]) if one.flow in flows]


def schedules(flow: str) -> dict[str | None, DeploymentSchedule]:
    async def read() -> list[DeploymentSchedule]:
        async with get_client() as client:
            found = await client.read_deployment_by_name(f"{flow}/{NAME}")
            return await client.read_deployment_schedules(found.id)

    return {schedule.slug: schedule for schedule in asyncio.run(read())}


def test_the_second_sync_touches_nothing(site: Site) -> None:
    """Of two years, a phase, a beat and what has both: each deployment is held against its own schedules alone."""
    planned = [one for one in plan([load(2022), load(2026)]) if one.flow in {"shortlist", "watch", "year-end"}]
    site.sync(planned)
    held = {one.flow: schedules(one.flow) for one in planned}
    assert site.sync(planned) == NOTHING
    assert {one.flow: schedules(one.flow) for one in planned} == held
    assert {flow: set(each) for flow, each in held.items()} == {
        one.flow: {schedule.slug for schedule in one.schedules} for one in planned
    }


def test_a_moment_that_the_calendar_no_longer_has_is_removed_and_no_other(site: Site) -> None:
    (shortlist,), others = these("shortlist"), these("interview", "watch")
    site.sync([shortlist, *others])
    before = schedules("shortlist")
    moved = Once("2022-rung-20220128T0900", datetime(2022, 1, 28, 9, tzinfo=TZ), 2022)
    kept = tuple(one for one in shortlist.schedules if one.slug != "2022-rung-20220127T0900")
    assert site.sync([replace(shortlist, schedules=(*kept, moved)), *others]) == Synced(
        schedules_made=("shortlist/2022-rung-20220128T0900",),
        schedules_removed=("shortlist/2022-rung-20220127T0900",),
    )
    after = schedules("shortlist")
    assert {slug: after[slug].id for slug in after if slug != moved.slug} == {
        slug: before[slug].id for slug in before if slug != "2022-rung-20220127T0900"
    }


def test_a_schedule_that_an_officer_paused_stays_paused(site: Site) -> None:
    planned = these("meeting")
    site.sync(planned)
    paused = schedules("meeting")["2022-opening-20220221T0000"]

    async def pause() -> None:
        async with get_client() as client:
            assert paused.deployment_id is not None
            await client.update_deployment_schedule(paused.deployment_id, paused.id, active=False)

    asyncio.run(pause())
    site.sync(planned)  # pausing made Prefect forget the year, which is mended
    assert site.sync(planned) == NOTHING
    mended = schedules("meeting")["2022-opening-20220221T0000"]
    assert (mended.active, mended.parameters) == (False, {"year": 2022})


def test_a_limit_is_taken_away_with_the_slot_that_a_dead_run_holds(site: Site) -> None:
    planned = these("watch", "post")
    site.sync(planned)

    async def limit() -> None:
        async with get_client() as client:
            options = ConcurrencyOptions(collision_strategy=ConcurrencyLimitStrategy.CANCEL_NEW)
            for flow in ("watch", "post"):
                found = await client.read_deployment_by_name(f"{flow}/{NAME}")
                limited = DeploymentUpdate(concurrency_limit=1, concurrency_options=options)
                await client.update_deployment(found.id, limited)
                await client.increment_concurrency_slots([f"deployment:{found.id}"], 1, "concurrency")
            await client.update_work_pool(POOL, WorkPoolUpdate(concurrency_limit=1))
            (queue,) = await client.read_work_queues(work_pool_name=POOL)
            await client.update_work_queue(queue.id, concurrency_limit=1)

    async def limits() -> list[object]:
        async with get_client() as client:
            found = [await client.read_deployment_by_name(f"{flow}/{NAME}") for flow in ("watch", "post")]
            (queue,) = await client.read_work_queues(work_pool_name=POOL)
            pool = await client.read_work_pool(POOL)
            every = await client.read_global_concurrency_limits()
            named = [one.name for one in every if one.name in {f"deployment:{each.id}" for each in found}]
            of_deployments = [(one.global_concurrency_limit, one.concurrency_options) for one in found]
            return [named, of_deployments, pool.concurrency_limit, queue.concurrency_limit]

    asyncio.run(limit())
    assert asyncio.run(limits())[2:] == [1, 1]
    assert site.sync(planned) == Synced(changed=("watch", "post"))
    assert asyncio.run(limits()) == [[], [(None, None)] * 2, None, None]
    assert site.sync(planned) == NOTHING


def test_beats_that_nobody_came_to_are_dropped_and_moments_of_the_calendar_are_not(site: Site) -> None:
    planned = these("midterm", "watch", "post")
    site.sync(planned)
    past = datetime.now(UTC) - timedelta(hours=1)

    async def miss() -> list[UUID]:
        async with get_client() as client:
            found = [await client.read_deployment_by_name(f"{flow}/{NAME}") for flow in ("watch", "post", "midterm")]
            made = [
                await client.create_flow_run_from_deployment(one.id, state=Scheduled(scheduled_time=past))
                for one in found
            ]
            return [run.id for run in made]

    *beats, moment = asyncio.run(miss())
    site.sync(planned)
    held = {run.id for run in site.runs()}
    assert (held & set(beats), moment in held) == (set(), True)
    assert all(run.expected_start_time > past for run in site.runs() if run.id != moment and run.expected_start_time)


def test_a_deployment_that_the_plan_no_longer_has_is_removed(site: Site) -> None:
    planned = these("meeting", "midterm", "watch")
    gone = Deployment("midterm", "flows.phase_flows.midterm")
    site.sync([*(one for one in planned if one.flow != "midterm"), gone])
    assert site.sync([one for one in planned if one.flow != "midterm"]).removed == ("midterm",)
    assert site.sync(planned).changed == ("midterm",)


def test_the_zombie_automation_is_there_once_and_is_mended(site: Site) -> None:
    site.sync([])

    async def spoil() -> None:
        async with get_client() as client:
            found = await client.read_automations_by_name(ZOMBIES)
            spoiled = automation()
            spoiled.actions = []
            await client.update_automation(found[0].id, spoiled)

    async def read() -> list[object]:
        async with get_client() as client:
            return [one.model_dump(exclude={"id"}) for one in await client.read_automations_by_name(ZOMBIES)]

    asyncio.run(spoil())
    site.sync([])
    assert asyncio.run(read()) == [automation().model_dump()]


def test_the_runs_of_a_whole_year_appear(site: Site) -> None:
    """With SQLAlchemy 2.1 Prefect's scheduler makes none, and only its log says so."""
    now = datetime.now(UTC).replace(microsecond=0)
    instants = [now + timedelta(days=days) for days in (1, 60, 120, 390)]
    moments = tuple(Once(f"2022-rung-{at:%Y%m%dT%H%M}", at, 2022) for at in instants)
    site.sync([Deployment("interview", "flows.phase_flows.interview", moments), *plan([])])

    def scheduled() -> list[tuple[datetime | None, object]]:
        found = [run for run in site.runs() if run.parameters == {"year": 2022}]
        return sorted(
            (run.expected_start_time, run.parameters["year"]) for run in found if run.state_name == "Scheduled"
        )

    site.until(lambda: scheduled() == [(at, 2022) for at in instants])
