"""Again and again: hand over the letters that are due, whoever queued them, and try again those that had to wait."""

from __future__ import annotations

from prefect import flow
from prefect.client.schemas.objects import State

from flows.ending import posted
from flows.entry import enter
from tasks.announcing import announce_sent
from tasks.posting import send_due


@flow(name="post", description="投递函件：有到时的随即一次，此外定时。对方暂不接收的，稍后再试。")
async def post() -> State[None]:
    """Send what is due. Failed where a letter was refused for good or where it is not known what became of it."""
    with enter(None) as entry:
        done = posted(await send_due(entry.database, entry.settings, entry.stamp))
        if entry.settings.channels:
            await announce_sent(entry.database, entry.settings, entry.stamp)
        return done
