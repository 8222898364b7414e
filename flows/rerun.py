"""The rerun of one late city, from decision to letter: the act, then all that follows from it for that city alone."""

from __future__ import annotations

from datetime import date, datetime

from prefect import flow
from prefect.client.schemas.objects import State
from prefect.states import Completed, Failed

from flows.ending import end, show
from flows.entry import enter
from tasks.advancing import advance_cities
from tasks.posting import send_due
from tasks.rerunning import rerun_city

NOT_RERUN = "未予重新开放"
PREVIEW = "仅预览"


@flow(name="rerun", description="重新开放一个城市的一个阶段；事由会留在 Prefect 的参数里，请勿写学生姓名。")
async def rerun(
    *,
    year: int,
    phase: str,
    city: str,
    until: date,
    reason: str,
    by: str,
    confirm: date | None = None,
    untold: str = "",
    dry_run: bool = False,
    as_of: datetime | None = None,
) -> State[None]:
    """Open the phase again for that city until a day, that day included. Run twice, it ends in the same place.

    `confirm` is a far day typed again; `untold` why nobody but the city is told that a day moved ("": they are).
    """
    with enter(as_of, by) as entry:
        database, stamp = entry.database, entry.stamp
        given = {"until": until, "reason": reason, "confirm": confirm and f"{confirm}", "untold": untold or None}
        asked = await rerun_city(database, year, phase, city, stamp, given, dry_run=dry_run)
        if not asked.done:
            return Failed(name=NOT_RERUN, message=asked.message)
        if dry_run:
            await show("rerun", asked.made)
            return Completed(name=PREVIEW, message=asked.message)
        ended = await end("rerun", [asked.made, await advance_cities(database, year, stamp, cities=(city,))])
        await send_due(database, entry.settings, stamp)
        return ended
