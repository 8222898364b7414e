"""What follows the post: a short line in the office's chat. Whatever becomes of it, the post was done."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from prefect import task
from prefect.cache_policies import NO_CACHE

from acts.announce import Announced, announce
from tasks.run_lock import alone

if TYPE_CHECKING:
    from models.database import Database
    from models.stamp import Stamp
    from settings import Settings


@task(name="announce", cache_policy=NO_CACHE)
async def announce_sent(database: Database, settings: Settings, stamp: Stamp) -> Announced:
    """Announce what was sent; in a thread, since it waits for other people's servers."""

    def say() -> Announced:
        from acts.channels import speaker

        with alone("announce", database) as ours:
            return announce(database, stamp, speaker(settings.channels)) if ours else Announced()

    try:
        return await asyncio.to_thread(say)
    except Exception:  # noqa: BLE001 -- a chat that fails is no fault of the post's
        return Announced(lost=1)
