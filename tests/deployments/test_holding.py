"""What a person changes on the server is seen within a look: what he keeps from running is silent, the rest is mended.

With a real server.
"""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from uuid import UUID

import pytest
from prefect.client.orchestration import PrefectClient, get_client
from prefect.client.schemas.actions import WorkPoolUpdate

from deployments.holding import Holding
from deployments.lookout import Lookout
from deployments.plan import NAME
from deployments.work_pool import POOL
from models import signs_of_life
from settings import Settings
from tests.support.site import Site

pytestmark = [pytest.mark.prefect, pytest.mark.slow]

BOTH = {"watch", "post"}


async def nobody() -> None:
    """Nobody takes up what was asked for."""


async def let_watch_run(client: PrefectClient, *, active: bool) -> None:
    found = await client.read_deployment_by_name(f"watch/{NAME}")
    (beat,) = await client.read_deployment_schedules(found.id)
    await client.update_deployment_schedule(found.id, beat.id, active=active)


def test_what_is_paused_is_silent_and_what_is_deleted_is_made_again(site: Site) -> None:
    """One after the other on one server: a schedule, the pool, a deployment."""
    site.open(2022)
    site.synced = True
    lookout = Lookout(site.database, Settings(), {}, nobody)

    async def seen(client: PrefectClient) -> Holding:
        await lookout._check(client)
        assert lookout._holding is not None
        return lookout._holding

    def silent() -> set[str]:
        with site.database.read() as connection:
            return {sign.work for sign in signs_of_life.silent(connection, datetime.now(UTC))}

    async def look() -> tuple[UUID, UUID]:
        async with get_client() as client:
            first = await seen(client)
            assert (set(first.paused), silent()) == (set(), set())
            await let_watch_run(client, active=False)
            assert (set((await seen(client)).paused), silent()) == ({"watch"}, {"watch"})
            await let_watch_run(client, active=True)
            await client.update_work_pool(POOL, WorkPoolUpdate(is_paused=True))
            assert (set((await seen(client)).paused), silent()) == (BOTH, BOTH)
            await client.update_work_pool(POOL, WorkPoolUpdate(is_paused=False))
            gone = dict(first.beats)["post"]
            await client.delete_deployment(gone)
            again = await seen(client)
            assert (set(again.paused), {flow for flow, _ in again.beats}) == (set(), BOTH)
            return gone, dict(again.beats)["post"]

    gone, made = asyncio.run(look())
    assert gone != made
