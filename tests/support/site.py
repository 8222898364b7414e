"""A place where flows run: a folder with a database and a mailbox, a worker, and a client of the server."""

from __future__ import annotations

import asyncio
import re
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from prefect.client.orchestration import get_client
from prefect.client.schemas.filters import (
    ArtifactFilter,
    ArtifactFilterFlowRunId,
    DeploymentFilter,
    DeploymentFilterTags,
)
from prefect.client.schemas.objects import FlowRun
from prefect.settings import (
    PREFECT_API_AUTH_STRING,
    PREFECT_API_URL,
    PREFECT_LOGGING_TO_API_ENABLED,
    temporary_settings,
)

from acts.on_paper import NOTHING, Paper
from acts.open_year import open_year
from calendars import files
from calendars.deadlines import TZ
from calendars.year import Year
from deployments.children import Child
from deployments.plan import Deployment
from deployments.sync import Synced, Workplace, sync
from deployments.work_pool import TAG
from models import standing
from models.database import Database
from models.stamp import Stamp
from phases.book import BOOK
from tests.support.prefect_server import Server

PATIENCE = 90.0


@dataclass
class Site:
    server: Server
    folder: Path
    worker: Child | None = None
    synced: bool = False
    database: Database = field(init=False)

    def __post_init__(self) -> None:
        self.database = Database(f"sqlite:///{self.folder / 'talent.db'}", BOOK)

    @contextmanager
    def entered(self) -> Iterator[Site]:
        """Point Prefect's client at the server; at the end stop the worker and leave the server nothing to run."""
        settings = {
            PREFECT_API_URL: self.server.api,
            PREFECT_LOGGING_TO_API_ENABLED: False,
            PREFECT_API_AUTH_STRING: self.server.environment["PREFECT_API_AUTH_STRING"],
        }
        try:
            with temporary_settings(settings):
                yield self
                if self.synced:
                    self.sync(())
        finally:
            if self.worker is not None:
                self.worker.stop()
            self.database.dispose()

    def open(self, year: int, at: datetime | None = None, *, rehearsal: bool = False) -> None:
        now = at or datetime.now(UTC)
        late = Paper(NOTHING, "试验")
        open_year(self.database, at_all_hours(year, now), Stamp("省办", now, now), rehearsal=rehearsal, paper=late)

    def sync(self, deployments: Sequence[Deployment]) -> Synced:
        self.synced = True
        return asyncio.run(sync(deployments, Workplace(sys.executable, self.folder)))

    def work(self) -> None:
        """Start a worker that only runs what is scheduled; it keeps working where the server is gone."""
        environment = self.server.environment | {
            "TALENT_DATABASE__URL": self.database.url,
            "TALENT_MAILDIR": str(self.folder / "mail"),
            "PREFECT_WORKER_QUERY_SECONDS": "1",
        }
        command = (sys.executable, "-P", "-m", "deployments.warm_worker", "--runs-only")
        self.worker = Child("worker", command, environment, self.folder / "worker.log")
        self.worker.keep()

    def runs(self) -> list[FlowRun]:
        """The runs of the deployments that are there now.

        The server's scheduler reads the deployments in one transaction and writes their runs in another. Where they
        are removed in between, runs without a deployment are left, which the next worker marks as cancelled.
        """
        ours = DeploymentFilter(tags=DeploymentFilterTags(all_=[TAG]))

        async def read() -> list[FlowRun]:
            async with get_client() as client:
                return await client.read_flow_runs(deployment_filter=ours, limit=200)

        return asyncio.run(read())

    @staticmethod
    async def artifacts(run: UUID | None) -> dict[str, Any]:
        """What a run has put up to be seen: key to data."""
        assert run is not None
        mine = ArtifactFilter(flow_run_id=ArtifactFilterFlowRunId(any_=[run]))
        async with get_client() as client:
            found = await client.read_artifacts(artifact_filter=mine)
        return {str(one.key): one.data for one in found}

    def until(self, true: Callable[[], bool], patience: float = PATIENCE) -> None:
        end = time.monotonic() + patience
        while not true():
            log = self.folder / "worker.log"
            assert time.monotonic() < end, log.read_text()[-4000:] if log.exists() else "no worker"
            time.sleep(0.2)

    def states(self, year: int, phase: str) -> dict[str, str]:
        """The state of each city in that phase."""
        with self.database.read() as connection:
            cells = standing.cells(connection, year, None).values()
        return {cell.city: cell.state.value for cell in cells if cell.phase == phase}

    def mail(self) -> list[str]:
        return sorted(path.name for path in (self.folder / "mail" / "new").glob("*"))


def at_all_hours(year: int, now: datetime) -> Year:
    """A shipped calendar by which letters leave at any hour of this day and the next, whichever days they are."""
    text = re.sub(r"(?m)^office_hours = .*$", "office_hours = [0, 24]", files.load(year).source_text)
    days = "".join(f'{now.astimezone(TZ).date() + timedelta(days=ahead)} = "working"\n' for ahead in range(3))
    return files.stored(text.replace("[days]\n", f"[days]\n{days}"), f"{year}.toml")
