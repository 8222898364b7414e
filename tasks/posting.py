"""The task that hands over the letters that are due."""

from __future__ import annotations

import asyncio
from threading import Event
from typing import TYPE_CHECKING

from prefect import task
from prefect.cache_policies import NO_CACHE

from models.post_clock import Ticks
from models.signs_of_life import leave
from post.sending import Posted, send
from tasks.couriers import courier, gateways, links, outside, witness
from tasks.redaction import discreet
from tasks.run_lock import alone

if TYPE_CHECKING:
    from models.database import Database
    from models.stamp import Stamp
    from settings import Settings


@task(name="post", cache_policy=NO_CACHE)
async def send_due(database: Database, settings: Settings, stamp: Stamp) -> Posted | None:
    """Send everything that is queued and due; in a thread with a loop of its own, since its bookkeeping blocks.

    None where another run is at it: what that one does not take in hand any more, the next beat does.

    Where the flow is broken off, the thread leaves nothing in doubt: it ends once what is on its way is answered for.
    """
    leaving = Event()

    def drain() -> Posted | None:
        with discreet(), alone("post", database) as ours:
            if not ours:
                return None
            sending = send(
                database,
                courier(settings),
                settings.mail_from,
                stamp,
                witness=witness(settings),
                ticks=Ticks.now(),
                outside=outside(settings),
                links=links(settings),
                gateways=gateways(settings),
                leave=leaving,
            )
            done = asyncio.run(sending)
            with database.write() as connection:
                leave(connection, "post", stamp.at, settings.beat)
            return done

    try:
        return await asyncio.to_thread(drain)
    finally:
        leaving.set()
