"""The task that hands over the letters that are due."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from prefect import task
from prefect.cache_policies import NO_CACHE

from tasks.couriers import courier

if TYPE_CHECKING:
    from models.database import Database
    from models.stamp import Stamp
    from settings import Settings


@dataclass(frozen=True, slots=True)
class Posted:
    """How many letters were sent, refused for good, put off, and how many it is not known of."""

    sent: int = 0
    failed: int = 0
    retry: int = 0
    unknown: int = 0

    @property
    def handled(self) -> int:
        """All that were tried."""
        return self.sent + self.failed + self.retry + self.unknown

    @property
    def for_a_person(self) -> int:
        """Those that will not be tried again by themselves."""
        return self.failed + self.unknown

    def __str__(self) -> str:
        return f"已投递 {self.sent} 封，被拒 {self.failed} 封，稍后重试 {self.retry} 封，结果不明 {self.unknown} 封"


@task(name="post", cache_policy=NO_CACHE)
async def send_due(database: Database, settings: Settings, stamp: Stamp) -> Posted:
    """Send everything that is due at the stamp's clock."""
    from acts.post import send

    return await send(database, courier(settings), stamp)
