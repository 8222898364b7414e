"""Makes a Prefect server hold exactly what the plan says, touching only what differs; safe to run again and again.

What is unchanged is left alone, so that a schedule an officer paused stays paused and a run already due is not lost.
The server never deletes a schedule by itself: those the calendar no longer has are deleted here, by id. So is every
limit on how many runs may go at once: the server counts runs whose end it never heard of, and would start no other.
"""

from __future__ import annotations

import asyncio
import json
import sys
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from prefect.client.orchestration import get_client
from prefect.client.schemas.actions import (
    DeploymentScheduleCreate,
    DeploymentUpdate,
    WorkPoolCreate,
    WorkPoolUpdate,
)
from prefect.client.schemas.filters import (
    DeploymentFilter,
    DeploymentFilterTags,
    FlowRunFilter,
    FlowRunFilterDeploymentId,
    FlowRunFilterExpectedStartTime,
    FlowRunFilterState,
    FlowRunFilterStateType,
)
from prefect.client.schemas.objects import StateType
from prefect.client.schemas.schedules import IntervalSchedule, RRuleSchedule
from prefect.exceptions import ObjectNotFound
from prefect.flows import load_flow_from_entrypoint
from prefect.utilities.callables import parameter_schema
from prefect.workers.process import ProcessWorker

from calendars.deadlines import TZ
from deployments.plan import NAME, Every, plan
from deployments.work_pool import CALENDAR, POOL, TAG
from deployments.zombies import crash_zombies
from models.database import Database
from models.open_years import live
from phases.book import BOOK
from settings import Settings

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from prefect.client.orchestration import PrefectClient
    from prefect.client.schemas.objects import DeploymentSchedule
    from prefect.client.schemas.responses import DeploymentResponse
    from prefect.flows import Flow

    from deployments.plan import Deployment, Schedule

ZONE = "Asia/Shanghai"
ANCHOR = datetime(2020, 1, 1, tzinfo=TZ)
UNLIMITED: dict[str, Any] = {"concurrency_limit": None, "concurrency_options": None}


@dataclass(frozen=True, slots=True)
class Workplace:
    """Where and with which Python a process worker runs a flow; relative paths of the settings start at `folder`."""

    python: str
    folder: Path

    @property
    def job_variables(self) -> dict[str, str]:
        """A command of our own spares the supervisor process that Prefect would start first, and any `uv run`."""
        return {"command": f"{self.python} -P -m deployments.engine", "working_dir": str(self.folder)}


@dataclass(frozen=True, slots=True)
class Synced:
    """What was made, changed or removed: deployments by flow, schedules as `flow/slug`; all empty the second time."""

    changed: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    schedules_made: tuple[str, ...] = ()
    schedules_removed: tuple[str, ...] = ()


async def sync(deployments: Sequence[Deployment], workplace: Workplace) -> Synced:
    """Bring the server that `PREFECT_API_URL` names to the plan. Raise what Prefect's client raises."""
    async with get_client() as client:
        await _pool(client)
        await crash_zombies(client)
        removed = await _remove_strangers(client, {deployment.flow for deployment in deployments})
        changed, made, gone = [], [], []
        for deployment in deployments:
            identity, differed = await _deployment(client, deployment, workplace)
            changed += [deployment.flow] * differed
            if deployment.beats:
                await drop_missed(client, deployment.flow)
            new, stale = await _schedules(client, identity, deployment)
            made += [f"{deployment.flow}/{slug}" for slug in new]
            gone += [f"{deployment.flow}/{slug}" for slug in stale]
        return Synced(tuple(changed), removed, tuple(made), tuple(gone))


async def _pool(client: PrefectClient) -> None:
    """Have the pool, with no limit of its own or of its queues; how many runs go at once is said to the worker."""
    try:
        pool = await client.read_work_pool(POOL)
    except ObjectNotFound:
        template = ProcessWorker.get_default_base_job_template()
        await client.create_work_pool(WorkPoolCreate(name=POOL, type="process", base_job_template=template))
        return
    if pool.concurrency_limit is not None:
        await client.update_work_pool(POOL, WorkPoolUpdate(concurrency_limit=None))
    for queue in await client.read_work_queues(work_pool_name=POOL):
        if queue.concurrency_limit is not None:
            await client.update_work_queue(queue.id, concurrency_limit=None)


async def drop_missed(client: PrefectClient, flow: str) -> None:
    """Forget the beats of a time when nobody was there to run them: the next one does all that they would."""
    try:
        deployment = await client.read_deployment_by_name(f"{flow}/{NAME}")
    except ObjectNotFound:
        return
    missed = FlowRunFilter(
        deployment_id=FlowRunFilterDeploymentId(any_=[deployment.id]),
        state=FlowRunFilterState(type=FlowRunFilterStateType(any_=[StateType.SCHEDULED])),
        expected_start_time=FlowRunFilterExpectedStartTime.model_validate({"before_": datetime.now(TZ)}),
    )
    for run in await client.read_flow_runs(flow_run_filter=missed):
        with suppress(ObjectNotFound):  # another worker was first
            await client.delete_flow_run(run.id)


