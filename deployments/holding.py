"""What a Prefect server holds of ours, read in three requests: enough to see that somebody changed it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from prefect.client.schemas.filters import DeploymentFilter, DeploymentFilterTags
from prefect.exceptions import ObjectNotFound

from deployments.plan import plan
from deployments.work_pool import POOL, TAG

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from prefect.client.orchestration import PrefectClient
    from prefect.client.schemas.objects import WorkPool, WorkQueue
    from prefect.client.schemas.responses import DeploymentResponse

BEATS = {one.entrypoint: one.flow for one in plan(()) if one.beats}
"""The flows of the beat, by entrypoint."""


class Holding(NamedTuple):
    """`beats` are the deployments of the beat by flow, `paused` the flows of it that a person keeps from running.

    `face` is all that a person may change there and that the plan decides; it is only compared.
    """

    beats: frozenset[tuple[str, UUID]]
    paused: frozenset[str]
    face: frozenset[object]


async def holding(client: PrefectClient) -> Holding:
    """Read it. Raise what the client raises."""
    ours = DeploymentFilter(tags=DeploymentFilterTags(all_=[TAG]))
    found = await client.read_deployments(deployment_filter=ours)
    beats = [(BEATS[one.entrypoint], one) for one in found if one.entrypoint in BEATS]
    try:
        pool = await client.read_work_pool(POOL)
    except ObjectNotFound:
        return Holding(frozenset(), frozenset(), frozenset())
    queues = await client.read_work_queues(work_pool_name=POOL)
    return Holding(
        frozenset((flow, one.id) for flow, one in beats),
        frozenset(flow for flow, one in beats if _shut(pool, queues) or _paused(one)),
        frozenset([pool.concurrency_limit, *(queue.concurrency_limit for queue in queues), *map(_face, found)]),
    )


async def shut_in(client: PrefectClient) -> tuple[str, ...]:
    """Name in Chinese what is paused of where all runs wait: the pool, its queues. Raise what the client raises."""
    try:
        pool = await client.read_work_pool(POOL)
    except ObjectNotFound:
        return ()
    return _shut(pool, await client.read_work_queues(work_pool_name=POOL))


def _shut(pool: WorkPool, queues: Sequence[WorkQueue]) -> tuple[str, ...]:
    of_pool = (f"工作池 {pool.name}",) if pool.is_paused else ()
    return *of_pool, *(f"队列 {queue.name}" for queue in queues if queue.is_paused)


def _paused(one: DeploymentResponse) -> bool:
    return one.paused or not all(schedule.active for schedule in one.schedules)


def _face(one: DeploymentResponse) -> object:
    schedules = frozenset(
        (held.id, held.slug, held.schedule.model_dump_json(), str(held.parameters)) for held in one.schedules
    )
    work = (one.entrypoint, one.work_pool_name, str(one.job_variables))
    return one.id, work, one.global_concurrency_limit is None, schedules
