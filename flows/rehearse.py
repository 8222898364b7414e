"""A whole season played through the real functions on a database of its own: nothing real is touched, nothing sent."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from prefect import flow
from prefect.client.schemas.objects import State
from prefect.states import Completed, Failed

from calendars.files import load
from flows.entry import BY, aware
from models.database import Database
from phases.book import BOOK
from rehearsal.packs import read_pack
from rehearsal.play import Play, ends
from tasks.rehearsing import play_season

AS_MARKED = "演练完成"
OTHERWISE = "与预期不符"


@flow(name="rehearse", description="在专用的新库里演练一整年：按材料包的先后办理，逐时刻办理，不动正式数据，不发信。")
async def rehearse(year: int, inputs: str, until: datetime | None = None) -> State[None]:
    """Play the pack in a folder of the worker's machine. Failed where an event did not end as it is marked."""
    calendar, pack = load(year), read_pack(Path(inputs))
    with TemporaryDirectory(prefix="talent-rehearsal-") as folder:
        database = Database(f"sqlite:///{folder}/rehearsal.db", BOOK)
        from models import migrate

        migrate.upgrade(database)
        try:
            rehearsed = await play_season(Play(database, calendar, pack, aware(until) or ends(calendar), BY))
        finally:
            database.dispose()
    if rehearsed.unmet:
        unmet = (f"{one.event.at:%m-%d %H:%M} {one.event.city} {one.event.do}" for one in rehearsed.unmet)
        return Failed(name=OTHERWISE, message="；".join(unmet))
    letters = sum(sum(kinds.values()) for kinds in rehearsed.letters.values())
    return Completed(name=AS_MARKED, message=f"{letters} 封函件，{len(rehearsed.refusals)} 次退回或拒绝，均如预期")
