"""The worker: one process that stays warm and runs in itself what Prefect schedules, but for whole rehearsals.

Two processes a minute, each with its imports, cost a hundred times the work that they found to do. Every room is
imported before Prefect touches the import path, so nothing that lies in the working folder can hide one.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections import Counter
from typing import TYPE_CHECKING, Any, cast

import anyio
from prefect.exceptions import Abort
from prefect.flow_engine import run_flow
from prefect.workers.process import ProcessWorker, ProcessWorkerResult

from deployments.engine import ROOMS
from deployments.lookout import Lookout
from deployments.sync import drop_missed
from deployments.up import keyed
from deployments.work_pool import POOL
from flows.deliver import post
from flows.phase_flows import FLOWS
from flows.rerun import rerun
from flows.watch import watch
from models.database import Database
from phases.book import BOOK
from settings import Settings, home
from tasks.redaction import discreet

if TYPE_CHECKING:
    from collections.abc import Awaitable

    from anyio.abc import TaskStatus
    from prefect import Flow
    from prefect.client.schemas.objects import FlowRun
    from prefect.workers.process import ProcessJobConfiguration

PROCESSES_AT_ONCE = 2
"""How many rehearsals have a process at a time; what runs warm waits for none of them (decision 11)."""

FLOW = "prefect.io/flow-name"
"""The label by which a run says of which flow it is."""

WARM: dict[str, Flow[..., Any]] = {flow.name: flow for flow in (*FLOWS.values(), watch, post, rerun)}
"""What takes seconds at most, and does its work in threads; anything else gets a process of its own."""

assert ROOMS


class WarmWorker(ProcessWorker):
    """A process worker that needs no process where the flow is a warm one; `under_way` counts the runs by flow."""

    def __init__(self) -> None:
        super().__init__(POOL)
        self.under_way: Counter[str] = Counter()
        self._processes = asyncio.Semaphore(PROCESSES_AT_ONCE)
        self._has_begun = False

    @classmethod
    def __dispatch_key__(cls) -> str:
        """Give a name of its own: that of its type stays with Prefect's own worker of processes."""
        return POOL

    async def get_and_submit_flow_runs(self) -> list[FlowRun]:
        """Take up what is due; first of all without the beats that nobody came to, which would all run at once.

        The sync drops them too, and comes after whatever the worker took up before it was through.
        """
        if not self._has_begun:
            for beat in (watch, post):
                await drop_missed(self.client, beat.name)
            self._has_begun = True
        return await super().get_and_submit_flow_runs()

    async def run(
        self,
        flow_run: FlowRun,
        configuration: ProcessJobConfiguration,
        task_status: TaskStatus[int] | None = None,
    ) -> ProcessWorkerResult:
        """Run it here or, where its flow is not a warm one, as Prefect would. How it ended stands in its state."""
        name = configuration.labels[FLOW] or ""
        if name not in WARM:
            async with self._processes:
                return await super().run(flow_run, configuration, task_status)
        if task_status is not None:
            task_status.started(os.getpid())
        self.under_way[name] += 1
        try:
            await cast("Awaitable[object]", run_flow(WARM[name], flow_run, return_type="state"))
        except Abort as told:  # the server has it that this run is over, or somebody else's
            self._logger.info("%s: %s", flow_run.name, told)
        finally:
            self.under_way[name] -= 1
        return ProcessWorkerResult(status_code=0, identifier=str(os.getpid()))


async def work(*, runs_only: bool = False) -> None:
    """Work and look out until SIGTERM; whatever either of them dies of ends both.

    `runs_only` is for a second machine: who looks out need not be more than one. Raise SystemExit where such a one
    has not the key of the contacts: what is urgent would wait in its hands, or be owed to nobody, and nobody be told.
    """
    settings = Settings()
    database, worker = Database(settings.database.url, BOOK, *settings.keys_in(home())), WarmWorker()
    try:
        keyed(database, runs_only=runs_only)
        async with anyio.create_task_group() as both:
            loop = asyncio.get_running_loop()
            loop.add_signal_handler(signal.SIGTERM, both.cancel_scope.cancel)
            both.start_soon(worker.start)
            if not runs_only:
                both.start_soon(Lookout(database, settings, worker.under_way, worker.get_and_submit_flow_runs).stand)
    finally:
        database.dispose()


if __name__ == "__main__":
    with discreet():  # the end of its log is told by whoever starts it again
        asyncio.run(work(runs_only="--runs-only" in sys.argv))