async def _remove_strangers(client: PrefectClient, flows: set[str]) -> tuple[str, ...]:
    """Remove deployments of ours whose flow the plan no longer has."""
    ours = await client.read_deployments(deployment_filter=DeploymentFilter(tags=DeploymentFilterTags(all_=[TAG])))
    names = {found.id: (await client.read_flow(found.flow_id)).name for found in ours}
    for identity in [identity for identity, name in names.items() if name not in flows]:
        await client.delete_deployment(identity)
    return tuple(sorted(name for name in names.values() if name not in flows))


async def _deployment(client: PrefectClient, deployment: Deployment, workplace: Workplace) -> tuple[UUID, bool]:
    """Create or mend one deployment; give its id and whether anything differed."""
    wanted = _wanted(deployment, workplace)
    try:
        found = await client.read_deployment_by_name(f"{deployment.flow}/{NAME}")
    except ObjectNotFound:
        flow = await client.create_flow_from_name(deployment.flow)
        return await client.create_deployment(flow, NAME, **wanted), True
    if _held(found, wanted) == wanted and found.global_concurrency_limit is None:
        return found.id, False
    await client.update_deployment(found.id, DeploymentUpdate(**wanted, **UNLIMITED))
    return found.id, True


def _wanted(deployment: Deployment, workplace: Workplace) -> dict[str, Any]:
    flow: Flow[..., object] = load_flow_from_entrypoint(deployment.entrypoint, use_placeholder_flow=False)
    return {
        "entrypoint": deployment.entrypoint,
        "work_pool_name": POOL,
        "job_variables": workplace.job_variables,
        "tags": [TAG, CALENDAR] if deployment.calendar else [TAG],
        "description": flow.description,
        "parameter_openapi_schema": parameter_schema(flow).model_dump(mode="json", exclude_unset=True),
        "enforce_parameter_schema": True,
    }


def _held(found: DeploymentResponse, wanted: dict[str, Any]) -> dict[str, Any]:
    return {name: getattr(found, name) for name in wanted}


async def _schedules(client: PrefectClient, identity: UUID, deployment: Deployment) -> tuple[list[str], list[str]]:
    """Delete what the plan does not have, create what the server does not; give the slugs of both.

    Pausing a schedule makes Prefect forget its parameters: such a one is made anew, and stays paused.
    """
    wanted = {_face(create): create for create in map(_create, deployment.schedules)}
    found = {_face(held): held for held in await client.read_deployment_schedules(identity)}
    stale = [held for face, held in found.items() if face not in wanted]
    for held in stale:
        await client.delete_deployment_schedule(identity, held.id)
    paused = {held.slug for held in stale if not held.active}
    new = [create for face, create in wanted.items() if face not in found]
    for create in new:
        create.active = create.slug not in paused
    if new:
        await client.create_deployment_schedules(identity, new)
    return [str(create.slug) for create in new], [str(held.slug) for held in stale]


def _create(schedule: Schedule) -> DeploymentScheduleCreate:
    if isinstance(schedule, Every):
        rule = IntervalSchedule(interval=schedule.period, anchor_date=ANCHOR + schedule.offset, timezone=ZONE)
        return DeploymentScheduleCreate(schedule=rule, slug=schedule.slug)
    local = f"{schedule.instant.astimezone(TZ):%Y%m%dT%H%M%S}"
    once = RRuleSchedule(rrule=f"DTSTART:{local}\nRRULE:FREQ=DAILY;COUNT=1", timezone=ZONE)
    return DeploymentScheduleCreate(schedule=once, slug=schedule.slug, parameters={"year": schedule.year})


def _face(held: DeploymentScheduleCreate | DeploymentSchedule) -> tuple[str | None, str, str]:
    """Give what tells two schedules apart; whether one is paused is the officer's affair."""
    return held.slug, held.schedule.model_dump_json(), json.dumps(held.parameters, sort_keys=True)


def main() -> None:
    """Sync the calendars of the years under way, for runs from here: `python -m deployments.sync`."""
    settings = Settings()
    with Database(settings.database.url, BOOK).read() as connection:
        years = [opened.year for opened in live(connection)]
    done = asyncio.run(sync(plan(years, settings.beat), Workplace(sys.executable, Path.cwd())))
    print(json.dumps(asdict(done), ensure_ascii=False))  # noqa: T201 -- what this command answers


if __name__ == "__main__":
    main()
